/*
 * Sleeping readers-writer lock. Owns nothing; each rw_semaphore's lock guards
 * its count. Waiters sleep uninterruptibly: the holder always lets go.
 */
#include <bug.h>
#include <rwsem.h>

void init_rwsem(struct rw_semaphore *sem)
{
	spin_lock_init(&sem->lock);
	sem->count = 0;
	sem->writers_waiting = 0;
	init_waitqueue_head(&sem->wait);
}

bool down_read_trylock(struct rw_semaphore *sem)
{
	u32 flags;
	bool free;

	spin_lock_irqsave(&sem->lock, flags);
	free = sem->count >= 0 && sem->writers_waiting == 0;
	if (free)
		sem->count++;
	spin_unlock_irqrestore(&sem->lock, flags);
	return free;
}

void down_read(struct rw_semaphore *sem)
{
	if (!down_read_trylock(sem))
		wait_event(&sem->wait, down_read_trylock(sem));
}

void up_read(struct rw_semaphore *sem)
{
	u32 flags;
	bool last;

	spin_lock_irqsave(&sem->lock, flags);
	BUG_ON(sem->count <= 0);
	last = --sem->count == 0;
	spin_unlock_irqrestore(&sem->lock, flags);
	if (last)
		wake_up(&sem->wait);
}

/* Take it for writing if it is free. A waiter stops being one when it gets it. */
static bool try_write(struct rw_semaphore *sem, bool waiting)
{
	u32 flags;
	bool free;

	spin_lock_irqsave(&sem->lock, flags);
	free = sem->count == 0;
	if (free) {
		sem->count = -1;
		if (waiting)
			sem->writers_waiting--;
	}
	spin_unlock_irqrestore(&sem->lock, flags);
	return free;
}

void down_write(struct rw_semaphore *sem)
{
	u32 flags;

	if (try_write(sem, false))
		return;
	spin_lock_irqsave(&sem->lock, flags);
	sem->writers_waiting++;
	spin_unlock_irqrestore(&sem->lock, flags);
	wait_event(&sem->wait, try_write(sem, true));
}

void up_write(struct rw_semaphore *sem)
{
	u32 flags;

	spin_lock_irqsave(&sem->lock, flags);
	BUG_ON(sem->count != -1);
	sem->count = 0;
	spin_unlock_irqrestore(&sem->lock, flags);
	wake_up(&sem->wait);
}
