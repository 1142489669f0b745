/*
 * What userfaultfd and its ioctls return where nobody touches a missing page: the
 * agreement on features, ranges, and the write protection that ARM has not got.
 * uffd.c has the pagers.
 */
#include <uapi/fcntl.h>
#include <uapi/mman.h>
#include <uapi/poll.h>
#include "uffd.h"

#define FEATURES                                        \
	(UFFD_FEATURE_SIGBUS | UFFD_FEATURE_THREAD_ID | \
	 UFFD_FEATURE_EXACT_ADDRESS)

/* ---- without a fault --------------------------------------------- */

/* p: four pages that fd is registered for, and more. */
static void refused_copies(int fd, uint8_t *p)
{
	is(do_copy(fd, p + 4 * PAGE, page_of_bytes, 1), -ENOENT,
	   "UFFDIO_COPY outside the range is refused");
	is(zeropage(fd, p + 3 * PAGE, 2), -ENOENT,
	   "UFFDIO_ZEROPAGE partly outside the range is refused");
	is(do_copy(fd, p + 1, page_of_bytes, 1), -EINVAL,
	   "UFFDIO_COPY to an unaligned address is refused");
	is(do_copy(fd, p, page_of_bytes, 0), -EINVAL,
	   "UFFDIO_COPY of no page is refused");
	SYS(madvise, p, PAGE, MADV_DONTNEED);
	is(do_copy(fd, p, (void *)16, 1), -EFAULT,
	   "UFFDIO_COPY from an unmapped address is refused");
}

static void nobody_waits(int fd, uint8_t *p)
{
	struct pollfd poll = { .fd = fd, .events = POLLIN };
	struct uffd_msg msg;

	is(SYS(read, fd, &msg, sizeof(msg)), -EAGAIN,
	   "read() while nobody waits for a page, with O_NONBLOCK");
	is(SYS(read, fd, &msg, sizeof(msg) - 1), -EINVAL,
	   "read() into less than a message is refused");
	is(SYS(poll, &poll, 1, 0), 0,
	   "poll() while nobody waits reports nothing");
	is(range_call(fd, UFFDIO_WAKE, p, 1), 0,
	   "UFFDIO_WAKE while nobody waits is accepted");
}

static void results(void)
{
	int fd = open_uffd(O_NONBLOCK, 0), other = open_uffd(0, 0);
	uint8_t *p = pages(8);
	struct uffdio_register reg = { { (uint32_t)p, 4 * PAGE }, 1, 0 };
	struct pollfd poll = { .fd = other, .events = POLLIN };

	is(SYS(ioctl, fd, UFFDIO_REGISTER, &reg), 0,
	   "UFFDIO_REGISTER of four pages");
	is((int32_t)reg.ioctls, 0x1c,
	   "UFFDIO_REGISTER returns the set of calls for the range");
	is(do_register(fd, p, 4), 0, "registering the range again is accepted");
	is(do_register(other, p + 2 * PAGE, 4), -EBUSY,
	   "another userfaultfd cannot register a part of it");
	is(do_copy(fd, p, page_of_bytes, 2), 0, "UFFDIO_COPY brings two pages");
	is((int32_t)copied.copy, 2 * PAGE,
	   "UFFDIO_COPY returns the number of bytes");
	is(do_copy(fd, p + PAGE, page_of_bytes, 1), -EEXIST,
	   "UFFDIO_COPY to a page that is present is refused");
	is((int32_t)copied.copy, -EEXIST,
	   "the structure contains that error, too");
	is(zeropage(fd, p + 3 * PAGE, 1), 0,
	   "UFFDIO_ZEROPAGE brings the zero page");
	is(p[3 * PAGE], 0, "the page of UFFDIO_ZEROPAGE is zero");
	p[3 * PAGE] = 1;
	is(p[3 * PAGE], 1, "the page of UFFDIO_ZEROPAGE can be written");
	is(do_copy(fd, p + 2 * PAGE, page_of_bytes, 2), -EAGAIN,
	   "UFFDIO_COPY of two pages, the second of them present");
	is((int32_t)copied.copy, PAGE,
	   "UFFDIO_COPY returns that it brought one page");
	refused_copies(fd, p);
	nobody_waits(fd, p);
	is(range_call(fd, UFFDIO_UNREGISTER, p, 8), 0,
	   "UFFDIO_UNREGISTER of the range and more");
	is(do_copy(fd, p, page_of_bytes, 1), -ENOENT,
	   "UFFDIO_COPY to an unregistered page is refused");
	is(p[0], 0, "a read of that page finds zero, without a pager");
	is(do_register(other, p + 2 * PAGE, 4), 0,
	   "another userfaultfd can register the range now");
	is(SYS(poll, &poll, 1, 0), 1,
	   "poll() of a userfaultfd without O_NONBLOCK");
	is(poll.revents, POLLERR, "it reports POLLERR");
	SYS(close, other);
	is(p[5 * PAGE], 0, "after close() a read of the range finds zero");
	SYS(munmap, p, 8 * PAGE);
	is(do_register(fd, p, 8), -EINVAL,
	   "UFFDIO_REGISTER of a hole is refused");
	SYS(close, fd);
}

static void agreement(void)
{
	int fd = SYS(userfaultfd, 0);
	struct uffdio_api api = { 0xab, 0, 0 };
	uint8_t *p = pages(1), byte;
	struct uffdio_register reg = { { (uint32_t)p, PAGE }, 0, 0 };

	is(SYS(userfaultfd, 2), -EINVAL,
	   "userfaultfd with an unknown flag is refused");
	is(do_register(fd, p, 1), -EINVAL,
	   "UFFDIO_REGISTER before UFFDIO_API is refused");
	is(SYS(read, fd, &byte, 32), -EINVAL,
	   "read() before UFFDIO_API is refused");
	is(SYS(ioctl, fd, UFFDIO_API, &api), -EINVAL,
	   "UFFDIO_API with another version is refused");
	is((int32_t)api.api, 0, "the structure is zeroed then");
	api = (struct uffdio_api){ UFFD_API, 1ull << 40, 0 };
	is(SYS(ioctl, fd, UFFDIO_API, &api), -EINVAL,
	   "UFFDIO_API with an unknown feature is refused");
	api = (struct uffdio_api){ UFFD_API, 0, 0 };
	is(SYS(ioctl, fd, UFFDIO_API, &api), 0,
	   "UFFDIO_API with the right version");
	is((int32_t)(api.features & FEATURES), FEATURES,
	   "UFFDIO_API reports these features");
	ok(api.ioctls == UFFD_API_IOCTLS, "UFFDIO_API reports these calls");
	is(SYS(ioctl, fd, UFFDIO_API, &api), -EINVAL,
	   "a second UFFDIO_API is refused");
	is(SYS(ioctl, fd, UFFDIO_REGISTER, &reg), -EINVAL,
	   "UFFDIO_REGISTER with mode 0 is refused");
	SYS(close, fd);
	SYS(munmap, p, PAGE);
}

/* ---- write protection -------------------------------------------- */

#define NOT_ON_ARM                                                       \
	(UFFD_FEATURE_PAGEFAULT_FLAG_WP | UFFD_FEATURE_MINOR_HUGETLBFS | \
	 UFFD_FEATURE_MINOR_SHMEM | UFFD_FEATURE_WP_HUGETLBFS_SHMEM)

static void refused_feature(uint64_t feature, const char *name)
{
	int fd = SYS(userfaultfd, 0);
	struct uffdio_api api = { UFFD_API, feature, 0 };

	is(SYS(ioctl, fd, UFFDIO_API, &api), -EINVAL,
	   "UFFDIO_API that asks for %s is refused", name);
	SYS(close, fd);
}

/* Linux has write protection and minor faults on x86 and arm64, not on ARM. */
static void features_of_others(void)
{
	int fd = SYS(userfaultfd, 0);
	struct uffdio_api api = { UFFD_API, 0, 0 };

	refused_feature(UFFD_FEATURE_PAGEFAULT_FLAG_WP, "write protection");
	refused_feature(UFFD_FEATURE_WP_HUGETLBFS_SHMEM,
			"write protection of shared pages");
	refused_feature(UFFD_FEATURE_MINOR_SHMEM,
			"minor faults of shared pages");
	SYS(ioctl, fd, UFFDIO_API, &api);
	is((int32_t)(api.features & NOT_ON_ARM), 0,
	   "UFFDIO_API on ARM offers none of them");
	SYS(close, fd);
}

static int32_t protect(int fd, const void *p, uint32_t bytes, uint32_t mode)
{
	struct uffdio_writeprotect wp = { { (uint32_t)p, bytes }, mode };

	return SYS(ioctl, fd, UFFDIO_WRITEPROTECT, &wp);
}

static void write_protection(void)
{
	uint8_t *p = pages(2);
	struct uffdio_register reg = { { (uint32_t)p, 2 * PAGE }, 0, 0 };
	struct uffdio_copy copy = { (uint32_t)p, (uint32_t)page_of_bytes, PAGE,
				    UFFDIO_COPY_MODE_WP, 0 };
	int fd = open_uffd(0, 0);

	reg.mode = UFFDIO_REGISTER_MODE_WP;
	is(SYS(ioctl, fd, UFFDIO_REGISTER, &reg), -EINVAL,
	   "UFFDIO_REGISTER with mode WP is refused");
	reg.mode |= UFFDIO_REGISTER_MODE_MISSING;
	is(SYS(ioctl, fd, UFFDIO_REGISTER, &reg), -EINVAL,
	   "UFFDIO_REGISTER with modes WP and MISSING is refused");
	is(SYS(ioctl, fd, UFFDIO_COPY, &copy), -ENOENT,
	   "UFFDIO_COPY with mode WP to no range of its own is refused");
	is(do_register(fd, p, 1), 0, "UFFDIO_REGISTER with mode MISSING");
	is(SYS(ioctl, fd, UFFDIO_COPY, &copy), -EINVAL,
	   "UFFDIO_COPY with mode WP is refused");
	is((int32_t)copy.copy, -EINVAL, "the structure contains that error");
	is(do_copy(fd, p, page_of_bytes, 1), 0, "UFFDIO_COPY without mode WP");
	is(protect(fd, p, PAGE, 1), -ENOENT,
	   "UFFDIO_WRITEPROTECT of that page is refused");
	is(protect(fd, p, PAGE, 0), -ENOENT,
	   "removing its protection is refused");
	is(protect(fd, p + PAGE, PAGE, 1), -ENOENT,
	   "UFFDIO_WRITEPROTECT outside the range is refused");
	is(protect(fd, p, PAGE + 1, 1), -EINVAL,
	   "UFFDIO_WRITEPROTECT of a page and a byte is refused");
	is(protect(fd, p, PAGE, 4), -EINVAL,
	   "UFFDIO_WRITEPROTECT with an unknown mode is refused");
	is(protect(fd, p, PAGE, 3), -EINVAL,
	   "UFFDIO_WRITEPROTECT with both modes is refused");
	is(SYS(ioctl, fd, UFFDIO_WRITEPROTECT, 16), -EFAULT,
	   "UFFDIO_WRITEPROTECT with an unmapped argument is refused");
	SYS(munmap, p, 2 * PAGE);
	is(protect(fd, p, PAGE, 1), -ENOENT,
	   "UFFDIO_WRITEPROTECT of an unmapped page is refused");
	SYS(close, fd);
}

int main(void)
{
	agreement();
	features_of_others();
	write_protection();
	results();
	return done();
}
