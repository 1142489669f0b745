/*
 * A file becomes shorter while processes map it: when the call returns none of
 * them can access the pages that were cut off, nor later.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include "fs_world.h"

#define PAGES    6u
#define MAP_VA   0x10000000u
#define OTHER_VA 0x20000000u

static struct file *file;
static struct address_space *mapping;

/* "/data" of PAGES pages, whose every word is its own offset. */
static void begin(void)
{
	static u32 content[PAGES * PAGE_SIZE / 4];
	u32 i;

	fs_world_start();
	for (i = 0; i < ARRAY_SIZE(content); i++)
		content[i] = 4 * i;
	make_file("/data", content, sizeof(content));
	file = must_open("/data", O_RDWR);
	mapping = file->f_mapping;
	fault_around_bytes = PAGE_SIZE;
}

static void end(void)
{
	assert_true(TAILQ_EMPTY(&mapping->i_mmap));
	fput(file);
	fs_world_end();
}

static uaddr_t map_pages(struct mm_struct *mm, uaddr_t va, u32 pages, u32 pgoff,
			 u32 flags)
{
	assert_int_equal(try_map(mm, file, va, pages * PAGE_SIZE, PROT_RW,
				 flags | MAP_FIXED, pgoff, &va),
			 0);
	return va;
}

static void truncate(u32 bytes)
{
	assert_int_equal(generic_truncate(file->f_inode, bytes), 0);
}

static void expect_sigbus(struct mm_struct *mm, uaddr_t va)
{
	u32 val;

	assert_int_equal(frame_of(mm, va), 0);
	assert_int_equal(model_load(mm, va, &val), DIED_SIGBUS);
}

/* ---- what is cut off --------------------------------------------- */

static void test_shared(void **state __unused_arg)
{
	uaddr_t va;

	begin();
	va = map_pages(fs_mm, MAP_VA, PAGES, 0, MAP_SHARED);
	poke(fs_mm, va + PAGE_SIZE + 200, 0x12345678);
	assert_int_equal(peek(fs_mm, va + 4 * PAGE_SIZE), 4 * PAGE_SIZE);
	truncate(PAGE_SIZE + 100);
	world_verify(&fs_mm, 1);
	assert_int_equal(peek(fs_mm, va + PAGE_SIZE + 200), 0);
	assert_int_equal(peek(fs_mm, va + PAGE_SIZE + 96), PAGE_SIZE + 96);
	expect_sigbus(fs_mm, va + 2 * PAGE_SIZE);
	expect_sigbus(fs_mm, va + 4 * PAGE_SIZE);
	/* Longer again, it has zeroes there and not the old bytes. */
	truncate(PAGES * PAGE_SIZE);
	assert_int_equal(peek(fs_mm, va + 4 * PAGE_SIZE), 0);
	assert_int_equal(peek(fs_mm, va + PAGE_SIZE + 100), 0);
	world_verify(&fs_mm, 1);
	unmap(fs_mm, va, PAGES * PAGE_SIZE);
	end();
}

/* Private copies go as well; the page with the new end in it is kept. */
static void test_private_copies(void **state __unused_arg)
{
	u32 free_pages;
	uaddr_t va;

	begin();
	va = map_pages(fs_mm, MAP_VA, PAGES, 0, MAP_PRIVATE);
	poke(fs_mm, va + PAGE_SIZE, 1);
	assert_int_equal(peek(fs_mm, va + 2 * PAGE_SIZE), 2 * PAGE_SIZE);
	poke(fs_mm, va + 2 * PAGE_SIZE, 2);
	poke(fs_mm, va + 5 * PAGE_SIZE, 5);
	free_pages = nr_free_pages();
	truncate(PAGE_SIZE + 4);
	/* Four of the file and two copies: pages 1 and 0 were kept. */
	assert_int_equal(nr_free_pages(), free_pages + 6);
	assert_int_equal(peek(fs_mm, va + PAGE_SIZE), 1);
	assert_int_equal(peek(fs_mm, va + PAGE_SIZE + 4), PAGE_SIZE + 4);
	expect_sigbus(fs_mm, va + 2 * PAGE_SIZE);
	expect_sigbus(fs_mm, va + 5 * PAGE_SIZE);
	truncate(PAGES * PAGE_SIZE);
	assert_int_equal(peek(fs_mm, va + 2 * PAGE_SIZE), 0);
	world_verify(&fs_mm, 1);
	unmap(fs_mm, va, PAGES * PAGE_SIZE);
	end();
}

/* Parent and child, both kinds of mapping, at other offsets. */
static void test_every_process(void **state __unused_arg)
{
	struct mm_struct *mms[2];
	u32 i;

	begin();
	map_pages(fs_mm, MAP_VA, PAGES, 0, MAP_PRIVATE);
	map_pages(fs_mm, OTHER_VA, 3, 2, MAP_SHARED);
	poke(fs_mm, MAP_VA + 3 * PAGE_SIZE, 3);
	poke(fs_mm, MAP_VA + 4 * PAGE_SIZE, 4);
	mms[0] = fs_mm;
	mms[1] = fork_mm(fs_mm);
	poke(mms[1], MAP_VA + 3 * PAGE_SIZE, 33);
	poke(mms[1], OTHER_VA + 2 * PAGE_SIZE, 44);
	truncate(3 * PAGE_SIZE);
	world_verify(mms, 2);
	for (i = 0; i < 2; i++) {
		assert_int_equal(peek(mms[i], MAP_VA + 2 * PAGE_SIZE),
				 2 * PAGE_SIZE);
		assert_int_equal(peek(mms[i], OTHER_VA), 2 * PAGE_SIZE);
		expect_sigbus(mms[i], MAP_VA + 3 * PAGE_SIZE);
		expect_sigbus(mms[i], MAP_VA + 4 * PAGE_SIZE);
		expect_sigbus(mms[i], OTHER_VA + PAGE_SIZE);
		expect_sigbus(mms[i], OTHER_VA + 2 * PAGE_SIZE);
	}
	drop_mm(mms[1]);
	model_switch(fs_mm);
	unmap(fs_mm, MAP_VA, PAGES * PAGE_SIZE);
	unmap(fs_mm, OTHER_VA, 3 * PAGE_SIZE);
	end();
}

/* ---- the list follows the VMAs ----------------------------------- */

static u32 listed(void)
{
	struct vm_area_struct *vma;
	u32 n = 0;

	TAILQ_FOREACH(vma, &mapping->i_mmap, vm_shared)
		n++;
	assert_int_equal(vma_verify(fs_mm), 0);
	return n;
}

static void test_list(void **state __unused_arg)
{
	uaddr_t va, moved;

	begin();
	va = map_pages(fs_mm, MAP_VA, PAGES, 0, MAP_SHARED);
	assert_int_equal(listed(), 1);
	assert_int_equal(protect(fs_mm, va + PAGE_SIZE, PAGE_SIZE, PROT_READ),
			 0);
	assert_int_equal(listed(), 3);
	assert_int_equal(protect(fs_mm, va + PAGE_SIZE, PAGE_SIZE, PROT_RW), 0);
	assert_int_equal(listed(), 1);
	unmap(fs_mm, va + 2 * PAGE_SIZE, PAGE_SIZE);
	assert_int_equal(listed(), 2);
	/*
	 * A VMA that fills the hole merges with both; one elsewhere does not.
	 */
	map_pages(fs_mm, va + 2 * PAGE_SIZE, 1, 2, MAP_SHARED);
	assert_int_equal(listed(), 1);
	poke(fs_mm, va + 4 * PAGE_SIZE, 1);
	assert_int_equal(remap(fs_mm, va + 3 * PAGE_SIZE, 3 * PAGE_SIZE,
			       3 * PAGE_SIZE, MREMAP_MAYMOVE | MREMAP_FIXED,
			       OTHER_VA, &moved),
			 0);
	assert_int_equal(listed(), 2);
	assert_int_not_equal(frame_of(fs_mm, OTHER_VA + PAGE_SIZE), 0);
	truncate(4 * PAGE_SIZE);
	assert_int_equal(peek(fs_mm, OTHER_VA), 3 * PAGE_SIZE);
	expect_sigbus(fs_mm, OTHER_VA + PAGE_SIZE);
	unmap(fs_mm, va, PAGES * PAGE_SIZE);
	unmap(fs_mm, OTHER_VA, 3 * PAGE_SIZE);
	assert_int_equal(listed(), 0);
	end();
}

/* ---- races ------------------------------------------------------- */

static const struct vm_operations *file_ops;
static u32 cut_to;

/* ->fault found its page; before it is mapped the file is truncated, once. */
static u32 fault_then_truncate(struct vm_fault *vmf)
{
	u32 ret = file_ops->fault(vmf);

	vmf->vma->vm_ops = file_ops;
	truncate(cut_to);
	return ret;
}

static void truncate_in_fault(u32 map_flags, bool write)
{
	struct vm_operations ops = { .fault = fault_then_truncate };
	struct vm_area_struct *vma;
	u32 val;

	begin();
	cut_to = 2 * PAGE_SIZE;
	map_pages(fs_mm, MAP_VA, PAGES, 0, map_flags);
	vma = find_vma(fs_mm, MAP_VA);
	file_ops = vma->vm_ops;
	vma->vm_ops = &ops;
	assert_int_equal(write ? model_store(fs_mm, MAP_VA + 3 * PAGE_SIZE, 7) :
				 model_load(fs_mm, MAP_VA + 3 * PAGE_SIZE,
					    &val),
			 DIED_SIGBUS);
	assert_int_equal(frame_of(fs_mm, MAP_VA + 3 * PAGE_SIZE), 0);
	world_verify(&fs_mm, 1);
	unmap(fs_mm, MAP_VA, PAGES * PAGE_SIZE);
	end();
}

static void test_truncate_in_fault(void **state __unused_arg)
{
	truncate_in_fault(MAP_SHARED, false);
	truncate_in_fault(MAP_SHARED, true);
	truncate_in_fault(MAP_PRIVATE, false);
	truncate_in_fault(MAP_PRIVATE, true);
}

/* SIGSEGV goes to our handler, not to AddressSanitizer's. */
const char *__asan_default_options(void);

const char *__asan_default_options(void)
{
	return "handle_segv=1:detect_leaks=0";
}

/* The host's own call; its header has other values for our names. */
int mprotect(void *start, size_t bytes, int prot);

/* Backing memory whose first read truncates the file, by a signal handler. */
static u8 *backing;

static void truncate_in_fill(int sig __unused_arg)
{
	mprotect(backing, 2 * PAGE_SIZE, PROT_RW);
	truncate(100);
	truncate(2 * PAGE_SIZE);
}

/* The page that was being filled has the old bytes: it must not be kept. */
static void test_truncate_in_fill(void **state __unused_arg)
{
	struct sigaction act = { .sa_handler = truncate_in_fill }, old;
	struct page *page;

	begin();
	truncate(0);
	backing = aligned_alloc(PAGE_SIZE, 2 * PAGE_SIZE);
	memset(backing, 'o', 2 * PAGE_SIZE);
	mapping->backing = backing;
	mapping->backing_bytes = 2 * PAGE_SIZE;
	truncate(2 * PAGE_SIZE);
	mprotect(backing, 2 * PAGE_SIZE, PROT_NONE);
	sigaction(SIGSEGV, &act, &old);
	assert_int_equal(read_cache_page(mapping, 0, &page), 0);
	sigaction(SIGSEGV, &old, NULL);
	assert_int_equal(((char *)page_address(page))[99], 'o');
	assert_int_equal(((char *)page_address(page))[100], 0);
	put_page(page);
	free(backing);
	mapping->backing = NULL;
	mapping->backing_bytes = 0;
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shared),
		cmocka_unit_test(test_private_copies),
		cmocka_unit_test(test_every_process),
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_truncate_in_fault),
		cmocka_unit_test(test_truncate_in_fill),
	};

	return host_run(tests);
}
