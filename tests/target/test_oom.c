/*
 * An OOM victim that does not end loses its memory all the same, and it never
 * reads zero where its bytes were (docs/oom.md).
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
	bool release;       /* ends the uninterruptible sleep */
	s32 started, ended; /* tasks */
	u32 left;           /* bytes that a copy after the sleep lacked */
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

/* Sleeps as a thread that waits for another does, or a parent in vfork. */
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

/* Waits until the victim's tasks have ended, then drops the test's own use. */
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
 * Of a victim's two tasks one ends and one sleeps on. For two seconds it keeps
 * its memory, then all of it is freed, and no other victim is killed.
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
	/* A new page would be zero, so that none is made for any reader. */
	KTEST_EQ(copy_remote_vm(v.mm, v.va, &word, sizeof(word), 0), -ENOMEM);
	end_victim(&v);
	KTEST_EQ(v.left, sizeof(word));
}
KTEST(test_oom_reaps);

/* The memory is not freed while another task holds the victim's mmap_lock. */
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

/* A stopped victim wakes and ends, so that it need not be reaped. */
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
