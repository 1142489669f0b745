/*
 * Sleeping readers-writer lock, where somebody has to wait. Waiters sleep
 * uninterruptibly, for the holder always lets go; or killably, where it may
 * wait for memory first (docs/oom.md). Interrupt handlers never take
 * one, so its lock leaves interrupts alone.
 *
 * RWSEM_WAITERS is set exactly while the two counts are not both zero. It
 * closes the inlines of rwsem.h to newcomers; holders may leave at any moment.
 * So whoever has sem->lock and finds the word free may take it: nobody else can.
 */
#include <bug.h>
#include <rwsem.h>
#include <uapi/errno.h>

void init_rwsem(struct rw_semaphore *sem)
{
	atomic_set(&sem->count, 0);
	spin_lock_init(&sem->lock);
	sem->writers_waiting = 0;
	sem->readers_waiting = 0;
	init_waitqueue_head(&sem->wait);
}

static bool someone_waits(const struct rw_semaphore *sem)
{
	return (sem->writers_waiting | sem->readers_waiting) != 0;
}

/* One more of *waiting. */
static void start_waiting(struct rw_semaphore *sem, u32 *waiting)
{
	spin_lock(&sem->lock);
	if (!someone_waits(sem))
		atomic_add(RWSEM_WAITERS, &sem->count);
	(*waiting)++;
	spin_unlock(&sem->lock);
}

/* One less: it is a holder from now on. Lock held. */
static void stop_waiting(struct rw_semaphore *sem, u32 *waiting, s32 holder)
{
	BUG_ON(!*waiting);
	(*waiting)--;
	atomic_add(holder, &sem->count);
	if (!someone_waits(sem))
		atomic_add(-RWSEM_WAITERS, &sem->count);
}

static bool try_read(struct rw_semaphore *sem)
{
	bool free;

	spin_lock(&sem->lock);
	free = !rwsem_is_write_locked(sem) && !sem->writers_waiting;
	if (free)
		stop_waiting(sem, &sem->readers_waiting, RWSEM_READER);
	spin_unlock(&sem->lock);
	return free;
}

static bool try_write(struct rw_semaphore *sem)
{
	bool free;

	spin_lock(&sem->lock);
	free = !rwsem_is_locked(sem);
	if (free)
		stop_waiting(sem, &sem->writers_waiting, RWSEM_WRITER);
	spin_unlock(&sem->lock);
	return free;
}

void rwsem_wait_read(struct rw_semaphore *sem)
{
	start_waiting(sem, &sem->readers_waiting);
	wait_event(&sem->wait, try_read(sem));
}

void rwsem_wait_write(struct rw_semaphore *sem)
{
	start_waiting(sem, &sem->writers_waiting);
	wait_event(&sem->wait, try_write(sem));
}

int rwsem_wait_write_killable(struct rw_semaphore *sem)
{
	start_waiting(sem, &sem->writers_waiting);
	if (!wait_event_killable(&sem->wait, try_write(sem)))
		return 0;
	spin_lock(&sem->lock);
	sem->writers_waiting--;
	if (!someone_waits(sem))
		atomic_add(-RWSEM_WAITERS, &sem->count);
	spin_unlock(&sem->lock);
	wake_up(&sem->wait); /* readers waited behind us */
	return -ERESTARTSYS;
}

/*
 * Free now, and somebody waits? Not while there are other readers. A waiter
 * that is not in the queue yet looks at the word after it has joined.
 */
void rwsem_released(struct rw_semaphore *sem, s32 left)
{
	BUG_ON(left < 0); /* nobody held it in this way */
	if (left == RWSEM_WAITERS)
		wake_up(&sem->wait);
}
