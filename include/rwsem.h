/*
 * rwsem.h - a sleeping lock: many readers or one writer. (lib/rwsem.c)
 *
 * mm->mmap_lock is one. Fair enough: a waiting writer keeps new readers out.
 * Never taken from an interrupt, never while a spinlock is held.
 */
#ifndef RWSEM_H
#define RWSEM_H

#include <sched.h>

struct rw_semaphore {
	spinlock_t lock;
	s32 count;			/* lock: readers, or -1 for a writer */
	u32 writers_waiting;		/* lock; new readers wait for them */
	u32 readers_waiting;		/* lock */
	struct wait_queue_head wait;
};

void init_rwsem(struct rw_semaphore *sem);
void down_read(struct rw_semaphore *sem);
void up_read(struct rw_semaphore *sem);
void down_write(struct rw_semaphore *sem);
void up_write(struct rw_semaphore *sem);

/* True, and the lock is held for reading; false where one would have to wait. */
bool __must_check down_read_trylock(struct rw_semaphore *sem);

static inline bool rwsem_is_locked(const struct rw_semaphore *sem)
{
	return READ_ONCE(sem->count) != 0;
}

static inline bool rwsem_is_write_locked(const struct rw_semaphore *sem)
{
	return READ_ONCE(sem->count) < 0;
}

#endif
