/*
 * uapi/uio.h - the pieces of readv and writev. Pointers have 32 bits.
 */
#ifndef UAPI_UIO_H
#define UAPI_UIO_H

#include <stdint.h>

#define UIO_MAXIOV 1024

/* preadv2, pwritev2 */
#define RWF_HIPRI  0x1
#define RWF_DSYNC  0x2
#define RWF_SYNC   0x4
#define RWF_NOWAIT 0x8
#define RWF_APPEND 0x10

struct iovec32 {
	uint32_t iov_base; /* user address */
	uint32_t iov_len;  /* bytes */
};

#endif
