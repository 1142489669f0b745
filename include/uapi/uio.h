/*
 * uapi/uio.h - the pieces of readv and writev. Pointers have 32 bits.
 */
#ifndef UAPI_UIO_H
#define UAPI_UIO_H

#include <stdint.h>

#define UIO_MAXIOV 1024

struct iovec32 {
	uint32_t iov_base; /* user address */
	uint32_t iov_len;  /* bytes */
};

#endif
