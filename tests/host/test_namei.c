/*
 * Paths: what each kind leads to, and what each kind of change to the tree
 * answers. The expectations are Linux's.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "fs_world.h"

static u32 free_inodes;

static void mkdir_ok(const char *path)
{
	assert_int_equal(sys_mkdir(user_path(path), 0755), 0);
}

static int do_mkdir(const char *path)
{
	return sys_mkdir(user_path(path), 0755);
}

static int do_symlink(const char *text, const char *path)
{
	user_put(USER_BUF + PATH_MAX, text, (u32)strlen(text) + 1);
	return sys_symlink(USER_BUF + PATH_MAX, user_path(path));
}

static int do_rename(const char *from, const char *to)
{
	user_put(USER_BUF + PATH_MAX, to, (u32)strlen(to) + 1);
	return sys_rename(user_path(from), USER_BUF + PATH_MAX);
}

static int do_unlink(const char *path)
{
	return sys_unlink(user_path(path));
}

static int do_rmdir(const char *path)
{
	return sys_rmdir(user_path(path));
}

static int do_open(const char *path, u32 flags)
{
	return sys_open_or_create(user_path(path), flags, 0666);
}

static u32 live_inodes(void);
static u32 live_objects(void);

/*
 *	/a/b/c/		/a/file (5 bytes)	/a/up -> ../a/b
 *	/loop -> loop	/deep -> a/up/c		/abs -> /a/file
 *	/gone -> nowhere	/dirlink -> a/b/	/filelink -> a/file/
 */
static void begin(void)
{
	fs_world_start();
	free_inodes = live_inodes();
	mkdir_ok("/a");
	mkdir_ok("/a/b");
	mkdir_ok("/a/b/c");
	make_file("/a/file", "12345", 5);
	assert_int_equal(do_symlink("../a/b", "/a/up"), 0);
	assert_int_equal(do_symlink("loop", "/loop"), 0);
	assert_int_equal(do_symlink("a/up/c", "/deep"), 0);
	assert_int_equal(do_symlink("/a/file", "/abs"), 0);
	assert_int_equal(do_symlink("nowhere", "/gone"), 0);
	assert_int_equal(do_symlink("a/b/", "/dirlink"), 0);
	assert_int_equal(do_symlink("a/file/", "/filelink"), 0);
}

static void count_inodes(const struct slab_stats *stats, void *arg)
{
	if (strcmp(stats->name, "inode_cache") == 0)
		*(u32 *)arg = stats->active_objects;
}

static u32 live_inodes(void)
{
	u32 n = 0;

	slab_for_each(count_inodes, &n);
	return n;
}

static void count_objects(const struct slab_stats *stats, void *arg)
{
	*(u32 *)arg += stats->active_objects;
}

/* Of all caches: what a path leaves behind shows here. */
static u32 live_objects(void)
{
	u32 n = 0;

	slab_for_each(count_objects, &n);
	return n;
}

/* ---- walks ------------------------------------------------------- */

/* Where the path leads: to the same as `same`, or to an error. */
static const struct walk {
	const char *path;
	const char *same;
	int err;
} walks[] = {
	{ "/", "/", 0 },
	{ "//", "/", 0 },
	{ "/..", "/", 0 },
	{ "/../../a/..", "/", 0 },
	{ ".", "/", 0 },
	{ "a", "/a", 0 },
	{ "/a/", "/a", 0 },
	{ "//a///b//", "/a/b", 0 },
	{ "/a/./b/.", "/a/b", 0 },
	{ "/a/b/c/../..", "/a", 0 },
	{ "/a/up/c", "/a/b/c", 0 },
	{ "/a/up/../file", "/a/file", 0 },
	{ "/a/up/..", "/a", 0 },
	{ "/deep", "/a/b/c", 0 },
	{ "/deep/", "/a/b/c", 0 },
	{ "/deep/..", "/a/b", 0 },
	{ "/abs", "/a/file", 0 },
	{ "/a/b/abs", "/a/file", 0 },
	{ "/dirlink", "/a/b", 0 },
	{ "/dirlink/c", "/a/b/c", 0 },
	{ "", NULL, -ENOENT },
	{ "/x", NULL, -ENOENT },
	{ "/x/", NULL, -ENOENT },
	{ "/x/..", NULL, -ENOENT },
	{ "/a/x/y", NULL, -ENOENT },
	{ "/gone", NULL, -ENOENT },
	{ "/a/file/", NULL, -ENOTDIR },
	{ "/a/file/.", NULL, -ENOTDIR },
	{ "/a/file/..", NULL, -ENOTDIR },
	{ "/a/file/x", NULL, -ENOTDIR },
	{ "/abs/", NULL, -ENOTDIR },
	{ "/abs/x", NULL, -ENOTDIR },
	{ "/filelink", NULL, -ENOTDIR },
	{ "/loop", NULL, -ELOOP },
	{ "/loop/x", NULL, -ELOOP },
	{ "/a/../loop/..", NULL, -ELOOP },
};

static void test_walks(void **state __unused_arg)
{
	const struct walk *w;
	u32 before;

	begin();
	assert_int_equal(do_symlink("/a/file", "/a/b/abs"), 0);
	before = live_objects();
	for (w = walks; w < walks + ARRAY_SIZE(walks); w++) {
		struct inode *inode = NULL, *same;
		int err = path_lookup(AT_FDCWD, w->path, LOOKUP_FOLLOW, &inode);

		if (err != w->err)
			fail_msg("\"%s\": %d, expected %d", w->path, err,
				 w->err);
		if (err)
			continue;
		same = must_find(w->same);
		if (inode != same)
			fail_msg("\"%s\" is not %s", w->path, w->same);
		iput(same);
		iput(inode);
	}
	assert_int_equal(live_objects(), before);
	fs_world_end();
}

/* Without LOOKUP_FOLLOW the last link stays, unless a slash follows. */
static void test_nofollow(void **state __unused_arg)
{
	struct inode *link, *loop, *dir;

	begin();
	link = must_find("/dirlink");
	loop = must_find("/loop");
	dir = must_find("/dirlink/");
	assert_true(S_ISLNK(link->i_mode));
	assert_true(S_ISLNK(loop->i_mode));
	assert_true(S_ISDIR(dir->i_mode));
	iput(link);
	iput(loop);
	iput(dir);
	fs_world_end();
}

/* Linux follows 40 links and no 41st. */
static void test_link_limit(void **state __unused_arg)
{
	char from[16], to[16];
	u32 i;

	begin();
	make_file("/l0", "", 0);
	for (i = 1; i <= 41; i++) {
		snprintf(from, sizeof(from), "/l%u", i);
		snprintf(to, sizeof(to), "l%u", i - 1);
		assert_int_equal(do_symlink(to, from), 0);
	}
	assert_int_equal(look("/l40"), 0);
	assert_int_equal(look("/l41"), -ELOOP);
	fs_world_end();
}

static void test_lengths(void **state __unused_arg)
{
	char path[2 * PATH_MAX];

	begin();
	path[0] = '/';
	memset(path + 1, 'n', NAME_MAX);
	path[1 + NAME_MAX] = '\0';
	assert_int_equal(do_mkdir(path), 0);
	assert_int_equal(look(path), 0);
	strcat(path, "n");
	assert_int_equal(look(path), -ENAMETOOLONG);
	assert_int_equal(do_mkdir(path), -ENAMETOOLONG);
	assert_int_equal(do_open(path, O_CREAT | O_RDWR), -ENAMETOOLONG);
	/* 4095 bytes are a path, 4096 are too many. */
	memset(path, '/', PATH_MAX - 1);
	path[PATH_MAX - 2] = 'a';
	path[PATH_MAX - 1] = '\0';
	assert_int_equal(sys_chdir(user_path(path)), 0);
	path[PATH_MAX - 1] = '/';
	path[PATH_MAX] = '\0';
	assert_int_equal(sys_chdir(user_path(path)), -ENAMETOOLONG);
	fs_world_end();
}

/* A link's text and the rest of the path together fit, or do not. */
static void test_long_links(void **state __unused_arg)
{
	char text[PATH_MAX], path[PATH_MAX];

	begin();
	memset(text, '/', sizeof(text));
	text[PATH_MAX - 4] = '\0';
	memcpy(text + PATH_MAX - 7, "a/b", 3);
	assert_int_equal(do_symlink(text, "/long"), 0);
	assert_int_equal(look("/long"), 0);
	snprintf(path, sizeof(path), "/long/c/../c");
	assert_int_equal(look(path), -ENAMETOOLONG);
	fs_world_end();
}

static void test_bad_pointers(void **state __unused_arg)
{
	begin();
	assert_int_equal(sys_chdir(0), -EFAULT);
	assert_int_equal(sys_chdir(USER_END), -EFAULT);
	assert_int_equal(sys_chdir(TASK_SIZE), -EFAULT);
	/* The string begins in memory and has no end in it. */
	user_put(USER_END - 4, "////", 4);
	assert_int_equal(sys_chdir(USER_END - 4), -EFAULT);
	user_put(USER_END - 2, "/", 2);
	assert_int_equal(sys_chdir(USER_END - 2), 0);
	fs_world_end();
}

/* ---- where we stand ---------------------------------------------- */

static const char *cwd(void)
{
	static char buf[PATH_MAX];
	s32 n = sys_getcwd(USER_BUF, PATH_MAX);

	if (n < 0)
		return n == -ENOENT ? "ENOENT" : "error";
	user_get(buf, USER_BUF, (u32)n);
	assert_int_equal(strlen(buf) + 1, n);
	return buf;
}

static void test_cwd(void **state __unused_arg)
{
	begin();
	assert_string_equal(cwd(), "/");
	assert_int_equal(sys_chdir(user_path("a/up/c")), 0);
	assert_string_equal(cwd(), "/a/b/c");
	assert_int_equal(sys_getcwd(USER_BUF, 6), -ERANGE);
	assert_int_equal(sys_getcwd(USER_END - 2, 100), -EFAULT);
	assert_int_equal(look(".."), 0);
	/* It moves with its parents. */
	assert_int_equal(do_rename("/a/b", "/z"), 0);
	assert_string_equal(cwd(), "/z/c");
	assert_int_equal(sys_chdir(user_path("/abs")), -ENOTDIR);
	assert_string_equal(cwd(), "/z/c");
	/* Removed: it goes on, empty and without a name. */
	assert_int_equal(do_rmdir("/z/c"), 0);
	assert_string_equal(cwd(), "ENOENT");
	assert_int_equal(look("."), 0);
	assert_int_equal(look(".."), -ENOENT);
	assert_int_equal(do_mkdir("new"), -ENOENT);
	assert_int_equal(do_open("new", O_CREAT | O_RDWR), -ENOENT);
	assert_int_equal(sys_chdir(user_path("/")), 0);
	fs_world_end();
}

static void test_dirfd(void **state __unused_arg)
{
	struct inode *inode;
	s32 dir, file;

	begin();
	dir = do_open("/a", O_RDONLY | O_DIRECTORY);
	file = do_open("/a/file", O_RDONLY);
	assert_true(dir >= 0 && file >= 0);
	assert_int_equal(path_lookup(dir, "file", 0, &inode), 0);
	iput(inode);
	assert_int_equal(path_lookup(dir, "/a/file", 0, &inode), 0);
	iput(inode);
	assert_int_equal(path_lookup(file, "x", 0, &inode), -ENOTDIR);
	assert_int_equal(path_lookup(99, "x", 0, &inode), -EBADF);
	assert_int_equal(path_lookup(99, "/a", 0, &inode), 0);
	iput(inode);
	assert_int_equal(path_lookup(file, "", LOOKUP_EMPTY, &inode), 0);
	assert_true(S_ISREG(inode->i_mode));
	iput(inode);
	assert_int_equal(path_lookup(file, "", 0, &inode), -ENOENT);
	fs_world_end();
}

/* ---- changes ----------------------------------------------------- */

static const struct change {
	int (*fn)(const char *path);
	const char *path;
	int err;
} changes[] = {
	{ do_mkdir, "/", -EEXIST },
	{ do_mkdir, "/a", -EEXIST },
	{ do_mkdir, "/a/.", -EEXIST },
	{ do_mkdir, "/a/file", -EEXIST },
	{ do_mkdir, "/loop", -EEXIST },
	{ do_mkdir, "/gone", -EEXIST },
	{ do_mkdir, "/x/y", -ENOENT },
	{ do_mkdir, "/a/file/y", -ENOTDIR },
	{ do_mkdir, "", -ENOENT },
	{ do_mkdir, "/new/", 0 },
	{ do_unlink, "/new", -EISDIR },
	{ do_unlink, "/x", -ENOENT },
	{ do_unlink, "/a/file/", -ENOTDIR },
	{ do_unlink, "/a/.", -EISDIR },
	{ do_unlink, "/", -EISDIR },
	{ do_rmdir, "/new", 0 },
	{ do_rmdir, "/new", -ENOENT },
	{ do_rmdir, "/a", -ENOTEMPTY },
	{ do_rmdir, "/a/file", -ENOTDIR },
	{ do_rmdir, "/a/up", -ENOTDIR },
	{ do_rmdir, "/a/b/.", -EINVAL },
	{ do_rmdir, "/a/b/c/..", -ENOTEMPTY },
	{ do_rmdir, "/", -EBUSY },
	{ do_rmdir, "/a/b/c/", 0 },
	{ do_rmdir, "/a/b", 0 },
	{ do_unlink, "/a/up", 0 },
	{ do_unlink, "/a/file", 0 },
	{ do_rmdir, "/a", 0 },
};

static void test_changes(void **state __unused_arg)
{
	const struct change *c;

	begin();
	for (c = changes; c < changes + ARRAY_SIZE(changes); c++) {
		int err = c->fn(c->path);

		if (err != c->err)
			fail_msg("row %d, \"%s\": %d, expected %d",
				 (int)(c - changes), c->path, err, c->err);
	}
	/* Only the links at the root are left of what begin() made. */
	assert_int_equal(live_inodes(), free_inodes + 6);
	fs_world_end();
}

static const struct rename {
	const char *from, *to;
	int err;
} renames[] = {
	{ "/x", "/y", -ENOENT },
	{ "/a", "/x/y", -ENOENT },
	{ "/a", "/a/file/x", -ENOTDIR },
	{ "/a", "/a", 0 },
	{ "/a", "/a/inside", -EINVAL },
	{ "/a", "/a/b/c/inside", -EINVAL },
	{ "/a/b/c", "/a", -ENOTEMPTY },
	{ "/a/b/c", "/a/b", -ENOTEMPTY },
	{ "/a/file", "/a/b", -EISDIR },
	{ "/a/b", "/a/file", -ENOTDIR },
	{ "/a/file/", "/x", -ENOTDIR },
	{ "/a/file", "/x/", -ENOTDIR },
	{ "/", "/x", -EBUSY },
	{ "/a/.", "/x", -EBUSY },
	{ "/a/b", "/..", -EBUSY },
	{ "/a/b/c", "/c/", 0 },
	{ "/a/b", "/c", 0 },       /* an empty directory gives way */
	{ "/a/file", "/abs", 0 },  /* the link itself, not its target */
	{ "/loop", "/a/loop", 0 }, /* nor is it followed here */
	{ "/a", "/c/a", 0 },
	{ "/c/a/loop", "/abs", 0 },
};

static void test_renames(void **state __unused_arg)
{
	const struct rename *r;

	begin();
	for (r = renames; r < renames + ARRAY_SIZE(renames); r++) {
		int err = do_rename(r->from, r->to);

		if (err != r->err)
			fail_msg("%s -> %s: %d, expected %d", r->from, r->to,
				 err, r->err);
	}
	assert_int_equal(look("/c/a"), 0);
	assert_int_equal(look("/a"), -ENOENT);
	assert_int_equal(look("/c/a/b"), -ENOENT);
	fs_world_end();
}

/* What fails leaves no trace: tried with every allocation failing once. */
static void test_no_memory(void **state __unused_arg)
{
	u32 n, before;
	int err;

	begin();
	for (n = 1;; n++) {
		before = live_inodes();
		fail_alloc_set(NULL, n, 1);
		err = do_mkdir("/a/up/c/new");
		if (!fail_alloc_hits())
			break;
		fail_alloc_set(NULL, 0, 0);
		assert_int_equal(err, -ENOMEM);
		assert_int_equal(look("/a/b/c/new"), -ENOENT);
		assert_int_equal(live_inodes(), before);
	}
	fail_alloc_set(NULL, 0, 0);
	assert_int_equal(err, 0);
	assert_true(n > 3);
	fs_world_end();
}

/* ---- open -------------------------------------------------------- */

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

	begin();
	for (o = openings; o < openings + ARRAY_SIZE(openings); o++) {
		s32 fd = do_open(o->path, o->flags);

		if (fd >= 0)
			assert_int_equal(sys_close((u32)fd), 0);
		if (min(fd, 0) != o->err)
			fail_msg("open(\"%s\", 0%o): %d, expected %d", o->path,
				 o->flags, fd, o->err);
	}
	/* Neither was the file that existed emptied, nor a mode made up. */
	expect_file("/a/file", "12345", 5);
	fs_world_end();
}

static void test_umask(void **state __unused_arg)
{
	struct inode *inode;

	begin();
	assert_int_equal(sys_umask(027), 022);
	assert_int_equal(sys_umask(027), 027);
	assert_int_equal(sys_close((u32)do_open("/m", CREAT_RW)), 0);
	inode = must_find("/m");
	assert_int_equal(inode->i_mode, S_IFREG | 0640);
	iput(inode);
	fs_world_end();
}

/* An open file outlives its name, and goes with its last descriptor. */
static void test_unlinked(void **state __unused_arg)
{
	char got[8] = "";
	s32 fd;
	u32 before;

	begin();
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

/* A program that runs is not written, and what is being written not run. */
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

/* ---- no service -------------------------------------------------- */

/* The core has the root read-only; a service makes it writable later. */
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

/* What has a name gives way to a tree, unless it is a directory in use. */
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
		cmocka_unit_test(test_walks),
		cmocka_unit_test(test_nofollow),
		cmocka_unit_test(test_link_limit),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_long_links),
		cmocka_unit_test(test_bad_pointers),
		cmocka_unit_test(test_cwd),
		cmocka_unit_test(test_dirfd),
		cmocka_unit_test(test_changes),
		cmocka_unit_test(test_renames),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_openings),
		cmocka_unit_test(test_umask),
		cmocka_unit_test(test_unlinked),
		cmocka_unit_test(test_text_busy),
		cmocka_unit_test(test_read_only),
		cmocka_unit_test(test_mount),
	};

	return host_run(tests);
}
