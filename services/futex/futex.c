/*
 * Futexes: sleeping until a word of user memory may have changed.
 *
 * Owns a hash table of sleepers by key. The key of a private word is its mm and
 * address; of a word in a shared mapping, what is mapped and the offset in it,
 * so that processes which map it at different addresses meet.
 *
 * No wake-up is lost: the sleeper is queued before it reads the word, so
 * whoever changes the word after that read finds it in the queue.
 */
#include <asm/uaccess.h>
#include <file.h>
#include <lib/printk.h>
#include <proc/proc.h>
#include <services/futex/internal.h>
#include <services/time/time.h>
#include <uapi/futex.h>

#define BUCKETS 64

static struct bucket buckets[BUCKETS];

/* ---- keys -------------------------------------------------------- */

/*
 * What a VMA shares with others: anonymous memory of its own, that of a mapping
 * of /dev/zero too, or else a file.
 */
static const void *shared_object(const struct vm_area_struct *vma)
{
	return vma->vm_private_data ? vma->vm_private_data :
				      (const void *)vma->vm_file->f_inode;
}

/*
 * The object and offset, if the word is in a shared mapping: *shared. 0, or
 * -EFAULT where a program may not even look.
 */
static int shared_key(struct mm_struct *mm, uaddr_t va, struct futex_key *key,
		      bool *shared)
{
	const struct vm_area_struct *vma;
	bool there;

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
	if (!private)
		err = shared_key(mm, va, key, &shared);
	/* A mapping may reach beyond its file's end. */
	return shared ? get_user_u32(&value, va) : err;
}

bool futex_same_key(const struct futex_key *a, const struct futex_key *b)
{
	return a->object == b->object && a->offset == b->offset;
}

u32 futex_bucket(const struct futex_key *key)
{
	u32 mix = (u32)(uintptr_t)key->object / 32 + (u32)(key->offset / 4);

	return (mix ^ mix >> 6 ^ mix >> 12) % BUCKETS;
}

struct bucket *futex_lock_bucket(u32 i)
{
	struct bucket *b = &buckets[i];

	spin_lock(&b->lock);
	if (!b->ready) {
		TAILQ_INIT(&b->waiters);
		b->ready = true;
	}
	return b;
}

/* ---- waking ------------------------------------------------------ */

/* Bucket lock held. The waiter's stack frame may go as soon as that is free. */
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
	if (!bitset)
		return -EINVAL;
	b = futex_lock_bucket(futex_bucket(&key));
	TAILQ_FOREACH_SAFE(w, &b->waiters, link, next) {
		if (*woken >= nr)
			break;
		if (!futex_same_key(&w->key, &key) || !(w->bitset & bitset))
			continue;
		if (w->pi) {
			err = -EINVAL; /* only its lock's owner may */
			break;
		}
		futex_wake_waiter(b, w);
		++*woken;
	}
	spin_unlock(&b->lock);
	return err;
}

/* ---- waiting ----------------------------------------------------- */

/* Requeueing moves a waiter to another bucket until its lock is ours. */
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

/* The first that is woken is a real-time task, of the highest priority. */
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

/* Queued: sleep. 0 woken, -ETIMEDOUT, or by a signal -ERESTARTSYS. */
static int wait_woken(struct futex_waiter *w, u64 until)
{
	int err = 0;

	for (;;) {
		u64 now = ktime_ns();

		set_current_state(TASK_INTERRUPTIBLE);
		if (READ_ONCE(w->woken))
			break;
		if (now >= until) {
			err = -ETIMEDOUT;
			break;
		}
		if (signal_pending()) {
			err = -ERESTARTSYS;
			break;
		}
		schedule_timeout(until == UINT64_MAX ? UINT64_MAX :
						       until - now);
	}
	set_current_state(TASK_RUNNING);
	return futex_unqueue(w) ? 0 : err;
}

static s32 futex_wait_again(const struct restart_block *block);

static s32 futex_wait(uaddr_t va, bool private, u32 expected, u64 until,
		      u32 bitset)
{
	struct futex_waiter w = { .task = current, .bitset = bitset };
	u32 value;
	int err;

	if (!bitset)
		return -EINVAL;
	err = futex_get_key(va, private, &w.key);
	if (err)
		return err;
	futex_queue(&w);
	err = get_user_u32(&value, va);
	if (!err && value != expected)
		err = -EAGAIN;
	if (err)
		return futex_unqueue(&w) ? 0 : err;
	err = wait_woken(&w, until);
	/* A time must not begin anew. */
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

/* Always in the order of the table, so that two requeuers cannot deadlock. */
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

static void move_waiter(struct futex_waiter *w, const struct futex_key *to)
{
	u32 i = futex_bucket(to);

	TAILQ_REMOVE(&buckets[w->bucket].waiters, w, link);
	w->key = *to;
	w->bucket = i;
	add_waiter(&buckets[i], w);
}

/*
 * Wake up to nr_wake waiters of `from` and let up to nr_move others wait for
 * `to` instead. Returns how many of both.
 */
static u32 requeue(const struct futex_key *from, const struct futex_key *to,
		   u32 nr_wake, u32 nr_move)
{
	u32 a = futex_bucket(from), b = futex_bucket(to), woken = 0, moved = 0;
	struct futex_waiter *w, *next;

	lock_two(a, b);
	TAILQ_FOREACH_SAFE(w, &buckets[a].waiters, link, next) {
		if (!futex_same_key(&w->key, from) || w->pi)
			continue;
		if (woken < nr_wake) {
			futex_wake_waiter(&buckets[a], w);
			woken++;
		} else if (moved < nr_move) {
			moved++;
			if (!futex_same_key(from, to))
				move_waiter(w, to);
		}
	}
	unlock_two(a, b);
	return woken + moved;
}

/* expected NULL: FUTEX_REQUEUE, which compares nothing. */
static s32 futex_requeue(uaddr_t va, uaddr_t va2, bool private, u32 nr_wake,
			 u32 nr_move, const u32 *expected)
{
	struct futex_key from, to;
	u32 value;
	int err = futex_get_key(va, private, &from);

	if (!err)
		err = futex_get_key(va2, private, &to);
	if (!err && ((s32)nr_wake < 0 || (s32)nr_move < 0))
		err = -EINVAL;
	if (!err && expected) {
		err = get_user_u32(&value, va);
		if (!err && value != *expected)
			err = -EAGAIN;
	}
	return err ? err : (s32)requeue(&from, &to, nr_wake, nr_move);
}

/* ---- the call ---------------------------------------------------- */

/*
 * When a wait ends, by the monotonic clock. WAIT counts from now; WAIT_BITSET
 * names a time, by the wall clock with FUTEX_CLOCK_REALTIME.
 */
static int futex_deadline(u32 op, uaddr_t timeout, bool time64, u64 *until)
{
	int err;

	*until = UINT64_MAX;
	if (!timeout)
		return 0;
	err = get_timespec(timeout, time64, until);
	if (err)
		return err;
	if ((op & (u32)FUTEX_CMD_MASK) == FUTEX_WAIT)
		*until += ktime_ns();
	else if (op & FUTEX_CLOCK_REALTIME)
		*until -= min(*until, wall_clock_ns() - ktime_ns());
	return 0;
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

s32 sys_futex(uaddr_t va, u32 op, u32 val, u32 timeout, uaddr_t va2, u32 val3)
{
	bool private = op & FUTEX_PRIVATE_FLAG;

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
	case FUTEX_LOCK_PI: /* the wall clock's, whatever else is said */
		return sys_futex_lock_pi(va, op | FUTEX_CLOCK_REALTIME, timeout,
					 false);
	case FUTEX_LOCK_PI2:
		return sys_futex_lock_pi(va, op, timeout, false);
	case FUTEX_TRYLOCK_PI:
		return futex_trylock_pi(va, private);
	case FUTEX_UNLOCK_PI:
		return futex_unlock_pi(va, private);
	default:
		return -ENOSYS;
	}
}

/* The same; where timeout is a time, of 64 bits. */
s32 sys_futex_time64(uaddr_t va, u32 op, u32 val, u32 timeout, uaddr_t va2,
		     u32 val3)
{
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
	default:
		return sys_futex(va, op, val, timeout, va2, val3);
	}
}

/* ---- the end of a task ------------------------------------------- */

s32 sys_set_tid_address(uaddr_t tidptr)
{
	current->clear_child_tid = tidptr;
	return current->pid;
}

/* What pthread_join waits for: the word becomes zero, its waiter wakes. */
static void clear_tid(struct task_struct *task)
{
	uaddr_t tid = task->clear_child_tid;
	u32 woken;

	task->clear_child_tid = 0;
	/* Nobody can wait for it if the mm is ours alone. */
	if (!tid || atomic_read(&task->thread_info.mm->mm_users) == 1 ||
	    put_user_u32(0, tid))
		return;
	if (futex_wake(tid, false, 1, FUTEX_BITSET_MATCH_ANY, &woken))
		pr_debug("exit: no futex at 0x%08x\n", tid);
}

static void futex_exit(struct task_struct *task)
{
	exit_robust_list(task);
	exit_pi_waiters(task);
	clear_tid(task);
}

static void futex_exec(void)
{
	WRITE_ONCE(current->left_futexes, false);
}

const struct service futex_service = {
	.exec = futex_exec,
	.exit_early = futex_exit,
};
