/*
 * uapi/splice.h - flags of splice, tee and vmsplice; include/linux/splice.h.
 */
#ifndef UAPI_SPLICE_H
#define UAPI_SPLICE_H

#define SPLICE_F_MOVE     0x01 /* a hint, without effect */
#define SPLICE_F_NONBLOCK 0x02 /* -EAGAIN instead of waiting for the pipe */
#define SPLICE_F_MORE     0x04 /* a hint */
#define SPLICE_F_GIFT     0x08 /* a hint */

#endif
