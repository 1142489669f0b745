/*
 * The MMU model judged: each rule it knows is broken once, by hand and with the
 * adversary asleep, and must be named.
 *
 * tests/host/model.t looks whether every rule of mmu_model*.c is broken here or
 * in another test.
 */
#include <asm/barrier.h>
#include <asm/cacheflush.h>
#include <asm/cp15.h>
#include <asm/tlbflush.h>
#include "mmu_model_internal.h"
#include "mmu_test.h"

#define QUIET      ((struct model_machine){ .walks_coherent = true })
#define SECTION_VA (PAGE_OFFSET + 4 * PGDIR_SIZE)

/* Small page (DDI0406C B3.5.1): XN 0, B 2, C 3, AP 5 and 9, S 10, nG 11. */
#define XN  (1u << 0)
#define C   (1u << 3)
#define AP2 (1u << 9)
#define NG  (1u << 11)

static struct mm_struct mm_a, mm_b;
static struct page *page; /* at TEST_VA of mm_a */
static u32 *slot;         /* its entry */

static void boot_on(struct model_machine machine)
{
	model_boot_on(TEST_RAM, machine);
	new_mm(&mm_a);
	page = map_new(&mm_a, TEST_VA, TEST_RW);
	slot = &pte_offset_map(&mm_a, TEST_VA)->val;
	model_switch(&mm_a);
}

static void boot(void)
{
	boot_on(QUIET);
}

static u32 *pgd_slot(struct mm_struct *mm, u32 va)
{
	return &mm->pgd[va >> PGDIR_SHIFT].val;
}

/* The access that the model judges: a program's load at va. */
static void load(u32 va)
{
	u32 val;

	model_load(&mm_a, va, &val);
}

static void kernel_load(u32 va)
{
	model_access(va, MODEL_LOAD, false);
}

/* The store reaches the walker. */
static void store(u32 *entry, u32 desc)
{
	table_store(entry, desc);
	dccmvau(entry);
	dsb();
	isb();
}

/* In the legal order: break, flush, make. */
static void replace(u32 *entry, u32 desc)
{
	store(entry, 0);
	tlbiall();
	dsb();
	isb();
	store(entry, desc);
}

/* ---- what an entry says ------------------------------------------ */

static void test_user_entry(void **state __unused_arg)
{
	boot();
	replace(slot, *slot & ~NG);
	expect_violation("user entry for 0x00400000 is global", load(TEST_VA));
}

static void test_kernel_entry(void **state __unused_arg)
{
	struct page *frame;
	u32 va, *entry, good;

	boot();
	va = vmalloc_start();
	frame = alloc_page(GFP_KERNEL);
	assert_int_equal(map_kernel_range(va, PAGE_SIZE, &frame, MT_MEMORY_RW),
			 0);
	assert_int_equal(sync_kernel_pgd(mm_a.pgd, va), 0);
	entry = phys_to_virt(*pgd_slot(&mm_a, va) & 0xfffffc00u);
	good = *entry;
	replace(entry, good | NG);
	expect_violation("is not global", kernel_load(va));
	replace(entry, good & ~XN);
	expect_violation("is writable and executable", kernel_load(va));
	/* TEX0:C:B = 001, Device; read-only, but fetches may come. */
	replace(entry, (good & ~(XN | C)) | AP2);
	expect_violation("Device memory without XN", kernel_load(va));
}

static void test_two_types_for_one_frame(void **state __unused_arg)
{
	boot();
	load(TEST_VA);
	store(slot + 1, *slot & ~C);
	expect_violation("with different attributes",
			 load(TEST_VA + PAGE_SIZE));
}

static void test_descriptors_not_used(void **state __unused_arg)
{
	u32 *section;

	boot();
	section = pgd_slot(&mm_a, SECTION_VA);
	replace(section, *section | 1u << 18);
	expect_violation("supersection at", kernel_load(SECTION_VA));
	replace(slot, (*slot & ~3u) | 1);
	expect_violation("large page", load(TEST_VA));
	replace(pgd_slot(&mm_a, TEST_VA), 0x10000000 | 1u << 5 | 1);
	expect_violation("walk outside RAM", load(TEST_VA));
}

/* ---- registers --------------------------------------------------- */

static void set_and_sync(void (*write)(u32 val), u32 val)
{
	write(val);
	isb();
}

static void test_registers(void **state __unused_arg)
{
	u32 ttbr0, sctlr, prrr;

	boot();
	model_switch(NULL);
	ttbr0 = read_ttbr0();
	sctlr = read_sctlr();
	prrr = read_prrr();
	set_and_sync(write_sctlr, sctlr & ~(1u << 29));
	expect_violation("AFE must be on", kernel_load(SECTION_VA));
	set_and_sync(write_sctlr, sctlr);
	set_and_sync(write_ttbcr, 1);
	expect_violation("AFE must be on, N = 0", kernel_load(SECTION_VA));
	set_and_sync(write_ttbcr, 0);
	set_and_sync(write_ttbr0, ttbr0 | 0x80);
	expect_violation("not 16 KiB-aligned", kernel_load(SECTION_VA));
	set_and_sync(write_ttbr0, ttbr0);
	set_and_sync(write_prrr, prrr | 3u << 6);
	expect_violation("has the reserved type 3", kernel_load(SECTION_VA));
	set_and_sync(write_prrr, prrr);
	set_and_sync(write_dacr, 3);
	expect_violation("is manager: AP and XN are ignored",
			 kernel_load(SECTION_VA));
}

/* What walks and caches may do with RAM: PRRR, NMRR, the low bits of TTBR0. */
static void test_memory_attributes(void **state __unused_arg)
{
	/* NMRR: region 3 write-through, inner, then outer; not cached. */
	static const u32 nmrr[] = { 0x00400080, 0x00800040, 0 };
	/* TTBR0's IRGN, S, RGN, NOS. */
	static const u32 ttbr_bits[] = { 1u << 6, 1u << 1, 1u << 3, 1u << 5 };
	u32 ttbr0;

	for (u32 i = 0; i < ARRAY_SIZE(nmrr); i++) {
		boot();
		set_and_sync(write_nmrr, nmrr[i]);
		expect_violation("is not write-back, inner shareable memory",
				 kernel_load(SECTION_VA));
	}
	boot();
	set_and_sync(write_prrr, read_prrr() & ~(1u << 19));
	expect_violation("is not write-back, inner shareable memory",
			 kernel_load(SECTION_VA));
	for (u32 i = 0; i < ARRAY_SIZE(ttbr_bits); i++) {
		boot();
		model_switch(NULL);
		ttbr0 = read_ttbr0();
		expect_violation("with other attributes than its memory has",
				 write_ttbr0(ttbr0 ^ ttbr_bits[i]));
	}
}

/* Off, and on again as at power-on: the real boot_mmu_on does all of it. */
static void test_mmu_on_too_early(void **state __unused_arg)
{
	u32 sctlr;

	boot();
	model_switch(NULL);
	sctlr = read_sctlr();
	set_and_sync(write_sctlr, sctlr & ~1u);
	write_ttbcr(0);
	expect_violation("before a register's write is in force",
			 write_sctlr(sctlr));
	isb();
	set_and_sync(write_sctlr, sctlr & ~1u);
	model_tlb_reset();
	expect_violation("with what a loader left", write_sctlr(sctlr));
	isb();
}

/* A copy of the kernel's entry that the switch does not wait for. */
static void test_switch_without_dsb(void **state __unused_arg)
{
	boot();
	table_store(slot + 1, 0);
	expect_violation("before the kernel's entries that it copied",
			 model_switch(&mm_a));
}

/* DACR, SCTLR, TTBCR: not in force before the isb (B3.15.5). */
static void test_register_without_isb(void **state __unused_arg)
{
	static void (*const writes[])(u32) = {
		write_dacr, write_sctlr, write_ttbcr, write_prrr, write_nmrr,
	};
	const u32 same[] = { 1, 0, 0, 0, 0 };

	for (u32 i = 0; i < ARRAY_SIZE(writes); i++) {
		u32 val = same[i];

		boot();
		if (writes[i] == write_sctlr)
			val = read_sctlr();
		if (writes[i] == write_prrr)
			val = read_prrr();
		if (writes[i] == write_nmrr)
			val = read_nmrr();
		writes[i](val);
		expect_violation("TLB or CP15 operation without isb",
				 kernel_load(SECTION_VA));
	}
}

/* ---- what the TLB keeps ------------------------------------------ */

/* A global entry beside one of this ASID. */
static void test_two_entries(void **state __unused_arg)
{
	struct page *other;
	u32 val;

	boot();
	load(TEST_VA);
	new_mm(&mm_b);
	other = map_new(&mm_b, TEST_VA, VM_READ);
	expect_violation("is global", {
		store(&pte_offset_map(&mm_b, TEST_VA)->val,
		      mk_pte(other, vm_get_page_prot(VM_READ)).val & ~NG);
		model_load(&mm_b, TEST_VA, &val);
	});
	expect_violation("two TLB entries", load(TEST_VA));
}

/* A table of pages that map what the section at SECTION_VA maps. */
static u32 table_like_section(u32 section)
{
	struct page *table = alloc_page(GFP_KERNEL | __GFP_ZERO);
	u32 *entries = page_address(table);
	u32 attrs = 2 | XN | 1u << 4 | 3u << 2 | 1u << 10;

	for (u32 i = 0; i < PTRS_PER_PTE; i++)
		store(entries + i,
		      (section & 0xfff00000u) + i * PAGE_SIZE + attrs);
	return (u32)page_to_phys(table) | 1;
}

/* A section becomes a table of the same memory, and nothing is flushed. */
static void test_section_and_page(void **state __unused_arg)
{
	u32 *entry, section, table;

	boot();
	entry = pgd_slot(&mm_a, SECTION_VA);
	section = *entry;
	table = table_like_section(section);
	kernel_load(SECTION_VA);
	store(entry, 0);
	expect_violation("while the TLB holds 0x", store(entry, table));
	expect_violation("the TLB holds a mapping of 1048576 bytes",
			 kernel_load(SECTION_VA));
	/* A speculative walk may add this entry at any moment. */
	model.adversary = 1000;
	expect_violation("a TLB entry of 4096 bytes beside one of 1048576", {
		for (u32 i = 0; i < 300; i++)
			dsb();
	});
}

/* The other way: pages stay when a section takes their place. */
static void test_page_and_section(void **state __unused_arg)
{
	u32 *entry, section;

	boot();
	entry = pgd_slot(&mm_a, SECTION_VA);
	section = *entry;
	replace(entry, table_like_section(section));
	kernel_load(SECTION_VA);
	store(entry, 0);
	expect_violation("while the TLB holds pages of", store(entry, section));
	expect_violation("the TLB holds a mapping of 4096 bytes",
			 kernel_load(SECTION_VA));
}

/* One page of the MiB is in the TLB; the walk for the next is remembered. */
static void test_walker_remembers(void **state __unused_arg)
{
	boot();
	load(TEST_VA);
	store(pgd_slot(&mm_a, TEST_VA), 0);
	expect_violation("remembers a first-level entry that is gone",
			 load(TEST_VA + PAGE_SIZE));
	expect_violation("the walker remembers the first level 0x",
			 model_check_tlb());
}

static void test_invalidate_without_dsb(void **state __unused_arg)
{
	boot();
	load(TEST_VA);
	tlbimva(TEST_VA, read_contextidr() & 0xff);
	expect_violation("the invalidate of its entry is not complete",
			 load(TEST_VA));
	expect_violation("TLB invalidate without a dsb after it",
			 model_check_tlb());
}

/* Rights that went, the frame that stayed. */
static void test_stale_rights(void **state __unused_arg)
{
	boot();
	load(TEST_VA);
	store(slot, *slot | AP2);
	expect_violation("table allows less, 0x", model_check_tlb());
	expect_violation("allows what 0x", load(TEST_VA));
	store(slot, 0);
	expect_violation("the table does not: missing flush",
			 model_check_tlb());
}

/* ---- order ------------------------------------------------------- */

static void test_store_without_dsb(void **state __unused_arg)
{
	boot();
	table_store(slot + 1, *slot);
	expect_violation("may not be visible to the walker yet",
			 load(TEST_VA + PAGE_SIZE));
	expect_violation("a table store is not visible yet", model_check_tlb());
}

/* Walks that look past the data cache. */
static void test_store_not_cleaned(void **state __unused_arg)
{
	boot_on((struct model_machine){ .walks_coherent = false });
	table_store(slot + 1, *slot);
	dsb();
	expect_violation("no dsb, not clean", load(TEST_VA + PAGE_SIZE));
	slot[2] = *slot; /* as a memset or memcpy would */
	dsb();
	expect_violation("not cleaned to the PoU",
			 load(TEST_VA + 2 * PAGE_SIZE));
}

static void test_replaced_without_break(void **state __unused_arg)
{
	boot();
	expect_violation("no invalid entry between",
			 store(slot, *slot ^ PAGE_SIZE));
}

static void test_icache_order(void **state __unused_arg)
{
	boot();
	dccmvau(page_address(page));
	expect_violation("ICIALLU before the cleans are complete", iciallu());
}

/*
 * Other code at an address that was executed from, flushed but not predicted.
 */
static void test_stale_prediction(void **state __unused_arg)
{
	struct page *code;
	u32 insn;

	boot();
	unmap_and_free(&mm_a, TEST_VA, page);
	page = map_new(&mm_a, TEST_VA, VM_READ | VM_EXEC);
	code = map_new(&mm_a, TEST_VA + PAGE_SIZE, VM_READ | VM_EXEC);
	assert_int_equal(model_fetch(&mm_a, TEST_VA, &insn), 0);
	replace(slot, (*slot & ~PAGE_MASK) | page_to_phys(code));
	expect_violation("branch predictions of the page that was here before",
			 model_fetch(&mm_a, TEST_VA, &insn));
}

/* ---- faults ------------------------------------------------------ */

static int mends_nothing(struct mm_struct *mm __unused_arg,
			 const struct abort_info *info __unused_arg,
			 bool user __unused_arg)
{
	return 0;
}

static void test_fault_for_ever(void **state __unused_arg)
{
	boot();
	model_on_fault(mends_nothing);
	expect_violation("faults were handled and the access still faults",
			 load(TEST_VA + PAGE_SIZE));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_user_entry),
		cmocka_unit_test(test_kernel_entry),
		cmocka_unit_test(test_two_types_for_one_frame),
		cmocka_unit_test(test_descriptors_not_used),
		cmocka_unit_test(test_registers),
		cmocka_unit_test(test_memory_attributes),
		cmocka_unit_test(test_mmu_on_too_early),
		cmocka_unit_test(test_switch_without_dsb),
		cmocka_unit_test(test_register_without_isb),
		cmocka_unit_test(test_two_entries),
		cmocka_unit_test(test_section_and_page),
		cmocka_unit_test(test_page_and_section),
		cmocka_unit_test(test_walker_remembers),
		cmocka_unit_test(test_invalidate_without_dsb),
		cmocka_unit_test(test_stale_rights),
		cmocka_unit_test(test_store_without_dsb),
		cmocka_unit_test(test_store_not_cleaned),
		cmocka_unit_test(test_replaced_without_break),
		cmocka_unit_test(test_icache_order),
		cmocka_unit_test(test_stale_prediction),
		cmocka_unit_test(test_fault_for_ever),
	};

	return host_run(tests);
}
