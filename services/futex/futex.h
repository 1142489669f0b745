/*
 * services/futex/futex.h - sleeping until a word of user memory may have
 * changed.
 *
 * One table of sleepers serves all processes; each of its buckets has a lock.
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

/*
 * The system calls, with Linux's arguments and errors. uaddr and uaddr2 are the
 * addresses of words; timeout is the address of a timespec or, for the
 * operations that move or wake others, a number of waiters.
 */
s32 sys_futex(uaddr_t uaddr, u32 op, u32 val, u32 timeout, uaddr_t uaddr2,
	      u32 val3);
s32 sys_futex_time64(uaddr_t uaddr, u32 op, u32 val, u32 timeout,
		     uaddr_t uaddr2, u32 val3);
s32 sys_set_robust_list(uaddr_t head, u32 bytes);
s32 sys_get_robust_list(s32 pid, uaddr_t head, uaddr_t bytes);
s32 sys_set_tid_address(uaddr_t tidptr);
/*
 * waiters: address of nr struct futex_waitv; timeout: address of a timespec
 * with 64-bit seconds, or 0 for no limit.
 */
s32 sys_futex_waitv(uaddr_t waiters, u32 nr, u32 flags, uaddr_t timeout,
		    s32 clock);

/*
 * Wakes up to nr waiters of the word at uaddr whose bitset shares a bit with
 * bitset, and stores in *woken how many it woke. private: no other process maps
 * the word. Returns 0, -EINVAL (unaligned, no bitset, or a lock of pi.c) or
 * -EFAULT. May sleep, since it may look at VMAs and memory.
 */
int futex_wake(uaddr_t uaddr, bool private, u32 nr, u32 bitset, u32 *woken);

#endif
