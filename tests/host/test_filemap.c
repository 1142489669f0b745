/*
 * The page cache: one truth for read, write and mmap, pages that come from the
 * archive and may go again, and the tree they hang in.
 */
#include <lib/printk.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uapi/uio.h>
#include "fs_world.h"

#define MAP_VA 0x10000000u

/* ---- the tree against an array ----------------------------------- */

#define TREE_INDEXES 48u

static struct address_space tree;
static u32 indexes[TREE_INDEXES];
static struct page *reference[TREE_INDEXES];

static int ascending(const void *a, const void *b)
{
	u32 x = *(const u32 *)a, y = *(const u32 *)b;

	return x < y ? -1 : x > y;
}

/* Neighbours, and the ends of every level of the tree. */
static void choose_indexes(void)
{
	static const u32 ends[] = { 0,          1,          63,
				    64,         65,         4095,
				    4096,       262143,     262144,
				    16777215,   16777216,   0xfffff,
				    0xffffffff, 0x3fffffff, 0x40000000,
				    0xfffffffe };
	u32 i;

	for (i = 0; i < TREE_INDEXES; i++)
		indexes[i] = i < ARRAY_SIZE(ends) ? ends[i] :
						    1000 + 7 * i * i * i;
	qsort(indexes, TREE_INDEXES, sizeof(u32), ascending);
}

static void check_tree(void)
{
	u32 i, index, n = 0;

	for (i = 0; i < TREE_INDEXES; i++) {
		assert_ptr_equal(page_tree_lookup(&tree, indexes[i]),
				 reference[i]);
		n += reference[i] != NULL;
	}
	assert_int_equal(tree.nr_pages, n);
	assert_true(n || (!tree.root && !tree.height));
	/* next finds them all, in order, from any start. */
	i = rnd_below(TREE_INDEXES);
	index = indexes[i];
	for (; i < TREE_INDEXES; i++) {
		if (!reference[i])
			continue;
		assert_ptr_equal(page_tree_next(&tree, &index), reference[i]);
		assert_int_equal(index, indexes[i]);
		if (++index == 0)
			return;
	}
	assert_null(page_tree_next(&tree, &index));
}

static void test_tree(void **state __unused_arg)
{
	u32 round, i;

	host_boot(32 << 20);
	page_tree_init();
	choose_indexes();
	memset(&tree, 0, sizeof(tree));
	memset(reference, 0, sizeof(reference));
	for (round = 0; round < 20000; round++) {
		struct page *page = mem_map + rnd_below(8192);

		i = rnd_below(TREE_INDEXES);
		if (rnd_below(2)) {
			assert_int_equal(page_tree_insert(&tree, indexes[i],
							  page),
					 reference[i] ? -EEXIST : 0);
			if (!reference[i])
				reference[i] = page;
		} else {
			assert_ptr_equal(page_tree_delete(&tree, indexes[i]),
					 reference[i]);
			reference[i] = NULL;
		}
		check_tree();
	}
	for (i = 0; i < TREE_INDEXES; i++) {
		page_tree_delete(&tree, indexes[i]);
		reference[i] = NULL;
	}
	check_tree();
}

/* An insertion that finds no memory leaves the tree as it was. */
static void test_tree_no_memory(void **state __unused_arg)
{
	u32 n;
	int err;

	host_boot(32 << 20);
	page_tree_init();
	memset(&tree, 0, sizeof(tree));
	assert_int_equal(page_tree_insert(&tree, 5, mem_map), 0);
	for (n = 1;; n++) {
		fail_alloc_set("page_node", n, 1);
		err = page_tree_insert(&tree, 0xffffff00, mem_map + 1);
		if (!fail_alloc_hits())
			break;
		assert_int_equal(err, -ENOMEM);
		assert_int_equal(tree.nr_pages, 1);
		assert_int_equal(tree.height, 1);
		assert_ptr_equal(page_tree_lookup(&tree, 5), mem_map);
		assert_null(page_tree_lookup(&tree, 0xffffff00));
	}
	fail_alloc_set(NULL, 0, 0);
	assert_int_equal(err, 0);
	assert_int_equal(n, 11); /* five levels more, five on the way */
}

/* ---- files ------------------------------------------------------- */

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

/* What could be moved counts; nothing at all is -EFAULT. */
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

/* Once executed, its lines are fetched anew after each of the file's changes. */
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

static u32 cached_pages(void)
{
	struct inode *inode = must_find("/data");
	u32 nr = inode->i_data.nr_pages;

	iput(inode);
	return nr;
}

static void test_drop(void **state __unused_arg)
{
	struct file *file;
	u64 pos = 2 * PAGE_SIZE;

	begin();
	assert_int_equal(cached_pages(), 0);
	expect_file("/data", content, sizeof(content));
	assert_int_equal(cached_pages(), 6);
	/* Written pages are the only copy there is. */
	file = must_open("/data", O_RDWR);
	user_put(USER_BUF, "new!", 4);
	assert_int_equal(generic_file_write(file, USER_BUF, 4, &pos), 4);
	memcpy(content + 2 * PAGE_SIZE, "new!", 4);
	assert_int_equal(drop_pagecache(2), 2);
	assert_int_equal(cached_pages(), 4);
	assert_int_equal(drop_pagecache(100), 3);
	assert_int_equal(drop_pagecache(100), 0);
	assert_int_equal(cached_pages(), 1);
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
	assert_int_equal(cached_pages(), 0);
	fs_world_end();
}

/* The allocator asks the page cache when it has nothing else. */
static void test_shrinker(void **state __unused_arg)
{
	struct page *page, *hoard = NULL;
	u32 cached;

	begin();
	expect_file("/data", content, sizeof(content));
	cached = cached_pages();
	assert_int_equal(cached, 6);
	while ((page = alloc_page(GFP_KERNEL | __GFP_NOWARN))) {
		page->private = (uintptr_t)hoard;
		hoard = page;
	}
	assert_int_equal(cached_pages(), 0);
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

/* A write that failed may leave a page behind the end: nobody may map it. */
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
	/* Nor does it hold memory for ever: nothing was written to it. */
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
	/* shared store to read(2), kept when clean pages go */
	poke(fs_mm, shared + 2 * PAGE_SIZE, 0x11223344);
	unmap(fs_mm, shared, 6 * PAGE_SIZE);
	/* private store is nobody else's */
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

/* Unmapped, closed, unlinked: not a page of it stays. */
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
	assert_int_equal(sys_unlink(user_path("/data")), 0);
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

/* ---- descriptors ------------------------------------------------- */

static void test_descriptors(void **state __unused_arg)
{
	s32 a, b, i;

	begin();
	host_rlimits[RLIMIT_NOFILE] = 40;
	a = sys_open(user_path("/data"), O_RDONLY, 0);
	b = sys_dup((u32)a);
	assert_int_equal(a, 0);
	assert_int_equal(b, 1);
	assert_int_equal(sys_read(0, USER_BUF, 4), 4);
	assert_int_equal(sys_lseek(1, 0, SEEK_CUR), 4);
	for (i = 2; i < 40; i++)
		assert_int_equal(sys_dup(0), i);
	assert_int_equal(sys_dup(0), -EMFILE);
	assert_int_equal(sys_dup2(0, 40), -EBADF);
	assert_int_equal(sys_close(7), 0);
	assert_int_equal(sys_close(7), -EBADF);
	assert_int_equal(sys_close(33), 0);
	assert_int_equal(sys_fcntl64(0, F_DUPFD, 20), 33);
	assert_int_equal(sys_dup(0), 7);
	assert_int_equal(sys_dup2(0, 0), 0);
	assert_int_equal(sys_dup3(0, 0, 0), -EINVAL);
	assert_int_equal(sys_dup3(0, 9, O_CLOEXEC), 9);
	assert_int_equal(sys_fcntl64(9, F_GETFD, 0), FD_CLOEXEC);
	assert_int_equal(sys_fcntl64(8, F_GETFD, 0), 0);
	files_close_on_exec(host_current->files);
	assert_int_equal(sys_fcntl64(9, F_GETFD, 0), -EBADF);
	assert_int_equal(sys_fcntl64(8, F_GETFD, 0), 0);
	assert_int_equal(sys_read(0xffffffff, USER_BUF, 1), -EBADF);
	assert_int_equal(sys_close(0xffffffff), -EBADF);
	fs_world_end();
}

/* ---- devices ----------------------------------------------------- */

static char console[64];

void console_text(const char *s, size_t bytes)
{
	assert_true(strlen(console) + bytes < sizeof(console));
	strncat(console, s, bytes);
}

static const struct file_operations other_fops = { .read = NULL };
static const struct chrdev other_devices[] = {
	{ "console", MKDEV(5, 1), 0640, &other_fops },
	{ "other", MKDEV(9, 9), 0600, &other_fops },
	{ NULL },
};

/* What the core has alone: a console to write to. */
static void test_console(void **state __unused_arg)
{
	begin();
	console[0] = '\0';
	assert_int_equal(sys_open(user_path("/dev/console"), O_RDWR, 0), 0);
	user_put(USER_BUF, "a\n\nb", 4);
	assert_int_equal(sys_write(0, USER_BUF, 4), 4);
	assert_string_equal(console, "a\n\nb");
	assert_int_equal(sys_read(0, USER_BUF, 4), 0);
	assert_int_equal(sys_ioctl(0, 0x5401, USER_BUF), -ENOTTY);
	assert_int_equal(sys_write(0, USER_END - 2, 4), -EFAULT);
	assert_int_equal(look("/dev/other"), -ENOENT);
	fs_world_end();
}

/* A service's device of the same name and number counts for more. */
static void test_service_devices(void **state __unused_arg)
{
	struct file *file;
	struct inode *inode;

	world_service.devices = other_devices;
	fs_world_start();
	file = must_open("/dev/console", O_RDONLY);
	assert_ptr_equal(file->f_op, &other_fops);
	fput(file);
	file = must_open("/dev/other", O_RDONLY);
	assert_ptr_equal(file->f_op, &other_fops);
	fput(file);
	fput(must_open("/dev/null", O_RDONLY));
	inode = must_find("/dev/console");
	assert_int_equal(inode->i_mode, S_IFCHR | 0640);
	iput(inode);
	fs_world_end();
	world_service.devices = NULL;
}

/* ---- one position for all who share an open file ----------------- */

static bool pos_was_locked;

static s32 probe_read(struct file *file, uaddr_t buf __unused_arg,
		      u32 bytes __unused_arg, u64 *pos)
{
	pos_was_locked = rwsem_is_write_locked(&file->f_pos_lock);
	if (pos == &file->f_pos)
		*pos += 1;
	return 1;
}

static s64 probe_llseek(struct file *file, s64 offset, int whence __unused_arg)
{
	pos_was_locked = rwsem_is_write_locked(&file->f_pos_lock);
	return offset;
}

static int probe_iterate(struct file *file,
			 struct dir_context *ctx __unused_arg)
{
	pos_was_locked = rwsem_is_write_locked(&file->f_pos_lock);
	return 0;
}

static const struct file_operations probe_fops = {
	.read = probe_read,
	.llseek = probe_llseek,
	.iterate = probe_iterate,
};

/* An open file of that type at the next descriptor. */
static struct file *open_probe(u32 mode, u32 *fd)
{
	struct inode *inode = new_inode(mode);
	struct file *file;

	assert_non_null(inode);
	inode->i_fop = &probe_fops;
	assert_int_equal(file_open_inode(inode, O_RDONLY, &file), 0);
	iput(inode);
	assert_int_equal(files_install(host_current->files, file, 0, false, fd),
			 0);
	return file;
}

static bool read_locks(u32 fd)
{
	assert_int_equal(sys_read(fd, USER_BUF, 1), 1);
	return pos_was_locked;
}

static void test_position(void **state __unused_arg)
{
	const struct iovec32 iov = { USER_BUF, 1 };
	struct file *file;
	u32 fd, fifo;

	begin();
	file = open_probe(S_IFREG | 0444, &fd);
	assert_false(read_locks(fd)); /* nobody else has it */
	assert_int_equal(sys_dup(fd), fd + 1);
	assert_true(read_locks(fd));
	assert_false(rwsem_is_locked(&file->f_pos_lock));
	pos_was_locked = false;
	user_put(USER_BUF + 64, &iov, sizeof(iov));
	assert_int_equal(sys_readv(fd, USER_BUF + 64, 1), 1);
	assert_true(pos_was_locked);
	pos_was_locked = false;
	assert_int_equal(sys_lseek(fd, 5, SEEK_SET), 5);
	assert_true(pos_was_locked);
	pos_was_locked = false;
	assert_int_equal(sys_getdents64(fd, USER_BUF, 64), 0);
	assert_true(pos_was_locked);
	/* A place of its own is nobody else's. */
	assert_int_equal(sys_pread64(fd, USER_BUF, 1, 0, 0, 0), 1);
	assert_false(pos_was_locked);
	/* Who waits at a fifo must not keep others out. */
	open_probe(S_IFIFO | 0444, &fifo);
	assert_int_equal(sys_dup(fifo), fifo + 1);
	assert_false(read_locks(fifo));
	fs_world_end();
}

/* A table that fork copied is another table of the same files. */
static void test_copied_table(void **state __unused_arg)
{
	struct files_struct *child;
	struct file *file;

	begin();
	assert_int_equal(sys_open(user_path("/data"), O_RDONLY, 0), 0);
	assert_int_equal(sys_fcntl64(0, F_DUPFD, 100), 100);
	child = files_copy(host_current->files);
	assert_non_null(child);
	assert_int_equal(sys_close(0), 0);
	file = files_get(child, 0);
	assert_non_null(file);
	assert_ptr_equal(file, files_get(child, 100));
	assert_int_equal(atomic_read(&file->f_count), 5);
	fput(file);
	fput(file);
	files_put(child);
	file = fget(100);
	assert_int_equal(atomic_read(&file->f_count), 2);
	fput(file);
	fs_world_end();
}

/* pipe2's answer cannot be stored: by then a thread has closed both ends. */
static u32 close_both(struct vm_fault *vmf __unused_arg)
{
	struct thread_info *me = host_current, thread = *me;

	host_current = &thread; /* which holds no lock */
	assert_int_equal(sys_close(0), 0);
	assert_int_equal(sys_close(1), 0);
	/* The second number is another file's now, and stays that. */
	assert_int_equal(sys_open(user_path("/data"), O_RDONLY, 0), 0);
	host_current = me;
	return VM_FAULT_SIGBUS;
}

static void test_pipe_closed_meanwhile(void **state __unused_arg)
{
	struct vm_operations ops = { .fault = close_both };
	const struct vm_operations *file_ops;
	struct vm_area_struct *vma;
	uaddr_t va;

	begin();
	va = map_file("/data", PAGE_SIZE, PROT_RW, MAP_SHARED);
	vma = find_vma(fs_mm, va);
	file_ops = vma->vm_ops;
	vma->vm_ops = &ops;
	assert_int_equal(sys_pipe2(va, 0), -EFAULT);
	vma->vm_ops = file_ops;
	assert_int_equal(sys_fcntl64(0, F_GETFD, 0), 0);
	assert_int_equal(sys_fcntl64(1, F_GETFD, 0), -EBADF);
	/* Nobody has: the numbers are free again. */
	assert_int_equal(sys_pipe2(USER_END, 0), -EFAULT);
	assert_int_equal(sys_fcntl64(1, F_GETFD, 0), -EBADF);
	unmap(fs_mm, va, PAGE_SIZE);
	fs_world_end();
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tree),
		cmocka_unit_test(test_tree_no_memory),
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
		cmocka_unit_test(test_descriptors),
		cmocka_unit_test(test_console),
		cmocka_unit_test(test_service_devices),
		cmocka_unit_test(test_position),
		cmocka_unit_test(test_copied_table),
		cmocka_unit_test(test_pipe_closed_meanwhile),
	};

	return host_run(tests);
}
