/*
 * Random calls and accesses on several address spaces, against a reference that
 * has for each page only its contents and the rights to it.
 */
#include <asm/uaccess.h>
#include <stdio.h>
#include <stdlib.h>
#include "mm_world.h"

#define RAM          (24u << 20)
#define WINDOW       0x200c0000u /* crosses second-level tables */
#define WINDOW_PAGES 384u
#define HEAP         0x10000000u
#define HEAP_PAGES   48u
#define PAGES        (WINDOW_PAGES + HEAP_PAGES)
#define NR_MMS       4u
#define NR_OBJECTS   48u

enum source { ANON, OBJECT, FILE_PAGE };

struct ref_page {
	bool mapped, shared, own; /* own: a private copy was written */
	bool locked, dontfork;
	u32 prot;
	enum source source;
	u32 object, index; /* OBJECT, FILE_PAGE */
	u32 val;           /* own */
};

struct ref_mm {
	struct mm_struct *mm;
	struct ref_page pages[PAGES];
};

static struct ref_mm refs[NR_MMS];
static u32 objects[NR_OBJECTS][WINDOW_PAGES];
static u32 object_pages[NR_OBJECTS];
static u32 file_words[TEST_FILE_PAGES];
static u64 operations;

/* ---- the reference ----------------------------------------------- */

static uaddr_t page_va(u32 page)
{
	return page < WINDOW_PAGES ? WINDOW + page * PAGE_SIZE :
				     HEAP + (page - WINDOW_PAGES) * PAGE_SIZE;
}

static u32 *cell(struct ref_page *p)
{
	return p->source == OBJECT ? &objects[p->object][p->index] :
				     &file_words[p->index];
}

static bool beyond_end(const struct ref_page *p)
{
	if (p->source == OBJECT)
		return p->index >= object_pages[p->object];
	return p->source == FILE_PAGE && p->index >= TEST_FILE_PAGES;
}

static u32 ref_read(struct ref_page *p)
{
	if (p->own)
		return p->val;
	return p->source == ANON ? 0 : *cell(p);
}

static void ref_write(struct ref_page *p, u32 val)
{
	if (p->shared) {
		*cell(p) = val;
		return;
	}
	p->own = true;
	p->val = val;
}

static void ref_unmap(struct ref_mm *ref, u32 first, u32 n)
{
	memset(&ref->pages[first], 0, n * sizeof(ref->pages[0]));
}

/* An object that no page refers to, or NR_OBJECTS. */
static u32 unused_object(void)
{
	bool used[NR_OBJECTS] = { false };
	u32 i, j;

	for (i = 0; i < NR_MMS; i++) {
		for (j = 0; refs[i].mm && j < PAGES; j++) {
			struct ref_page *p = &refs[i].pages[j];

			if (p->mapped && p->source == OBJECT)
				used[p->object] = true;
		}
	}
	for (i = 0; i < NR_OBJECTS && used[i]; i++)
		;
	return i;
}

/* ---- accesses ---------------------------------------------------- */

static int expected_access(const struct ref_page *p, bool write)
{
	if (!p->mapped)
		return DIED_SEGV_MAPERR;
	if (write ? !(p->prot & PROT_WRITE) : !p->prot)
		return DIED_SEGV_ACCERR;
	return !p->own && beyond_end(p) ? DIED_SIGBUS : 0;
}

static void check_read(struct ref_mm *ref, u32 page)
{
	struct ref_page *p = &ref->pages[page];
	int expected = expected_access(p, false);
	u32 val = 0;
	int ret = model_load(ref->mm, page_va(page), &val);

	assert_int_equal(ret, expected);
	if (!ret)
		assert_int_equal(val, ref_read(p));
}

static void check_write(struct ref_mm *ref, u32 page)
{
	struct ref_page *p = &ref->pages[page];
	int expected = expected_access(p, true);
	u32 val = rnd();

	assert_int_equal(model_store(ref->mm, page_va(page), val), expected);
	if (!expected)
		ref_write(p, val);
}

/* ---- calls ------------------------------------------------------- */

static void random_range(u32 *first, u32 *n)
{
	*first = rnd_below(WINDOW_PAGES - 1);
	*n = 1 + rnd_below(rnd_below(8) ? 12 : 150);
	*n = min(*n, WINDOW_PAGES - *first);
}

static u32 random_prot(void)
{
	static const u32 prots[] = {
		PROT_RW,    PROT_RW,   PROT_RW,
		PROT_READ,  PROT_NONE, PROT_READ | PROT_EXEC,
		PROT_WRITE,
	};

	return prots[rnd_below(ARRAY_SIZE(prots))];
}

/* Highest n free pages of the window; WINDOW_PAGES: none. */
static u32 ref_gap(const struct ref_mm *ref, u32 n)
{
	u32 at = WINDOW_PAGES, run = 0;

	while (at-- > 0) {
		run = ref->pages[at].mapped ? 0 : run + 1;
		if (run == n)
			return at;
	}
	return WINDOW_PAGES;
}

/* The page of the window that the call mapped; one elsewhere is unmapped. */
static bool place(struct ref_mm *ref, uaddr_t va, u32 n, u32 *first)
{
	if (va >= WINDOW && va < page_va(WINDOW_PAGES - 1) + PAGE_SIZE) {
		*first = (va - WINDOW) >> PAGE_SHIFT;
		return true;
	}
	assert_int_equal(unmap(ref->mm, va, n * PAGE_SIZE), 0);
	return false;
}

static void do_random_mmap(struct ref_mm *ref)
{
	enum source source = rnd_below(4) ? ANON : FILE_PAGE;
	bool shared = rnd_below(4) == 0, fixed = rnd_below(3);
	struct file *file = source == FILE_PAGE ? &test_file.file : NULL;
	u32 flags = shared ? MAP_SHARED : MAP_PRIVATE;
	u32 prot = random_prot(), pgoff = rnd_below(8), object = 0;
	u32 first, n, gap, i;
	uaddr_t va;

	random_range(&first, &n);
	if (source == ANON && shared) {
		source = OBJECT;
		object = unused_object();
		if (object == NR_OBJECTS)
			return;
		memset(objects[object], 0, sizeof(objects[object]));
		object_pages[object] = n;
	}
	flags |= (file ? 0 : MAP_ANONYMOUS) | (fixed ? MAP_FIXED : 0);
	gap = ref_gap(ref, n);
	assert_int_equal(try_map(ref->mm, file, fixed ? page_va(first) : 0,
				 n * PAGE_SIZE, prot, flags, pgoff, &va),
			 0);
	if (fixed)
		assert_int_equal(va, page_va(first));
	else if (gap != WINDOW_PAGES)
		assert_int_equal(va, page_va(gap));
	if (!place(ref, va, n, &first))
		return;
	for (i = 0; i < n; i++)
		ref->pages[first + i] = (struct ref_page){
			.mapped = true,
			.shared = shared,
			.prot = prot,
			.source = source,
			.object = object,
			.index = source == FILE_PAGE ? pgoff + i : i,
		};
}

static void do_random_munmap(struct ref_mm *ref)
{
	u32 first, n;

	random_range(&first, &n);
	assert_int_equal(unmap(ref->mm, page_va(first), n * PAGE_SIZE), 0);
	ref_unmap(ref, first, n);
}

static void do_random_mprotect(struct ref_mm *ref)
{
	u32 first, n, i, prot = random_prot();
	int err;

	random_range(&first, &n);
	err = protect(ref->mm, page_va(first), n * PAGE_SIZE, prot);
	for (i = first; i < first + n && ref->pages[i].mapped; i++)
		ref->pages[i].prot = prot;
	assert_int_equal(err, i == first + n ? 0 : -ENOMEM);
}

/* Up to the first locked VMA; a hole is reported at the end. */
static int ref_dontneed(struct ref_mm *ref, u32 first, u32 n)
{
	bool hole = false;

	for (; n; first++, n--) {
		if (ref->pages[first].locked)
			return -EINVAL;
		hole |= !ref->pages[first].mapped;
		ref->pages[first].own = false;
	}
	return hole ? -ENOMEM : 0;
}

static int ref_dontfork(struct ref_mm *ref, u32 first, u32 n, bool dontfork)
{
	bool hole = false;

	for (; n; first++, n--) {
		hole |= !ref->pages[first].mapped;
		ref->pages[first].dontfork = dontfork &&
			ref->pages[first].mapped;
	}
	return hole ? -ENOMEM : 0;
}

static void do_random_madvise(struct ref_mm *ref)
{
	static const u32 advices[] = {
		MADV_DONTNEED,
		MADV_DONTNEED,
		MADV_DONTFORK,
		MADV_DOFORK,
	};
	u32 advice = advices[rnd_below(ARRAY_SIZE(advices))];
	u32 first, n;
	int err;

	random_range(&first, &n);
	err = advise(ref->mm, page_va(first), n * PAGE_SIZE, advice);
	assert_int_equal(err,
			 advice == MADV_DONTNEED ?
				 ref_dontneed(ref, first, n) :
				 ref_dontfork(ref, first, n,
					      advice == MADV_DONTFORK));
}

/*
 * Faulted in as if written where that is allowed: a private page is a copy then.
 * A VMA is given up at the first page that cannot be had. False: there was one.
 */
static bool ref_populate(struct ref_mm *ref, u32 first, u32 n)
{
	bool complete = true;
	uaddr_t skip = 0;

	for (; n; first++, n--) {
		struct ref_page *p = &ref->pages[first];
		bool write = !p->shared && p->prot & PROT_WRITE;

		if (page_va(first) < skip)
			continue;
		if (expected_access(p, write)) {
			complete = false;
			skip = find_vma(ref->mm, page_va(first))->vm_end;
		} else if (write) {
			ref_write(p, ref_read(p));
		}
	}
	return complete;
}

/* Locks up to the first hole; pages are faulted in only if there is none. */
static void do_random_mlock(struct ref_mm *ref)
{
	bool lock = rnd_below(2), complete = true;
	u32 first, n, i;
	int err;

	random_range(&first, &n);
	host_current->mm = ref->mm;
	err = lock ? sys_mlock(page_va(first) + rnd_below(PAGE_SIZE),
			       (n - 1) * PAGE_SIZE + 1) :
		     sys_munlock(page_va(first), n * PAGE_SIZE);
	model_switch(model_current_mm());
	for (i = first; i < first + n && ref->pages[i].mapped; i++)
		ref->pages[i].locked = lock;
	if (lock && i == first + n)
		complete = ref_populate(ref, first, n);
	assert_int_equal(err, i < first + n || !complete ? -ENOMEM : 0);
}

/* Chooses some pages of a VMA in the window; false if there is no VMA. */
static bool pick_part(struct ref_mm *ref, u32 *first, u32 *n, bool *to_end)
{
	struct vm_area_struct *vma;
	u32 pages, skip;

	vma = find_vma(ref->mm, page_va(rnd_below(WINDOW_PAGES)));
	if (!vma || vma->vm_start < WINDOW)
		return false;
	pages = vma_pages(vma);
	skip = rnd_below(pages);
	*first = ((vma->vm_start - WINDOW) >> PAGE_SHIFT) + skip;
	*n = rnd_below(2) ? pages - skip : 1 + rnd_below(pages - skip);
	*to_end = *n == pages - skip;
	return true;
}

/* The pages from..from + n continue as to..to + grown; from is left. */
static void ref_move(struct ref_mm *ref, u32 from, u32 n, u32 to, u32 grown)
{
	static struct ref_page moved[WINDOW_PAGES];
	u32 i;

	for (i = 0; i < grown; i++) {
		moved[i] = ref->pages[from + min(i, n - 1)];
		if (i >= n) {
			moved[i].own = false;
			moved[i].index += i - (n - 1);
		}
	}
	ref_unmap(ref, from, n);
	memcpy(&ref->pages[to], moved, grown * sizeof(moved[0]));
}

static bool ref_free(const struct ref_mm *ref, u32 first, u32 n)
{
	for (; n; first++, n--) {
		if (first >= WINDOW_PAGES || ref->pages[first].mapped)
			return false;
	}
	return true;
}

static void do_random_mremap(struct ref_mm *ref)
{
	u32 first, n, grown, to;
	uaddr_t va = 0;
	bool to_end;
	int err;

	if (!pick_part(ref, &first, &n, &to_end))
		return;
	grown = 1 + rnd_below(n + 10);
	if (grown > WINDOW_PAGES || first + max(n, grown) > WINDOW_PAGES)
		return;
	switch (rnd_below(3)) {
	case 0: /* in place or not at all */
		err = remap(ref->mm, page_va(first), n * PAGE_SIZE,
			    grown * PAGE_SIZE, 0, 0, &va);
		if (grown > n &&
		    !(to_end && ref_free(ref, first + n, grown - n))) {
			assert_int_equal(err, -ENOMEM);
			return;
		}
		assert_int_equal(err, 0);
		ref_move(ref, first, n, first, grown);
		return;
	case 1:
		assert_int_equal(remap(ref->mm, page_va(first), n * PAGE_SIZE,
				       grown * PAGE_SIZE, MREMAP_MAYMOVE, 0,
				       &va),
				 0);
		if (place(ref, va, grown, &to))
			ref_move(ref, first, n, to, grown);
		else
			ref_unmap(ref, first, n);
		return;
	default:
		to = rnd_below(WINDOW_PAGES);
		if (to + grown > WINDOW_PAGES)
			return;
		err = remap(ref->mm, page_va(first), n * PAGE_SIZE,
			    grown * PAGE_SIZE, MREMAP_MAYMOVE | MREMAP_FIXED,
			    page_va(to), &va);
		if (first + n > to && to + grown > first) {
			assert_int_equal(err, -EINVAL);
			return;
		}
		assert_int_equal(err, 0);
		ref_unmap(ref, to, grown);
		ref_move(ref, first, n, to, grown);
	}
}

static void do_random_brk(struct ref_mm *ref)
{
	u32 pages = rnd_below(HEAP_PAGES), i;
	uaddr_t brk = HEAP + pages * PAGE_SIZE;

	if (pages)
		brk -= rnd_below(PAGE_SIZE);
	host_current->mm = ref->mm;
	assert_int_equal((u32)sys_brk(brk), brk);
	for (i = 0; i < HEAP_PAGES; i++) {
		struct ref_page *p = &ref->pages[WINDOW_PAGES + i];

		if (i >= pages)
			memset(p, 0, sizeof(*p));
		else if (!p->mapped)
			*p = (struct ref_page){ .mapped = true,
						.prot = PROT_RW };
	}
	model_switch(model_current_mm());
}

static void do_random_fork(struct ref_mm *ref)
{
	struct ref_mm *child = &refs[rnd_below(NR_MMS)];
	u32 i;

	if (child->mm)
		return;
	*child = *ref;
	child->mm = fork_mm(ref->mm);
	for (i = 0; i < PAGES; i++) {
		child->pages[i].locked = false;
		if (child->pages[i].dontfork)
			ref_unmap(child, i, 1);
	}
}

static void do_random_exit(struct ref_mm *ref)
{
	u32 i, alive = 0;

	for (i = 0; i < NR_MMS; i++)
		alive += refs[i].mm != NULL;
	if (alive < 2)
		return;
	drop_mm(ref->mm);
	memset(ref, 0, sizeof(*ref));
}

/* ---- driving ----------------------------------------------------- */

/* Tasks run for a while before another does. */
static struct ref_mm *choose_mm(void)
{
	static struct ref_mm *running = &refs[0];

	while (!running->mm || rnd_below(16) == 0)
		running = &refs[rnd_below(NR_MMS)];
	return running;
}

static void random_step(void)
{
	struct ref_mm *ref = choose_mm();
	u32 which = rnd_below(1000);

	operations++;
	if (which < 400)
		check_read(ref, rnd_below(PAGES));
	else if (which < 820)
		check_write(ref, rnd_below(PAGES));
	else if (which < 870)
		do_random_mmap(ref);
	else if (which < 900)
		do_random_munmap(ref);
	else if (which < 935)
		do_random_mprotect(ref);
	else if (which < 955)
		do_random_mremap(ref);
	else if (which < 965)
		do_random_madvise(ref);
	else if (which < 970)
		do_random_mlock(ref);
	else if (which < 985)
		do_random_brk(ref);
	else if (which < 995)
		do_random_fork(ref);
	else
		do_random_exit(ref);
}

static void verify_all(void)
{
	struct mm_struct *mms[NR_MMS];
	u32 i, j;

	for (i = 0; i < NR_MMS; i++) {
		mms[i] = refs[i].mm;
		for (j = 0; mms[i] && j < PAGES; j++)
			if (rnd_below(8) == 0)
				check_read(&refs[i], j);
	}
	world_verify(mms, NR_MMS);
}

static void begin(void)
{
	struct mm_struct *mm;
	u32 i;

	world_start(RAM);
	test_file_open(FMODE_READ | FMODE_WRITE);
	memset(refs, 0, sizeof(refs));
	for (i = 0; i < TEST_FILE_PAGES; i++)
		file_words[i] = 0xf11e0000 + i;
	mm = new_mm();
	mm->mmap_base = WINDOW + WINDOW_PAGES * PAGE_SIZE;
	mm->start_brk = mm->brk = HEAP;
	refs[0].mm = mm;
}

static void end(void)
{
	u32 i;

	verify_all();
	for (i = 0; i < NR_MMS; i++) {
		if (refs[i].mm)
			drop_mm(refs[i].mm);
	}
	test_file_close();
	world_end();
}

static void run(u32 steps, u32 verify_every)
{
	u32 i;

	begin();
	for (i = 1; i <= steps; i++) {
		random_step();
		if (i % verify_every == 0)
			verify_all();
	}
	end();
}

static void test_short_verified(void **state __unused_arg)
{
	run(2000, 1);
}

/* HOST_STEPS makes it as long as one has time. */
static void test_long(void **state __unused_arg)
{
	const char *steps = getenv("HOST_STEPS");

	run(steps ? (u32)strtoul(steps, NULL, 0) : 300000, 5000);
	printf("# %llu operations\n", (unsigned long long)operations);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_short_verified),
		cmocka_unit_test(test_long),
	};

	return host_run(tests);
}
