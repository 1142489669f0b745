/*
 * Linux's error numbers into Newlib's.
 *
 * They agree up to ERANGE (34) and nowhere after it. The rows are indexed by
 * Linux's number (include/uapi/errno.h, which cannot be included here: both
 * headers define the same names) and hold Newlib's.
 */
#include <errno.h>
#include "linux.h"

#define FIRST_DIFFERENT 35

/* clang-format off */
static const uint8_t newlib_errno[] = {
	[35] = EDEADLK,		[36] = ENAMETOOLONG,	[37] = ENOLCK,
	[38] = ENOSYS,		[39] = ENOTEMPTY,	[40] = ELOOP,
	[42] = ENOMSG,		[43] = EIDRM,		[61] = ENODATA,
	[62] = ETIME,		[63] = ENOSR,		[71] = EPROTO,
	[74] = EBADMSG,		[75] = EOVERFLOW,	[84] = EILSEQ,
	[88] = ENOTSOCK,	[90] = EMSGSIZE,	[95] = EOPNOTSUPP,
	[104] = ECONNRESET,	[105] = ENOBUFS,	[110] = ETIMEDOUT,
	[111] = ECONNREFUSED,	[114] = EALREADY,	[115] = EINPROGRESS,
	[116] = ESTALE,		[125] = ECANCELED,
};
/* clang-format on */

int errno_from_linux(int linux_errno)
{
	unsigned int n = (unsigned int)linux_errno;

	if (n < FIRST_DIFFERENT)
		return linux_errno;
	if (n < sizeof(newlib_errno) && newlib_errno[n])
		return newlib_errno[n];
	return EIO;
}

int32_t posix_result(int32_t raw)
{
	/* Errors are the last 4095 values: other high ones are addresses of mmap. */
	if (raw >= 0 || raw < -4095)
		return raw;
	errno = errno_from_linux(-raw);
	return -1;
}
