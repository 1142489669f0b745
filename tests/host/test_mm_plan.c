/*
 * test_mm_plan.c - a call that fails has changed nothing (law 4).
 *
 * Each call of the mmap family, with things in its way, while its nth
 * allocation fails, for n = 1, 2 ... until it succeeds; and with ever fewer
 * VMAs to go until the limit. Before and after a call that failed, all must be
 * the same: the VMAs, their accounts, the tables, the frames, every byte.
 */
#include <stdio.h>
#include <stdlib.h>

#include "mm_world.h"

#define PG   PAGE_SIZE
#define MAPS 512u  /* what a picture can hold: VMAs, pages */
#define OVER 0x1fu /* far more than a call may need */

/* The places, each with free space around it. */
#define FROM   (0x20000000u + PGDIR_SIZE - 4 * PG) /* 8 pages, two tables */
#define TARGET 0x30000000u                         /* 8 pages of many kinds */
#define SHARED 0x20000000u                         /* 4 pages */
#define LOCKED 0x21000000u                         /* 4 pages */
#define STACK  0x28000000u                         /* 4 pages, grows down */
#define HEAP   0x00100000u                         /* 3 pages */
#define TWINS  0x22000000u                         /* twice 3 pages */
#define FIXED  (MREMAP_MAYMOVE | MREMAP_FIXED)

static struct mm_struct *mm;

/* ---- a picture of the address space ------------------------------ */

struct picture {
	struct mm_struct fields; /* the counters and borders of mm */
	u32 promised;
	u32 nr_vmas, nr_pages;
	struct vm_area_struct vmas[MAPS];
	struct {
		uaddr_t va;
		u32 frame;
		u8 bytes[PAGE_SIZE];
	} pages[MAPS];
};

static void take_page(struct picture *pic, uaddr_t va)
{
	u32 frame = frame_of(mm, va);

	if (!frame)
		return;
	assert_true(pic->nr_pages < MAPS);
	pic->pages[pic->nr_pages].va = va;
	pic->pages[pic->nr_pages].frame = frame;
	memcpy(pic->pages[pic->nr_pages].bytes,
	       page_address(pfn_to_page(frame)), PAGE_SIZE);
	pic->nr_pages++;
}

static struct picture *take_picture(void)
{
	struct picture *pic = calloc(1, sizeof(*pic));
	struct vm_area_struct *vma;

	pic->fields = *mm;
	pic->promised = vm_committed_pages();
	TAILQ_FOREACH(vma, &mm->mmap, vm_link) {
		assert_true(pic->nr_vmas < MAPS);
		pic->vmas[pic->nr_vmas++] = *vma;
		for (uaddr_t va = vma->vm_start; va < vma->vm_end; va += PG)
			take_page(pic, va);
	}
	return pic;
}

static void compare_fields(const struct mm_struct *a, const struct mm_struct *b)
{
	assert_int_equal(a->map_count, b->map_count);
	assert_int_equal(a->total_vm, b->total_vm);
	assert_int_equal(a->data_vm, b->data_vm);
	assert_int_equal(a->exec_vm, b->exec_vm);
	assert_int_equal(a->stack_vm, b->stack_vm);
	assert_int_equal(a->locked_vm, b->locked_vm);
	assert_int_equal(a->def_flags, b->def_flags);
	assert_int_equal(a->brk, b->brk);
	assert_int_equal(a->nr_ptes, b->nr_ptes);
	assert_memory_equal(a->rss, b->rss, sizeof(a->rss));
}

static void compare_vmas(const struct vm_area_struct *a,
			 const struct vm_area_struct *b)
{
	assert_int_equal(a->vm_start, b->vm_start);
	assert_int_equal(a->vm_end, b->vm_end);
	assert_int_equal(a->vm_flags, b->vm_flags);
	assert_int_equal(a->vm_page_prot.val, b->vm_page_prot.val);
	assert_int_equal(a->vm_pgoff, b->vm_pgoff);
	assert_ptr_equal(a->vm_file, b->vm_file);
	assert_ptr_equal(a->vm_private_data, b->vm_private_data);
}

static void compare_pictures(const struct picture *a, const struct picture *b)
{
	assert_int_equal(a->promised, b->promised);
	compare_fields(&a->fields, &b->fields);
	assert_int_equal(a->nr_vmas, b->nr_vmas);
	for (u32 i = 0; i < a->nr_vmas; i++)
		compare_vmas(&a->vmas[i], &b->vmas[i]);
	assert_int_equal(a->nr_pages, b->nr_pages);
	for (u32 i = 0; i < a->nr_pages; i++) {
		assert_int_equal(a->pages[i].va, b->pages[i].va);
		assert_int_equal(a->pages[i].frame, b->pages[i].frame);
		assert_memory_equal(a->pages[i].bytes, b->pages[i].bytes,
				    PAGE_SIZE);
	}
}

/* ---- the address space, before ----------------------------------- */

static void fill(uaddr_t start, u32 pages)
{
	for (u32 i = 0; i < pages * 4; i++)
		poke(mm, start + i * PG / 4, start + i);
}

static void map_at(struct file *file, uaddr_t start, u32 pages, u32 prot,
		   u32 flags)
{
	uaddr_t va;

	assert_int_equal(try_map(mm, file, start, pages * PG, prot,
				 flags | MAP_FIXED, 0, &va),
			 0);
}

/* Three kinds of VMAs, a hole, and a VMA that a call replaces only in part. */
static void make_target(void)
{
	map_at(NULL, TARGET, 3, PROT_RW, MAP_ANON_PRIVATE);
	map_at(&test_file.file, TARGET + 3 * PG, 1, PROT_RW, MAP_PRIVATE);
	map_at(NULL, TARGET + 5 * PG, 3, PROT_RW, MAP_ANON_SHARED);
	fill(TARGET, 4);
	fill(TARGET + 5 * PG, 3);
}

/*
 * Neighbours that could be one VMA and are two, as fork's copy has them when a
 * part of the parent's is locked: they must stay two.
 */
static void make_twins(void)
{
	map_at(NULL, TWINS, 6, PROT_RW, MAP_ANON_PRIVATE);
	fill(TWINS, 6);
	assert_int_equal(split_vma(find_vma(mm, TWINS), TWINS + 3 * PG), 0);
}

static void begin(void)
{
	mm = world_begin();
	map_at(NULL, FROM, 8, PROT_RW, MAP_ANON_PRIVATE);
	fill(FROM, 8);
	make_target();
	map_at(NULL, SHARED, 4, PROT_RW, MAP_ANON_SHARED);
	fill(SHARED, 4);
	map_at(NULL, LOCKED, 4, PROT_RW, MAP_ANON_PRIVATE);
	fill(LOCKED, 4);
	assert_int_equal(sys_mlock(LOCKED, 4 * PG), 0);
	map_at(NULL, STACK, 4, PROT_RW, MAP_ANON_PRIVATE | MAP_GROWSDOWN);
	fill(STACK, 4);
	make_twins();
	mm->start_brk = mm->brk = HEAP;
	assert_int_equal(sys_brk(HEAP + 3 * PG), HEAP + 3 * PG);
	fill(HEAP, 3);
}

/* ---- the calls --------------------------------------------------- */

static int do_map(struct file *file, uaddr_t start, u32 pages, u32 flags)
{
	uaddr_t va;

	return try_map(mm, file, start, pages * PG, PROT_RW, flags, 0, &va);
}

static int do_remap(uaddr_t from, u32 old, u32 new, u32 flags, uaddr_t to)
{
	uaddr_t va;

	return remap(mm, from, old * PG, new *PG, flags, to, &va);
}

static int op_map(void)
{
	return do_map(NULL, 0, 4, MAP_ANON_PRIVATE);
}

static int op_map_shared_over_middle(void)
{
	return do_map(NULL, FROM + 2 * PG, 3, MAP_ANON_SHARED | MAP_FIXED);
}

static int op_map_file_over_many(void)
{
	return do_map(&test_file.file, TARGET + PG, 6, MAP_PRIVATE | MAP_FIXED);
}

static int op_map_locked_over_head(void)
{
	return do_map(NULL, LOCKED, 2,
		      MAP_ANON_PRIVATE | MAP_FIXED | MAP_LOCKED);
}

static int op_unmap_middle(void)
{
	return unmap(mm, FROM + 2 * PG, 3 * PG);
}

static int op_unmap_many(void)
{
	return unmap(mm, TARGET + PG, 6 * PG);
}

static int op_protect_middle(void)
{
	return protect(mm, FROM + 2 * PG, 3 * PG, PROT_READ);
}

static int op_lock_middle(void)
{
	return (int)sys_mlock(FROM + PG, 2 * PG);
}

static int op_unlock_middle(void)
{
	return (int)sys_munlock(LOCKED + PG, 2 * PG);
}

static int op_lock_all(void)
{
	return (int)sys_mlockall(MCL_CURRENT | MCL_FUTURE);
}

static int op_advise_middle(void)
{
	return advise(mm, FROM + PG, 2 * PG, MADV_DONTFORK);
}

static int op_brk_grow(void)
{
	return sys_brk(HEAP + 5 * PG) == HEAP + 5 * PG ? 0 : -ENOMEM;
}

static int op_brk_shrink(void)
{
	return sys_brk(HEAP + PG) == HEAP + PG ? 0 : -ENOMEM;
}

static int op_grow_stack(void)
{
	int err;

	down_read(&mm->mmap_lock);
	err = expand_stack(find_vma(mm, STACK), STACK - PG);
	up_read(&mm->mmap_lock);
	return err;
}

static int op_remap_shrink_in_place(void)
{
	return do_remap(FROM + PG, 4, 2, 0, 0);
}

static int op_remap_grow_in_place(void)
{
	return do_remap(FROM, 8, 12, 0, 0);
}

static int op_remap_grow_away(void)
{
	return do_remap(FROM + PG, 5, 9, MREMAP_MAYMOVE, 0);
}

static int op_remap_onto_middle(void)
{
	return do_remap(FROM + PG, 3, 1, FIXED, TARGET + PG);
}

static int op_remap_onto_many(void)
{
	return do_remap(FROM + PG, 5, 6, FIXED, TARGET + PG);
}

static int op_remap_over_tables(void)
{
	return do_remap(FROM, 8, 8, FIXED, TARGET - PGDIR_SIZE - 2 * PG);
}

/* The target is cut out of the same VMA that the source is. */
static int op_remap_onto_sibling(void)
{
	return do_remap(FROM + PG, 2, 2, FIXED, FROM + 5 * PG);
}

static int op_remap_onto_tail(void)
{
	return do_remap(FROM + PG, 2, 3, FIXED, FROM + 5 * PG);
}

static int op_remap_head_onto_tail(void)
{
	return do_remap(FROM, 4, 4, FIXED, FROM + 4 * PG);
}

/* mremap that shrinks unmaps the end, even if that is of several VMAs. */
static int op_remap_many_onto_locked(void)
{
	return do_remap(TARGET + PG, 6, 2, FIXED, LOCKED + PG);
}

static int op_remap_locked_kept(void)
{
	return do_remap(LOCKED + PG, 2, 2, FIXED | MREMAP_DONTUNMAP,
			TARGET + 2 * PG);
}

static int op_remap_kept(void)
{
	return do_remap(FROM + PG, 2, 2, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, 0);
}

static int op_remap_duplicate(void)
{
	return do_remap(SHARED + PG, 0, 3, FIXED, TARGET + 2 * PG);
}

static int op_unmap_twins(void)
{
	return unmap(mm, TWINS + PG, 4 * PG);
}

static int op_remap_twin_away(void)
{
	return do_remap(TWINS + 3 * PG, 2, 4, MREMAP_MAYMOVE, 0);
}

static int op_remap_onto_twin(void)
{
	return do_remap(FROM + PG, 3, 2, FIXED, TWINS + PG);
}

static int op_fork(void)
{
	struct mm_struct *child = mm_alloc();
	int err;

	if (!child)
		return -ENOMEM;
	err = dup_mmap(child, mm);
	drop_mm(child);
	return err;
}

static const struct op {
	const char *name;
	int (*op)(void);
} ops[] = {
	{ "mmap", op_map },
	{ "mmap shared over the middle", op_map_shared_over_middle },
	{ "mmap a file over many", op_map_file_over_many },
	{ "mmap locked over the head", op_map_locked_over_head },
	{ "munmap the middle", op_unmap_middle },
	{ "munmap many", op_unmap_many },
	{ "mprotect the middle", op_protect_middle },
	{ "mlock the middle", op_lock_middle },
	{ "munlock the middle", op_unlock_middle },
	{ "mlockall", op_lock_all },
	{ "madvise the middle", op_advise_middle },
	{ "brk grows", op_brk_grow },
	{ "brk shrinks", op_brk_shrink },
	{ "a stack grows", op_grow_stack },
	{ "mremap shrinks", op_remap_shrink_in_place },
	{ "mremap grows", op_remap_grow_in_place },
	{ "mremap grows elsewhere", op_remap_grow_away },
	{ "mremap onto the middle", op_remap_onto_middle },
	{ "mremap onto many", op_remap_onto_many },
	{ "mremap over tables", op_remap_over_tables },
	{ "mremap onto a sibling", op_remap_onto_sibling },
	{ "mremap onto its own tail", op_remap_onto_tail },
	{ "mremap, head onto tail", op_remap_head_onto_tail },
	{ "mremap many onto a locked", op_remap_many_onto_locked },
	{ "mremap a locked, old kept", op_remap_locked_kept },
	{ "mremap, old kept", op_remap_kept },
	{ "mremap duplicates", op_remap_duplicate },
	{ "munmap the middle of twins", op_unmap_twins },
	{ "mremap a twin elsewhere", op_remap_twin_away },
	{ "mremap onto a twin", op_remap_onto_twin },
	{ "fork", op_fork },
};

/* ---- failing ----------------------------------------------------- */

/* Returns true if the call failed and has changed nothing. */
static bool fails_cleanly(const struct op *op)
{
	struct picture *before = take_picture(), *after;
	int err = op->op();

	if (!err) {
		free(before);
		return false;
	}
	assert_int_equal(err, -ENOMEM);
	after = take_picture();
	compare_pictures(before, after);
	free(before);
	free(after);
	return true;
}

static u32 sweep(const struct op *op)
{
	for (u32 nth = 1;; nth++) {
		bool failed, hit;

		begin();
		fail_alloc_set(NULL, nth, 1);
		failed = fails_cleanly(op);
		hit = fail_alloc_hits() != 0;
		fail_alloc_set(NULL, 0, 0);
		world_finish(mm);
		assert_int_equal(failed, hit);
		if (!failed)
			return nth - 1;
	}
}

static void test_nth_allocation_fails(void **state __unused_arg)
{
	for (u32 i = 0; i < ARRAY_SIZE(ops); i++)
		print_message("# %s: %u allocations\n", ops[i].name,
			      sweep(&ops[i]));
}

/* As if the process had so many VMAs that only `left` more may come. */
static bool with_vmas_left(const struct op *op, u32 left)
{
	u32 others;
	bool failed;

	begin();
	others = max_map_count - left - mm->map_count;
	mm->map_count += others;
	failed = fails_cleanly(op);
	mm->map_count -= others;
	world_finish(mm);
	return failed;
}

static void test_too_many_vmas(void **state __unused_arg)
{
	for (u32 i = 0; i < ARRAY_SIZE(ops); i++) {
		u32 left = 0;

		while (with_vmas_left(&ops[i], left))
			left++;
		assert_true(left < OVER);
		/* More room does no harm. */
		assert_false(with_vmas_left(&ops[i], left + 1));
	}
}

/* The old range still counts for the limit, the target's VMAs do not. */
static void test_limit_with_target(void **state __unused_arg)
{
	static const struct op op = { "", op_remap_locked_kept };

	for (u32 short_of = 0; short_of < 2; short_of++) {
		begin();
		/* Two pages come; the target has two. */
		host_rlimits[RLIMIT_AS] = (mm->total_vm - short_of) * PG;
		assert_int_equal(fails_cleanly(&op), short_of);
		world_finish(mm);
		host_rlimits[RLIMIT_AS] = ~0u;
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nth_allocation_fails),
		cmocka_unit_test(test_too_many_vmas),
		cmocka_unit_test(test_limit_with_target),
	};

	return host_run(tests);
}
