/*
 * services/poll/internal.h - the one wait that poll, select and epoll share.
 */
#ifndef SERVICES_POLL_INTERNAL_H
#define SERVICES_POLL_INTERNAL_H

#include <sched.h>
#include <services/poll/poll.h>
#include <uapi/personality.h>
#include <uapi/poll.h>

struct file;

/*
 * Waits until one of n files is ready for its `events` or for `unasked`
 * (POLL*). Returns how many are and fills in revents of all; 0 when ktime_ns()
 * reaches `until`; -EINTR after a signal. It sleeps, so hold no lock.
 */
s32 poll_wait(struct pollfd *fds, u32 n, u32 unasked, u64 until);
/*
 * The same for one file, to which the caller has a reference: 1 when it is
 * readable.
 */
s32 poll_wait_file(struct file *file, u64 until);

/*
 * The same for n struct pollfd at the user address ufds. Also -EINVAL, -EFAULT
 * and -ENOMEM.
 */
s32 do_poll(uaddr_t ufds, u32 n, u64 until);

/*
 * Reads a timeout (the user address of a struct timespec, of 64 bits if time64)
 * and stores the ktime_ns() at which the wait ends; UINT64_MAX if timeout is 0.
 * 0, -EFAULT or -EINVAL.
 */
int __must_check get_wait_time(uaddr_t timeout, bool time64, u64 *until);
/*
 * Returns true if the running task wants its timeouts to stay as they are, as
 * older systems did (STICKY_TIMEOUTS): what is left is not stored.
 */
static inline bool timeouts_stay(void)
{
	return unlikely(current_thread_info()->personality & STICKY_TIMEOUTS);
}
/*
 * Ends a wait that sigmask_for_wait() and get_wait_time() began: restores the
 * old signal mask and stores the time that is left. ret is the wait's result;
 * returns the call's.
 */
s32 end_wait(s32 ret, u64 until, uaddr_t timeout, bool time64);

/*
 * *edge has advanced: SIGIO goes to the owners of files with O_ASYNC on it, soon.
 * Any context.
 * (async.c)
 */
void async_wake(const u32 *edge);

#endif
