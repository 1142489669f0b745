/*
 * uapi/userfaultfd.h - pagers that are programs: Linux's names, values and
 * layouts.
 */
#ifndef UAPI_USERFAULTFD_H
#define UAPI_USERFAULTFD_H

#include <stdint.h>

/* userfaultfd's flags, beside O_CLOEXEC and O_NONBLOCK */
#define UFFD_USER_MODE_ONLY 1u /* EFAULT for calls that want such a page */

/* ioctls */
#define UFFDIO_API          0xc018aa3fu /* uffdio_api; the first one */
#define UFFDIO_REGISTER     0xc020aa00u /* uffdio_register */
#define UFFDIO_UNREGISTER   0x8010aa01u /* uffdio_range */
#define UFFDIO_WAKE         0x8010aa02u /* uffdio_range */
#define UFFDIO_COPY         0xc028aa03u /* uffdio_copy */
#define UFFDIO_ZEROPAGE     0xc020aa04u /* uffdio_zeropage */
#define UFFDIO_WRITEPROTECT 0xc018aa06u /* uffdio_writeprotect */

#define UFFD_API 0xaaull

/* The features of this kernel. */
#define UFFD_FEATURE_SIGBUS        (1u << 7)  /* SIGBUS in place of waiting */
#define UFFD_FEATURE_THREAD_ID     (1u << 8)  /* ptid: the waiting thread */
#define UFFD_FEATURE_EXACT_ADDRESS (1u << 11) /* on ARM still the page's */

/* Linux has them on other processors; asking for one is -EINVAL on ARM. */
#define UFFD_FEATURE_PAGEFAULT_FLAG_WP  (1u << 0)
#define UFFD_FEATURE_MINOR_HUGETLBFS    (1u << 9)
#define UFFD_FEATURE_MINOR_SHMEM        (1u << 10)
#define UFFD_FEATURE_WP_HUGETLBFS_SHMEM (1u << 12)

/* Which ioctls there are, each as 1 << its number. */
#define UFFD_API_IOCTLS   0x8000000000000003ull
#define UFFD_RANGE_IOCTLS 0x1cull

struct uffdio_api {
	uint64_t api, features, ioctls;
};

struct uffdio_range {
	uint64_t start, len; /* whole pages */
};

#define UFFDIO_REGISTER_MODE_MISSING 1ull
#define UFFDIO_REGISTER_MODE_WP      2ull /* not on ARM */

struct uffdio_register {
	struct uffdio_range range;
	uint64_t mode, ioctls;
};

#define UFFDIO_COPY_MODE_DONTWAKE 1ull
#define UFFDIO_COPY_MODE_WP       2ull /* not on ARM */

struct uffdio_copy {
	uint64_t dst, src, len, mode;
	int64_t copy; /* out: bytes, or -errno */
};

#define UFFDIO_ZEROPAGE_MODE_DONTWAKE 1ull

struct uffdio_zeropage {
	struct uffdio_range range;
	uint64_t mode;
	int64_t zeropage; /* out: bytes, or -errno */
};

#define UFFDIO_WRITEPROTECT_MODE_WP       1ull
#define UFFDIO_WRITEPROTECT_MODE_DONTWAKE 2ull

struct uffdio_writeprotect {
	struct uffdio_range range;
	uint64_t mode;
};

#define UFFD_EVENT_PAGEFAULT      0x12
#define UFFD_PAGEFAULT_FLAG_WRITE 1u

/* What read gives. */
struct uffd_msg {
	uint8_t event, reserved1;
	uint16_t reserved2;
	uint32_t reserved3;
	uint64_t flags, address;
	uint32_t ptid, reserved4;
};

#endif
