/*
 * services/poll/internal.h - the one wait that poll, select and epoll share.
 */
#ifndef SERVICES_POLL_INTERNAL_H
#define SERVICES_POLL_INTERNAL_H

#include <sched.h>
#include <services/poll/poll.h>
#include <uapi/poll.h>

struct file;

/*
 * Wait until one of n files is ready: how many are, and revents of all says
 * for what: for events, and for `unasked`. 0 when ktime_ns() is `until`, -EINTR
 * by a signal. No lock held.
 */
s32 poll_wait(struct pollfd *fds, u32 n, u32 unasked, u64 until);
/* The same for one file, of which the caller has a reference: is it readable? */
s32 poll_wait_file(struct file *file, u64 until);

/* The same for n struct pollfd of the program's; or -EINVAL, -EFAULT, -ENOMEM. */
s32 do_poll(uaddr_t ufds, u32 n, u64 until);

/*
 * When a wait ends for which a program allows the time at `timeout`, a struct
 * timespec; 0: no limit. 0, -EFAULT, -EINVAL.
 */
int __must_check get_wait_time(uaddr_t timeout, bool time64, u64 *until);
/*
 * The end of a wait that sigmask_for_wait() and get_wait_time() began: the old
 * mask is put back and what is left of the time is stored. Returns the call's
 * answer for the wait's, ret.
 */
s32 end_wait(s32 ret, u64 until, uaddr_t timeout, bool time64);

#endif
