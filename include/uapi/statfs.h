/*
 * uapi/statfs.h - statfs64, packed as Linux's ARM EABI has it: 84 bytes.
 */
#ifndef UAPI_STATFS_H
#define UAPI_STATFS_H

#include <assert.h>
#include <stdint.h>

struct statfs64 {
	uint32_t f_type;
	uint32_t f_bsize; /* bytes per block */
	uint64_t f_blocks;
	uint64_t f_bfree;
	uint64_t f_bavail;
	uint64_t f_files;
	uint64_t f_ffree;
	uint32_t f_fsid[2];
	uint32_t f_namelen;
	uint32_t f_frsize;
	uint32_t f_flags;
	uint32_t f_spare[4];
} __attribute__((packed, aligned(4)));

static_assert(sizeof(struct statfs64) == 84, "statfs64 size");

#define RAMFS_MAGIC         0x858458f6
#define TMPFS_MAGIC         0x01021994
#define PROC_SUPER_MAGIC    0x9fa0
#define DEVPTS_SUPER_MAGIC  0x1cd1
#define PIPEFS_MAGIC        0x50495045
#define SOCKFS_MAGIC        0x534f434b
#define ANON_INODE_FS_MAGIC 0x09041934
/* f_flags: the MS_* of the mount, but for these */
#define ST_VALID            0x0020
#define ST_RELATIME         0x1000
#define ST_NOSYMFOLLOW      0x2000

#endif
