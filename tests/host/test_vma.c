/*
 * The set of VMAs against a plain array, one element a page.
 *
 * No page tables here: an mm_struct with nothing but its list and tree.
 */
#include <alloc/internal.h>
#include <file.h>
#include <mm/internal.h>
#include <services/advice/advice.h>
#include <string.h>
#include "host.h"

#define BASE  0x10000000u
#define SLOTS 300u

/* One page of the reference; flags 0: nothing is mapped. */
struct slot {
	u32 flags, pgoff;
	void *object;
};

static struct mm_struct mm;
static struct slot slots[SLOTS];
static int open_objects;

static void object_open(struct vm_area_struct *vma __unused_arg)
{
	open_objects++;
}

static void object_close(struct vm_area_struct *vma __unused_arg)
{
	open_objects--;
}

static const struct vm_operations object_ops = {
	.open = object_open,
	.close = object_close,
};

static void start(void)
{
	u32 i;

	host_boot(32 << 20);
	vma_cache_init();
	memset(&mm, 0, sizeof(mm));
	memset(slots, 0, sizeof(slots));
	TAILQ_INIT(&mm.mmap);
	RB_INIT(&mm.mm_rb);
	init_rwsem(&mm.mmap_lock);
	open_objects = 0;
	for (i = 0; i < SLOTS; i++)
		slots[i].flags = 0;
}

static uaddr_t slot_va(u32 slot)
{
	return BASE + slot * PAGE_SIZE;
}

/* ---- operations, on both ----------------------------------------- */

static void add(u32 first, u32 n, u32 flags, u32 pgoff, void *object)
{
	struct vm_area_struct *vma = vm_area_alloc(&mm), *prev;
	u32 i;

	assert_non_null(vma);
	vma->vm_start = slot_va(first);
	vma->vm_end = slot_va(first + n);
	vma->vm_flags = flags;
	vma->vm_page_prot = vma_page_prot(flags);
	vma->vm_pgoff = pgoff;
	vma->vm_private_data = object;
	if (object) {
		vma->vm_ops = &object_ops;
		object_open(vma);
	}
	vma_charge(&mm, flags, n);
	find_vma_prev(&mm, vma->vm_start, &prev);
	vma_insert(&mm, vma, prev);
	for (i = 0; i < n; i++)
		slots[first + i] = (struct slot){ flags, pgoff + i, object };
}

static void remove_range(u32 first, u32 n)
{
	uaddr_t start = slot_va(first), end = slot_va(first + n), va;
	struct vma_list run = TAILQ_HEAD_INITIALIZER(run);
	struct vm_area_struct *vma;

	for (va = start; (vma = find_vma_intersection(&mm, va, end));
	     va = vma->vm_end)
		assert_true(vma_isolate(&vma, max(start, vma->vm_start),
					min(end, vma->vm_end)) >= 0);
	vma = find_vma_intersection(&mm, start, end);
	if (vma)
		vma_unlink_run(&mm, vma, end, &run);
	while ((vma = TAILQ_FIRST(&run))) {
		TAILQ_REMOVE(&run, vma, vm_link);
		vma_uncharge(&mm, vma->vm_flags, vma_pages(vma));
		vm_area_free(vma);
	}
	memset(&slots[first], 0, n * sizeof(slots[0]));
}

/* ---- judging ----------------------------------------------------- */

static bool continues(u32 slot)
{
	struct slot *a = &slots[slot - 1], *b = &slots[slot];

	return a->flags == b->flags && a->object == b->object &&
		a->pgoff + 1 == b->pgoff;
}

/* Every run of equal pages is one VMA, and there is nothing else. */
static void compare(void)
{
	struct vm_area_struct *vma = TAILQ_FIRST(&mm.mmap);
	u32 i, end, runs = 0;

	for (i = 0; i < SLOTS; i = end) {
		for (end = i + 1; end < SLOTS && continues(end); end++)
			;
		if (!slots[i].flags) {
			end = i + 1;
			continue;
		}
		assert_non_null(vma);
		assert_int_equal(vma->vm_start, slot_va(i));
		assert_int_equal(vma->vm_end, slot_va(end));
		assert_int_equal(vma->vm_flags, slots[i].flags);
		assert_int_equal(vma->vm_pgoff, slots[i].pgoff);
		assert_ptr_equal(vma->vm_private_data, slots[i].object);
		runs += slots[i].object != NULL;
		vma = vma_next(vma);
	}
	assert_null(vma);
	assert_int_equal(open_objects, runs);
	assert_int_equal(vma_verify(&mm), 0);
}

/* Last run of n free slots in [low, high), the slow way; SLOTS: none. */
static u32 highest_gap(u32 n, u32 low, u32 high)
{
	u32 at = high, run = 0;

	while (at-- > low) {
		run = slots[at].flags ? 0 : run + 1;
		if (run == n)
			return at;
	}
	return SLOTS;
}

/* The first one, the slow way. */
static u32 lowest_gap(u32 n, u32 low, u32 high)
{
	u32 run = 0;

	for (u32 at = low; at < high; at++) {
		run = slots[at].flags ? 0 : run + 1;
		if (run == n)
			return at + 1 - n;
	}
	return SLOTS;
}

static void compare_gap(u32 n, u32 low, u32 high, bool up)
{
	u32 expected = up ? lowest_gap(n, low, high) :
			    highest_gap(n, low, high);
	uaddr_t va = 0;
	int err = vma_find_gap(&mm, n * PAGE_SIZE, slot_va(low), slot_va(high),
			       up, &va);

	if (expected == SLOTS) {
		assert_int_equal(err, -ENOMEM);
	} else {
		assert_int_equal(err, 0);
		assert_int_equal(va, slot_va(expected));
	}
}

static void compare_find(u32 slot)
{
	uaddr_t va = slot_va(slot) + rnd_below(PAGE_SIZE);
	struct vm_area_struct *vma = find_vma(&mm, va), *prev, *walk;

	walk = TAILQ_FIRST(&mm.mmap);
	while (walk && walk->vm_end <= va)
		walk = vma_next(walk);
	assert_ptr_equal(vma, walk);
	assert_ptr_equal(find_vma_prev(&mm, va, &prev), walk);
	assert_ptr_equal(prev,
			 walk ? vma_prev(walk) :
				TAILQ_LAST(&mm.mmap, vma_list));
}

/* ---- tests ------------------------------------------------------- */

static const u32 kinds[] = {
	VM_READ,
	VM_READ | VM_WRITE,
	VM_READ | VM_EXEC,
};

static void test_merge_both_sides(void **state __unused_arg)
{
	start();
	add(0, 2, VM_READ, 0, NULL);
	add(4, 2, VM_READ, 4, NULL);
	assert_int_equal(mm.map_count, 2);
	add(2, 2, VM_READ, 2, NULL);
	assert_int_equal(mm.map_count, 1);
	compare();
}

static void test_no_merge_of_unequal(void **state __unused_arg)
{
	static int object, other;

	start();
	add(0, 1, VM_READ, 0, NULL);
	add(1, 1, VM_READ | VM_WRITE, 1, NULL);    /* rights */
	add(2, 1, VM_READ | VM_WRITE, 7, NULL);    /* offset */
	add(3, 1, VM_READ | VM_WRITE, 8, &object); /* object */
	add(4, 1, VM_READ | VM_WRITE, 9, &other);
	assert_int_equal(mm.map_count, 5);
	compare();
}

static void test_split_and_back(void **state __unused_arg)
{
	start();
	add(0, 10, VM_READ, 0, NULL);
	remove_range(4, 2);
	assert_int_equal(mm.map_count, 2);
	compare();
	add(4, 2, VM_READ, 4, NULL);
	assert_int_equal(mm.map_count, 1);
	compare();
}

static void test_split_fails_clean(void **state __unused_arg)
{
	struct vm_area_struct *vma;

	start();
	add(0, 10, VM_READ, 0, NULL);
	vma = find_vma(&mm, BASE);
	fail_alloc_set("vm_area_struct", 1, 1);
	assert_int_equal(vma_isolate(&vma, slot_va(2), slot_va(5)), -ENOMEM);
	compare();
	fail_alloc_set("vm_area_struct", 2, 1);
	vma = find_vma(&mm, BASE);
	assert_int_equal(vma_isolate(&vma, slot_va(2), slot_va(5)), -ENOMEM);
	fail_alloc_set(NULL, 0, 0);
	compare();
	mm.map_count = max_map_count;
	assert_int_equal(split_vma(vma, slot_va(3)), -ENOMEM);
	mm.map_count = 1;
	compare();
}

static void test_guard_gap_of_a_stack(void **state __unused_arg)
{
	u32 guard = STACK_GUARD_GAP / PAGE_SIZE;
	uaddr_t va;

	start();
	add(guard + 20, 5, VM_READ | VM_GROWSDOWN, 500, NULL);
	/* The highest place below the stack keeps the gap. */
	assert_int_equal(vma_find_gap(&mm, 2 * PAGE_SIZE, slot_va(0),
				      slot_va(guard + 20), false, &va),
			 0);
	assert_int_equal(va, slot_va(18));
	/*
	 * The lowest place that has room is above it: below, the gap is kept.
	 */
	assert_int_equal(vma_find_gap(&mm, 21 * PAGE_SIZE, slot_va(0),
				      TASK_SIZE, true, &va),
			 0);
	assert_int_equal(va, slot_va(guard + 25));
	assert_int_equal(vma_find_gap(&mm, 21 * PAGE_SIZE, slot_va(0),
				      slot_va(guard + 20), false, &va),
			 -ENOMEM);
	assert_int_equal(vma_verify(&mm), 0);
}

static void update_flags(u32 first, u32 n, u32 clear, u32 set)
{
	bool hole = false;
	u32 i;
	int err = vma_update_flags(&mm, slot_va(first), slot_va(first + n),
				   clear, set);

	for (i = first; i < first + n; i++) {
		if (slots[i].flags)
			slots[i].flags = (slots[i].flags & ~clear) | set;
		else
			hole = true;
	}
	assert_int_equal(err, hole ? -ENOMEM : 0);
}

static void random_operation(void)
{
	static int objects[3];
	u32 first = rnd_below(SLOTS - 1), n = 1 + rnd_below(SLOTS - first - 1);
	u32 which = rnd_below(10);

	if (n > 20 && rnd_below(4))
		n = 1 + rnd_below(20);
	if (which < 4) {
		remove_range(first, n);
		add(first, n, kinds[rnd_below(3)], first, NULL);
	} else if (which < 6) {
		remove_range(first, n);
		add(first, n, kinds[rnd_below(3)], first + rnd_below(2),
		    &objects[rnd_below(3)]);
	} else if (which < 8) {
		remove_range(first, n);
	} else {
		update_flags(first, n, VM_RAND_READ,
			     rnd_below(2) ? VM_RAND_READ : 0);
	}
	compare_gap(1 + rnd_below(12), rnd_below(SLOTS / 2),
		    SLOTS / 2 + rnd_below(SLOTS / 2), rnd_below(2));
	compare_find(rnd_below(SLOTS));
}

static void test_random(void **state __unused_arg)
{
	u32 i;

	start();
	for (i = 0; i < 20000; i++) {
		random_operation();
		if (i % 8 == 0)
			compare();
	}
	compare();
	remove_range(0, SLOTS);
	compare();
	assert_int_equal(mm.map_count, 0);
	assert_int_equal(open_objects, 0);
}

/*
 * Few of the VMAs leave the tree one by one; of most, the others make a new
 * one.
 */
static void test_remove_few_and_most(void **state __unused_arg)
{
	u32 i;

	start();
	for (i = 0; i < SLOTS / 2; i++)
		add(2 * i, 1, VM_READ, i, NULL);
	remove_range(4, 6);
	compare();
	assert_int_equal(mm.map_count, SLOTS / 2 - 3);
	remove_range(12, SLOTS - 24);
	compare();
	assert_int_equal(mm.map_count, 3 + 6);
	compare_gap(SLOTS - 24, 0, SLOTS, false);
	compare_gap(SLOTS - 24, 0, SLOTS, true);
	remove_range(0, SLOTS);
	compare();
	assert_int_equal(mm.map_count, 0);
}

/* Many VMAs: the verifier's slow answer for the gaps, and no leak. */
static void test_sixty_thousand(void **state __unused_arg)
{
	const u32 count = 60000;
	u32 free_before, i;
	uaddr_t va;

	start();
	free_before = nr_free_pages();
	for (i = 0; i < count; i++) {
		struct vm_area_struct *vma = vm_area_alloc(&mm), *prev;

		vma->vm_start = BASE + 2 * i * PAGE_SIZE;
		vma->vm_end = vma->vm_start + PAGE_SIZE;
		vma->vm_flags = VM_READ;
		vma->vm_page_prot = vma_page_prot(VM_READ);
		vma_charge(&mm, VM_READ, 1);
		find_vma_prev(&mm, vma->vm_start, &prev);
		vma_insert(&mm, vma, prev);
	}
	assert_int_equal(mm.map_count, count);
	assert_int_equal(vma_verify(&mm), 0);
	/* All gaps are one page: two pages fit only outside. */
	assert_int_equal(vma_find_gap(&mm, 2 * PAGE_SIZE, BASE,
				      BASE + 2 * count * PAGE_SIZE - PAGE_SIZE,
				      false, &va),
			 -ENOMEM);
	assert_int_equal(vma_find_gap(&mm, PAGE_SIZE, BASE,
				      BASE + 2 * count * PAGE_SIZE - PAGE_SIZE,
				      false, &va),
			 0);
	assert_int_equal(va, BASE + (2 * count - 3) * PAGE_SIZE);
	assert_int_equal(vma_find_gap(&mm, PAGE_SIZE, BASE + 4 * PAGE_SIZE,
				      TASK_SIZE, true, &va),
			 0);
	assert_int_equal(va, BASE + 5 * PAGE_SIZE);
	assert_int_equal(vma_find_gap(&mm, 2 * PAGE_SIZE, BASE, TASK_SIZE, true,
				      &va),
			 0);
	assert_int_equal(va, BASE + (2 * count - 1) * PAGE_SIZE);
	while (mm.map_count) {
		struct vm_area_struct *vma;

		vma = find_vma(&mm, BASE + rnd_below(2 * count) * PAGE_SIZE);
		if (!vma)
			vma = TAILQ_FIRST(&mm.mmap);
		__vma_unlink(&mm, vma);
		vm_area_free(vma);
		vma_uncharge(&mm, VM_READ, 1);
		if (mm.map_count % 10000 == 0)
			assert_int_equal(vma_verify(&mm), 0);
	}
	shrink_all(~0u);
	assert_int_equal(nr_free_pages(), free_before);
}

/* The verifier must find each kind of damage. */
static void test_verifier_sees(void **state __unused_arg)
{
	struct vm_area_struct *vma;

	start();
	add(0, 2, VM_READ, 0, NULL);
	add(4, 2, VM_READ, 4, NULL);
	add(8, 2, VM_READ, 8, NULL);
	vma = find_vma(&mm, slot_va(4));
	vma->rb_subtree_gap ^= PAGE_SIZE;
	assert_int_equal(vma_verify(&mm), -EUCLEAN);
	vma->rb_subtree_gap ^= PAGE_SIZE;
	vma->vm_gap -= PAGE_SIZE;
	assert_int_equal(vma_verify(&mm), -EUCLEAN);
	vma->vm_gap += PAGE_SIZE;
	vma->vm_end += 5 * PAGE_SIZE;
	assert_int_equal(vma_verify(&mm), -EUCLEAN);
	vma->vm_end -= 5 * PAGE_SIZE;
	RB_COLOR(vma, vm_rb) ^= 1;
	assert_int_equal(vma_verify(&mm), -EUCLEAN);
	RB_COLOR(vma, vm_rb) ^= 1;
	mm.total_vm++;
	assert_int_equal(vma_verify(&mm), -EUCLEAN);
	mm.total_vm--;
	assert_int_equal(vma_verify(&mm), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_merge_both_sides),
		cmocka_unit_test(test_no_merge_of_unequal),
		cmocka_unit_test(test_split_and_back),
		cmocka_unit_test(test_split_fails_clean),
		cmocka_unit_test(test_guard_gap_of_a_stack),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_remove_few_and_most),
		cmocka_unit_test(test_sixty_thousand),
		cmocka_unit_test(test_verifier_sees),
	};

	return host_run(tests);
}
