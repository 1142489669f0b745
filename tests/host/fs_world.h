/*
 * fs_world.h - what the tests of fs/ stand on: the world of mm/, fs_init, a
 * task with open files and some user memory, and an archive to be built.
 */
#ifndef FS_WORLD_H
#define FS_WORLD_H

#include <fs/fs.h>
#include <fs/internal.h>
#include <services/files/files.h>
#include <services/pipe/pipe.h>
#include <syscalls.h>
#include "mm_world.h"

/* User memory of the test's task: [USER_BUF, USER_END), nothing behind it. */
#define USER_BUF   0x00400000u
#define USER_BYTES (64u * PAGE_SIZE)
#define USER_END   (USER_BUF + USER_BYTES)

extern struct mm_struct *fs_mm;

void fs_world_start(void);
/* The same without services: the root is read-only. */
void fs_world_start_core(void);
/* Closes all files of the task; no lock may be held and no mm left then. */
void fs_world_end(void);

/* Put bytes (a string) into user memory; returns its address. */
uaddr_t user_put(uaddr_t to, const void *from, u32 bytes);
uaddr_t user_path(const char *path); /* always at USER_BUF */
void user_get(void *to, uaddr_t from, u32 bytes);

/* The path's inode, which must exist; or what the walk returns. */
struct inode *must_find(const char *path);
int look(const char *path);
/* Open; must succeed. */
struct file *must_open(const char *path, u32 flags);
/* A new file with these bytes, written through write(2)'s way. */
void make_file(const char *path, const void *data, u32 bytes);
/* Does the file have exactly these bytes? */
void expect_file(const char *path, const void *data, u32 bytes);

/* The calls on paths, whose strings are put into user memory first. */
int do_mkdir(const char *path);
int do_symlink(const char *text, const char *path);
int do_rename(const char *from, const char *to);
int do_unlink(const char *path);
int do_rmdir(const char *path);
int do_open(const char *path, u32 flags);
/* fs_world_start, and a tree of names: fs_world_paths.c draws it. */
void fs_world_start_with_tree(void);
/* Inodes in memory. */
u32 live_inodes(void);

/* Reads every file below the directory: each byte of its backing is touched. */
void read_tree(struct inode *dir);

/* ---- archives ---------------------------------------------------- */

#define ARCHIVE_MAX 65536u

struct archive {
	u8 buf[ARCHIVE_MAX];
	u32 bytes;
	u32 last; /* offset of the last entry's header */
};

void archive_add(struct archive *archive, const char *name, u32 mode,
		 const void *data, u32 bytes);
/* The same inode number in two entries makes them hard links. */
void archive_add_link(struct archive *archive, const char *name, u32 mode,
		      u32 ino, u32 nlink, const void *data, u32 bytes);
void archive_add_device(struct archive *archive, const char *name, u32 mode,
			u32 major, u32 minor);
void archive_end(struct archive *archive);
/*
 * Unpack the first `bytes` of it from a heap block of just that size, so that
 * AddressSanitizer sees every look behind it. The block stays: it is the
 * files' backing.
 */
int archive_unpack(const struct archive *archive, u32 bytes);

#endif
