/*
 * The sleeping lock, with threads that hold it across schedule(): readers share
 * it, a writer has it alone, and a waiting writer is next.
 */
#include <asm/uaccess.h>
#include <proc/proc.h>
#include <rwsem.h>
#include <tests/target/ktest.h>

#define THREADS 6u
#define ROUNDS  50u

struct inside {
	struct rw_semaphore sem;
	u32 readers, writers; /* threads that hold it now */
	u32 most_readers;
	u32 read_rounds, write_rounds;
	u32 started, ended;
	bool broken;
};

static void init_inside(struct inside *in)
{
	*in = (struct inside){ .readers = 0 };
	init_rwsem(&in->sem);
}

/* Holds the lock for reading while other threads run, `turns` times. */
static void read_for(struct inside *in, u32 turns)
{
	down_read(&in->sem);
	in->readers++;
	in->most_readers = max(in->most_readers, in->readers);
	while (turns--) {
		in->broken |= in->writers || rwsem_is_write_locked(&in->sem);
		yield();
	}
	in->readers--;
	in->read_rounds++;
	up_read(&in->sem);
}

static void write_for(struct inside *in, u32 turns)
{
	down_write(&in->sem);
	in->writers++;
	while (turns--) {
		in->broken |= in->writers != 1 || in->readers ||
			!rwsem_is_write_locked(&in->sem);
		yield();
	}
	in->writers--;
	in->write_rounds++;
	up_write(&in->sem);
}

static void come_and_go(void *arg)
{
	struct inside *in = arg;
	u32 dice = ++in->started * 2654435761u;

	for (u32 i = 0; i < ROUNDS; i++) {
		dice = dice * 1664525u + 1013904223u;
		if (dice >> 30)
			read_for(in, dice >> 27 & 3);
		else
			write_for(in, dice >> 27 & 3);
		yield();
	}
	in->ended++;
}

static void test_rwsem_crowd(void)
{
	struct inside in;

	init_inside(&in);
	for (u32 i = 0; i < THREADS; i++)
		KTEST_ASSERT(kthread_run(come_and_go, &in, "crowd", NULL) == 0);
	while (in.ended < THREADS)
		yield();
	reap_dead_tasks();
	KTEST_ASSERT(!in.broken);
	KTEST_ASSERT(in.most_readers > 1);
	KTEST_ASSERT(in.read_rounds && in.write_rounds);
	KTEST_ASSERT(in.read_rounds + in.write_rounds == THREADS * ROUNDS);
	KTEST_ASSERT(atomic_read(&in.sem.count) == 0);
	KTEST_ASSERT(TAILQ_EMPTY(&in.sem.wait.waiters));
}
KTEST(test_rwsem_crowd);

static void read_once(void *arg)
{
	read_for(arg, 1);
}

static void write_once(void *arg)
{
	write_for(arg, 1);
}

/* A writer that waits is not overtaken by readers that come later. */
static void test_rwsem_writer_is_next(void)
{
	struct inside in;

	init_inside(&in);
	down_read(&in.sem);
	KTEST_ASSERT(down_read_trylock(&in.sem)); /* no writer waits yet */
	up_read(&in.sem);
	KTEST_ASSERT(kthread_run(write_once, &in, "writer", NULL) == 0);
	yield();
	KTEST_ASSERT(rwsem_is_locked(&in.sem));
	KTEST_ASSERT(!down_read_trylock(&in.sem));
	KTEST_ASSERT(kthread_run(read_once, &in, "reader", NULL) == 0);
	yield();
	KTEST_ASSERT(in.readers == 0 && in.writers == 0);
	up_read(&in.sem);
	KTEST_ASSERT(!rwsem_is_locked(&in.sem));
	while (!in.write_rounds) {
		KTEST_ASSERT(in.read_rounds == 0);
		yield();
	}
	while (!in.read_rounds)
		yield();
	KTEST_ASSERT(!in.broken && atomic_read(&in.sem.count) == 0);
	yield();
	reap_dead_tasks();
}
KTEST(test_rwsem_writer_is_next);

/*
 * A user copy may fault and wait for memory while others wait for the lock.
 * Debug builds report that for any copy, even of 0 bytes, but not for a lock
 * that was taken killably: its waiters can be killed.
 */
static void test_user_copy_under_lock(void)
{
	struct rw_semaphore sem;

	init_rwsem(&sem);
	KTEST_EQ(down_write_killable(&sem), 0);
	KTEST_EQ(copy_to_user(PAGE_SIZE, &sem, 0), 0);
	up_write(&sem);
	KTEST_EQ(copy_to_user(PAGE_SIZE, &sem, 0), 0);
	down_read(&sem);
	KTEST_EQ(copy_to_user(PAGE_SIZE, &sem, 0), 0);
}
KTEST_DEBUG_DIES(test_user_copy_under_lock,
		 "touches user memory while it holds the lock");
