/*
 * The kernel's half: what paging_init built, read back by the model's own
 * walker; vmalloc-style ranges all or nothing; other pgds.
 */
#include <asm/sections.h>
#include <asm/tlbflush.h>
#include "mmu_test.h"

static struct mm_struct test_mm;
static struct page *pages[300];

static u32 fsr(u32 va, enum model_access kind)
{
	return model_access(va, kind, false).fsr;
}

struct expect {
	const char *what;
	u32 va;
	u32 load, store, fetch; /* fault status, 0 = goes through */
};

static void check(const struct expect *e)
{
	if (fsr(e->va, MODEL_LOAD) != e->load ||
	    fsr(e->va, MODEL_STORE) != e->store ||
	    fsr(e->va, MODEL_FETCH) != e->fetch)
		fail_msg("%s at 0x%08x: load 0x%x store 0x%x fetch 0x%x",
			 e->what, e->va, fsr(e->va, MODEL_LOAD),
			 fsr(e->va, MODEL_STORE), fsr(e->va, MODEL_FETCH));
}

#define NO_SECTION 0x005, 0x805, 0x005
#define NO_PAGE    0x007, 0x807, 0x007
#define PAGE_RW    0, 0, 0x00f
#define PAGE_RO    0, 0x80f, 0x00f
#define PAGE_RX    0, 0x80f, 0
#define SECTION_RW 0, 0, 0x00d

static void check_final_map(void)
{
	struct kernel_image img = kernel_image();
	const struct expect map[] = {
		{ "NULL", 0, NO_SECTION },
		{ "identity map", img.boot, NO_SECTION },
		{ "below the image", PAGE_OFFSET, PAGE_RW },
		{ "boot code", PAGE_OFFSET + 0x10000, PAGE_RO },
		{ "text", img.text, PAGE_RX },
		{ "last text", img.etext - 4, PAGE_RX },
		{ "rodata", img.rodata, PAGE_RO },
		{ "last rodata", img.erodata - 4, PAGE_RO },
		{ "data", img.erodata, PAGE_RW },
		{ "lowmem", PAGE_OFFSET + 0x300000, SECTION_RW },
		{ "last lowmem", high_memory - 4, SECTION_RW },
		{ "gap", high_memory, NO_SECTION },
		{ "vmalloc", vmalloc_start(), NO_SECTION },
		{ "uart", FIXMAP_START + 0x9000, PAGE_RW },
		{ "after it", FIXMAP_START + 0x20000, NO_PAGE },
		{ "vectors, not yet", VECTORS_BASE, NO_PAGE },
	};

	for (u32 i = 0; i < ARRAY_SIZE(map); i++)
		check(&map[i]);
	for (u32 i = 0; i < ARRAY_SIZE(map); i++)
		assert_int_not_equal(
			model_access(map[i].va, MODEL_LOAD, true).fsr, 0);
}

static void test_final_map(void **state __unused_arg)
{
	model_boot(TEST_RAM);
	assert_int_equal(high_memory, PAGE_OFFSET + TEST_RAM);
	check_final_map();
	assert_int_equal(pgtable_verify(&init_mm), 0);
	model_check_tlb();
	expect_log("Virtual kernel memory layout");
}

/* The linear map: each page of lowmem is at its address plus a constant. */
static void test_linear(void **state __unused_arg)
{
	phys_addr_t pa;

	model_boot(TEST_RAM);
	for (u32 va = PAGE_OFFSET; va < high_memory; va += PAGE_SIZE) {
		assert_int_equal(model_access(va, MODEL_LOAD, false).pa,
				 va - PAGE_OFFSET + PHYS_OFFSET);
		assert_int_equal(kernel_va_to_phys(va + 5, &pa), 0);
		assert_int_equal(pa, va + 5 - PAGE_OFFSET + PHYS_OFFSET);
	}
	assert_int_equal(kernel_va_to_phys(high_memory, &pa), -EFAULT);
	assert_int_equal(kernel_va_to_phys(0x1000, &pa), -EFAULT);
}

static void test_vectors(void **state __unused_arg)
{
	struct page *page;

	model_boot(TEST_RAM);
	page = alloc_page(GFP_KERNEL);
	map_vectors(page_to_phys(page));
	check(&(struct expect){ "vectors", VECTORS_BASE, PAGE_RX });
	assert_int_equal(model_access(VECTORS_BASE, MODEL_LOAD, true).fsr, 0);
	assert_int_equal(model_access(VECTORS_BASE, MODEL_FETCH, true).fsr, 0);
	assert_int_equal(model_access(VECTORS_BASE, MODEL_STORE, true).fsr,
			 0x80f);
	assert_int_equal(pgtable_verify(&init_mm), 0);
}

static void take_pages(u32 n)
{
	for (u32 i = 0; i < n; i++) {
		pages[i] = alloc_page(GFP_KERNEL);
		assert_non_null(pages[i]);
	}
}

static void put_pages(u32 n)
{
	for (u32 i = 0; i < n; i++)
		put_page(pages[i]);
}

/* Over a table's border, and back to nothing. */
static void test_map_range(void **state __unused_arg)
{
	const u32 n = 300, bytes = n * PAGE_SIZE;
	u32 va;

	model_boot(TEST_RAM);
	take_pages(n);
	va = vmalloc_start() + PGDIR_SIZE - 7 * PAGE_SIZE;
	assert_int_equal(map_kernel_range(va, bytes, pages, MT_MEMORY_RW), 0);
	for (u32 i = 0; i < n; i++)
		assert_int_equal(
			model_access(va + i * PAGE_SIZE, MODEL_STORE, false).pa,
			page_to_phys(pages[i]));
	assert_int_equal(fsr(va - PAGE_SIZE, MODEL_LOAD), 0x007);
	assert_int_equal(fsr(va + bytes, MODEL_LOAD), 0x007);
	assert_int_equal(pgtable_verify(&init_mm), 0);
	assert_int_equal(map_kernel_range(va + bytes - PAGE_SIZE, 2 * PAGE_SIZE,
					  pages, MT_MEMORY_RW),
			 -EEXIST);
	assert_int_equal(fsr(va + bytes, MODEL_LOAD), 0x007);
	unmap_kernel_range(va, bytes);
	flush_tlb_kernel_range(va, va + bytes);
	model_check_tlb();
	for (u32 i = 0; i < n; i++)
		assert_int_equal(fsr(va + i * PAGE_SIZE, MODEL_LOAD), 0x007);
	put_pages(n);
}

/* The Nth table cannot be had: nothing is mapped, and the next try works. */
static void test_map_range_no_memory(void **state __unused_arg)
{
	const u32 n = 300, bytes = n * PAGE_SIZE;
	u32 va, nth;
	int err = -ENOMEM;

	model_boot(TEST_RAM);
	take_pages(n);
	va = vmalloc_start() + PGDIR_SIZE - 7 * PAGE_SIZE;
	for (nth = 1; err == -ENOMEM; nth++) {
		fail_alloc_set("pgtable", nth, 1);
		err = map_kernel_range(va, bytes, pages, MT_MEMORY_RW);
		for (u32 i = 0; err && i < n; i++)
			assert_int_not_equal(fsr(va + i * PAGE_SIZE,
						 MODEL_LOAD),
					     0);
	}
	fail_alloc_set(NULL, 0, 0);
	assert_int_equal(err, 0);
	assert_in_range(nth, 3, 5);
	unmap_kernel_range(va, bytes);
	flush_tlb_kernel_range(va, va + bytes);
	put_pages(n);
}

static void test_ioremap(void **state __unused_arg)
{
	struct pt_walk walk;
	char text[64];
	u32 va;

	model_boot(TEST_RAM);
	va = vmalloc_start() + 16 * PGDIR_SIZE;
	assert_int_equal(ioremap_page_range(va, 2 * PAGE_SIZE, 0x10017000,
					    MT_DEVICE),
			 0);
	assert_int_equal(model_access(va + 0x1010, MODEL_STORE, false).pa,
			 0x10018010);
	assert_int_equal(fsr(va, MODEL_FETCH), 0x00f);
	walk_va(init_mm.pgd, va, &walk);
	assert_true(walk.mapped);
	assert_int_equal(walk.pa, 0x10017000);
	assert_int_equal(walk.size, PAGE_SIZE);
	format_l2(walk.l2_desc, text, sizeof(text));
	assert_string_equal(text, "rw- svc G device S young");
	format_l1(walk.l1_desc, text, sizeof(text));
	assert_string_equal(text, "table domain 0");
	assert_int_equal(pgtable_verify(&init_mm), 0);
}

/* A first-level entry made later reaches an older pgd when it faults. */
static void test_sync_kernel_pgd(void **state __unused_arg)
{
	u32 va, before;

	model_boot(TEST_RAM);
	new_mm(&test_mm);
	before = nr_vmalloc_syncs;
	va = vmalloc_start();
	assert_int_equal(sync_kernel_pgd(test_mm.pgd, va), -EFAULT);
	assert_int_equal(sync_kernel_pgd(test_mm.pgd, TEST_VA), -EFAULT);
	take_pages(1);
	assert_int_equal(map_kernel_range(va, PAGE_SIZE, pages, MT_MEMORY_RW),
			 0);
	assert_int_equal(test_mm.pgd[va >> PGDIR_SHIFT].val, 0);
	assert_int_equal(sync_kernel_pgd(test_mm.pgd, va), 0);
	assert_int_equal(test_mm.pgd[va >> PGDIR_SHIFT].val,
			 init_mm.pgd[va >> PGDIR_SHIFT].val);
	assert_int_equal(sync_kernel_pgd(test_mm.pgd, va), -EFAULT);
	assert_int_equal(nr_vmalloc_syncs, before + 1);
	assert_int_equal(pgtable_verify(&test_mm), 0);
	unmap_kernel_range(va, PAGE_SIZE);
	flush_tlb_kernel_range(va, va + PAGE_SIZE);
	put_pages(1);
	drop_mm(&test_mm);
}

static void test_show_pte(void **state __unused_arg)
{
	struct page *page;

	model_boot(TEST_RAM);
	new_mm(&test_mm);
	page = map_new(&test_mm, TEST_VA, VM_READ | VM_EXEC);
	show_pte(test_mm.pgd, TEST_VA + 4);
	expect_log("table domain 1");
	expect_log("r-x usr nG WBWA S young");
	host_log_clear();
	show_pte(test_mm.pgd, 0);
	expect_log("not mapped");
	unmap_and_free(&test_mm, TEST_VA, page);
	drop_mm(&test_mm);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_final_map),
		cmocka_unit_test(test_linear),
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_map_range),
		cmocka_unit_test(test_map_range_no_memory),
		cmocka_unit_test(test_ioremap),
		cmocka_unit_test(test_sync_kernel_pgd),
		cmocka_unit_test(test_show_pte),
	};

	return host_run(tests);
}
