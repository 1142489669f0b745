/*
 * services/futex/futex.h - sleeping until a word of user memory may have changed.
 *
 * One table of sleepers for all processes, a lock for each of its buckets.
 */
#ifndef SERVICES_FUTEX_FUTEX_H
#define SERVICES_FUTEX_FUTEX_H

#include <service.h>
#include <trap/core_calls.h>
#include <types.h>

extern const struct service futex_service;

/* clang-format off */
#define FUTEX_CALLS \
	CALL(futex), CALL(futex_time64), CALL(set_robust_list), CALL(get_robust_list), \
	CALL(set_tid_address), CALL(futex_waitv)
/* clang-format on */

s32 sys_futex(uaddr_t uaddr, u32 op, u32 val, u32 timeout, uaddr_t uaddr2,
	      u32 val3);
s32 sys_futex_time64(uaddr_t uaddr, u32 op, u32 val, u32 timeout,
		     uaddr_t uaddr2, u32 val3);
s32 sys_set_robust_list(uaddr_t head, u32 bytes);
s32 sys_get_robust_list(s32 pid, uaddr_t head, uaddr_t bytes);
s32 sys_set_tid_address(uaddr_t tidptr);
/* waiters: nr struct futex_waitv; timeout: a struct timespec of 64 bits, or 0. */
s32 sys_futex_waitv(uaddr_t waiters, u32 nr, u32 flags, uaddr_t timeout,
		    s32 clock);

/*
 * Wake up to nr waiters of the futex word at uaddr: *woken says how many. 0, or
 * -EINVAL, -EFAULT of what is no futex. May sleep.
 */
int futex_wake(uaddr_t uaddr, bool private, u32 nr, u32 bitset, u32 *woken);
/* The running task ends or leaves its mm: so do its locks' owners. (robust.c) */
void exit_robust_list(struct task_struct *task);

#endif
