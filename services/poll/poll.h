/*
 * services/poll/poll.h - waiting for any of several files.
 */
#ifndef SERVICES_POLL_POLL_H
#define SERVICES_POLL_POLL_H

#include <asm/atomic.h>
#include <sched.h>
#include <trap/core_calls.h>
#include <types.h>

/* clang-format off */
#define POLL_CALLS \
	CALL(poll), CALL(ppoll), CALL(ppoll_time64), \
	CALL(_newselect), CALL(pselect6), CALL(pselect6_time64)
/* clang-format on */

/*
 * The calls, with Linux's arguments. Without a timeout they have no time limit.
 */
s32 sys_poll(uaddr_t fds, u32 n, s32 timeout_ms);
s32 sys_ppoll(uaddr_t fds, u32 n, uaddr_t timeout, uaddr_t sigmask,
	      u32 sigset_bytes);
s32 sys_ppoll_time64(uaddr_t fds, u32 n, uaddr_t timeout, uaddr_t sigmask,
		     u32 sigset_bytes);
s32 sys__newselect(s32 n, uaddr_t in, uaddr_t out, uaddr_t except,
		   uaddr_t timeval);
/* mask_and_size: the address of the mask's address and size, or 0. */
s32 sys_pselect6(s32 n, uaddr_t in, uaddr_t out, uaddr_t except,
		 uaddr_t timeout, uaddr_t mask_and_size);
s32 sys_pselect6_time64(s32 n, uaddr_t in, uaddr_t out, uaddr_t except,
			uaddr_t timeout, uaddr_t mask_and_size);

/*
 * The tasks that wait until a file is ready, and who else follows files.
 */
struct poll_lookers {
	struct wait_queue_head waiters; /* tasks in poll, select or epoll */
	atomic_t watches; /* epoll's and SIGIO's: with one, edges count */
	u32 asyncs;       /* of those SIGIO's (async.c) */
};

extern struct poll_lookers poll_lookers;

/* poll_wake()'s slow path. Any context. */
void __poll_wake(u32 *edge);

/*
 * Call it after a file became ready for something: wakes all pollers to check
 * their files again. *edge, a member of the file's poll_edges, counts the event
 * if an epoll watches any file; owners of files get SIGIO. Any context.
 */
static inline void poll_wake(u32 *edge)
{
	if (unlikely(!TAILQ_EMPTY(&poll_lookers.waiters.waiters) ||
		     atomic_read(&poll_lookers.watches)))
		__poll_wake(edge);
}

/* n more counts of events are watched, or, if negative, fewer. Any context. */
static inline void poll_watch(s32 n)
{
	atomic_add(n, &poll_lookers.watches);
}

#endif
