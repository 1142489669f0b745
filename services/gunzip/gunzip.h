/*
 * services/gunzip/gunzip.h - unpacks an initramfs that gzip has compressed, as
 * Linux distributions ship it.
 *
 * The unpacked archive is never freed, since files are read from it.
 */
#ifndef SERVICES_GUNZIP_GUNZIP_H
#define SERVICES_GUNZIP_GUNZIP_H

#include <service.h>

/*
 * The unpacked size that the end of a gzip file of `bytes` bytes states, not
 * yet checked; 0: the file is too short.
 */
u32 gunzip_bytes(const void *file, u32 bytes);
/*
 * Unpacks it to out, which has room for `room` bytes. 0, or -EINVAL if the file
 * is damaged, not of gzip, or does not unpack to exactly `room` bytes. Not
 * reentrant: its tables are static.
 */
int __must_check gunzip(const void *file, u32 bytes, void *out, u32 room);

/* The check sum of RFC 1952, 8. */
u32 crc32(const u8 *data, u32 bytes);

extern const struct service gunzip_service;

#endif
