/*
 * Areas of the vmalloc range: contents, guard pages, gaps, reuse of address
 * space, failures.
 */
#include "mm_world.h"

#define NR_AREAS 40

static u32 addr(const void *va)
{
	return (u32)(uintptr_t)va;
}

static bool mapped(u32 va)
{
	phys_addr_t pa;

	return !kernel_va_to_phys(va, &pa);
}

/* A kernel access goes through TLB and walker; the page is found through it. */
static u32 *kernel_word(u32 va)
{
	struct model_result r = model_access(va, MODEL_STORE, false);

	assert_int_equal(r.fsr, 0);
	return phys_to_virt(r.pa);
}

static void test_scattered_frames(void **state __unused_arg)
{
	char *p;
	u32 i;

	world_start(WORLD_RAM);
	p = vmalloc(1000000);
	assert_non_null(p);
	assert_true(is_vmalloc_addr(p));
	assert_int_equal(addr(p) & ~PAGE_MASK, 0);
	for (i = 0; i < 245; i++)
		*kernel_word(addr(p) + i * PAGE_SIZE) = i;
	for (i = 0; i < 245; i++) {
		struct page *page = vmalloc_to_page(p + i * PAGE_SIZE);

		assert_non_null(page);
		assert_true(page->flags & PG_VMALLOC);
		assert_int_equal(*(u32 *)page_address(page), i);
	}
	/* The guard page, and the page before the first. */
	assert_false(mapped(addr(p) + 245 * PAGE_SIZE));
	assert_null(vmalloc_to_page(p + 245 * PAGE_SIZE));
	assert_true(model_access(addr(p) + 245 * PAGE_SIZE, MODEL_LOAD, false)
			    .fsr != 0);
	vfree(p);
	assert_false(mapped(addr(p)));
	assert_true(model_access(addr(p), MODEL_LOAD, false).fsr != 0);
	model_check_tlb();
	vfree(NULL);
	world_end();
}

/* vmalloc succeeds though no two free frames are neighbours. */
static void test_no_contiguous_frames(void **state __unused_arg)
{
	static struct page *held[WORLD_RAM / PAGE_SIZE];
	u32 n = 0, kept = 0;
	char *p;

	world_start(WORLD_RAM);
	while (nr_free_pages() > 64)
		held[n++] = alloc_page(GFP_ATOMIC);
	for (u32 i = 0; i < n; i++)
		if (page_to_pfn(held[i]) % 2)
			held[kept++] = held[i];
		else
			put_page(held[i]);
	drain_local_pages();
	assert_null(alloc_pages(GFP_ATOMIC | __GFP_NOWARN, 7));
	p = vmalloc(6u << 20);
	assert_non_null(p);
	for (u32 off = 0; off < 6u << 20; off += PAGE_SIZE)
		*kernel_word(addr(p) + off) = off;
	for (u32 off = 0; off < 6u << 20; off += PAGE_SIZE)
		assert_int_equal(*kernel_word(addr(p) + off), off);
	vfree(p);
	while (kept > 0)
		put_page(held[--kept]);
	model_check_tlb();
	world_end();
}

static void test_zeroed(void **state __unused_arg)
{
	void *p;

	world_start(WORLD_RAM);
	p = vmalloc(3 * PAGE_SIZE);
	*kernel_word(addr(p)) = 77;
	vfree(p);
	p = vmalloc_aligned(3 * PAGE_SIZE, PAGE_SIZE, GFP_KERNEL | __GFP_ZERO,
			    "zeroed");
	assert_int_equal(*kernel_word(addr(p)), 0);
	vfree(p);
	world_end();
}

static void test_aligned_and_reused(void **state __unused_arg)
{
	void *stacks[20], *again;
	u32 i;

	world_start(WORLD_RAM);
	for (i = 0; i < 20; i++) {
		stacks[i] = vmalloc_aligned(THREAD_SIZE, 2 * THREAD_SIZE,
					    GFP_KERNEL, "stack");
		assert_int_equal(addr(stacks[i]) & (2 * THREAD_SIZE - 1), 0);
		assert_false(mapped(addr(stacks[i]) - 4));
		assert_false(mapped(addr(stacks[i]) + THREAD_SIZE));
	}
	/* The hole that one leaves is exactly as large as the next needs. */
	vfree(stacks[7]);
	again = vmalloc_aligned(THREAD_SIZE, 2 * THREAD_SIZE, GFP_KERNEL,
				"stack");
	assert_ptr_equal(again, stacks[7]);
	for (i = 0; i < 20; i++)
		vfree(stacks[i]);
	model_check_tlb();
	world_end();
}

static void test_ioremap(void **state __unused_arg)
{
	phys_addr_t pa;
	void *p;

	world_start(WORLD_RAM);
	p = ioremap(0x10009004, 8);
	assert_int_equal(addr(p) & ~PAGE_MASK, 4);
	assert_int_equal(kernel_va_to_phys(addr(p), &pa), 0);
	assert_int_equal(pa, 0x10009004);
	assert_null(vmalloc_to_page(p));
	iounmap(p);
	assert_null(ioremap(0x10009000, 0));
	assert_null(ioremap(0xfffff000, 0x2000));
	/* Memory has one type: no frame of lowmem becomes a device. */
	assert_null(ioremap(PHYS_OFFSET + WORLD_RAM / 2, 4));
	assert_null(ioremap(PHYS_OFFSET - PAGE_SIZE, PAGE_SIZE + 1));
	assert_null(ioremap(PHYS_OFFSET + WORLD_RAM - 1, 2));
	p = ioremap(PHYS_OFFSET - PAGE_SIZE, PAGE_SIZE);
	assert_non_null(p);
	iounmap(p);
	p = ioremap(PHYS_OFFSET + WORLD_RAM, PAGE_SIZE);
	assert_non_null(p);
	iounmap(p);
	world_end();
}

static void test_refusals(void **state __unused_arg)
{
	world_start(WORLD_RAM);
	assert_null(vmalloc(0));
	assert_null(vmalloc(0xfffff001));
	assert_null(vmalloc(WORLD_RAM));
	world_end();
}

static void test_crimes(void **state __unused_arg)
{
	char *p;

	world_start(WORLD_RAM);
	p = vmalloc(PAGE_SIZE);
	expect_bug("!area", vfree(p + 16));
	expect_bug("area->owns_pages", iounmap(p));
	vfree(p);
	expect_bug("!area", vfree(p));
	world_end();
}

/* ---- the nth allocation fails ------------------------------------ */

static void *op_vmalloc(void)
{
	return vmalloc(20 * PAGE_SIZE);
}

static void *op_ioremap(void)
{
	return ioremap(0x10009004, 3 * PAGE_SIZE);
}

static void op_iounmap(const void *va)
{
	iounmap((void *)(uintptr_t)va);
}

static const struct sweep_op {
	void *(*op)(void);
	void (*undo)(const void *va);
	u32 allocations;
} sweep_ops[] = {
	{ op_vmalloc, vfree, 22 },     /* area, twenty frames, a table */
	{ op_ioremap, op_iounmap, 2 }, /* area, table */
};

/* Returns true if op returned NULL because its nth allocation failed. */
static bool sweep_once(const struct sweep_op *op, u32 nth)
{
	bool failed;
	void *p;

	world_start(WORLD_RAM);
	fail_alloc_set(NULL, nth, 1);
	p = op->op();
	failed = fail_alloc_hits() != 0;
	fail_alloc_set(NULL, 0, 0);
	assert_int_equal(!p, failed);
	assert_int_equal(mapped(vmalloc_start()), !failed);
	assert_int_equal(vmalloc_verify(), 0);
	if (p)
		op->undo(p);
	model_check_tlb();
	world_end();
	return failed;
}

static void test_nth_allocation_fails(void **state __unused_arg)
{
	for (u32 i = 0; i < ARRAY_SIZE(sweep_ops); i++) {
		u32 nth = 1;

		while (sweep_once(&sweep_ops[i], nth))
			nth++;
		/* New slabs need pages: more than the objects alone. */
		assert_true(nth - 1 >= sweep_ops[i].allocations);
	}
}

/*
 * No memory for the table of its second or third MiB: all entries are undone.
 */
static void test_no_table(void **state __unused_arg)
{
	u32 nth, start;
	void *p = NULL;

	for (nth = 1; !p; nth++) {
		world_start(WORLD_RAM);
		start = vmalloc_start();
		fail_alloc_set("pgtable", nth, 1);
		p = vmalloc(600 * PAGE_SIZE);
		fail_alloc_set(NULL, 0, 0);
		for (u32 i = 0; !p && i < 600; i++)
			assert_false(mapped(start + i * PAGE_SIZE));
		assert_int_equal(vmalloc_verify(), 0);
		model_check_tlb();
		vfree(p);
		world_end();
	}
	assert_true(nth > 3);
}

/* ---- random areas against the list of them ----------------------- */

struct area {
	void *va;
	u32 pages, mark;
};

static struct area areas[NR_AREAS];
static u32 last_end, seen;

static void check_info(const struct vm_info *info, void *arg __unused_arg)
{
	assert_true(info->va >= last_end);
	last_end = info->va + info->bytes;
	assert_int_equal(info->bytes, (info->nr_pages + 1) * PAGE_SIZE);
	seen++;
}

static void check_areas(void)
{
	u32 i, held = 0;

	last_end = vmalloc_start();
	seen = 0;
	vmalloc_for_each(check_info, NULL);
	assert_int_equal(vmalloc_verify(), 0);
	for (i = 0; i < NR_AREAS; i++) {
		u32 va = addr(areas[i].va);

		if (!areas[i].va)
			continue;
		held++;
		assert_int_equal(*kernel_word(va), areas[i].mark);
		assert_int_equal(
			*kernel_word(va + (areas[i].pages - 1) * PAGE_SIZE + 4),
			areas[i].mark);
		assert_false(mapped(va + areas[i].pages * PAGE_SIZE));
	}
	assert_int_equal(seen, held);
}

static void new_area(struct area *area)
{
	u32 align = PAGE_SIZE << rnd_below(4);
	u32 va;

	area->pages = 1 + rnd_below(30);
	area->mark = rnd();
	area->va = vmalloc_aligned(area->pages * PAGE_SIZE, align, GFP_KERNEL,
				   "test");
	va = addr(area->va);
	assert_non_null(area->va);
	assert_int_equal(va & (align - 1), 0);
	*kernel_word(va) = area->mark;
	*kernel_word(va + (area->pages - 1) * PAGE_SIZE + 4) = area->mark;
}

static void test_random(void **state __unused_arg)
{
	u32 i;

	world_start(WORLD_RAM);
	memset(areas, 0, sizeof(areas));
	for (i = 0; i < 5000; i++) {
		struct area *area = &areas[rnd_below(NR_AREAS)];

		if (area->va) {
			vfree(area->va);
			area->va = NULL;
		} else {
			new_area(area);
		}
		assert_int_equal(vmalloc_verify(), 0);
		if (i % 100 == 0) {
			check_areas();
			model_check_tlb();
		}
	}
	/* First fit: the range that was freed is used again. */
	assert_true(last_end < vmalloc_start() + (4u << 20));
	for (i = 0; i < NR_AREAS; i++)
		vfree(areas[i].va);
	world_end();
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scattered_frames),
		cmocka_unit_test(test_no_contiguous_frames),
		cmocka_unit_test(test_zeroed),
		cmocka_unit_test(test_aligned_and_reused),
		cmocka_unit_test(test_ioremap),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_crimes),
		cmocka_unit_test(test_nth_allocation_fails),
		cmocka_unit_test(test_no_table),
		cmocka_unit_test(test_random),
	};

	return host_run(tests);
}
