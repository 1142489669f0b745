/*
 * Sleeping readers-writer lock. Owns nothing; each rw_semaphore's lock guards
 * its count. Waiters sleep uninterruptibly: the holder always lets go. Interrupt
 * handlers never take one, so its lock leaves interrupts alone.
 */
#include <bug.h>
#include <rwsem.h>

void init_rwsem(struct rw_semaphore *sem)
{
	spin_lock_init(&sem->lock);
	sem->count = 0;
	sem->writers_waiting = 0;
	sem->readers_waiting = 0;
	init_waitqueue_head(&sem->wait);
}

/* Take it for reading if it is free. A waiter stops being one when it gets it. */
static inline bool try_read(struct rw_semaphore *sem, bool waiting)
{
	bool free;

	spin_lock(&sem->lock);
	free = sem->count >= 0 && sem->writers_waiting == 0;
	if (free) {
		sem->count++;
		if (waiting)
			sem->readers_waiting--;
	}
	spin_unlock(&sem->lock);
	return free;
}

bool down_read_trylock(struct rw_semaphore *sem)
{
	return try_read(sem, false);
}

void down_read(struct rw_semaphore *sem)
{
	if (likely(try_read(sem, false)))
		return;
	spin_lock(&sem->lock);
	sem->readers_waiting++;
	spin_unlock(&sem->lock);
	wait_event(&sem->wait, try_read(sem, true));
}

/* Lock held. Who counts as waiting later than this tries again by itself. */
static inline bool someone_waits(const struct rw_semaphore *sem)
{
	return (sem->writers_waiting | sem->readers_waiting) != 0;
}

void up_read(struct rw_semaphore *sem)
{
	bool wake;

	spin_lock(&sem->lock);
	BUG_ON(sem->count <= 0);
	wake = --sem->count == 0 && someone_waits(sem);
	spin_unlock(&sem->lock);
	if (unlikely(wake))
		wake_up(&sem->wait);
}

/* Take it for writing if it is free. A waiter stops being one when it gets it. */
static inline bool try_write(struct rw_semaphore *sem, bool waiting)
{
	bool free;

	spin_lock(&sem->lock);
	free = sem->count == 0;
	if (free) {
		sem->count = -1;
		if (waiting)
			sem->writers_waiting--;
	}
	spin_unlock(&sem->lock);
	return free;
}

void down_write(struct rw_semaphore *sem)
{
	if (likely(try_write(sem, false)))
		return;
	spin_lock(&sem->lock);
	sem->writers_waiting++;
	spin_unlock(&sem->lock);
	wait_event(&sem->wait, try_write(sem, true));
}

void up_write(struct rw_semaphore *sem)
{
	bool wake;

	spin_lock(&sem->lock);
	BUG_ON(sem->count != -1);
	sem->count = 0;
	wake = someone_waits(sem);
	spin_unlock(&sem->lock);
	if (unlikely(wake))
		wake_up(&sem->wait);
}
