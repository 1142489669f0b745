/*
 * The page cache: read, write and mmap see the same bytes; pages come from the
 * archive, and clean ones may be dropped again.
 */
#include <string.h>
#include "fs_world.h"

#define MAP_VA 0x10000000u

static char content[5 * PAGE_SIZE + 100];

/* "/data" from an archive, with `content`, whose every word differs. */
static void begin(void)
{
	static struct archive archive;
	u32 i;

	fs_world_start();
	memset(&archive, 0, sizeof(archive));
	for (i = 0; i + 4 <= sizeof(content); i += 4)
		memcpy(content + i, &i, 4);
	archive_add(&archive, "data", S_IFREG | 0644, content, sizeof(content));
	archive_end(&archive);
	assert_int_equal(archive_unpack(&archive, archive.bytes), 0);
}

static u32 cached_of(const char *path)
{
	struct inode *inode = must_find(path);
	u32 n = inode->i_data.nr_pages;

	iput(inode);
	return n;
}

static uaddr_t map_file(const char *path, u32 bytes, u32 prot, u32 flags)
{
	struct file *file = must_open(path, O_RDWR);
	uaddr_t va;

	assert_int_equal(try_map(fs_mm, file, MAP_VA, bytes, prot,
				 flags | MAP_FIXED, 0, &va),
			 0);
	fput(file);
	return va;
}

static void verify(void)
{
	world_verify(&fs_mm, 1);
}

/* Any part of the file, by read(2). */
static void test_reads(void **state __unused_arg)
{
	struct file *file;
	char got[3 * PAGE_SIZE];
	u32 i, bytes, expected;
	u64 pos;

	begin();
	file = must_open("/data", O_RDONLY);
	for (i = 0; i < 500; i++) {
		u32 at = rnd_below(sizeof(content) + 200);

		bytes = rnd_below(sizeof(got));
		pos = at;
		expected = at >= sizeof(content) ?
			0 :
			min(bytes, (u32)sizeof(content) - at);
		assert_int_equal(generic_file_read(file, USER_BUF + 3, bytes,
						   &pos),
				 expected);
		assert_int_equal(pos, at + expected);
		user_get(got, USER_BUF + 3, expected);
		assert_memory_equal(got, content + at, expected);
	}
	pos = ~0ull >> 1;
	assert_int_equal(generic_file_read(file, USER_BUF, 10, &pos), 0);
	fput(file);
	fs_world_end();
}

/* Returns the bytes moved before the fault; -EFAULT only if there are none. */
static void test_read_fault(void **state __unused_arg)
{
	struct file *file;
	u64 pos = 0;

	begin();
	file = must_open("/data", O_RDWR);
	assert_int_equal(generic_file_read(file, USER_END - 6000, 10000, &pos),
			 6000);
	assert_int_equal(pos, 6000);
	assert_int_equal(generic_file_read(file, USER_END, 10, &pos), -EFAULT);
	assert_int_equal(generic_file_read(file, TASK_SIZE - 4, 10, &pos),
			 -EFAULT);
	assert_int_equal(generic_file_read(file, 0xfffffff0, 0x20, &pos),
			 -EFAULT);
	assert_int_equal(pos, 6000);
	assert_int_equal(generic_file_write(file, USER_END, 10, &pos), -EFAULT);
	assert_int_equal(pos, 6000);
	assert_int_equal(file_size(file), sizeof(content));
	pos = sizeof(content);
	user_put(USER_END - 8, "abcdefgh", 8);
	assert_int_equal(generic_file_write(file, USER_END - 8, 100, &pos), 8);
	assert_int_equal(file_size(file), sizeof(content) + 8);
	fput(file);
	fs_world_end();
}

static void test_writes(void **state __unused_arg)
{
	static char shadow[10 * PAGE_SIZE];
	char data[2 * PAGE_SIZE];
	u32 size = sizeof(content), i, j, at, bytes;
	struct file *file;
	u64 pos;

	begin();
	file = must_open("/data", O_RDWR);
	memset(shadow, 0, sizeof(shadow));
	memcpy(shadow, content, size);
	for (i = 0; i < 300; i++) {
		at = rnd_below(8 * PAGE_SIZE);
		bytes = 1 + rnd_below(sizeof(data));
		if (rnd_below(8) == 0) {
			assert_int_equal(generic_truncate(file->f_inode, at),
					 0);
			memset(shadow + at, 0, sizeof(shadow) - at);
			size = at;
		} else {
			for (j = 0; j < bytes; j++)
				data[j] = (char)rnd();
			user_put(USER_BUF + 1, data, bytes);
			pos = at;
			assert_int_equal(generic_file_write(file, USER_BUF + 1,
							    bytes, &pos),
					 bytes);
			memcpy(shadow + at, data, bytes);
			size = max(size, at + bytes);
		}
		if (rnd_below(3) == 0)
			drop_pagecache(rnd_below(4));
		expect_file("/data", shadow, size);
	}
	fput(file);
	fs_world_end();
}

/* ---- code in a file ---------------------------------------------- */

#define CODE_AT 2048u

static u32 fetch_from_file(void)
{
	u32 insn = 0;

	map_file("/data", PAGE_SIZE, PROT_READ | PROT_EXEC, MAP_PRIVATE);
	assert_int_equal(model_fetch(fs_mm, MAP_VA + CODE_AT, &insn), 0);
	assert_int_equal(unmap(fs_mm, MAP_VA, PAGE_SIZE), 0);
	return insn;
}

static void write_code(struct file *file)
{
	u32 insn = 0xe12fff1e;
	u64 pos = CODE_AT;

	user_put(USER_BUF, &insn, 4);
	assert_int_equal(generic_file_write(file, USER_BUF, 4, &pos), 4);
}

/* After each change of a file, fetches of its mapped code see the new bytes. */
static void test_changed_code(void **state __unused_arg)
{
	struct file *file;

	begin();
	file = must_open("/data", O_RDWR);
	assert_int_equal(fetch_from_file(), CODE_AT);
	write_code(file);
	assert_int_equal(fetch_from_file(), 0xe12fff1e);
	assert_int_equal(generic_truncate(file->f_inode, CODE_AT), 0);
	assert_int_equal(generic_truncate(file->f_inode, PAGE_SIZE), 0);
	assert_int_equal(fetch_from_file(), 0);
	write_code(file);
	assert_int_equal(fetch_from_file(), 0xe12fff1e);
	assert_int_equal(generic_fallocate(file,
					   FALLOC_FL_PUNCH_HOLE |
						   FALLOC_FL_KEEP_SIZE,
					   CODE_AT, 4),
			 0);
	assert_int_equal(fetch_from_file(), 0);
	fput(file);
	fs_world_end();
}

static void test_append_and_limits(void **state __unused_arg)
{
	struct file *file, *append;
	u64 pos = 0;

	begin();
	make_file("/f", "12345", 5);
	append = must_open("/f", O_WRONLY | O_APPEND);
	user_put(USER_BUF, "67", 2);
	assert_int_equal(generic_file_write(append, USER_BUF, 2, &pos), 2);
	assert_int_equal(pos, 7);
	expect_file("/f", "1234567", 7);
	file = must_open("/f", O_RDWR | O_LARGEFILE);
	pos = MAX_FILE_BYTES - 1;
	assert_int_equal(generic_file_write(file, USER_BUF, 2, &pos), 1);
	assert_int_equal(file_size(file), MAX_FILE_BYTES);
	assert_int_equal(generic_file_write(file, USER_BUF, 2, &pos), -EFBIG);
	pos = 1ull << 44;
	assert_int_equal(generic_file_write(file, USER_BUF, 2, &pos), -EFBIG);
	assert_int_equal(generic_truncate(file->f_inode, MAX_FILE_BYTES + 1),
			 -EFBIG);
	/* All of it but a page or two is holes. */
	assert_int_equal(cached_of("/f"), 2);
	assert_int_equal(generic_truncate(file->f_inode, 7), 0);
	assert_int_equal(cached_of("/f"), 1);
	fput(file);
	fput(append);
	fs_world_end();
}

/* ---- dropping ---------------------------------------------------- */

static void test_drop(void **state __unused_arg)
{
	struct file *file;
	u64 pos = 2 * PAGE_SIZE;

	begin();
	assert_int_equal(cached_of("/data"), 0);
	expect_file("/data", content, sizeof(content));
	assert_int_equal(cached_of("/data"), 6);
	/* Written pages are the only copy of their bytes, and stay. */
	file = must_open("/data", O_RDWR);
	user_put(USER_BUF, "new!", 4);
	assert_int_equal(generic_file_write(file, USER_BUF, 4, &pos), 4);
	memcpy(content + 2 * PAGE_SIZE, "new!", 4);
	assert_int_equal(drop_pagecache(2), 2);
	assert_int_equal(cached_of("/data"), 4);
	assert_int_equal(drop_pagecache(100), 3);
	assert_int_equal(drop_pagecache(100), 0);
	assert_int_equal(cached_of("/data"), 1);
	expect_file("/data", content, sizeof(content));
	fput(file);
	fs_world_end();
}

static void test_drop_keeps_mapped(void **state __unused_arg)
{
	u32 frame;
	uaddr_t va;

	begin();
	expect_file("/data", content, sizeof(content));
	fault_around_bytes = PAGE_SIZE;
	va = map_file("/data", 6 * PAGE_SIZE, PROT_READ, MAP_SHARED);
	assert_int_equal(peek(fs_mm, va + PAGE_SIZE), PAGE_SIZE);
	frame = frame_of(fs_mm, va + PAGE_SIZE);
	assert_int_equal(drop_pagecache(100), 5);
	assert_int_equal(frame_of(fs_mm, va + PAGE_SIZE), frame);
	assert_int_equal(peek(fs_mm, va + PAGE_SIZE), PAGE_SIZE);
	assert_int_equal(peek(fs_mm, va), 0);
	verify();
	assert_int_equal(unmap(fs_mm, va, 6 * PAGE_SIZE), 0);
	assert_int_equal(drop_pagecache(100), 2);
	assert_int_equal(cached_of("/data"), 0);
	fs_world_end();
}

/* The allocator takes pages from the page cache when no others are free. */
static void test_shrinker(void **state __unused_arg)
{
	struct page *page, *hoard = NULL;
	u32 cached;

	begin();
	expect_file("/data", content, sizeof(content));
	cached = cached_of("/data");
	assert_int_equal(cached, 6);
	while ((page = alloc_page(GFP_KERNEL | __GFP_NOWARN))) {
		page->private = (uintptr_t)hoard;
		hoard = page;
	}
	assert_int_equal(cached_of("/data"), 0);
	while ((page = hoard)) {
		hoard = (struct page *)page->private;
		put_page(page);
	}
	expect_file("/data", content, sizeof(content));
	fs_world_end();
}

/* ---- mapping ----------------------------------------------------- */

static u32 fault_at(struct vm_area_struct *vma, u32 pgoff)
{
	struct vm_fault vmf = {
		.vma = vma,
		.address = vma->vm_start + pgoff * PAGE_SIZE,
		.pgoff = pgoff,
	};
	u32 ret = vma->vm_ops->fault(&vmf);

	if (!(ret & VM_FAULT_ERROR))
		put_page(vmf.page);
	return ret;
}

static void test_faults(void **state __unused_arg)
{
	struct vm_area_struct *vma;
	struct page *page;
	uaddr_t va;

	begin();
	va = map_file("/data", 8 * PAGE_SIZE, PROT_READ, MAP_SHARED);
	vma = find_vma(fs_mm, va);
	assert_null(vma_find_page(vma, 0));
	assert_int_equal(fault_at(vma, 0), 0);
	assert_int_equal(fault_at(vma, 0), 0);
	page = vma_find_page(vma, 0);
	assert_non_null(page);
	assert_int_equal(page_count(page), 2);
	put_page(page);
	assert_int_equal(fault_at(vma, 5), 0); /* the last */
	assert_int_equal(fault_at(vma, 6), VM_FAULT_SIGBUS);
	assert_null(vma_find_page(vma, 6));
	assert_int_equal(fault_at(vma, 0xfffff), VM_FAULT_SIGBUS);
	fail_alloc_set(NULL, 1, 1);
	assert_int_equal(fault_at(vma, 3), VM_FAULT_OOM);
	fail_alloc_set(NULL, 0, 0);
	unmap(fs_mm, va, 8 * PAGE_SIZE);
	fs_world_end();
}

/* A hole of a file that has no archive behind it. */
static void test_hole_fault(void **state __unused_arg)
{
	struct file *file;
	uaddr_t va;

	begin();
	make_file("/new", "x", 1);
	file = must_open("/new", O_RDWR);
	assert_int_equal(generic_truncate(file->f_inode, 2 * PAGE_SIZE), 0);
	va = map_file("/new", 2 * PAGE_SIZE, PROT_READ, MAP_SHARED);
	assert_int_equal(fault_at(find_vma(fs_mm, va), 1), 0);
	assert_int_equal(cached_of("/new"), 2);
	unmap(fs_mm, va, 2 * PAGE_SIZE);
	fput(file);
	fs_world_end();
}

/*
 * A failed write may leave a page behind the file's end: it cannot be mapped.
 */
static void test_page_behind_end(void **state __unused_arg)
{
	struct vm_area_struct *vma;
	struct file *file;
	u64 pos = 7 * PAGE_SIZE;
	uaddr_t va;

	begin();
	file = must_open("/data", O_RDWR);
	assert_int_equal(generic_file_write(file, USER_END, 4, &pos), -EFAULT);
	assert_int_equal(cached_of("/data"), 1);
	va = map_file("/data", 8 * PAGE_SIZE, PROT_READ, MAP_SHARED);
	vma = find_vma(fs_mm, va);
	assert_null(vma_find_page(vma, 7));
	assert_int_equal(fault_at(vma, 7), VM_FAULT_SIGBUS);
	/* The page is clean and can be dropped: nothing was written to it. */
	assert_int_equal(drop_pagecache(~0u), 1);
	unmap(fs_mm, va, 8 * PAGE_SIZE);
	fput(file);
	fs_world_end();
}

/* read, write and both kinds of mapping see the same bytes, or their own. */
static void test_one_truth(void **state __unused_arg)
{
	const uaddr_t private_va = MAP_VA + 0x100000;
	struct file *file;
	uaddr_t shared, va;
	u64 pos = PAGE_SIZE;

	begin();
	file = must_open("/data", O_RDWR);
	shared = map_file("/data", 6 * PAGE_SIZE, PROT_RW, MAP_SHARED);
	assert_int_equal(try_map(fs_mm, file, private_va, 6 * PAGE_SIZE,
				 PROT_RW, MAP_PRIVATE | MAP_FIXED, 0, &va),
			 0);
	/* write(2) to mapping */
	assert_int_equal(peek(fs_mm, shared + PAGE_SIZE), PAGE_SIZE);
	assert_int_equal(peek(fs_mm, va + PAGE_SIZE), PAGE_SIZE);
	user_put(USER_BUF, "abcd", 4);
	assert_int_equal(generic_file_write(file, USER_BUF, 4, &pos), 4);
	assert_int_equal(peek(fs_mm, shared + PAGE_SIZE), 0x64636261);
	assert_int_equal(peek(fs_mm, va + PAGE_SIZE), 0x64636261);
	/*
	 * shared store to read(2); the page stays when clean ones are dropped
	 */
	poke(fs_mm, shared + 2 * PAGE_SIZE, 0x11223344);
	unmap(fs_mm, shared, 6 * PAGE_SIZE);
	/* no other mapping sees a private store */
	poke(fs_mm, va + 3 * PAGE_SIZE, 0x55667788);
	verify();
	drop_pagecache(100);
	memcpy(content + PAGE_SIZE, "abcd", 4);
	memcpy(content + 2 * PAGE_SIZE, "\x44\x33\x22\x11", 4);
	expect_file("/data", content, sizeof(content));
	assert_int_equal(peek(fs_mm, va + 3 * PAGE_SIZE), 0x55667788);
	/* The last page is zero behind the file's end. */
	assert_int_equal(peek(fs_mm, va + 5 * PAGE_SIZE + 100), 0);
	unmap(fs_mm, va, 6 * PAGE_SIZE);
	fput(file);
	fs_world_end();
}

/* When a file is unlinked, closed and unmapped, all its pages are freed. */
static void test_last_reference(void **state __unused_arg)
{
	struct inode *inode;
	struct page *pages[6];
	uaddr_t va;
	u32 i;

	begin();
	inode = must_find("/data");
	for (i = 0; i < 6; i++)
		assert_int_equal(read_cache_page(&inode->i_data, i, &pages[i]),
				 0);
	iput(inode);
	va = map_file("/data", 6 * PAGE_SIZE, PROT_RW, MAP_SHARED);
	poke(fs_mm, va, 1);
	assert_int_equal(do_unlink("/data"), 0);
	assert_int_equal(peek(fs_mm, va), 1);
	assert_non_null(pages[0]->mapping);
	unmap(fs_mm, va, 6 * PAGE_SIZE);
	for (i = 0; i < 6; i++) {
		assert_null(pages[i]->mapping);
		assert_int_equal(page_count(pages[i]), 1);
		put_page(pages[i]);
	}
	fs_world_end();
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reads),
		cmocka_unit_test(test_read_fault),
		cmocka_unit_test(test_writes),
		cmocka_unit_test(test_changed_code),
		cmocka_unit_test(test_append_and_limits),
		cmocka_unit_test(test_drop),
		cmocka_unit_test(test_drop_keeps_mapped),
		cmocka_unit_test(test_shrinker),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_hole_fault),
		cmocka_unit_test(test_page_behind_end),
		cmocka_unit_test(test_one_truth),
		cmocka_unit_test(test_last_reference),
	};

	return host_run(tests);
}
