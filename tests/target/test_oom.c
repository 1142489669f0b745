/*
 * A victim that does not end: its memory is taken from it all the same, and it
 * never finds zeroes where its bytes were. (docs/oom.md)
 *
 * No program can make a task sleep uninterruptibly for long, so the victims
 * here are kernel threads that use an address space as a program's task would.
 */
#include <asm/uaccess.h>
#include <proc/proc.h>
#include <tests/target/ktest.h>

#define PAGES 256u
#define MARK  0x600df00du

struct victim {
	struct mm_struct *mm;
	uaddr_t va; /* of PAGES pages, each with MARK at its start */
	struct wait_queue_head wq;
	bool release;       /* whoever sleeps uninterruptibly may go on */
	s32 started, ended; /* tasks */
	u32 left;           /* bytes that a copy afterwards did not get */
};

static void use_mm(struct mm_struct *mm)
{
	struct thread_info *ti = current_thread_info();
	struct mm_struct *loan = ti->active_mm;
	u32 flags = local_irq_save();

	ti->mm = mmget(mm);
	ti->active_mm = mm;
	switch_mm(loan, mm);
	local_irq_restore(flags);
	mmdrop(loan);
}

static void unuse_mm(struct victim *v)
{
	struct thread_info *ti = current_thread_info();

	mmgrab(v->mm); /* the loan */
	ti->mm = NULL;
	mmput(v->mm);
	v->ended++;
}

static void sleep_uninterruptibly(void *arg)
{
	struct victim *v = arg;
	u32 word;

	use_mm(v->mm);
	v->started++;
	wait_event(&v->wq, v->release);
	v->left = copy_from_user(&word, v->va, sizeof(word));
	unuse_mm(v);
}

/* As a thread that waits for another, and the parent in vfork. */
static void sleep_killably(void *arg)
{
	struct victim *v = arg;

	use_mm(v->mm);
	v->started++;
	KTEST_ASSERT(wait_event_killable(&v->wq, false) != 0);
	unuse_mm(v);
}

static void be_stopped(void *arg)
{
	struct victim *v = arg;

	use_mm(v->mm);
	v->started++;
	set_current_state(TASK_STOPPED);
	schedule();
	unuse_mm(v);
}

static void make_victim(struct victim *v)
{
	u32 mark = MARK;

	*v = (struct victim){ .mm = mm_alloc() };
	KTEST_ASSERT(v->mm);
	init_waitqueue_head(&v->wq);
	down_write(&v->mm->mmap_lock);
	KTEST_EQ(do_mmap(v->mm, NULL, 0, PAGES * PAGE_SIZE,
			 PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, 0,
			 &v->va),
		 0);
	up_write(&v->mm->mmap_lock);
	for (u32 i = 0; i < PAGES; i++)
		KTEST_EQ(copy_remote_vm(v->mm, v->va + i * PAGE_SIZE, &mark,
					sizeof(mark), FOLL_WRITE),
			 0);
}

static void start(struct victim *v, void (*fn)(void *))
{
	s32 before = v->started;

	KTEST_EQ(kthread_run(fn, v, "victim", NULL), 0);
	while (v->started == before)
		yield();
}

/* Until its tasks have ended; our own use is the last. */
static void end_victim(struct victim *v)
{
	v->release = true;
	wake_up(&v->wq);
	while (v->ended != v->started)
		yield();
	mmput(v->mm);
	yield();
	reap_dead_tasks();
}

/*
 * A task that is killed and sleeps on, beside one that ends: nothing is taken
 * for two seconds, then all, and nobody else is killed for it.
 */
static void test_oom_reaps(void)
{
	u32 kills = nr_oom_kills(), nr_free, word;
	u64 began = ktime_ns();
	struct victim v;

	make_victim(&v);
	start(&v, sleep_uninterruptibly);
	start(&v, sleep_killably);
	nr_free = nr_free_pages();
	for (u32 i = 0; i < 400 && !v.mm->reaped; i++)
		KTEST_ASSERT(out_of_memory());
	KTEST_ASSERT(v.mm->reaped);
	KTEST_ASSERT(ktime_ns() - began >= 2 * NSEC_PER_SEC);
	KTEST_EQ(nr_oom_kills() - kills, 1);
	KTEST_EQ(v.ended, 1);
	KTEST_EQ(get_mm_rss(v.mm), 0);
	KTEST_ASSERT(nr_free_pages() >= nr_free + PAGES);
	/* Neither others nor the victim itself get pages of zeroes. */
	KTEST_EQ(copy_remote_vm(v.mm, v.va, &word, sizeof(word), 0), -ENOMEM);
	end_victim(&v);
	KTEST_EQ(v.left, sizeof(word));
}
KTEST(test_oom_reaps);

/* While somebody is in the middle of changing its VMAs nothing is taken. */
static void test_oom_reap_waits_for_lock(void)
{
	struct victim v;

	make_victim(&v);
	down_read(&v.mm->mmap_lock);
	KTEST_ASSERT(!reap_mm(v.mm));
	up_read(&v.mm->mmap_lock);
	KTEST_EQ(get_mm_rss(v.mm), PAGES);
	KTEST_ASSERT(reap_mm(v.mm));
	KTEST_EQ(get_mm_rss(v.mm), 0);
	end_victim(&v);
}
KTEST(test_oom_reap_waits_for_lock);

/* A stopped task wakes to die, so there is nothing to take from it. */
static void test_oom_wakes_stopped(void)
{
	struct victim v;

	make_victim(&v);
	start(&v, be_stopped);
	KTEST_ASSERT(out_of_memory());
	yield();
	KTEST_EQ(v.ended, 1);
	KTEST_ASSERT(!v.mm->reaped);
	end_victim(&v);
}
KTEST(test_oom_wakes_stopped);
