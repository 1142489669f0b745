/*
 * uapi/stat.h - what stat64 and statx write, in Linux's ARM EABI layout.
 *
 * Linux calls the first one struct stat64; here it has the kernel-side name,
 * so that a program may include it beside its C library's <sys/stat.h>.
 */
#ifndef UAPI_STAT_H
#define UAPI_STAT_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#ifndef S_IFMT
#define S_IFMT   0170000
#define S_IFSOCK 0140000
#define S_IFLNK  0120000
#define S_IFREG  0100000
#define S_IFBLK  0060000
#define S_IFDIR  0040000
#define S_IFCHR  0020000
#define S_IFIFO  0010000
#define S_ISUID  0004000
#define S_ISGID  0002000
#define S_ISVTX  0001000
#define S_IXGRP  0000010

/* clang-format off */
#define S_ISLNK(m)	(((m) & S_IFMT) == S_IFLNK)
#define S_ISREG(m)	(((m) & S_IFMT) == S_IFREG)
#define S_ISDIR(m)	(((m) & S_IFMT) == S_IFDIR)
#define S_ISCHR(m)	(((m) & S_IFMT) == S_IFCHR)
#define S_ISBLK(m)	(((m) & S_IFMT) == S_IFBLK)
#define S_ISFIFO(m)	(((m) & S_IFMT) == S_IFIFO)
#define S_ISSOCK(m)	(((m) & S_IFMT) == S_IFSOCK)
/* clang-format on */
#endif

struct kstat64 {
	uint64_t st_dev;
	uint32_t pad0;
	uint32_t st_ino_low; /* Linux's __st_ino */
	uint32_t st_mode;
	uint32_t st_nlink;
	uint32_t st_uid;
	uint32_t st_gid;
	uint64_t st_rdev __attribute__((aligned(8)));
	uint32_t pad3;
	uint32_t pad4; /* the EABI aligns st_size to 8 */
	int64_t st_size __attribute__((aligned(8)));
	uint32_t st_blksize;
	uint32_t pad5;
	uint64_t st_blocks __attribute__((aligned(8))); /* of 512 bytes */
	uint32_t st_atime_sec, st_atime_nsec;
	uint32_t st_mtime_sec, st_mtime_nsec;
	uint32_t st_ctime_sec, st_ctime_nsec;
	uint64_t st_ino __attribute__((aligned(8)));
};

static_assert(offsetof(struct kstat64, st_size) == 48, "stat64 st_size");
static_assert(offsetof(struct kstat64, st_blocks) == 64, "stat64 st_blocks");
static_assert(offsetof(struct kstat64, st_ino) == 96, "stat64 st_ino");
static_assert(sizeof(struct kstat64) == 104, "stat64 size");

struct statx_timestamp {
	int64_t tv_sec;
	uint32_t tv_nsec;
	int32_t pad;
};

struct statx {
	uint32_t stx_mask; /* STATX_* that were filled in */
	uint32_t stx_blksize;
	uint64_t stx_attributes;
	uint32_t stx_nlink;
	uint32_t stx_uid;
	uint32_t stx_gid;
	uint16_t stx_mode;
	uint16_t pad0;
	uint64_t stx_ino;
	uint64_t stx_size;
	uint64_t stx_blocks;
	uint64_t stx_attributes_mask;
	struct statx_timestamp stx_atime, stx_btime, stx_ctime, stx_mtime;
	uint32_t stx_rdev_major, stx_rdev_minor;
	uint32_t stx_dev_major, stx_dev_minor;
	uint64_t stx_mnt_id;
	uint64_t pad2[13];
};

static_assert(sizeof(struct statx) == 256, "statx size");

#define STATX_BASIC_STATS 0x7ffu
#define STATX_BTIME       0x800u
#define STATX_MNT_ID      0x1000u
#define STATX__RESERVED   0x80000000u

/* stx_attributes */
#define STATX_ATTR_AUTOMOUNT  0x1000u
#define STATX_ATTR_MOUNT_ROOT 0x2000u
#define STATX_ATTR_DAX        0x200000u

/* clang-format off */
/* A device number: major and minor as Linux packs them for user space. */
#define MKDEV(major, minor) \
	((((major) & 0xfffu) << 8) | ((minor) & 0xffu) | \
	 (((minor) & 0xfff00u) << 12))
#define MAJOR(dev)	(((dev) >> 8) & 0xfffu)
#define MINOR(dev)	(((dev) & 0xffu) | (((dev) >> 12) & 0xfff00u))
/* clang-format on */

#define UTIME_NOW  0x3fffffff
#define UTIME_OMIT 0x3ffffffe

#endif
