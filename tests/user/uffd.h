/*
 * uffd.h - userfaultfd's calls, for its two test programs. Each returns the raw
 * answer; lengths are in pages.
 */
#ifndef UFFD_H
#define UFFD_H

#include <uapi/userfaultfd.h>
#include "check.h"

#define RW (PROT_READ | PROT_WRITE)

static uint8_t page_of_bytes[PAGE] __attribute__((aligned(4096)));

static inline int open_uffd(uint32_t flags, uint64_t features)
{
	struct uffdio_api api = { UFFD_API, features, 0 };
	int fd = SYS(userfaultfd, flags);

	SYS(ioctl, fd, UFFDIO_API, &api);
	return fd;
}

static inline int32_t do_register(int fd, void *p, uint32_t n)
{
	struct uffdio_register reg = {
		.range = { (uint32_t)p, n * PAGE },
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};

	return SYS(ioctl, fd, UFFDIO_REGISTER, &reg);
}

static inline int32_t range_call(int fd, uint32_t cmd, void *p, uint32_t n)
{
	struct uffdio_range range = { (uint32_t)p, n * PAGE };

	return SYS(ioctl, fd, cmd, &range);
}

static struct uffdio_copy copied;

/* Returns ioctl's result; copied.copy is the number of bytes, or the error. */
static inline int32_t do_copy(int fd, void *to, const void *from, uint32_t n)
{
	copied = (struct uffdio_copy){ (uint32_t)to, (uint32_t)from, n * PAGE,
				       0, 0 };
	return SYS(ioctl, fd, UFFDIO_COPY, &copied);
}

static inline int32_t zeropage(int fd, void *to, uint32_t n)
{
	struct uffdio_zeropage zero = { { (uint32_t)to, n * PAGE }, 0, 0 };

	return SYS(ioctl, fd, UFFDIO_ZEROPAGE, &zero);
}

#endif
