/*
 * See fs_world.h.
 */
#include <asm/uaccess.h>
#include <lib/printk.h>
#include <proc/proc.h>
#include <run/timer.h>
#include <services/files/kmsg.h>
#include <services/signal/owner.h>
#include <services/signal/signal.h>
#include <stdio.h>
#include <stdlib.h>
#include "fs_world.h"

struct mm_struct *fs_mm;

/* ---- what lib/ and proc/ would do -------------------------------- */

__weak void console_write(const char *s __unused_arg, size_t bytes __unused_arg)
{
}

__weak void console_text(const char *s __unused_arg, size_t bytes __unused_arg)
{
}

__weak size_t log_read(u64 *pos __unused_arg, char *buf __unused_arg,
		       size_t bytes __unused_arg)
{
	return 0;
}

__weak bool log_read_record(u64 *seq __unused_arg,
			    struct log_info *info __unused_arg,
			    char *buf __unused_arg, size_t bytes __unused_arg)
{
	return false;
}

__weak u64 log_next_record(void)
{
	return 0;
}

__weak u64 wall_clock_ns(void)
{
	return host_time_ns;
}

__weak s32 restart_with(const struct restart_block *block __unused_arg)
{
	return -EINTR;
}

__weak u32 tasklist_lock(void)
{
	return 0;
}

__weak void tasklist_unlock(u32 flags __unused_arg)
{
}

__weak void timer_start(struct timer *timer __unused_arg)
{
}

__weak int set_file_owner(struct file_owner *owner __unused_arg,
			  u32 type __unused_arg, s32 id __unused_arg)
{
	return 0;
}

__weak s32 file_owner_id(const struct file_owner *owner __unused_arg)
{
	return 0;
}

__weak int set_parent_death_signal(s32 sig __unused_arg)
{
	return 0;
}

/* ---- begin and end ----------------------------------------------- */

void fs_world_start_core(void)
{
	world_start(32 << 20);
	fs_init();
	host_current->files = files_alloc();
	assert_non_null(host_current->files);
	fs_mm = new_mm();
	map(fs_mm, USER_BUF, USER_BYTES, PROT_RW, MAP_ANON_PRIVATE | MAP_FIXED);
	model_switch(fs_mm);
	host_current->mm = fs_mm;
}

void fs_world_start(void)
{
	fs_world_start_core();
	files_service.init();
	files_service.exec();
	pipe_service.init();
}

void fs_world_end(void)
{
	files_put(host_current->files);
	files_service.exit_late(current);
	host_current->files = NULL;
	host_current->mm = NULL;
	drop_mm(fs_mm);
	assert_int_equal(nr_mms(), 0);
	assert_int_equal(host_locks_held, 0);
	assert_int_equal(slab_verify(), 0);
	assert_int_equal(buddy_verify(), 0);
}

/* ---- user memory ------------------------------------------------- */

uaddr_t user_put(uaddr_t to, const void *from, u32 bytes)
{
	assert_int_equal(copy_to_user(to, from, bytes), 0);
	return to;
}

uaddr_t user_path(const char *path)
{
	return user_put(USER_BUF, path, (u32)strlen(path) + 1);
}

void user_get(void *to, uaddr_t from, u32 bytes)
{
	assert_int_equal(copy_from_user(to, from, bytes), 0);
}

/* ---- files ------------------------------------------------------- */

struct inode *must_find(const char *path)
{
	struct inode *inode = NULL;

	if (path_lookup(AT_FDCWD, path, 0, &inode))
		fail_msg("no %s", path);
	return inode;
}

int look(const char *path)
{
	struct inode *inode;
	int err = path_lookup(AT_FDCWD, path, LOOKUP_FOLLOW, &inode);

	if (!err)
		iput(inode);
	return err;
}

struct file *must_open(const char *path, u32 flags)
{
	struct file *file = NULL;
	int err = files_open(AT_FDCWD, path, flags, 0644, &file);

	if (err)
		fail_msg("open %s: %d", path, err);
	return file;
}

void make_file(const char *path, const void *data, u32 bytes)
{
	struct file *file = must_open(path, O_RDWR | O_CREAT | O_TRUNC);

	assert_int_equal(file->f_op->kernel_write(file, data, bytes,
						  &file->f_pos),
			 bytes);
	fput(file);
}

void expect_file(const char *path, const void *data, u32 bytes)
{
	struct file *file = must_open(path, O_RDONLY);
	char *got = malloc(bytes + 1);

	assert_int_equal(file_size(file), bytes);
	assert_int_equal(file->f_op->kernel_read(file, got, bytes + 1, 0),
			 bytes);
	assert_memory_equal(got, data, bytes);
	free(got);
	fput(file);
}

/* Read a file to its end: every byte of its backing is touched. */
static void read_all(struct inode *inode)
{
	static char buf[PAGE_SIZE];
	struct file *file;
	u64 pos;

	if (file_open_inode(inode, O_RDONLY, &file))
		return;
	for (pos = 0; file->f_op->kernel_read &&
	     file->f_op->kernel_read(file, buf, sizeof(buf), pos) > 0;
	     pos += sizeof(buf))
		;
	fput(file);
}

static struct inode *tree_parent;

static bool visit(struct dir_context *ctx __unused_arg, const char *name,
		  u32 bytes, u32 ino __unused_arg, u32 type __unused_arg)
{
	struct inode *parent = tree_parent, *child;

	if (name[0] == '.' && (bytes == 1 || (bytes == 2 && name[1] == '.')))
		return true;
	assert_int_equal(parent->i_op->lookup(parent, name, bytes, &child), 0);
	if (S_ISREG(child->i_mode))
		read_all(child);
	else if (child->i_op == &ramfs_dir_ops)
		read_tree(child);
	iput(child);
	return true;
}

void read_tree(struct inode *dir)
{
	struct dir_context ctx = { .emit = visit };
	struct inode *outer = tree_parent;
	struct file *file;

	tree_parent = dir;
	assert_int_equal(file_open_inode(dir, O_RDONLY, &file), 0);
	assert_int_equal(iterate_dir(file, &ctx), 0);
	fput(file);
	tree_parent = outer;
}

/* ---- archives ---------------------------------------------------- */

static void append(struct archive *archive, const void *data, u32 bytes)
{
	assert_true(bytes <= ARCHIVE_MAX - archive->bytes - 4);
	memcpy(archive->buf + archive->bytes, data, bytes);
	archive->bytes += bytes;
	while (archive->bytes % 4)
		archive->buf[archive->bytes++] = 0;
}

static void add(struct archive *archive, const char *name, u32 mode, u32 ino,
		u32 nlink, const void *data, u32 bytes, u32 major, u32 minor)
{
	u32 name_bytes = (u32)strlen(name) + 1;
	char head[110 + 4096 + 1];

	archive->last = archive->bytes;
	snprintf(head, sizeof(head),
		 "070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%s",
		 ino, mode, 0, 0, nlink, 1234, bytes, 8, 1, major, minor,
		 name_bytes, 0, name);
	append(archive, head, 110 + name_bytes);
	append(archive, data, bytes);
}

void archive_add(struct archive *archive, const char *name, u32 mode,
		 const void *data, u32 bytes)
{
	/* The inode number is made of the offset, which no other entry has. */
	add(archive, name, mode, archive->bytes + 1000, 1, data, bytes, 0, 0);
}

void archive_add_link(struct archive *archive, const char *name, u32 mode,
		      u32 ino, u32 nlink, const void *data, u32 bytes)
{
	add(archive, name, mode, ino, nlink, data, bytes, 0, 0);
}

void archive_add_device(struct archive *archive, const char *name, u32 mode,
			u32 major, u32 minor)
{
	add(archive, name, mode, archive->bytes + 1000, 1, "", 0, major, minor);
}

void archive_end(struct archive *archive)
{
	add(archive, "TRAILER!!!", 0, 0, 1, "", 0, 0, 0);
}

int archive_unpack(const struct archive *archive, u32 bytes)
{
	u8 *exact = malloc(bytes ? bytes : 1);

	assert_non_null(exact);
	memcpy(exact, archive->buf, bytes);
	return initramfs_unpack(exact, bytes);
}
