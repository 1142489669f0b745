/*
 * rwsem.h - a sleeping lock: many readers or one writer.
 *
 * mm->mmap_lock is one. Fair to writers: a waiting writer keeps new readers out.
 * Never taken from an interrupt, never while a spinlock is held.
 *
 * One word holds the owners, and whether anybody waits:
 *
 *	31		30 .. 1				0
 *	a writer	readers, in RWSEM_READERs	a task waits
 *
 * Nearly always nobody waits, and taking or releasing the lock is one atomic
 * step on that word, inline. While somebody waits the word is closed to
 * newcomers: they wait, too, and run/rwsem.c decides whose turn it is.
 */
#ifndef RWSEM_H
#define RWSEM_H

#include <asm/atomic.h>
#include <bug.h>
#include <sched.h>

#define RWSEM_WRITER  INT32_MIN
#define RWSEM_READER  2
#define RWSEM_WAITERS 1

struct rw_semaphore {
	atomic_t count; /* the word */
	spinlock_t lock;
	u32 writers_waiting; /* lock; new readers wait for them */
	u32 readers_waiting; /* lock */
	struct wait_queue_head wait;
};

/* Initialises a lock that nobody holds yet. */
void init_rwsem(struct rw_semaphore *sem);
/* The same in memory that is all zeroes: a call would cost five times as much. */
static inline void init_zeroed_rwsem(struct rw_semaphore *sem)
{
	TAILQ_INIT(&sem->wait.waiters);
}

/*
 * For assertions: true if somebody holds the lock, for writing in the second.
 * They cannot tell whether it is the caller.
 */
static inline bool rwsem_is_locked(const struct rw_semaphore *sem)
{
	return atomic_read(&sem->count) & ~RWSEM_WAITERS;
}

static inline bool rwsem_is_write_locked(const struct rw_semaphore *sem)
{
	return atomic_read(&sem->count) < 0;
}

/*
 * The slow paths of the inlines below, in run/rwsem.c. The wait functions sleep
 * until the lock is taken; killable: 0, or -ERESTARTSYS without the lock.
 * rwsem_released is called after a release that left the word at `left`, not 0.
 */
void rwsem_wait_read(struct rw_semaphore *sem);
void rwsem_wait_write(struct rw_semaphore *sem);
int rwsem_wait_write_killable(struct rw_semaphore *sem);
void rwsem_released(struct rw_semaphore *sem, s32 left);

/*
 * Debug builds record which task holds which lock, so that might_fault()
 * (asm/uaccess.h) can find user memory accessed under a lock; see docs/oom.md.
 * killable: waiters can be killed. (run/rwsem_debug.c)
 */
void debug_lock_taken(const struct rw_semaphore *sem, bool killable);
void debug_lock_released(const struct rw_semaphore *sem);

/* No code in other builds. After the lock is taken, before it is released. */
static inline void note_taken(const struct rw_semaphore *sem, bool killable)
{
	if (IS_ENABLED(CONFIG_DEBUG))
		debug_lock_taken(sem, killable);
}

static inline void note_released(const struct rw_semaphore *sem)
{
	if (IS_ENABLED(CONFIG_DEBUG))
		debug_lock_released(sem);
}

/*
 * The fast paths: one attempt, which fails if somebody waits, so that newcomers
 * do not overtake.
 */
static inline bool try_down_read(struct rw_semaphore *sem)
{
	return atomic_add_unless_bits(RWSEM_READER,
				      (u32)RWSEM_WRITER | RWSEM_WAITERS,
				      &sem->count);
}

static inline bool try_down_write(struct rw_semaphore *sem)
{
	return atomic_add_unless_bits(RWSEM_WRITER, ~0u, &sem->count);
}

/*
 * Takes the lock for reading; sleeps until it is free. Readers may hold it
 * together, but one task must not take it twice: a writer that waits in between
 * would stop the second.
 */
static inline void down_read(struct rw_semaphore *sem)
{
	if (unlikely(!try_down_read(sem)))
		rwsem_wait_read(sem);
	note_taken(sem, false);
}

/*
 * Releases it. The decrement has release order: what was read stays before it.
 */
static inline void up_read(struct rw_semaphore *sem)
{
	s32 left;

	note_released(sem);
	left = atomic_add_return_release(-RWSEM_READER, &sem->count);
	if (unlikely(left))
		rwsem_released(sem, left);
}

/* Takes the lock for writing; sleeps until nobody holds it. */
static inline void down_write(struct rw_semaphore *sem)
{
	if (unlikely(!try_down_write(sem)))
		rwsem_wait_write(sem);
	note_taken(sem, false);
}

/*
 * Returns true with the lock held, or false where the caller would have to
 * wait.
 */
static inline bool __must_check down_read_trylock(struct rw_semaphore *sem)
{
	bool taken = try_down_read(sem);

	if (taken)
		note_taken(sem, false);
	return taken;
}

/* The same for writing. */
static inline bool __must_check down_write_trylock(struct rw_semaphore *sem)
{
	bool taken = try_down_write(sem);

	if (taken)
		note_taken(sem, false);
	return taken;
}

/* 0, or -ERESTARTSYS: the task is killed and does not have the lock. */
static inline int __must_check down_write_killable(struct rw_semaphore *sem)
{
	int err = likely(try_down_write(sem)) ? 0 :
						rwsem_wait_write_killable(sem);

	if (!err)
		note_taken(sem, true);
	return err;
}

/*
 * Releases it. Adding the sign bit to itself clears it and leaves
 * RWSEM_WAITERS.
 */
static inline void up_write(struct rw_semaphore *sem)
{
	s32 left;

	note_released(sem);
	left = atomic_add_return_release(RWSEM_WRITER, &sem->count);
	if (unlikely(left))
		rwsem_released(sem, left);
}

#endif
