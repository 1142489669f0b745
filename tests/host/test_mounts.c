/*
 * A mount becomes read-only while another task is in the midst of a change,
 * where a call may sleep: either the change or the remount fails.
 */
#include <services/files/mounts.h>
#include <string.h>
#include "fs_world.h"

#define TYPE_AT (USER_BUF + PATH_MAX)

static s32 mount_at(const char *path, const char *type, u32 flags)
{
	user_put(TYPE_AT, type, (u32)strlen(type) + 1);
	return sys_mount(0, user_path(path), TYPE_AT, flags, 0);
}

/* Of the file system, or with MS_BIND of this place alone. */
static s32 remount(u32 flags)
{
	return mount_at("/m", "", MS_REMOUNT | flags);
}

/* /m: a tmpfs with a file f. */
static void begin(struct fs_path *f)
{
	fs_world_start();
	assert_int_equal(do_mkdir("/m"), 0);
	assert_int_equal(mount_at("/m", "tmpfs", 0), 0);
	make_file("/m/f", "12345", 5);
	assert_int_equal(path_at(AT_FDCWD, "/m/f", 0, f), 0);
}

static void end(const struct fs_path *f)
{
	path_put(f);
	assert_int_equal(sys_umount2(user_path("/m"), 0), 0);
	fs_world_end();
}

/* ---- an open that is overtaken ----------------------------------- */

/* The steps of open_inode(), with a remount where it may sleep. */
static void overtaken(const struct fs_path *f, u32 flags, u32 mask, u32 kind,
		      int want)
{
	u32 open_before = nr_open_files();
	struct file *file;

	assert_int_equal(mount_ops.may_open(f, mask), 0);
	assert_int_equal(file_open_inode(f->inode, flags, &file), 0);
	assert_int_equal(remount(kind | MS_RDONLY), 0);
	assert_int_equal(mount_ops.opened(f, file), want);
	if (!want)
		fput(file);
	assert_int_equal(nr_open_files(), open_before);
	assert_int_equal(remount(kind), 0);
}

static void test_open_is_overtaken(void **state __unused_arg)
{
	struct fs_path f;

	begin(&f);
	overtaken(&f, O_WRONLY, MAY_WRITE, 0, -EROFS);
	overtaken(&f, O_WRONLY, MAY_WRITE, MS_BIND, -EROFS);
	overtaken(&f, O_RDWR, MAY_READ | MAY_WRITE, 0, -EROFS);
	overtaken(&f, O_RDONLY, MAY_READ, 0, 0);
	end(&f);
}

static void test_open_is_first(void **state __unused_arg)
{
	struct fs_path f;
	struct file *file;

	begin(&f);
	assert_int_equal(open_inode(&f, O_WRONLY, MAY_WRITE, &file), 0);
	assert_int_equal(remount(MS_RDONLY), -EBUSY);
	assert_int_equal(remount(MS_RDONLY | MS_BIND), -EBUSY);
	fput(file);
	assert_int_equal(remount(MS_RDONLY | MS_BIND), 0);
	assert_int_equal(open_inode(&f, O_WRONLY, MAY_WRITE, &file), -EROFS);
	assert_int_equal(open_inode(&f, O_RDONLY, MAY_READ, &file), 0);
	fput(file);
	end(&f);
}

/* ---- other changes ----------------------------------------------- */

static void test_change_in_progress(void **state __unused_arg)
{
	struct fs_path f, at;

	begin(&f);
	assert_int_equal(user_path_to_change(AT_FDCWD, user_path("/m/f"), 0,
					     &at),
			 0);
	assert_int_equal(remount(MS_RDONLY), -EBUSY);
	assert_int_equal(remount(MS_RDONLY | MS_BIND), -EBUSY);
	assert_int_equal(remount(MS_NOEXEC | MS_BIND), 0);
	end_change(&at);
	assert_int_equal(remount(MS_RDONLY), 0);
	assert_int_equal(mnt_want_write(f.mnt), -EROFS);
	/* The failed attempt does not count. */
	assert_int_equal(remount(0), 0);
	assert_int_equal(remount(MS_RDONLY), 0);
	end(&f);
}

/* A writer of one place does not keep another from becoming read-only. */
static void test_two_places(void **state __unused_arg)
{
	struct fs_path f, other;

	begin(&f);
	assert_int_equal(do_mkdir("/n"), 0);
	user_put(TYPE_AT, "/m", 3);
	assert_int_equal(sys_mount(TYPE_AT, user_path("/n"), 0, MS_BIND, 0), 0);
	assert_int_equal(path_at(AT_FDCWD, "/n/f", 0, &other), 0);
	assert_int_equal(mnt_want_write(other.mnt), 0);
	assert_int_equal(remount(MS_RDONLY | MS_BIND), 0);
	assert_int_equal(mnt_want_write(f.mnt), -EROFS);
	assert_int_equal(remount(MS_RDONLY), -EBUSY);
	mnt_drop_write(other.mnt);
	assert_int_equal(remount(MS_RDONLY), 0);
	assert_int_equal(mnt_want_write(other.mnt), -EROFS);
	path_put(&other);
	assert_int_equal(sys_umount2(user_path("/n"), 0), 0);
	end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_open_is_overtaken),
		cmocka_unit_test(test_open_is_first),
		cmocka_unit_test(test_change_in_progress),
		cmocka_unit_test(test_two_places),
	};

	return host_run(tests);
}
