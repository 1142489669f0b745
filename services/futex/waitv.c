/*
 * futex_waitv: wait for any of several words.
 *
 * One sleeper is in several queues, once for each word. Each entry is queued
 * before its word is read, as with one word, so no wake-up is lost.
 */
#include <alloc/alloc.h>
#include <asm/uaccess.h>
#include <proc/proc.h>
#include <services/futex/internal.h>
#include <services/time/time.h>
#include <uapi/futex.h>
#include <uapi/time.h>

/* One word, and its entry in the queue. */
struct wait_word {
	struct futex_waitv word;
	struct futex_waiter waiter;
};

/*
 * Reads the description of one word from user address from and prepares its
 * waiter: 0, -EFAULT, or -EINVAL for flags that Linux does not know.
 */
static int get_word(struct wait_word *w, uaddr_t from)
{
	const struct futex_waitv *word = &w->word;

	if (copy_from_user(&w->word, from, sizeof(w->word)))
		return -EFAULT;
	if (word->flags & ~(u32)(FUTEX_32 | FUTEX_PRIVATE_FLAG) ||
	    !(word->flags & FUTEX_32) || word->__reserved)
		return -EINVAL;
	w->waiter = (struct futex_waiter){
		.task = current,
		.bitset = FUTEX_BITSET_MATCH_ANY,
	};
	return 0;
}

/*
 * Takes all entries out of their queues. Returns the index of the last word
 * that was woken, or -1.
 */
static s32 leave_queues(struct wait_word *words, u32 nr)
{
	s32 woken = -1;

	/*
	 * All of them, also after the first that was woken: the caller frees
	 * the entries.
	 */
	for (u32 i = 0; i < nr; i++)
		if (futex_unqueue(&words[i].waiter))
			woken = (s32)i;
	return woken;
}

/*
 * Puts all entries into their queues. Returns 0, or an error with none queued:
 * -EAGAIN if a word has another value, or that of an address. *woken is then
 * the index of a word that was woken meanwhile, or -1.
 */
static int enter_queues(struct wait_word *words, u32 nr, s32 *woken)
{
	u32 value, i;
	int err = 0;

	for (i = 0; i < nr && !err; i++)
		err = futex_get_key((uaddr_t)words[i].word.uaddr,
				    words[i].word.flags & FUTEX_PRIVATE_FLAG,
				    &words[i].waiter.key);
	*woken = -1;
	if (err)
		return err;
	for (i = 0; i < nr && !err; i++) {
		futex_queue(&words[i].waiter);
		err = get_user_u32(&value, (uaddr_t)words[i].word.uaddr);
		if (!err && value != (u32)words[i].word.val)
			err = -EAGAIN;
	}
	if (err)
		*woken = leave_queues(words, i);
	return err;
}

/*
 * Without the bucket locks: the state was set before, so a wake-up that is
 * missed here makes the task runnable.
 */
static bool any_woken(const struct wait_word *words, u32 nr)
{
	for (u32 i = 0; i < nr; i++)
		if (READ_ONCE(words[i].waiter.woken))
			return true;
	return false;
}

/*
 * Waits until a word is woken or `until` has come. Returns the index of the
 * word, or -errno.
 */
static s32 wait_for_any(struct wait_word *words, u32 nr, u64 until)
{
	s32 woken;
	int err = enter_queues(words, nr, &woken);

	if (err)
		return woken >= 0 ? woken : err;
	do {
		/* Before any_woken() looks, which takes no lock. */
		set_current_state(TASK_INTERRUPTIBLE);
		if (any_woken(words, nr))
			break;
		err = schedule_deadline(until);
	} while (!err);
	set_current_state(TASK_RUNNING);
	/*
	 * A wake-up that came with the timeout or a signal counts, as in
	 * futex_wait().
	 */
	woken = leave_queues(words, nr);
	return woken >= 0 ? woken : err;
}

/* nr is at most FUTEX_WAITV_MAX, so the allocation is bounded. */
s32 sys_futex_waitv(uaddr_t uwords, u32 nr, u32 flags, uaddr_t timeout,
		    s32 clock)
{
	struct wait_word *words;
	u64 until;
	s32 ret;

	if (flags || !nr || nr > FUTEX_WAITV_MAX || !uwords)
		return -EINVAL;
	if (timeout && clock != CLOCK_MONOTONIC && clock != CLOCK_REALTIME)
		return -EINVAL;
	ret = get_deadline(timeout, true, clock == CLOCK_REALTIME, &until);
	if (ret)
		return ret;
	words = kmalloc(nr * sizeof(*words), GFP_KERNEL);
	if (!words)
		return -ENOMEM;
	for (u32 i = 0; i < nr && !ret; i++)
		ret = get_word(&words[i],
			       uwords + i * (u32)sizeof(struct futex_waitv));
	if (!ret)
		ret = wait_for_any(words, nr, until);
	kfree(words);
	return ret;
}
