/* uapi/old_stat.h - struct stat, of the calls without 64 in their names. */
#ifndef UAPI_OLD_STAT_H
#define UAPI_OLD_STAT_H

#include <assert.h>
#include <stdint.h>

struct kstat {
	uint32_t st_dev;
	uint32_t st_ino;
	uint16_t st_mode;
	uint16_t st_nlink;
	uint16_t st_uid;
	uint16_t st_gid;
	uint32_t st_rdev;
	uint32_t st_size;
	uint32_t st_blksize;
	uint32_t st_blocks;
	uint32_t st_atime_sec, st_atime_nsec;
	uint32_t st_mtime_sec, st_mtime_nsec;
	uint32_t st_ctime_sec, st_ctime_nsec;
	uint32_t pad[2];
};

static_assert(sizeof(struct kstat) == 64, "stat size");

#endif
