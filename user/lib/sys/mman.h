/*
 * sys/mman.h - mapping memory, which Newlib has no header for.
 *
 * Linux's numbers for PROT_, MAP_ and MADV_. Each function returns what POSIX wants:
 * MAP_FAILED or -1 on failure, with Newlib's errno set.
 */
#ifndef SYS_MMAN_H
#define SYS_MMAN_H

#include <stddef.h>
#include <sys/types.h>
#include <uapi/mman.h>

/* bytes need not be a multiple of the page size, offset must be. */
void *mmap(void *addr, size_t bytes, int prot, int flags, int fd, off_t offset);
int munmap(void *addr, size_t bytes);
int mprotect(void *addr, size_t bytes, int prot);

#endif
