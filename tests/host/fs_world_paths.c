/*
 * See fs_world.h: calls that take a path, and a tree of names to try them on.
 */
#include <string.h>
#include "fs_world.h"

int do_mkdir(const char *path)
{
	return sys_mkdir(user_path(path), 0755);
}

int do_symlink(const char *text, const char *path)
{
	user_put(USER_BUF + PATH_MAX, text, (u32)strlen(text) + 1);
	return sys_symlink(USER_BUF + PATH_MAX, user_path(path));
}

int do_rename(const char *from, const char *to)
{
	user_put(USER_BUF + PATH_MAX, to, (u32)strlen(to) + 1);
	return sys_rename(user_path(from), USER_BUF + PATH_MAX);
}

int do_unlink(const char *path)
{
	return sys_unlink(user_path(path));
}

int do_rmdir(const char *path)
{
	return sys_rmdir(user_path(path));
}

int do_open(const char *path, u32 flags)
{
	return sys_open_or_create(user_path(path), flags, 0666);
}

/*
 *	/a/b/c/		/a/file (5 bytes)	/a/up -> ../a/b
 *	/loop -> loop	/deep -> a/up/c		/abs -> /a/file
 *	/gone -> nowhere	/dirlink -> a/b/	/filelink -> a/file/
 */
void fs_world_start_with_tree(void)
{
	fs_world_start();
	assert_int_equal(do_mkdir("/a"), 0);
	assert_int_equal(do_mkdir("/a/b"), 0);
	assert_int_equal(do_mkdir("/a/b/c"), 0);
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

u32 live_inodes(void)
{
	u32 n = 0;

	slab_for_each(count_inodes, &n);
	return n;
}
