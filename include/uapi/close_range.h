/*
 * uapi/close_range.h - flags of close_range.
 */
#ifndef UAPI_CLOSE_RANGE_H
#define UAPI_CLOSE_RANGE_H

#define CLOSE_RANGE_UNSHARE (1 << 1)
#define CLOSE_RANGE_CLOEXEC (1 << 2)

#endif
