/*
 * Kernel threads, wait queues, timers and the borrowing of address spaces, on
 * the machine itself. Runs in the thread with pid 1, which has no mm of its
 * own.
 */
#include <alloc/alloc.h>
#include <asm/barrier.h>
#include <mm/mm.h>
#include <proc/proc.h>
#include <sched.h>
#include <tests/target/ktest.h>

#define MSEC 1000000ull

/* ---- running and waiting ----------------------------------------- */

struct ping_pong {
	struct wait_queue_head wq;
	u32 turn; /* 0: the test's, 1: the thread's */
	u32 rounds;
	bool done;
};

static void pong(void *arg)
{
	struct ping_pong *p = arg;

	for (u32 i = 0; i < p->rounds; i++) {
		wait_event(&p->wq, p->turn == 1);
		p->turn = 0;
		wake_up(&p->wq);
	}
	p->done = true;
	wake_up(&p->wq);
}

static void test_wait_queue(void)
{
	struct ping_pong p = { .rounds = 1000 };
	u32 switches = current->use.nvcsw;

	init_waitqueue_head(&p.wq);
	KTEST_ASSERT(kthread_run(pong, &p, "pong", NULL) == 0);
	for (u32 i = 0; i < p.rounds; i++) {
		p.turn = 1;
		wake_up(&p.wq);
		wait_event(&p.wq, p.turn == 0);
	}
	wait_event(&p.wq, p.done);
	KTEST_ASSERT(current->use.nvcsw - switches >= p.rounds);
	KTEST_ASSERT(TAILQ_EMPTY(&p.wq.waiters));
}
KTEST(test_wait_queue);

/* If the condition holds already, the task neither sleeps nor stays queued. */
static void test_wait_event_holds_already(void)
{
	struct wait_queue_head wq = WAIT_QUEUE_INIT(wq);
	u32 switches = current->use.nvcsw;

	wait_event(&wq, true);
	KTEST_ASSERT(wait_event_interruptible(&wq, true) == 0);
	KTEST_ASSERT(current->use.nvcsw == switches);
	KTEST_ASSERT(current->state == TASK_RUNNING);
	KTEST_ASSERT(TAILQ_EMPTY(&wq.waiters));
}
KTEST(test_wait_event_holds_already);

static void count_to_ten(void *arg)
{
	u32 *count = arg;

	for (u32 i = 0; i < 10; i++) {
		++*count;
		yield();
	}
}

/* Each thread gets its turn: none is more than a round ahead of another. */
static void test_round_robin(void)
{
	u32 counts[3] = { 0 };

	for (u32 i = 0; i < ARRAY_SIZE(counts); i++)
		KTEST_ASSERT(kthread_run(count_to_ten, &counts[i], "counter",
					 NULL) == 0);
	for (u32 round = 0; round < 10; round++) {
		yield();
		for (u32 i = 0; i < ARRAY_SIZE(counts); i++)
			KTEST_ASSERT(counts[i] == round + 1);
	}
	yield();
	reap_dead_tasks();
}
KTEST(test_round_robin);

static void do_nothing(void *arg __unused_arg)
{
}

/* Waking a task that is not asleep changes nothing. */
static void test_wake_up_process(void)
{
	u32 nr = nr_tasks();

	KTEST_ASSERT(!wake_up_process(current));
	KTEST_ASSERT(current->state == TASK_RUNNING);
	set_current_state(TASK_UNINTERRUPTIBLE);
	KTEST_ASSERT(wake_up_process(current)); /* so it must not sleep */
	schedule();
	KTEST_ASSERT(current->state == TASK_RUNNING);
	KTEST_ASSERT(nr_tasks() == nr);
}
KTEST(test_wake_up_process);

/* ---- what a switch must keep ------------------------------------- */

/* Sets r4 to r11, switches, and returns true if they are unchanged. */
static bool registers_survive(u32 base)
{
	u32 sum;

	__asm__ volatile("	push	{r4-r11}\n"
			 "	mov	r4, %1\n"
			 "	add	r5, r4, #1\n"
			 "	add	r6, r4, #2\n"
			 "	add	r7, r4, #3\n"
			 "	add	r8, r4, #4\n"
			 "	add	r9, r4, #5\n"
			 "	add	r10, r4, #6\n"
			 "	add	r11, r4, #7\n"
			 "	bl	yield\n"
			 "	eor	r0, r4, r5, lsl #1\n"
			 "	eor	r0, r0, r6, lsl #2\n"
			 "	eor	r0, r0, r7, lsl #3\n"
			 "	eor	r0, r0, r8, lsl #4\n"
			 "	eor	r0, r0, r9, lsl #5\n"
			 "	eor	r0, r0, r10, lsl #6\n"
			 "	eor	r0, r0, r11, lsl #7\n"
			 "	pop	{r4-r11}\n"
			 "	mov	%0, r0\n"
			 : "=r"(sum)
			 : "r"(base)
			 : "r0", "r1", "r2", "r3", "ip", "lr", "cc", "memory");

	for (u32 i = 0; i < 8; i++)
		sum ^= (base + i) << i;
	return sum == 0;
}

struct keeper {
	u32 base;
	bool kept;
	bool done;
};

static void keep_registers(void *arg)
{
	struct keeper *k = arg;

	k->kept = true;
	for (u32 i = 0; i < 100; i++)
		k->kept &= registers_survive(k->base + 16 * i);
	k->done = true;
}

static void test_registers_survive(void)
{
	struct keeper a = { .base = 0x1000 }, b = { .base = 0x20000000 };

	KTEST_ASSERT(kthread_run(keep_registers, &a, "keeper-a", NULL) == 0);
	KTEST_ASSERT(kthread_run(keep_registers, &b, "keeper-b", NULL) == 0);
	while (!a.done || !b.done)
		KTEST_ASSERT(registers_survive(0x3000000));
	KTEST_ASSERT(a.kept);
	KTEST_ASSERT(b.kept);
	yield();
	reap_dead_tasks();
}
KTEST(test_registers_survive);

/* ---- time -------------------------------------------------------- */

static void test_schedule_timeout(void)
{
	u64 start = ktime_ns(), left;

	set_current_state(TASK_UNINTERRUPTIBLE);
	left = schedule_timeout(3 * MSEC);
	KTEST_ASSERT(left == 0);
	KTEST_ASSERT(ktime_ns() - start >= 3 * MSEC);
	KTEST_ASSERT(current->state == TASK_RUNNING);
}
KTEST(test_schedule_timeout);

/*
 * A sleep shorter than a tick ends before the next tick. Once in many tries is
 * enough: the host may stop the emulator for a tick at any time.
 */
static void test_sleep_shorter_than_a_tick(void)
{
	bool before_tick = false;

	for (u32 tries = 0; tries < 50 && !before_tick; tries++) {
		u64 start = jiffies;

		while (jiffies == start) /* begin right behind a tick */
			barrier();
		start = jiffies;
		set_current_state(TASK_UNINTERRUPTIBLE);
		schedule_timeout(1 * MSEC / 10);
		before_tick = jiffies == start;
	}
	KTEST_ASSERT(before_tick);
}
KTEST(test_sleep_shorter_than_a_tick);

struct sleepy {
	u64 ns;
	u32 *order;
	u32 place;
	bool done;
};

static void sleep_then_note(void *arg)
{
	struct sleepy *s = arg;

	set_current_state(TASK_UNINTERRUPTIBLE);
	schedule_timeout(s->ns);
	s->place = (*s->order)++;
	s->done = true;
}

/*
 * Starts three threads, that with the longest sleep first; returns whether that
 * with the shortest one ended first.
 */
static bool sleep_in_order(void)
{
	u32 order = 0;
	struct sleepy s[3] = {
		{ .ns = 9 * MSEC, .order = &order },
		{ .ns = 6 * MSEC, .order = &order },
		{ .ns = 3 * MSEC, .order = &order },
	};

	for (u32 i = 0; i < ARRAY_SIZE(s); i++)
		KTEST_ASSERT(kthread_run(sleep_then_note, &s[i], "sleeper",
					 NULL) == 0);
	while (!s[0].done || !s[1].done || !s[2].done) {
		set_current_state(TASK_UNINTERRUPTIBLE);
		schedule_timeout(1 * MSEC);
	}
	yield();
	reap_dead_tasks();
	return s[2].place == 0 && s[1].place == 1 && s[0].place == 2;
}

/* Once in many tries is enough: the host may delay a start past an end. */
static void test_timers_in_order(void)
{
	bool in_order = false;

	for (u32 tries = 0; tries < 50 && !in_order; tries++)
		in_order = sleep_in_order();
	KTEST_ASSERT(in_order);
}
KTEST(test_timers_in_order);

static void wake_after_1ms(void *arg)
{
	set_current_state(TASK_UNINTERRUPTIBLE);
	schedule_timeout(1 * MSEC);
	wake_up_process(arg);
}

/*
 * A task that is woken early gets the time that is left; its timer is removed.
 */
static void test_timeout_cut_short(void)
{
	u64 left;

	KTEST_ASSERT(kthread_run(wake_after_1ms, current, "waker", NULL) == 0);
	set_current_state(TASK_UNINTERRUPTIBLE);
	left = schedule_timeout(3600 * 1000 * MSEC);
	KTEST_ASSERT(left > 0);
	KTEST_ASSERT(left < 3600 * 1000 * MSEC);
	yield();
	reap_dead_tasks();
}
KTEST(test_timeout_cut_short);

static void test_jiffies_go_on(void)
{
	u64 start = jiffies;

	set_current_state(TASK_UNINTERRUPTIBLE);
	schedule_timeout(5 * 1000 * MSEC / HZ);
	KTEST_ASSERT(jiffies - start >= 4);
}
KTEST(test_jiffies_go_on);

/* ---- borrowed address spaces ------------------------------------- */

static s32 mm_count(const struct mm_struct *mm)
{
	return atomic_read(&mm->mm_count);
}

/* Makes this thread a user of mm, with its tables loaded, like a program's. */
static void become_user_of(struct mm_struct *mm)
{
	struct thread_info *ti = current_thread_info();
	struct mm_struct *loan = ti->active_mm;
	u32 flags = local_irq_save();

	ti->mm = mm;
	ti->active_mm = mm;
	switch_mm(loan, mm);
	local_irq_restore(flags);
	mmdrop(loan);
}

/* Drops the use as exit does: the thread keeps the mm as a loan. */
static void become_kernel_thread(void)
{
	struct thread_info *ti = current_thread_info();
	struct mm_struct *mm = mmgrab(ti->mm);

	ti->mm = NULL;
	mmput(mm);
}

/*
 * Borrows init_mm again, as at the start, so that the mm that the test has made
 * is freed at once.
 */
static void return_loan(void)
{
	struct thread_info *ti = current_thread_info();
	struct mm_struct *loan = ti->active_mm;
	u32 flags = local_irq_save();

	ti->active_mm = mmgrab(&init_mm);
	switch_mm(loan, &init_mm);
	local_irq_restore(flags);
	mmdrop(loan);
}

struct borrower {
	struct mm_struct *mm; /* what it should borrow */
	s32 count;            /* mm_count while it runs */
	bool borrowed;
	pgd_t *pgd;
	bool done;
};

static void note_loan(void *arg)
{
	struct borrower *b = arg;

	b->borrowed = current_thread_info()->active_mm == b->mm &&
		!current_thread_info()->mm;
	b->count = mm_count(b->mm);
	b->pgd = current_pgd();
	b->done = true;
}

/*
 * From a user's task to two kernel threads and back: while one of them runs,
 * the loan is one mm_count; the tables stay loaded, and the loan ends.
 */
static void test_active_mm(void)
{
	struct mm_struct *mm = mm_alloc();
	struct borrower a = { .mm = mm }, b = { .mm = mm };
	s32 before;

	KTEST_ASSERT(mm);
	become_user_of(mm);
	before = mm_count(mm);
	KTEST_ASSERT(before == 1);
	KTEST_ASSERT(current_pgd() == mm->pgd);
	KTEST_ASSERT(kthread_run(note_loan, &a, "borrower-a", NULL) == 0);
	KTEST_ASSERT(kthread_run(note_loan, &b, "borrower-b", NULL) == 0);
	yield();
	KTEST_ASSERT(a.done && b.done);
	KTEST_ASSERT(a.borrowed && b.borrowed);
	KTEST_ASSERT(a.count == before + 1);
	KTEST_ASSERT(b.count == before + 1);
	KTEST_ASSERT(a.pgd == mm->pgd && b.pgd == mm->pgd);
	KTEST_ASSERT(mm_count(mm) == before);
	KTEST_ASSERT(current_pgd() == mm->pgd);
	become_kernel_thread();
	return_loan();
	reap_dead_tasks();
}
KTEST(test_active_mm);

struct user {
	struct mm_struct *mm;
	bool right; /* its tables were loaded whenever it ran */
	bool done;
};

static void run_as_user(void *arg)
{
	struct user *u = arg;

	become_user_of(u->mm);
	u->right = true;
	for (u32 i = 0; i < 50; i++) {
		yield();
		u->right &= current_pgd() == u->mm->pgd;
	}
	become_kernel_thread();
	u->done = true;
}

/* Of two threads with an mm each, the one that runs has its tables loaded. */
static void test_two_users(void)
{
	struct user a = { .mm = mm_alloc() }, b = { .mm = mm_alloc() };

	KTEST_ASSERT(a.mm && b.mm);
	KTEST_ASSERT(kthread_run(run_as_user, &a, "user-a", NULL) == 0);
	KTEST_ASSERT(kthread_run(run_as_user, &b, "user-b", NULL) == 0);
	while (!a.done || !b.done)
		yield();
	KTEST_ASSERT(a.right && b.right);
	yield();
	return_loan();
	reap_dead_tasks();
}
KTEST(test_two_users);

/*
 * An mm loses its last user while a kernel thread borrows it: its tables stay
 * loaded, and they are freed (16 KiB at least) when the loan ends.
 */
static void test_loan_outlives_users(void)
{
	struct mm_struct *mm = mm_alloc();
	u32 mms, pages;

	KTEST_ASSERT(mm);
	become_user_of(mm);
	mms = nr_mms();
	become_kernel_thread();
	KTEST_EQ(nr_mms(), mms - 1); /* it has no user any more ... */
	KTEST_ASSERT(current_thread_info()->active_mm == mm);
	KTEST_EQ(mm_count(mm), 1); /* ... but this thread's loan */
	KTEST_ASSERT(current_pgd() == mm->pgd);
	pgd_cache_shrink(1); /* so that the mm's pgd is freed, not cached */
	pages = nr_free_pages();
	return_loan();
	pgd_cache_shrink(1);
	KTEST_ASSERT(nr_free_pages() >= pages + 4);
	KTEST_ASSERT(current_pgd() == init_mm.pgd);
}
KTEST(test_loan_outlives_users);

/*
 * A reader of /proc holds a use when the last task exits: the mappings stay
 * until it drops the use, and after that no other use can be taken.
 */
static void test_pinned_mm(void)
{
	struct mm_struct *mm = mm_alloc();
	uaddr_t va;

	KTEST_ASSERT(mm);
	down_write(&mm->mmap_lock);
	KTEST_EQ(do_mmap(mm, NULL, 0, PAGE_SIZE, PROT_READ,
			 MAP_PRIVATE | MAP_ANONYMOUS, 0, &va),
		 0);
	up_write(&mm->mmap_lock);
	become_user_of(mm);
	KTEST_ASSERT(mmget_not_zero(mm));
	KTEST_EQ(atomic_read(&mm->mm_users), 2);
	become_kernel_thread();
	KTEST_EQ(atomic_read(&mm->mm_users), 1);
	KTEST_EQ(mm_count(mm), 2); /* one for all users, one for the loan */
	KTEST_EQ(mm->map_count, 1);
	mmput(mm);
	KTEST_EQ(mm->map_count, 0);
	KTEST_EQ(mm_count(mm), 1);
	KTEST_ASSERT(!mmget_not_zero(mm));
	return_loan();
}
KTEST(test_pinned_mm);

/* ---- everything is freed ----------------------------------------- */

static void test_threads_leave_nothing(void)
{
	u32 tasks = nr_tasks(), pages;

	/* The first round fills the caches of stacks and slabs. */
	for (u32 round = 0; round < 2; round++) {
		pages = nr_free_pages();
		for (u32 i = 0; i < 20; i++) {
			KTEST_ASSERT(kthread_run(do_nothing, NULL, "nothing",
						 NULL) == 0);
			yield();
			reap_dead_tasks();
		}
	}
	KTEST_ASSERT(nr_tasks() == tasks);
	KTEST_ASSERT(nr_free_pages() == pages);
}
KTEST(test_threads_leave_nothing);

struct parked {
	struct wait_queue_head wq;
	bool go;
	u32 ended;
};

static void park(void *arg)
{
	struct parked *p = arg;

	wait_event(&p->wq, p->go);
	p->ended++;
}

/*
 * Calls kthread_run with the nth allocation failing; true if it made fewer and
 * succeeded.
 */
static bool run_failing_at(u32 nth)
{
	u32 tasks = nr_tasks();
	int err;

	fail_alloc_set(NULL, nth, 1);
	err = kthread_run(do_nothing, NULL, "nothing", NULL);
	fail_alloc_set(NULL, 0, 0);
	KTEST_ASSERT(err == 0 || err == -ENOMEM);
	yield();
	reap_dead_tasks();
	KTEST_ASSERT(nr_tasks() == tasks);
	return err == 0;
}

/*
 * Each allocation of kthread_run fails in turn, and no memory is lost. Parked
 * threads hold the cached stacks, so that stacks are allocated, too.
 */
static void test_kthread_run_out_of_memory(void)
{
	struct parked p = { .go = false };
	u32 pages = 0, nth;

	init_waitqueue_head(&p.wq);
	for (u32 round = 0; round < 2; round++) { /* 0 fills the caches */
		p.go = false;
		p.ended = 0;
		for (u32 i = 0; i < 3; i++)
			KTEST_ASSERT(kthread_run(park, &p, "parked", NULL) ==
				     0);
		yield();
		for (nth = 1; !run_failing_at(nth); nth++)
			;
		KTEST_ASSERT(nth > 1);
		p.go = true;
		wake_up(&p.wq);
		while (p.ended < 3)
			yield();
		yield();
		reap_dead_tasks();
		KTEST_ASSERT(round == 0 || nr_free_pages() == pages);
		pages = nr_free_pages();
	}
}
KTEST(test_kthread_run_out_of_memory);

/* Compares with known seconds, at both ends and in the middle of a second. */
static void test_split_seconds(void)
{
	u64 wrong = 0;

	for (u64 sec = 0; sec < 9000000000ull; sec += sec / 50 + 1) {
		for (u32 i = 0; i < 4; i++) {
			static const u32 in[] = { 0, 1, 147483648, 999999999 };
			u64 ns = sec * NSEC_PER_SEC + in[i];
			u32 left = 0;

			if (split_seconds(ns, &left) != (u32)sec ||
			    left != in[i])
				wrong++;
		}
	}
	KTEST_EQ(wrong, 0);
}
KTEST(test_split_seconds);
