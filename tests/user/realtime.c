/*
 * Real-time tasks in true order: SCHED_FIFO and SCHED_RR before all others, by
 * priority, until they wait. Each task writes its letter into a log that all
 * share. tests/system/sched.t runs this with counted instructions: a host that
 * stands still for a second would use up what real-time tasks may have of it.
 */
#include <uapi/futex.h>
#include <uapi/resource.h>
#include <uapi/sched.h>
#include <uapi/signal.h>
#include <uapi/time.h>
#include "check.h"

#define MAX_TASKS 8
#define SPINS     2000000u /* 20 ms and more: several slices */

static volatile struct {
	char log[64];
	uint32_t length;
	uint32_t lock;
	uint32_t turns[2];
} * shared;

static pid_t tasks[MAX_TASKS];
static uint32_t nr_tasks;
static int bell[2], gong[2]; /* pipes that tasks wait for */

static void set(pid_t pid, int32_t policy, int32_t priority)
{
	is(SYS(sched_setscheduler, pid, policy, &priority), 0,
	   "class %d, priority %d", (int)policy, (int)priority);
}

static void note(char letter)
{
	shared->log[shared->length++] = letter;
}

/* A task of that class, which does run(letter); the caller must go before it. */
static void start(int32_t policy, int32_t priority, void (*run)(char letter),
		  char letter)
{
	pid_t pid = fork();

	if (pid == 0) {
		run(letter);
		_exit(0);
	}
	set(pid, policy, priority);
	tasks[nr_tasks++] = pid;
}

static void ends(const char *order, const char *text)
{
	while (nr_tasks)
		waitpid(tasks[--nr_tasks], NULL, 0);
	ok(!strcmp((char *)shared->log, order), "%s: %s", text, order);
	if (strcmp((char *)shared->log, order))
		printf("# it was %s\n", (char *)shared->log);
	memset((void *)shared, 0, sizeof(*shared));
}

static void wait_for(const int *pipe)
{
	char byte;

	read(pipe[0], &byte, 1);
}

static void ring(const int *pipe)
{
	write(pipe[1], "", 1);
}

/* All started tasks come so far that they wait: who starts them waits, too. */
static void let_them_wait(void)
{
	sleep_ms(100);
}

/* ---- who is first ------------------------------------------------ */

static void yield_twice(char letter)
{
	note(letter);
	SYS(sched_yield);
	note(letter);
	SYS(sched_yield);
	note(letter);
}

static void by_priority(void)
{
	start(SCHED_NORMAL, 0, yield_twice, 'N');
	start(SCHED_FIFO, 10, yield_twice, 'A');
	start(SCHED_FIFO, 10, yield_twice, 'B');
	start(SCHED_RR, 20, yield_twice, 'C');
	start(SCHED_FIFO, 1, yield_twice, 'E');
	ends("CCCABABABEEENNN", "by priority; equal ones yield to each other");
}

static void answer_bell(char letter)
{
	wait_for(bell);
	note(letter);
}

static void ring_bell(char letter)
{
	note(letter);
	ring(bell);
	note(letter);
}

static void only_note(char letter)
{
	note(letter);
}

/* The ringer is preempted, and still goes before its equal that waits. */
static void wakes(int32_t policy, int32_t priority, const char *order,
		  const char *text)
{
	start(SCHED_FIFO, priority, answer_bell, 'W');
	let_them_wait();
	start(policy, 10, ring_bell, 'R');
	start(policy, 10, only_note, 'E');
	ends(order, text);
}

static void preemption(void)
{
	wakes(SCHED_FIFO, 20, "RWRE", "a higher one runs when it wakes");
	wakes(SCHED_RR, 20, "RWRE", "in turns, too");
	wakes(SCHED_FIFO, 10, "RREW", "an equal one when it is its turn");
	wakes(SCHED_FIFO, 5, "RREW", "a lower one after all");
}

/* ---- changes ----------------------------------------------------- */

static void give_up_class(char letter)
{
	int32_t none = 0;

	note(letter);
	SYS(sched_setscheduler, 0, SCHED_NORMAL, &none);
	note(letter);
}

static void lower_itself(char letter)
{
	int32_t five = 5;

	note(letter);
	SYS(sched_setparam, 0, &five);
	note(letter);
}

static void changes(void)
{
	start(SCHED_FIFO, 20, give_up_class, 'G');
	start(SCHED_FIFO, 10, only_note, 'A');
	ends("GAG", "without its class it is behind");
	start(SCHED_FIFO, 20, lower_itself, 'L');
	start(SCHED_FIFO, 10, only_note, 'A');
	ends("LAL", "and with a lower priority");
	start(SCHED_FIFO, 20, only_note, 'A');
	start(SCHED_FIFO, 10, only_note, 'B');
	set(tasks[0], SCHED_FIFO, 5);
	ends("BA", "so is a ready one");
	start(SCHED_FIFO, 20, only_note, 'A');
	start(SCHED_FIFO, 10, only_note, 'B');
	set(tasks[1], SCHED_FIFO, 30);
	ends("BA", "another one gets ahead");
	start(SCHED_FIFO, 20, only_note, 'A');
	start(SCHED_FIFO, 10, only_note, 'B');
	set(tasks[0], SCHED_NORMAL, 0);
	ends("BA", "or has no class any more");
	start(SCHED_FIFO, 10, only_note, 'A');
	start(SCHED_FIFO, 10, only_note, 'B');
	set(tasks[0], SCHED_FIFO, 10);
	ends("AB", "the priority that it has already changes nothing");
}

/* ---- slices ------------------------------------------------------ */

/* Until the other has had three turns that it saw. */
static void see_other_run(char letter)
{
	volatile uint32_t *mine = &shared->turns[letter == 'B'];
	volatile uint32_t *other = &shared->turns[letter != 'B'];
	uint32_t seen = 0, last = *other;

	while (seen < 3) {
		++*mine;
		if (*other != last) {
			last = *other;
			seen++;
		}
	}
	note('x');
	++*mine; /* the other one's third, maybe */
}

static void spin(char letter)
{
	note(letter);
	while (shared->turns[0]++ < SPINS)
		;
	shared->turns[0] = 0;
	note(letter);
}

static void slices(void)
{
	start(SCHED_RR, 10, see_other_run, 'A');
	start(SCHED_RR, 10, see_other_run, 'B');
	ends("xx", "in turns: each sees the other run");
	start(SCHED_FIFO, 10, spin, 'A');
	start(SCHED_FIFO, 10, spin, 'B');
	start(SCHED_NORMAL, 0, only_note, 'N');
	ends("AABBN", "not in turns: each until its end");
}

/* ---- a lock that lends ------------------------------------------- */

static int32_t pi(int op)
{
	return SYS(futex, &shared->lock, op, 0, 0, 0, 0);
}

static void own_lock(char letter)
{
	wait_for(gong);
	pi(FUTEX_LOCK_PI);
	ring(bell); /* the one that wants it runs */
	note(letter);
	pi(FUTEX_UNLOCK_PI);
	note(letter);
}

static void want_lock(char letter)
{
	wait_for(bell);
	start(SCHED_FIFO, 20, only_note, 'M');
	pi(FUTEX_LOCK_PI);
	note(letter);
	pi(FUTEX_UNLOCK_PI);
	waitpid(tasks[--nr_tasks], NULL, 0);
}

static void lending(int32_t policy, int32_t priority, const char *text)
{
	start(policy, priority, own_lock, 'l');
	start(SCHED_FIFO, 30, want_lock, 'h');
	let_them_wait();
	ring(gong);
	ends("lhMl", text);
}

/* ---- waking by priority ------------------------------------------ */

static void wait_for_word(char letter)
{
	SYS(futex, &shared->lock, FUTEX_WAIT, 0, 0, 0, 0);
	note(letter);
}

static void waking(void)
{
	start(SCHED_NORMAL, 0, wait_for_word, 'N');
	let_them_wait();
	start(SCHED_FIFO, 10, wait_for_word, 'A');
	let_them_wait();
	start(SCHED_FIFO, 20, wait_for_word, 'B');
	let_them_wait();
	for (int i = 0; i < 3; i++) {
		is(SYS(futex, &shared->lock, FUTEX_WAKE, 1, 0, 0, 0), 1,
		   "one is woken");
		let_them_wait();
	}
	ends("BAN", "who waited for less time, but matters more");
}

/* ---- a share for the others -------------------------------------- */

static void run_for_ever(char letter)
{
	(void)letter;
	for (;;)
		shared->turns[0]++;
}

/* Hundredths of a second that the caller has run, or its dead children. */
static uint32_t run_time(int32_t who)
{
	struct rusage use;

	SYS(getrusage, who, &use);
	return (uint32_t)(use.ru_utime_sec + use.ru_stime_sec) * 100 +
		(uint32_t)(use.ru_utime_usec + use.ru_stime_usec) / 10000;
}

/* The test has no class itself here, and wants 40 ticks beside one that has. */
static void throttling(void)
{
	uint32_t before = run_time(RUSAGE_CHILDREN), enough, others;

	set(0, SCHED_NORMAL, 0);
	start(SCHED_FIFO, 99, run_for_ever, 'S');
	enough = run_time(RUSAGE_SELF) + 40;
	while (run_time(RUSAGE_SELF) < enough)
		;
	kill_process(tasks[0], SIGKILL);
	ends("", "one that never waits is killed");
	others = run_time(RUSAGE_CHILDREN) - before;
	ok(others >= 640 && others <= 900, "it had 95 of 100 ticks");
	if (others < 640 || others > 900)
		printf("# %lu hundredths to 40\n", (unsigned long)others);
}

int main(void)
{
	shared = (void *)pages_with(1, PROT_READ | PROT_WRITE,
				    MAP_SHARED | MAP_ANONYMOUS);
	pipe(bell);
	pipe(gong);
	/* Its children have no class before they are given one. */
	set(0, SCHED_FIFO | (int32_t)SCHED_RESET_ON_FORK, 90);
	by_priority();
	preemption();
	changes();
	slices();
	lending(SCHED_FIFO, 10, "who owns a lock goes before one in between");
	lending(SCHED_NORMAL, 0, "also without a class of its own");
	waking();
	throttling();
	return done();
}
