/*
 * services/gunzip/gunzip.h - an archive may be packed by gzip.
 *
 * Linux's archives are. Keeps the unpacked one for ever: files are read from it.
 */
#ifndef SERVICES_GUNZIP_GUNZIP_H
#define SERVICES_GUNZIP_GUNZIP_H

#include <service.h>

/* What a gzip file of `bytes` at `file` says to hold; 0: it is too short. */
u32 gunzip_bytes(const void *file, u32 bytes);
/*
 * Unpack it to out, where there is room for just so many bytes. 0, or -EINVAL:
 * it is damaged, not packed by gzip, or holds more or less.
 */
int __must_check gunzip(const void *file, u32 bytes, void *out, u32 room);

extern const struct service gunzip_service;

#endif
