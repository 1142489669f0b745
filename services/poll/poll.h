/*
 * services/poll/poll.h - waiting for any of several files.
 */
#ifndef SERVICES_POLL_POLL_H
#define SERVICES_POLL_POLL_H

#include <sched.h>
#include <trap/core_calls.h>
#include <types.h>

/* clang-format off */
#define POLL_CALLS \
	CALL(poll), CALL(ppoll), CALL(ppoll_time64), \
	CALL(_newselect), CALL(pselect6), CALL(pselect6_time64)
/* clang-format on */

/* The calls, with Linux's arguments: without a timeout they wait for ever. */
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

/* The tasks that wait for files to be ready, and the epolls that watch. */
struct poll_lookers {
	struct wait_queue_head waiters; /* asleep in a poll or the like */
	u32 watches; /* files that epolls watch: their edges are to be counted */
};

extern struct poll_lookers poll_lookers;

/* poll_wake() when somebody waits. */
void __poll_wake(u32 *edge);

/*
 * A file became readier: *edge, of its poll_edges, counts that if anybody watches
 * files, and whoever waits looks again. Any context.
 */
static inline void poll_wake(u32 *edge)
{
	if (unlikely(!TAILQ_EMPTY(&poll_lookers.waiters.waiters) ||
		     READ_ONCE(poll_lookers.watches)))
		__poll_wake(edge);
}

#endif
