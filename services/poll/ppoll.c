/*
 * services/poll/ppoll.c - waits with a signal mask of their own, which store
 * the time that is left: what ppoll, pselect6 and epoll_pwait have in common.
 */
#include <services/poll/internal.h>
#include <services/signal/signal.h>
#include <services/time/time.h>

int get_wait_time(uaddr_t timeout, bool time64, u64 *until)
{
	u64 ns = UINT64_MAX;
	int err = timeout ? get_timespec(timeout, time64, &ns) : 0;

	/*
	 * An absolute time, so that no wake-up in between lengthens the wait.
	 */
	if (!err)
		*until = timeout ? ktime_ns() + ns : UINT64_MAX;
	return err;
}

s32 end_wait(s32 ret, u64 until, uaddr_t timeout, bool time64)
{
	if (ret == -EINTR)
		ret = -ERESTARTNOHAND;
	/*
	 * If a handler is to run, the old mask is restored only when it
	 * returns: it must run with the wait's mask.
	 */
	sigmask_after_wait(ret == -ERESTARTNOHAND);
	/*
	 * A restarted call reads its timeout again. If the time that is left
	 * could not be stored, it would wait too long, so it fails instead.
	 */
	if (timeout &&
	    (timeouts_stay() ||
	     put_timespec(time_until(until), timeout, time64)) &&
	    ret == -ERESTARTNOHAND)
		ret = -EINTR;
	return ret;
}

/*
 * The timeout is read before the mask changes, as its errors must leave the
 * mask.
 */
static s32 do_ppoll(uaddr_t ufds, u32 n, uaddr_t timeout, bool time64,
		    const struct user_sigset *mask)
{
	u64 until;
	int err = get_wait_time(timeout, time64, &until);

	if (!err)
		err = sigmask_for_wait(mask);
	if (err)
		return err;
	return end_wait(do_poll(ufds, n, until), until, timeout, time64);
}

/* ppoll(2) with a struct timespec of 32 bits. */
s32 sys_ppoll(uaddr_t ufds, u32 n, uaddr_t timeout, uaddr_t sigmask,
	      u32 sigset_bytes)
{
	return do_ppoll(ufds, n, timeout, false,
			&(struct user_sigset){ sigmask, sigset_bytes });
}

/* The same for C libraries with 64-bit time_t. */
s32 sys_ppoll_time64(uaddr_t ufds, u32 n, uaddr_t timeout, uaddr_t sigmask,
		     u32 sigset_bytes)
{
	return do_ppoll(ufds, n, timeout, true,
			&(struct user_sigset){ sigmask, sigset_bytes });
}
