/*
 * open: what it returns for each kind of path and flags, files that are open when
 * their name goes or that run, large ones, and a root that is read-only. The
 * results are Linux's.
 */
#include <string.h>
#include "fs_world.h"

#define CREAT_RW (O_CREAT | O_RDWR)

static const struct opening {
	const char *path;
	u32 flags;
	int err;
} openings[] = {
	{ "/a", O_RDONLY, 0 },
	{ "/a", O_RDWR, -EISDIR },
	{ "/a", O_WRONLY, -EISDIR },
	{ "/a", O_CREAT, -EISDIR },
	{ "/a/file", O_DIRECTORY, -ENOTDIR },
	{ "/a/file/", O_RDONLY, -ENOTDIR },
	{ "/x", O_RDONLY, -ENOENT },
	{ "/loop", O_RDONLY, -ELOOP },
	{ "/loop", CREAT_RW, -ELOOP },
	{ "/abs", O_NOFOLLOW, -ELOOP },
	{ "/abs", O_NOFOLLOW | O_PATH, 0 },
	{ "/a/file", CREAT_RW, 0 },
	{ "/a/file", CREAT_RW | O_EXCL, -EEXIST },
	{ "/gone", CREAT_RW | O_EXCL, -EEXIST },
	{ "/loop", CREAT_RW | O_EXCL, -EEXIST },
	{ "/x/", CREAT_RW, -EISDIR },
	{ "/x/y", CREAT_RW, -ENOENT },
	{ "/a/file/y", CREAT_RW, -ENOTDIR },
	{ "/gone", CREAT_RW, 0 }, /* makes /nowhere */
	{ "/nowhere", O_RDONLY, 0 },
	{ "/new", CREAT_RW | O_EXCL, 0 },
};

static void test_openings(void **state __unused_arg)
{
	const struct opening *o;

	fs_world_start_with_tree();
	for (o = openings; o < openings + ARRAY_SIZE(openings); o++) {
		s32 fd = do_open(o->path, o->flags);

		if (fd >= 0)
			assert_int_equal(sys_close((u32)fd), 0);
		if (min(fd, 0) != o->err)
			fail_msg("open(\"%s\", 0%o): %d, expected %d", o->path,
				 o->flags, fd, o->err);
	}
	/* Opening the existing file has not changed it. */
	expect_file("/a/file", "12345", 5);
	fs_world_end();
}

static void test_umask(void **state __unused_arg)
{
	struct inode *inode;

	fs_world_start_with_tree();
	assert_int_equal(sys_umask(027), 022);
	assert_int_equal(sys_umask(027), 027);
	assert_int_equal(sys_close((u32)do_open("/m", CREAT_RW)), 0);
	inode = must_find("/m");
	assert_int_equal(inode->i_mode, S_IFREG | 0640);
	iput(inode);
	fs_world_end();
}

/* An open file outlives its name, until its last descriptor is closed. */
static void test_unlinked(void **state __unused_arg)
{
	char got[8] = "";
	s32 fd;
	u32 before;

	fs_world_start_with_tree();
	before = live_inodes();
	fd = do_open("/a/file", O_RDONLY);
	assert_int_equal(do_unlink("/a/file"), 0);
	assert_int_equal(live_inodes(), before);
	assert_int_equal(sys_read((u32)fd, USER_BUF, 8), 5);
	user_get(got, USER_BUF, 5);
	assert_string_equal(got, "12345");
	assert_int_equal(sys_close((u32)fd), 0);
	assert_int_equal(live_inodes(), before - 1);
	fs_world_end();
}

/* A running program cannot be written, nor a file open for writing executed. */
static void test_text_busy(void **state __unused_arg)
{
	struct file *writer, *program, *second;
	struct inode *inode;

	fs_world_start();
	make_file("/program", "text", 4);
	inode = must_find("/program");
	assert_int_equal(sys_chmod(user_path("/program"), 0755), 0);
	writer = must_open("/program", O_WRONLY);
	assert_int_equal(open_exec("/program", &program), -ETXTBSY);
	fput(writer);
	assert_int_equal(open_exec("/program", &program), 0);
	assert_int_equal(open_exec("/program", &second), 0);
	fput(program);
	assert_int_equal(filp_open("/program", O_WRONLY, &writer), -ETXTBSY);
	assert_int_equal(files_open(AT_FDCWD, "/program", O_RDWR | O_TRUNC, 0,
				    &writer),
			 -ETXTBSY);
	assert_int_equal(files_open(AT_FDCWD, "/program", O_RDONLY | O_TRUNC, 0,
				    &writer),
			 -ETXTBSY);
	assert_int_equal(sys_truncate(user_path("/program"), 1), -ETXTBSY);
	expect_file("/program", "text", 4);
	fput(second);
	assert_int_equal(sys_truncate(user_path("/program"), 1), 0);
	fput(must_open("/program", O_WRONLY));
	assert_int_equal(inode->i_writecount, 0);
	iput(inode);
	fs_world_end();
}

/*
 * O_RDONLY without O_LARGEFILE ends at 2 GiB, as on Linux but for its tmpfs, which
 * does not ask before 6.6: so no program of tests/user can.
 */
static void test_large(void **state __unused_arg)
{
	fs_world_start();
	make_file("/large", "", 0);
	assert_int_equal(sys_truncate64(user_path("/large"), 0, 0x7fffffff, 0),
			 0);
	fput(must_open("/large", O_RDONLY));
	assert_int_equal(sys_truncate64(user_path("/large"), 0, 0x80000000, 0),
			 0);
	assert_int_equal(do_open("/large", O_RDONLY), -EOVERFLOW);
	fput(must_open("/large", O_RDONLY | O_LARGEFILE));
	fs_world_end();
}

/* ---- no service -------------------------------------------------- */

/* The core mounts the root read-only; a service makes it writable later. */
static void test_read_only(void **state __unused_arg)
{
	struct inode *file;
	struct file *opened;

	fs_world_start_core();
	file = ramfs_inode(S_IFREG | 0644);
	assert_int_equal(ramfs_link(root_inode, "file", 4, file, false), 0);
	assert_int_equal(ramfs_link(root_inode, "file", 4, file, false),
			 -EEXIST);
	assert_int_equal(filp_open("/file", O_WRONLY, &opened), -EROFS);
	assert_int_equal(filp_open("/file", O_RDWR, &opened), -EROFS);
	assert_int_equal(filp_open("/file", O_RDONLY | O_TRUNC, &opened),
			 -EROFS);
	assert_int_equal(filp_open("/file", O_CREAT | O_EXCL, &opened),
			 -EEXIST);
	assert_int_equal(filp_open("/new", O_RDWR | O_CREAT, &opened), -EROFS);
	assert_int_equal(filp_open("/new", O_RDWR, &opened), -ENOENT);
	assert_int_equal(filp_open("/", O_RDWR, &opened), -EISDIR);
	assert_int_equal(file->i_writecount, 0);
	fput(must_open("/file", O_RDONLY));
	fput(must_open("/dev/null", O_RDWR | O_CREAT | O_TRUNC));
	files_service.init();
	files_service.exec();
	make_file("/file", "text", 4);
	make_file("/new", "text", 4);
	expect_file("/file", "text", 4);
	iput(file);
	fs_world_end();
}

/* A tree replaces a name, unless that is a directory in use. */
static void test_mount(void **state __unused_arg)
{
	struct inode *root;

	fs_world_start();
	root = ramfs_inode(S_IFDIR | 0755);
	assert_int_equal(ramfs_link(root_inode, "dev", 3, root, true),
			 -ENOTEMPTY);
	make_file("/proc", "text", 4);
	assert_int_equal(ramfs_link(root_inode, "proc", 4, root, true), 0);
	assert_int_equal(look("/proc/."), 0);
	assert_ptr_equal(root->i_entry->inode, root);
	assert_int_equal(do_rmdir("/proc"), 0);
	iput(root);
	fs_world_end();
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_openings),
		cmocka_unit_test(test_umask),
		cmocka_unit_test(test_unlinked),
		cmocka_unit_test(test_text_busy),
		cmocka_unit_test(test_large),
		cmocka_unit_test(test_read_only),
		cmocka_unit_test(test_mount),
	};

	return host_run(tests);
}
