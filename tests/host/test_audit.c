/*
 * The auditor of page tables: each bad entry that it is for is made, found, and
 * named with its rule and the owner of the frame.
 */
#include <asm/sections.h>
#include <string.h>
#include "mmu_test.h"

static struct mm_struct test_mm;
static struct page *page; /* at TEST_VA, readable */
static pte_t *slot;

static void boot(void)
{
	model_boot_on(TEST_RAM, (struct model_machine){ true, 0 });
	new_mm(&test_mm);
	page = map_new(&test_mm, TEST_VA, VM_READ);
	slot = pte_offset_map(&test_mm, TEST_VA);
	assert_int_equal(pgtable_verify(&test_mm), 0);
}

static void end(void)
{
	unmap_and_free(&test_mm, TEST_VA, page);
	drop_mm(&test_mm);
}

/* *entry is `bad` for a moment: mm is found out, in these words. */
static void commit(const struct mm_struct *mm, u32 *entry, u32 bad,
		   const char *text)
{
	u32 good = *entry;

	*entry = bad;
	host_log_clear();
	assert_int_equal(pgtable_verify(mm), -EUCLEAN);
	expect_log(text);
	*entry = good;
	host_log_clear();
	assert_int_equal(pgtable_verify(mm), 0);
	assert_string_equal(host_log(), "");
}

/*
 * Small page (DDI0406C B3.5.1): XN 0, B 2, C 3, AF 4, AP 5 and 9, S 10, nG 11.
 */
#define XN      (1u << 0)
#define SMALL   (1u << 1)
#define B       (1u << 2)
#define C       (1u << 3)
#define AF      (1u << 4)
#define AP1     (1u << 5)
#define SPECIAL (1u << 8)
#define AP2     (1u << 9)
#define S       (1u << 10)
#define NG      (1u << 11)

static void test_user_crimes(void **state __unused_arg)
{
	static const struct {
		u32 flip;
		const char *text;
	} crimes[] = {
		{ NG, "a user entry is global" },
		{ AP1, "only the kernel can use a user page" },
		{ C, "RAM is not write-back memory" },
		{ S, "RAM is not write-back memory" },
		{ SMALL, "not a small page" },
		{ AF | AP1 | XN, "a page without access is executable" },
		{ AP2 | SPECIAL, "the zero page is writable" },
	};

	boot();
	for (u32 i = 0; i < ARRAY_SIZE(crimes); i++)
		commit(&test_mm, &slot->val, slot->val ^ crimes[i].flip,
		       crimes[i].text);
	commit(&test_mm, &slot->val, slot->val ^ NG,
	       "pgtable: 0x00400000: entry ");
	commit(&test_mm, &slot->val, slot->val ^ NG,
	       "a page of the kernel, count 1, mapped 1");
	commit(&test_mm, &test_mm.nr_ptes, 2, "miscounted");
	end();
}

/* The same entry with another frame. */
static u32 of_frame(phys_addr_t pa)
{
	return (slot->val & ~PAGE_MASK) | (pa & PAGE_MASK);
}

/* Law 1: whose frame a user entry may map. */
static void test_foreign_frames(void **state __unused_arg)
{
	struct page *other;
	void *object;

	boot();
	other = alloc_page(GFP_KERNEL);
	object = kmalloc(64, GFP_KERNEL);
	commit(&test_mm, &slot->val, of_frame(page_to_phys(other)),
	       "does not count this user entry");
	put_page(other);
	commit(&test_mm, &slot->val, of_frame(page_to_phys(other)),
	       "a user entry maps a free frame");
	commit(&test_mm, &slot->val, of_frame(page_to_phys(other)), ": free,");
	commit(&test_mm, &slot->val, of_frame(virt_to_phys(object)),
	       "a user entry maps memory of the kernel");
	commit(&test_mm, &slot->val, of_frame(virt_to_phys(object)),
	       ": a slab,");
	commit(&test_mm, &slot->val, of_frame(virt_to_phys(test_mm.pgd)),
	       "a user entry maps memory of the kernel");
	commit(&test_mm, &slot->val, of_frame(PHYS_OFFSET), ": reserved,");
	commit(&test_mm, &slot->val, of_frame(0x10009000),
	       "a user entry maps what is no RAM");
	kfree(object);
	end();
}

static void test_first_level_crimes(void **state __unused_arg)
{
	u32 *entry, kernel_section, kernel_table, *kernel_entry;

	boot();
	entry = &test_mm.pgd[TEST_VA >> PGDIR_SHIFT].val;
	kernel_section = init_mm.pgd[(PAGE_OFFSET >> PGDIR_SHIFT) + 5].val;
	kernel_table = init_mm.pgd[FIXMAP_START >> PGDIR_SHIFT].val;
	kernel_entry = &test_mm.pgd[(PAGE_OFFSET >> PGDIR_SHIFT) + 5].val;
	commit(&test_mm, entry, *entry ^ 1u << 5, "wrong domain");
	commit(&test_mm, entry, (*entry & 0x3ff) | 0x10009000,
	       "not the address of a table");
	commit(&test_mm, entry, *entry | 3, "reserved descriptor type");
	commit(&test_mm, entry + 1, 0x100, "junk in an empty entry");
	/* The kernel's memory and devices in the user half. */
	commit(&test_mm, entry + 1, kernel_section,
	       "a section is not expected here");
	commit(&test_mm, entry + 1, kernel_table, "wrong domain");
	commit(&init_mm, &init_mm.pgd[5].val, kernel_section,
	       "a section is not expected here");
	/* Kernel entries that are this mm's alone. */
	commit(&test_mm, kernel_entry, *kernel_entry ^ 1u << 15,
	       "differs from the kernel's own");
	end();
}

/* Section (B3.5.1): C 3, XN 4, AF 10, AP 11 and 15, S 16, nG 17. */
static void test_kernel_section_crimes(void **state __unused_arg)
{
	static const struct {
		u32 flip;
		const char *text;
	} crimes[] = {
		{ 1u << 4, "W^X" },
		{ 1u << 4 | 1u << 15, "executable outside the kernel's text" },
		{ 1u << 17, "a kernel entry is not global" },
		{ 1u << 11, "programs can reach a kernel entry" },
		{ 1u << 10, "a kernel entry can fault on access" },
		{ 1u << 3, "RAM is not write-back memory" },
		{ 1u << 16, "RAM is not write-back memory" },
		{ 1u << 18, "a section is not expected here" },
		{ 1u << 5, "wrong domain" },
	};
	u32 *entry;

	boot();
	entry = &init_mm.pgd[(PAGE_OFFSET >> PGDIR_SHIFT) + 4].val;
	for (u32 i = 0; i < ARRAY_SIZE(crimes); i++)
		commit(&init_mm, entry, *entry ^ crimes[i].flip,
		       crimes[i].text);
	end();
}

static pte_t *kernel_slot(u32 va)
{
	u32 table = init_mm.pgd[va >> PGDIR_SHIFT].val & 0xfffffc00u;

	return (pte_t *)phys_to_virt(table) + (va >> PAGE_SHIFT) % PTRS_PER_PTE;
}

static void test_kernel_page_crimes(void **state __unused_arg)
{
	u32 *device, *text;

	boot();
	device = &kernel_slot(FIXMAP_START)->val;
	text = &kernel_slot(kernel_image().text)->val;
	commit(&init_mm, device, *device ^ XN, "device memory is executable");
	commit(&init_mm, device, *device ^ C, "a device is write-back memory");
	commit(&init_mm, text, *text ^ AP2, "W^X");
	commit(&init_mm, text, *text ^ NG, "a kernel entry is not global");
	end();
}

/*
 * At a switch: mm's own entries each time, the kernel's once in sixteen times.
 */
static void test_switch(void **state __unused_arg)
{
	u32 *entry, good, found = 0;

	boot();
	slot->val ^= NG;
	assert_int_equal(pgtable_verify_switch(&test_mm), -EUCLEAN);
	assert_int_equal(pgtable_verify_switch(&test_mm), -EUCLEAN);
	slot->val ^= NG;
	for (u32 i = 0; i < 20; i++)
		assert_int_equal(pgtable_verify_switch(&test_mm), 0);
	entry = &kernel_slot(FIXMAP_START)->val;
	good = *entry;
	*entry ^= XN;
	for (u32 i = 0; i < 32; i++)
		found += pgtable_verify_switch(&test_mm) != 0;
	assert_int_equal(found, 2);
	*entry = good;
	end();
}

/* A table full of errors does not flood the log. */
static void test_many(void **state __unused_arg)
{
	const char *line;
	u32 lines = 0;

	boot();
	for (u32 i = 1; i < 200; i++)
		slot[i].val = slot->val; /* one mapping, many entries */
	page->flags |= PG_SLAB;
	host_log_clear();
	assert_int_equal(pgtable_verify(&test_mm), -EUCLEAN);
	for (line = host_log(); (line = strchr(line, '\n')) != NULL; line++)
		lines++;
	assert_int_equal(lines, 32);
	page->flags &= ~PG_SLAB;
	for (u32 i = 1; i < 200; i++)
		slot[i].val = 0;
	end();
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_user_crimes),
		cmocka_unit_test(test_foreign_frames),
		cmocka_unit_test(test_first_level_crimes),
		cmocka_unit_test(test_kernel_section_crimes),
		cmocka_unit_test(test_kernel_page_crimes),
		cmocka_unit_test(test_switch),
		cmocka_unit_test(test_many),
	};

	return host_run(tests);
}
