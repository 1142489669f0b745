/*
 * services/mqueue/mqueue.h - POSIX message queues.
 */
#ifndef SERVICES_MQUEUE_MQUEUE_H
#define SERVICES_MQUEUE_MQUEUE_H

#include <service.h>
#include <trap/core_calls.h>
#include <types.h>

extern const struct service mqueue_service;

/*
 * The files of /proc/sys/fs/mqueue, of the same names: how many queues there may
 * be, messages in one, and bytes in a message; and what a queue has of the last
 * two if mq_open has no attributes. The first three do not bind
 * CAP_SYS_RESOURCE. (names.c)
 */
struct mqueue_limits {
	u32 queues_max, msg_max, msgsize_max, msg_default, msgsize_default;
};
extern struct mqueue_limits mqueue_limits; /* each is read and set at once */
#define MESSAGES_HARD_MAX 65536
#define BYTES_HARD_MAX    (16 << 20)

/* clang-format off */
#define MQUEUE_CALLS \
	CALL(mq_open), CALL(mq_unlink), CALL(mq_timedsend), \
	CALL(mq_timedreceive), CALL(mq_notify), CALL(mq_getsetattr), \
	CALL(mq_timedsend_time64), CALL(mq_timedreceive_time64)
/* clang-format on */

/*
 * The calls, with Linux's arguments and errors. name is without the slash that a
 * program writes; until: the time by the wall clock at which a wait ends, or 0.
 * The sixth argument of the two that wait is until, the fifth is prio.
 */
s32 sys_mq_open(uaddr_t name, u32 flags, u32 mode, uaddr_t attr);
s32 sys_mq_unlink(uaddr_t name);
s32 sys_mq_timedsend(u32 fd, uaddr_t buf, u32 bytes, u32 prio, uaddr_t until);
s32 sys_mq_timedsend_time64(u32 fd, uaddr_t buf, u32 bytes, u32 prio,
			    uaddr_t until);
s32 sys_mq_timedreceive(u32 fd, uaddr_t buf, u32 bytes, uaddr_t prio,
			uaddr_t until);
s32 sys_mq_timedreceive_time64(u32 fd, uaddr_t buf, u32 bytes, uaddr_t prio,
			       uaddr_t until);
s32 sys_mq_notify(u32 fd, uaddr_t event);
s32 sys_mq_getsetattr(u32 fd, uaddr_t new, uaddr_t old);

#endif
