/*
 * uapi/mqueue.h - POSIX message queues; include/uapi/linux/mqueue.h.
 */
#ifndef UAPI_MQUEUE_H
#define UAPI_MQUEUE_H

#include <stdint.h>

#define MQ_PRIO_MAX 32768 /* priorities are below it */

struct mq_attr {
	int32_t mq_flags; /* O_NONBLOCK */
	int32_t mq_maxmsg;
	int32_t mq_msgsize; /* bytes of the longest message */
	int32_t mq_curmsgs;
	int32_t __reserved[4];
};

#endif
