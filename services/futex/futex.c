/*
 * Futexes: sleeping until a word of user memory may have changed.
 *
 * Owns a hash table of sleepers by key. The key of a private word is its mm and
 * address; of a word in a shared mapping, the mapped object and the offset in
 * it, so that processes which map it at different addresses find the same
 * queue.
 *
 * No wake-up is lost: the sleeper is queued before it reads the word, so a task
 * that changes the word after that read finds the sleeper in the queue.
 */
#include <asm/uaccess.h>
#include <file.h>
#include <lib/printk.h>
#include <proc/proc.h>
#include <run/run.h>
#include <services/futex/internal.h>
#include <services/time/time.h>
#include <uapi/futex.h>

#define BUCKETS 64

static struct bucket buckets[BUCKETS];

/* ---- keys -------------------------------------------------------- */

/*
 * Returns the object that a shared VMA maps: a shmem for anonymous memory,
 * including that of /dev/zero, else the file's inode.
 */
static const void *shared_object(const struct vm_area_struct *vma)
{
	return vma->vm_private_data ? vma->vm_private_data :
				      (const void *)vma->vm_file->f_inode;
}

/*
 * Sets *shared to whether va is in a shared VMA of mm, and fills *key with its
 * object and offset if so. Returns 0, or -EFAULT if va is in no VMA that allows
 * an access.
 */
static int shared_key(struct mm_struct *mm, uaddr_t va, struct futex_key *key,
		      bool *shared)
{
	const struct vm_area_struct *vma;
	bool there;

	/*
	 * For reading, so that no munmap of another thread frees the VMA
	 * meanwhile.
	 */
	down_read(&mm->mmap_lock);
	vma = find_vma(mm, va);
	there = vma && vma->vm_start <= va && vma->vm_flags & VM_ACCESS_FLAGS;
	*shared = there && vma->vm_flags & VM_SHARED;
	if (*shared) {
		key->object = shared_object(vma);
		key->offset = ((u64)vma->vm_pgoff << PAGE_SHIFT) +
			(va - vma->vm_start);
	}
	up_read(&mm->mmap_lock);
	return there ? 0 : -EFAULT;
}

int futex_get_key(uaddr_t va, bool private, struct futex_key *key)
{
	struct mm_struct *mm = current_thread_info()->mm;
	bool shared = false;
	u32 value;
	int err = 0;

	if (va % 4)
		return -EINVAL;
	if (!access_ok(va, 4))
		return -EFAULT;
	key->object = mm;
	key->offset = va;
	/*
	 * A word in a VMA that is not shared has this key too, even if the
	 * program made no promise: no other process can reach it.
	 */
	if (!private)
		err = shared_key(mm, va, key, &shared);
	/*
	 * A shared VMA may reach beyond its file's end, where there is no word:
	 * Linux fails with -EFAULT there, and so does this read.
	 */
	return shared ? get_user_u32(&value, va) : err;
}

bool futex_same_key(const struct futex_key *a, const struct futex_key *b)
{
	return a->object == b->object && a->offset == b->offset;
}

/*
 * Mixes the object's address and the word's number; 32 is the smallest distance
 * of two objects.
 */
u32 futex_bucket(const struct futex_key *key)
{
	u32 mix = (u32)(uintptr_t)key->object / 32 + (u32)(key->offset / 4);

	return (mix ^ mix >> 6 ^ mix >> 12) % BUCKETS;
}

struct bucket *futex_lock_bucket(u32 i)
{
	struct bucket *b = &buckets[i];

	spin_lock(&b->lock);
	/*
	 * At the first use instead of at boot: the table is in .bss, and most
	 * buckets are never used.
	 */
	if (!b->ready) {
		TAILQ_INIT(&b->waiters);
		b->ready = true;
	}
	return b;
}

/* ---- waking ------------------------------------------------------ */

/*
 * The order matters to wait_woken(), which reads `woken` without the lock: it
 * is set before the task can run again.
 */
void futex_wake_waiter(struct bucket *b, struct futex_waiter *w)
{
	TAILQ_REMOVE(&b->waiters, w, link);
	w->woken = true;
	wake_up_process(w->task);
}

int futex_wake(uaddr_t va, bool private, u32 nr, u32 bitset, u32 *woken)
{
	struct futex_waiter *w, *next;
	struct futex_key key;
	struct bucket *b;
	int err = futex_get_key(va, private, &key);

	*woken = 0;
	if (err)
		return err;
	/* An empty set would match no waiter: Linux takes it for a mistake. */
	if (!bitset)
		return -EINVAL;
	b = futex_lock_bucket(futex_bucket(&key));
	TAILQ_FOREACH_SAFE(w, &b->waiters, link, next) {
		if (*woken >= nr)
			break;
		if (!futex_same_key(&w->key, &key) || !(w->bitset & bitset))
			continue;
		if (w->pi || w->next_lock) {
			err = -EINVAL; /* it must get its lock */
			break;
		}
		futex_wake_waiter(b, w);
		++*woken;
	}
	spin_unlock(&b->lock);
	return err;
}

/* ---- waiting ----------------------------------------------------- */

/*
 * Returns the locked bucket that has w. FUTEX_REQUEUE may move w to another
 * bucket until the lock is held, so the number is compared again under the
 * lock.
 */
static struct bucket *lock_bucket_of(const struct futex_waiter *w)
{
	for (;;) {
		u32 i = READ_ONCE(w->bucket);
		struct bucket *b = futex_lock_bucket(i);

		if (w->bucket == i)
			return b;
		spin_unlock(&b->lock);
	}
}

/*
 * Puts w into b, whose lock is held. Waiters are woken from the front: a
 * real-time task stands before all with a lower priority, other tasks at the
 * end.
 */
static void add_waiter(struct bucket *b, struct futex_waiter *w)
{
	struct futex_waiter *f = NULL;

	if (unlikely(is_realtime_task(w->task)))
		TAILQ_FOREACH(f, &b->waiters, link)
			if (f->task->inv_weight > w->task->inv_weight)
				break;
	if (f)
		TAILQ_INSERT_BEFORE(f, w, link);
	else
		TAILQ_INSERT_TAIL(&b->waiters, w, link);
}

void futex_queue(struct futex_waiter *w)
{
	struct bucket *b;

	w->bucket = futex_bucket(&w->key);
	b = futex_lock_bucket(w->bucket);
	add_waiter(b, w);
	spin_unlock(&b->lock);
}

bool futex_unqueue(struct futex_waiter *w)
{
	struct bucket *b = lock_bucket_of(w);
	bool woken = w->woken;

	if (!woken)
		TAILQ_REMOVE(&b->waiters, w, link);
	spin_unlock(&b->lock);
	return woken;
}

/*
 * w is queued: sleeps until it is woken, or `until` has come. Returns 0,
 * -ETIMEDOUT or -ERESTARTSYS. A wake-up that comes with either of these counts:
 * the waker has counted it, too.
 */
static int wait_woken(struct futex_waiter *w, u64 until)
{
	int err = 0;

	do {
		/*
		 * Before the look at `woken`, so that a wake-up in between
		 * makes the task runnable again and schedule_deadline() returns
		 * at once.
		 */
		set_current_state(TASK_INTERRUPTIBLE);
		if (READ_ONCE(w->woken))
			break;
		err = schedule_deadline(until);
	} while (!err);
	set_current_state(TASK_RUNNING);
	return futex_unqueue(w) ? 0 : err;
}

int futex_compare(uaddr_t va, u32 expected)
{
	u32 value;
	int err = get_user_u32(&value, va);

	return !err && value != expected ? -EAGAIN : err;
}

int futex_wait_for(struct futex_waiter *w, uaddr_t va, u32 expected, u64 until)
{
	int err;

	/* Queued before the word is read: see the head of this file. */
	futex_queue(w);
	err = futex_compare(va, expected);
	/*
	 * A wake-up that came in between counts, though the word has another
	 * value: the waker has counted it, too.
	 */
	if (err)
		return futex_unqueue(w) ? 0 : err;
	return wait_woken(w, until);
}

static s32 futex_wait_again(const struct restart_block *block);

/*
 * Sleeps while the word at va has the expected value. Returns 0 when woken,
 * -EAGAIN if it had another value, or an error of wait_woken() or of the
 * address.
 */
static s32 futex_wait(uaddr_t va, bool private, u32 expected, u64 until,
		      u32 bitset)
{
	struct futex_waiter w = { .task = current, .bitset = bitset };
	int err;

	if (!bitset)
		return -EINVAL;
	err = futex_get_key(va, private, &w.key);
	if (err)
		return err;
	err = futex_wait_for(&w, va, expected, until);
	/*
	 * A restarted call with a time limit must continue it, not begin anew:
	 * the restart block keeps the absolute time.
	 */
	if (err == -ERESTARTSYS && until != UINT64_MAX)
		return restart_with(&(struct restart_block){
			.go_on = futex_wait_again,
			.until = until,
			.arg = { va, private, expected, bitset } });
	return err;
}

static s32 futex_wait_again(const struct restart_block *block)
{
	return futex_wait(block->arg[0], block->arg[1], block->arg[2],
			  block->until, block->arg[3]);
}

/* ---- requeueing -------------------------------------------------- */

/*
 * Locks buckets a and b in the order of the table, so that two tasks that
 * requeue in opposite directions cannot deadlock.
 */
static void lock_two(u32 a, u32 b)
{
	futex_lock_bucket(min(a, b));
	if (a != b)
		futex_lock_bucket(max(a, b));
}

static void unlock_two(u32 a, u32 b)
{
	spin_unlock(&buckets[a].lock);
	if (a != b)
		spin_unlock(&buckets[b].lock);
}

/*
 * Makes w wait for `to`. Hold both buckets' locks: lock_bucket_of() relies on
 * it.
 */
static void move_waiter(struct futex_waiter *w, const struct futex_key *to)
{
	u32 i = futex_bucket(to);

	TAILQ_REMOVE(&buckets[w->bucket].waiters, w, link);
	w->key = *to;
	w->bucket = i;
	add_waiter(&buckets[i], w);
}

/*
 * Wakes up to nr_wake waiters of `from` and makes up to nr_move others wait for
 * `to` instead. Returns how many it woke and moved, or -EINVAL if one that is
 * reached waits for a lock. Both buckets are locked all
 * the time, so that no waiter can be missed by a wake-up for either word.
 */
static s32 requeue(const struct futex_key *from, const struct futex_key *to,
		   u32 nr_wake, u32 nr_move)
{
	u32 a = futex_bucket(from), b = futex_bucket(to), woken = 0, moved = 0;
	struct futex_waiter *w, *next;
	int err = 0;

	lock_two(a, b);
	TAILQ_FOREACH_SAFE(w, &buckets[a].waiters, link, next) {
		if (!futex_same_key(&w->key, from))
			continue;
		if (woken >= nr_wake && moved >= nr_move)
			break;
		if (w->pi || w->next_lock) {
			err = -EINVAL;
			break;
		}
		if (woken < nr_wake) {
			futex_wake_waiter(&buckets[a], w);
			woken++;
		} else {
			moved++;
			/*
			 * With equal keys a moved waiter would be met again at
			 * the end of the list.
			 */
			if (!futex_same_key(from, to))
				move_waiter(w, to);
		}
	}
	unlock_two(a, b);
	return err ? err : (s32)(woken + moved);
}

/*
 * Wakes nr_wake waiters of va and moves nr_move to va2. With *expected the word
 * at va must have that value, or -EAGAIN; NULL: FUTEX_REQUEUE, which does not
 * compare.
 */
static s32 futex_requeue(uaddr_t va, uaddr_t va2, bool private, u32 nr_wake,
			 u32 nr_move, const u32 *expected)
{
	struct futex_key from, to;
	int err = futex_get_key(va, private, &from);

	if (!err)
		err = futex_get_key(va2, private, &to);
	if (!err && ((s32)nr_wake < 0 || (s32)nr_move < 0))
		err = -EINVAL;
	/*
	 * Linux compares under both buckets' locks, where its read may not fault.
	 * Here the read may, and sleep, so it comes before them. From the load that
	 * succeeds to the locks nothing sleeps, and the kernel is not preempted: no
	 * other task can change the word or wait for it in between. A second core
	 * could; a waiter for the new value would be moved, too, and miss its wake-up.
	 */
	if (!err && expected)
		err = futex_compare(va, *expected);
	return err ? err : requeue(&from, &to, nr_wake, nr_move);
}

/* ---- the call ---------------------------------------------------- */

/*
 * Sets *until to the time at which a wait ends, for schedule_deadline();
 * UINT64_MAX without a timeout. FUTEX_WAIT's timeout counts from now; the
 * others' is a point in time, by the wall clock with FUTEX_CLOCK_REALTIME.
 */
static int futex_deadline(u32 op, uaddr_t timeout, bool time64, u64 *until)
{
	bool relative = (op & (u32)FUTEX_CMD_MASK) == FUTEX_WAIT;
	bool wall = !relative && op & FUTEX_CLOCK_REALTIME;
	int err = get_deadline(timeout, time64, wall, until);

	if (!err && timeout && relative)
		*until += ktime_ns();
	return err;
}

static s32 sys_futex_wait(uaddr_t va, u32 op, u32 val, uaddr_t timeout,
			  bool time64, u32 bitset)
{
	u64 until;
	int err = futex_deadline(op, timeout, time64, &until);

	return err ?
		err :
		futex_wait(va, op & FUTEX_PRIVATE_FLAG, val, until, bitset);
}

/* Linux wakes one waiter if the program asks for none. */
static s32 sys_futex_wake(uaddr_t va, u32 op, u32 nr, u32 bitset)
{
	u32 woken;
	int err = futex_wake(va, op & FUTEX_PRIVATE_FLAG, max(nr, 1u), bitset,
			     &woken);

	return err ? err : (s32)woken;
}

static s32 sys_futex_lock_pi(uaddr_t va, u32 op, uaddr_t timeout, bool time64)
{
	u64 until;
	int err = futex_deadline(op, timeout, time64, &until);

	return err ? err : futex_lock_pi(va, op & FUTEX_PRIVATE_FLAG, until);
}

static s32 sys_wait_requeue_pi(uaddr_t va, u32 op, u32 val, uaddr_t timeout,
			       bool time64, uaddr_t va2)
{
	u64 until;
	int err = futex_deadline(op, timeout, time64, &until);

	return err ? err :
		     futex_wait_requeue_pi(va, op & FUTEX_PRIVATE_FLAG, val,
					   until, va2);
}

/*
 * Returns true for an operation that has FUTEX_CLOCK_REALTIME and, unlike these
 * three, no clock to choose.
 */
static bool has_no_clock(u32 op)
{
	u32 cmd = op & (u32)FUTEX_CMD_MASK;

	return unlikely(op & FUTEX_CLOCK_REALTIME) &&
		cmd != FUTEX_WAIT_BITSET && cmd != FUTEX_LOCK_PI2 &&
		cmd != FUTEX_WAIT_REQUEUE_PI;
}

s32 sys_futex(uaddr_t va, u32 op, u32 val, u32 timeout, uaddr_t va2, u32 val3)
{
	bool private = op & FUTEX_PRIVATE_FLAG;

	if (has_no_clock(op))
		return -ENOSYS;
	switch (op & (u32)FUTEX_CMD_MASK) {
	case FUTEX_WAIT:
		return sys_futex_wait(va, op, val, timeout, false,
				      FUTEX_BITSET_MATCH_ANY);
	case FUTEX_WAIT_BITSET:
		return sys_futex_wait(va, op, val, timeout, false, val3);
	case FUTEX_WAKE:
		return sys_futex_wake(va, op, val, FUTEX_BITSET_MATCH_ANY);
	case FUTEX_WAKE_BITSET:
		return sys_futex_wake(va, op, val, val3);
	case FUTEX_REQUEUE:
		return futex_requeue(va, va2, private, val, timeout, NULL);
	case FUTEX_CMP_REQUEUE:
		return futex_requeue(va, va2, private, val, timeout, &val3);
	case FUTEX_WAKE_OP:
		return futex_wake_op(va, va2, private, val, timeout, val3);
	case FUTEX_LOCK_PI: /* always the wall clock */
		return sys_futex_lock_pi(va, op | FUTEX_CLOCK_REALTIME, timeout,
					 false);
	case FUTEX_LOCK_PI2:
		return sys_futex_lock_pi(va, op, timeout, false);
	case FUTEX_TRYLOCK_PI:
		return futex_trylock_pi(va, private);
	case FUTEX_UNLOCK_PI:
		return futex_unlock_pi(va, private);
	case FUTEX_WAIT_REQUEUE_PI:
		return sys_wait_requeue_pi(va, op, val, timeout, false, va2);
	case FUTEX_CMP_REQUEUE_PI:
		return futex_cmp_requeue_pi(va, va2, private, val, timeout,
					    val3);
	default:
		return -ENOSYS;
	}
}

/* As sys_futex(), but a timeout that is a time has 64-bit seconds. */
s32 sys_futex_time64(uaddr_t va, u32 op, u32 val, u32 timeout, uaddr_t va2,
		     u32 val3)
{
	if (has_no_clock(op))
		return -ENOSYS;
	switch (op & (u32)FUTEX_CMD_MASK) {
	case FUTEX_WAIT:
		return sys_futex_wait(va, op, val, timeout, true,
				      FUTEX_BITSET_MATCH_ANY);
	case FUTEX_WAIT_BITSET:
		return sys_futex_wait(va, op, val, timeout, true, val3);
	case FUTEX_LOCK_PI:
		return sys_futex_lock_pi(va, op | FUTEX_CLOCK_REALTIME, timeout,
					 true);
	case FUTEX_LOCK_PI2:
		return sys_futex_lock_pi(va, op, timeout, true);
	case FUTEX_WAIT_REQUEUE_PI:
		return sys_wait_requeue_pi(va, op, val, timeout, true, va2);
	default:
		return sys_futex(va, op, val, timeout, va2, val3);
	}
}
