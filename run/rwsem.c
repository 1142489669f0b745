/*
 * The slow paths of the sleeping readers-writer lock: a task has to wait.
 * Waiters sleep uninterruptibly, because every holder releases the lock; or
 * killably, where the holder may wait for memory first (docs/oom.md). Interrupt
 * handlers never take a rwsem, so sem->lock leaves interrupts on.
 *
 * RWSEM_WAITERS is set exactly while the two counts are not both zero. While it
 * is set the inlines of rwsem.h fail, so newcomers end up here; holders may
 * leave at any moment. A task that holds sem->lock and finds the word free may
 * therefore take it: nobody else can.
 */
#include <bug.h>
#include <rwsem.h>
#include <uapi/errno.h>

/* For locks in memory that is not static. */
void init_rwsem(struct rw_semaphore *sem)
{
	atomic_set(&sem->count, 0);
	spin_lock_init(&sem->lock);
	sem->writers_waiting = 0;
	sem->readers_waiting = 0;
	init_waitqueue_head(&sem->wait);
}

/* Hold sem->lock. */
static bool someone_waits(const struct rw_semaphore *sem)
{
	return (sem->writers_waiting | sem->readers_waiting) != 0;
}

/*
 * Counts the caller in *waiting, one of the two counts of sem, and closes the
 * word to newcomers.
 */
static void start_waiting(struct rw_semaphore *sem, u32 *waiting)
{
	spin_lock(&sem->lock);
	/* Added, not stored: holders change the word without sem->lock. */
	if (!someone_waits(sem))
		atomic_add(RWSEM_WAITERS, &sem->count);
	(*waiting)++;
	spin_unlock(&sem->lock);
}

/*
 * The caller stops waiting and becomes a holder, by adding `holder` to the
 * word. Hold sem->lock.
 */
static void stop_waiting(struct rw_semaphore *sem, u32 *waiting, s32 holder)
{
	BUG_ON(!*waiting);
	(*waiting)--;
	atomic_add(holder, &sem->count);
	/* After the holder's part, so that the word never looks free. */
	if (!someone_waits(sem))
		atomic_add(-RWSEM_WAITERS, &sem->count);
}

/*
 * Takes the lock for a waiting reader if it can. Called before each sleep, as
 * the condition of wait_event.
 */
static bool try_read(struct rw_semaphore *sem)
{
	bool free;

	spin_lock(&sem->lock);
	/*
	 * Readers step back for a waiting writer, or they could keep it out
	 * without end.
	 */
	free = !rwsem_is_write_locked(sem) && !sem->writers_waiting;
	if (free)
		stop_waiting(sem, &sem->readers_waiting, RWSEM_READER);
	spin_unlock(&sem->lock);
	return free;
}

/* Takes the lock for a waiting writer if nobody holds it. */
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

/*
 * Counted before the first attempt: a holder that leaves in between then wakes
 * us.
 */
void rwsem_wait_read(struct rw_semaphore *sem)
{
	start_waiting(sem, &sem->readers_waiting);
	wait_event(&sem->wait, try_read(sem));
}

/* The same for a writer. */
void rwsem_wait_write(struct rw_semaphore *sem)
{
	start_waiting(sem, &sem->writers_waiting);
	wait_event(&sem->wait, try_write(sem));
}

/* Returns 0 with the lock held, or -ERESTARTSYS without it. */
int rwsem_wait_write_killable(struct rw_semaphore *sem)
{
	start_waiting(sem, &sem->writers_waiting);
	if (!wait_event_killable(&sem->wait, try_write(sem)))
		return 0;
	/* Not stop_waiting: the task leaves without becoming a holder. */
	spin_lock(&sem->lock);
	sem->writers_waiting--;
	if (!someone_waits(sem))
		atomic_add(-RWSEM_WAITERS, &sem->count);
	spin_unlock(&sem->lock);
	wake_up(&sem->wait); /* readers waited behind us */
	return -ERESTARTSYS;
}

/*
 * Wakes waiters if the lock is free now; a waiter that is not in the queue yet
 * tests the word after it has joined. Not while other readers hold it: the last
 * of them will call this.
 */
void rwsem_released(struct rw_semaphore *sem, s32 left)
{
	BUG_ON(left < 0); /* nobody held it in this way */
	if (left == RWSEM_WAITERS)
		wake_up(&sem->wait);
}
