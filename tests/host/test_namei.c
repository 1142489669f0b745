/*
 * Paths: what each leads to, and what each change of the tree of names returns.
 * The results are Linux's.
 */
#include <stdio.h>
#include <string.h>
#include "fs_world.h"

static void count_objects(const struct slab_stats *stats, void *arg)
{
	*(u32 *)arg += stats->active_objects;
}

/* Objects of all caches: a walk that leaks one shows here. */
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

	fs_world_start_with_tree();
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

	fs_world_start_with_tree();
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

	fs_world_start_with_tree();
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

	fs_world_start_with_tree();
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

/* A link's text and the rest of the path must fit into PATH_MAX together. */
static void test_long_links(void **state __unused_arg)
{
	char text[PATH_MAX], path[PATH_MAX];

	fs_world_start_with_tree();
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
	fs_world_start_with_tree();
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

/* ---- working directory and directory descriptors ----------------- */

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
	fs_world_start_with_tree();
	assert_string_equal(cwd(), "/");
	assert_int_equal(sys_chdir(user_path("a/up/c")), 0);
	assert_string_equal(cwd(), "/a/b/c");
	assert_int_equal(sys_getcwd(USER_BUF, 6), -ERANGE);
	assert_int_equal(sys_getcwd(USER_END - 2, 100), -EFAULT);
	assert_int_equal(look(".."), 0);
	/* The working directory moves with its parents. */
	assert_int_equal(do_rename("/a/b", "/z"), 0);
	assert_string_equal(cwd(), "/z/c");
	assert_int_equal(sys_chdir(user_path("/abs")), -ENOTDIR);
	assert_string_equal(cwd(), "/z/c");
	/* Removed, it is still the working directory, empty and without a name. */
	assert_int_equal(do_rmdir("/z/c"), 0);
	assert_string_equal(cwd(), "ENOENT");
	assert_int_equal(look("."), 0);
	assert_int_equal(look(".."), 0);
	/* The directory above is kept, even removed itself. */
	assert_int_equal(do_rmdir("/z"), 0);
	assert_int_equal(look(".."), 0);
	assert_int_equal(look("../.."), 0);
	assert_int_equal(do_mkdir("../new"), -ENOENT);
	assert_int_equal(do_mkdir("new"), -ENOENT);
	assert_int_equal(do_open("new", O_CREAT | O_RDWR), -ENOENT);
	assert_int_equal(sys_chdir(user_path("/")), 0);
	fs_world_end();
}

static void test_dirfd(void **state __unused_arg)
{
	struct inode *inode;
	s32 dir, file;

	fs_world_start_with_tree();
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
	u32 before;

	fs_world_start_with_tree();
	before = live_inodes();
	for (c = changes; c < changes + ARRAY_SIZE(changes); c++) {
		int err = c->fn(c->path);

		if (err != c->err)
			fail_msg("row %d, \"%s\": %d, expected %d",
				 (int)(c - changes), c->path, err, c->err);
	}
	/* /a and the four below it are gone, the links at the root are left. */
	assert_int_equal(live_inodes(), before - 5);
	fs_world_end();
}

/*
 * Each of two programs takes a name of one file away; the first is preempted
 * after it has counted its name down. The file keeps one of the names.
 */
static void test_two_last_names_at_once(void **state __unused_arg)
{
	struct dir_entry *entry, *next;
	struct inode *file;
	u32 before;

	fs_world_start();
	before = live_objects();
	file = ramfs_inode(S_IFREG | 0644);
	file->i_nlink = 2;
	assert_int_equal(ramfs_link(root_inode, "a", 1, file, false), 0);
	assert_int_equal(ramfs_link(root_inode, "b", 1, file, false), 0);
	iput(file);
	assert_int_equal(ramfs_drop_link(file), 0);
	assert_int_equal(ramfs_drop_link(file), 0);
	TAILQ_FOREACH_SAFE(entry, &ramfs_dir(root_inode)->entries, link, next) {
		if (entry->inode != file)
			continue;
		ramfs_remove_entry(root_inode, entry);
		iput(file);
	}
	assert_int_equal(live_objects(), before);
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

	fs_world_start_with_tree();
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

/* mkdir with its nth allocation failing changes nothing. */
static void test_no_memory(void **state __unused_arg)
{
	u32 n, before;
	int err;

	fs_world_start_with_tree();
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
		cmocka_unit_test(test_two_last_names_at_once),
		cmocka_unit_test(test_renames),
		cmocka_unit_test(test_no_memory),
	};

	return host_run(tests);
}
