/*
 * Which tasks hold which sleeping locks; debug builds check this at each access
 * to user memory.
 *
 * A fault may wait for memory, and the process that is killed to free some may
 * itself wait for one of these locks: a deadlock (docs/oom.md). It happens only
 * when memory runs out at the wrong moment, so every copy is checked, whether
 * or not it faults. Locks whose waiters can all be killed, taken by
 * down_write_killable, do no harm.
 *
 * The table has no lock: the kernel is not preempted, and interrupts take no
 * sleeping lock.
 */
#include <asm/uaccess.h>
#include <lib/backtrace.h>
#include <lib/printk.h>
#include <rwsem.h>

struct held_lock {
	const struct rw_semaphore *sem;
	const struct thread_info *task;
	const void *site; /* where it was taken */
	bool killable;    /* tasks that wait for it can be killed */
};

/* Locks beyond this many at a time are not checked. */
static struct held_lock held[256];
static u32 nr_held;

/* The call site is inlined into the taker, so the return address names it. */
void debug_lock_taken(const struct rw_semaphore *sem, bool killable)
{
	/* A full table only weakens the check; it must not stop the kernel. */
	if (nr_held < ARRAY_SIZE(held))
		held[nr_held++] = (struct held_lock){
			.sem = sem,
			.task = current_thread_info(),
			.site = __builtin_return_address(0),
			.killable = killable,
		};
}

/*
 * Searched from the end, since locks are mostly released in reverse. Not
 * finding it is no error: the table may have been full.
 */
void debug_lock_released(const struct rw_semaphore *sem)
{
	for (u32 i = nr_held; i-- > 0;)
		if (held[i].sem == sem &&
		    held[i].task == current_thread_info()) {
			/*
			 * Order does not matter, so the last entry fills the
			 * hole.
			 */
			held[i] = held[--nr_held];
			return;
		}
}

/*
 * Panics with both places: where the lock was taken and where user memory is
 * touched.
 */
static __noreturn void complain(const struct held_lock *lock, const void *site)
{
	char taken[64], used[64];

	format_symbol((u32)(uintptr_t)lock->site, taken, sizeof(taken));
	format_symbol((u32)(uintptr_t)site, used, sizeof(used));
	panic("%s touches user memory while it holds the lock at %p, taken at "
	      "%s: a fault there may wait for memory",
	      used, (const void *)lock->sem, taken);
}

/*
 * A task holds few locks, but the table has those of all tasks, so it is walked
 * whole.
 */
void debug_might_fault(void)
{
	for (u32 i = 0; i < nr_held; i++)
		if (held[i].task == current_thread_info() && !held[i].killable)
			complain(&held[i], __builtin_return_address(0));
}
