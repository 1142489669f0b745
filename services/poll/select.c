/*
 * services/poll/select.c - select and pselect6: poll for descriptors given as
 * bits.
 *
 * A set is an array of words with one bit per descriptor. The sets are
 * translated to an array for poll_wait(), so that poll and select share one
 * wait; afterwards revents are translated to bits again.
 */
#include <asm/uaccess.h>
#include <fs/fs.h>
#include <services/poll/internal.h>
#include <services/signal/signal.h>
#include <services/time/time.h>
#include <string.h>

#define NR_SETS        3u /* in, out, except */
#define WORD_BITS      32u
#define WORDS(n)       (((n) + WORD_BITS - 1) / WORD_BITS)
#define FDS_ON_STACK   8u
#define WORDS_ON_STACK (NR_SETS * 2u)

/*
 * The events that make a descriptor ready in each set. POLLNVAL: another thread
 * has closed it meanwhile.
 */
static const u16 set_events[NR_SETS] = {
	POLLIN | POLLRDNORM | POLLRDBAND | POLLHUP | POLLERR | POLLNVAL,
	POLLOUT | POLLWRNORM | POLLWRBAND | POLLERR | POLLNVAL,
	POLLPRI | POLLNVAL,
};

struct select {
	u32 n;                 /* descriptors below it */
	uaddr_t user[NR_SETS]; /* 0: the set is empty */
	u32 *sets[NR_SETS];    /* WORDS(n) each: first wanted, then ready */
	struct pollfd *fds;    /* few_fds, or from kmalloc */
	u32 nr_fds;
	struct pollfd few_fds[FDS_ON_STACK];
};

static inline bool test_fd(const u32 *set, u32 fd)
{
	return set[fd / WORD_BITS] >> fd % WORD_BITS & 1;
}

/* ---- the sets ---------------------------------------------------- */

/* Copies the sets in; *nr_bits counts the bits of all. 0 or -EFAULT. */
static int get_sets(struct select *sel, u32 *nr_bits)
{
	u32 words = WORDS(sel->n), bytes = words * 4, rest = sel->n % WORD_BITS;

	*nr_bits = 0;
	for (u32 i = 0; i < NR_SETS; i++) {
		if (!sel->user[i])
			memset(sel->sets[i], 0, bytes);
		else if (copy_from_user(sel->sets[i], sel->user[i], bytes))
			return -EFAULT;
		/* Programs need not clear the bits from n on. */
		if (rest)
			sel->sets[i][words - 1] &= (1u << rest) - 1;
		for (u32 w = 0; w < words; w++)
			*nr_bits += (u32)__builtin_popcount(sel->sets[i][w]);
	}
	return 0;
}

/* 0 or -EFAULT. */
static int put_sets(const struct select *sel)
{
	for (u32 i = 0; i < NR_SETS; i++)
		if (sel->user[i] &&
		    copy_to_user(sel->user[i], sel->sets[i], WORDS(sel->n) * 4))
			return -EFAULT;
	return 0;
}

/* The POLL* that the sets want of fd; 0: fd is in none. */
static u32 asked_events(const struct select *sel, u32 fd)
{
	u32 events = 0;

	for (u32 i = 0; i < NR_SETS; i++)
		if (test_fd(sel->sets[i], fd))
			events |= set_events[i];
	return events;
}

/*
 * Translates the bits to sel->fds. 0, or -EBADF if a descriptor is not open,
 * which poll would only report in revents.
 */
static int list_fds(struct select *sel)
{
	struct file *file;
	u32 events;

	sel->nr_fds = 0;
	for (u32 fd = 0; fd < sel->n; fd++) {
		events = asked_events(sel, fd);
		if (!events)
			continue;
		file = fget(fd);
		if (!file)
			return -EBADF;
		/*
		 * Only the check is made here; poll_once() takes its own
		 * reference each time it looks.
		 */
		fput(file);
		sel->fds[sel->nr_fds++] = (struct pollfd){ (s32)fd, (s16)events,
							   0 };
	}
	return 0;
}

/*
 * Clears the bits of what is not ready. Returns how many are left, so a
 * descriptor in two sets counts twice, as in Linux.
 */
static s32 list_ready(struct select *sel)
{
	s32 ready = 0;

	for (u32 i = 0; i < sel->nr_fds; i++) {
		const struct pollfd *f = &sel->fds[i];
		u32 fd = (u32)f->fd, bit = 1u << fd % WORD_BITS;

		for (u32 s = 0; s < NR_SETS; s++) {
			u32 *word = &sel->sets[s][fd / WORD_BITS];

			if (!(*word & bit))
				continue;
			if ((u16)f->revents & set_events[s])
				ready++;
			else
				*word &= ~bit;
		}
	}
	return ready;
}

/* ---- the calls --------------------------------------------------- */

/* The sets are in place; makes room for the array and waits. */
static s32 select_with(struct select *sel, u32 nr_bits, u64 until)
{
	s32 ret;

	sel->fds = sel->few_fds;
	/*
	 * Each bit is at most one entry; a descriptor in several sets needs
	 * only one, so this is enough.
	 */
	if (nr_bits > FDS_ON_STACK)
		sel->fds = kmalloc(nr_bits * sizeof(*sel->fds), GFP_KERNEL);
	if (!sel->fds)
		return -ENOMEM;
	ret = list_fds(sel);
	if (!ret)
		ret = poll_wait(sel->fds, sel->nr_fds, 0, until);
	/* After an error the program's sets stay as they were. */
	if (ret >= 0)
		ret = list_ready(sel);
	if (sel->fds != sel->few_fds)
		kfree(sel->fds);
	return ret;
}

/* Returns the number of ready bits, or -errno. */
static s32 do_select(s32 n, const uaddr_t user[NR_SETS], u64 until)
{
	struct files_struct *files = current_thread_info()->files;
	struct select sel = { .user = { user[0], user[1], user[2] } };
	u32 on_stack[WORDS_ON_STACK], *words = on_stack, nr_bits;
	s32 ret;

	if (n < 0)
		return -EINVAL;
	/*
	 * Linux ignores bits beyond the table, too: nothing is open there. Also
	 * bounds the memory by what the process uses.
	 */
	sel.n = min((u32)n, files_size(files));
	if (NR_SETS * WORDS(sel.n) > WORDS_ON_STACK)
		words = kmalloc(NR_SETS * WORDS(sel.n) * 4, GFP_KERNEL);
	if (!words)
		return -ENOMEM;
	for (u32 i = 0; i < NR_SETS; i++)
		sel.sets[i] = words + i * WORDS(sel.n);
	ret = get_sets(&sel, &nr_bits);
	if (!ret)
		ret = select_with(&sel, nr_bits, until);
	if (ret >= 0 && put_sets(&sel))
		ret = -EFAULT;
	if (words != on_stack)
		kfree(words);
	return ret;
}

/*
 * Reads a struct timeval, whose microseconds may exceed a second. 0, -EFAULT or
 * -EINVAL.
 */
static int get_select_time(uaddr_t utv, u64 *until)
{
	struct old_timeval32 tv;

	*until = UINT64_MAX;
	if (!utv)
		return 0;
	if (copy_from_user(&tv, utv, sizeof(tv)))
		return -EFAULT;
	if (tv.tv_usec < 0 || tv.tv_sec < 0)
		return -EINVAL;
	*until = ktime_ns() + (u64)(u32)tv.tv_sec * NSEC_PER_SEC +
		(u64)(u32)tv.tv_usec * NSEC_PER_USEC;
	return 0;
}

/* select(2), with a timeout in microseconds and without a signal mask. */
s32 sys__newselect(s32 n, uaddr_t in, uaddr_t out, uaddr_t except, uaddr_t utv)
{
	struct old_timeval32 left;
	u64 until;
	s32 ret = get_select_time(utv, &until);

	if (ret)
		return ret;
	ret = do_select(n, (uaddr_t[]){ in, out, except }, until);
	if (ret == -EINTR)
		ret = -ERESTARTNOHAND;
	/* Linux stores the time that is left also after an error. */
	left = to_timeval(utv ? time_until(until) : 0);
	/*
	 * As in end_wait(): a restart with the old timeout would wait too long.
	 */
	if (utv &&
	    (timeouts_stay() || copy_to_user(utv, &left, sizeof(left))) &&
	    ret == -ERESTARTNOHAND)
		ret = -EINTR;
	return ret;
}

/* mask_and_size holds two words, because the call has only six arguments. */
static s32 do_pselect(s32 n, const uaddr_t user[NR_SETS], uaddr_t timeout,
		      bool time64, uaddr_t mask_and_size)
{
	struct user_sigset mask = { 0, 0 };
	u64 until;
	int err = 0;

	if (mask_and_size && copy_from_user(&mask, mask_and_size, sizeof(mask)))
		return -EFAULT;
	err = get_wait_time(timeout, time64, &until);
	if (!err)
		err = sigmask_for_wait(&mask);
	if (err)
		return err;
	return end_wait(do_select(n, user, until), until, timeout, time64);
}

/* pselect6(2) with a struct timespec of 32 bits. */
s32 sys_pselect6(s32 n, uaddr_t in, uaddr_t out, uaddr_t except,
		 uaddr_t timeout, uaddr_t mask_and_size)
{
	return do_pselect(n, (uaddr_t[]){ in, out, except }, timeout, false,
			  mask_and_size);
}

s32 sys_pselect6_time64(s32 n, uaddr_t in, uaddr_t out, uaddr_t except,
			uaddr_t timeout, uaddr_t mask_and_size)
{
	return do_pselect(n, (uaddr_t[]){ in, out, except }, timeout, true,
			  mask_and_size);
}
