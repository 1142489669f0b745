/*
 * uapi/dirent.h - one record of getdents64: 19 bytes, then the name and its
 * NUL, padded so that the next record is 8-aligned. One of getdents is 4-aligned
 * and has its DT_* behind all that, as its last byte.
 */
#ifndef UAPI_DIRENT_H
#define UAPI_DIRENT_H

#include <stdint.h>

struct linux_dirent64 {
	uint64_t d_ino;
	int64_t d_off;     /* give it to lseek to go on after this one */
	uint16_t d_reclen; /* bytes of the whole record */
	uint8_t d_type;    /* DT_* */
	char d_name[];
} __attribute__((packed));

struct linux_dirent {
	uint32_t d_ino;
	uint32_t d_off;
	uint16_t d_reclen;
	char d_name[];
} __attribute__((packed));

#define DT_UNKNOWN 0
#define DT_FIFO    1
#define DT_CHR     2
#define DT_DIR     4
#define DT_BLK     6
#define DT_REG     8
#define DT_LNK     10
#define DT_SOCK    12

#endif
