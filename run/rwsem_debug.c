/*
 * Which tasks hold which sleeping locks: debug builds alone ask, at each access
 * to user memory.
 *
 * A fault may wait for memory, and the process that is killed to give it may
 * wait for one of these locks: neither would ever go on (docs/oom.md). That
 * happens only when memory runs out at the wrong moment, so the lock is looked
 * for at every copy, whether or not it faults. Locks whose waiters can all die,
 * taken by down_write_killable, do no harm.
 *
 * No lock: the kernel is not preempted, and interrupts take no sleeping lock.
 */
#include <asm/uaccess.h>
#include <lib/backtrace.h>
#include <lib/printk.h>
#include <rwsem.h>

struct held_lock {
	const struct rw_semaphore *sem;
	const struct thread_info *task;
	const void *site; /* where it was taken */
	bool killable;    /* those who wait for it can die */
};

/* More than that many at a time go unseen. */
static struct held_lock held[256];
static u32 nr_held;

void debug_lock_taken(const struct rw_semaphore *sem, bool killable)
{
	if (nr_held < ARRAY_SIZE(held))
		held[nr_held++] = (struct held_lock){
			.sem = sem,
			.task = current_thread_info(),
			.site = __builtin_return_address(0),
			.killable = killable,
		};
}

void debug_lock_released(const struct rw_semaphore *sem)
{
	for (u32 i = nr_held; i-- > 0;)
		if (held[i].sem == sem &&
		    held[i].task == current_thread_info()) {
			held[i] = held[--nr_held];
			return;
		}
}

static __noreturn void complain(const struct held_lock *lock, const void *site)
{
	char taken[64], used[64];

	format_symbol((u32)(uintptr_t)lock->site, taken, sizeof(taken));
	format_symbol((u32)(uintptr_t)site, used, sizeof(used));
	panic("%s touches user memory while it holds the lock at %p, taken at "
	      "%s: a fault there may wait for memory",
	      used, (const void *)lock->sem, taken);
}

void debug_might_fault(void)
{
	for (u32 i = 0; i < nr_held; i++)
		if (held[i].task == current_thread_info() && !held[i].killable)
			complain(&held[i], __builtin_return_address(0));
}
