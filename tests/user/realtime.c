/*
 * The order of real-time tasks: those of SCHED_FIFO and SCHED_RR run before all
 * others, by priority, until they wait. Each task writes its letter into a log that
 * all share. tests/system/sched.t runs this by counted instructions: a host that
 * pauses for a second would use up the real-time tasks' share of that second.
 */
#include <uapi/futex.h>
#include <uapi/resource.h>
#include <uapi/sched.h>
#include <uapi/signal.h>
#include <uapi/time.h>
#include "check.h"

#define MAX_TASKS 8
#define SPINS     20000u /* of 500 instructions: 20 ms and more, several slices */

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

/*
 * Starts a task of that class, which does run(letter). The caller must have a
 * higher priority, or the task would run before it has its class.
 */
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

/* Sleeps, so that all started tasks run until they wait. */
static void let_them_wait(void)
{
	sleep_ms(100);
}

/* ---- by priority ------------------------------------------------- */

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
	ends("CCCABABABEEENNN",
	     "tasks run by priority, those of equal priority yield to each "
	     "other");
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

/*
 * R wakes W. If W has the higher priority it preempts R, and then R still runs
 * before E, which has R's priority and waits for its turn.
 */
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
	wakes(SCHED_FIFO, 20, "RWRE",
	      "a task of higher priority runs as soon as it wakes");
	wakes(SCHED_RR, 20, "RWRE", "the same beside tasks of SCHED_RR");
	wakes(SCHED_FIFO, 10, "RREW",
	      "a task of equal priority waits for its turn");
	wakes(SCHED_FIFO, 5, "RREW",
	      "a task of lower priority runs after the others");
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
	ends("GAG", "a task that leaves its class falls behind");
	start(SCHED_FIFO, 20, lower_itself, 'L');
	start(SCHED_FIFO, 10, only_note, 'A');
	ends("LAL", "a task that lowers its priority falls behind");
	start(SCHED_FIFO, 20, only_note, 'A');
	start(SCHED_FIFO, 10, only_note, 'B');
	set(tasks[0], SCHED_FIFO, 5);
	ends("BA", "a ready task whose priority is lowered falls behind");
	start(SCHED_FIFO, 20, only_note, 'A');
	start(SCHED_FIFO, 10, only_note, 'B');
	set(tasks[1], SCHED_FIFO, 30);
	ends("BA", "a ready task whose priority is raised gets ahead");
	start(SCHED_FIFO, 20, only_note, 'A');
	start(SCHED_FIFO, 10, only_note, 'B');
	set(tasks[0], SCHED_NORMAL, 0);
	ends("BA", "a ready task that loses its class falls behind");
	start(SCHED_FIFO, 10, only_note, 'A');
	start(SCHED_FIFO, 10, only_note, 'B');
	set(tasks[0], SCHED_FIFO, 10);
	ends("AB", "setting the same priority again changes nothing");
}

/* ---- slices ------------------------------------------------------ */

/* Ends when it has seen the other task run three times. */
static void see_other_run(char letter)
{
	volatile uint32_t *mine = &shared->turns[letter == 'B'];
	volatile uint32_t *other = &shared->turns[letter != 'B'];
	uint32_t seen = 0, last = *other;

	while (seen < 3) {
		run_500();
		++*mine;
		if (*other != last) {
			last = *other;
			seen++;
		}
	}
	note('x');
	++*mine; /* may be the third that the other sees */
}

static void spin(char letter)
{
	note(letter);
	while (shared->turns[0]++ < SPINS)
		run_500();
	shared->turns[0] = 0;
	note(letter);
}

/* Runs and sleeps for two seconds, so that it preempts others in their slices. */
static void preempt(char letter)
{
	for (uint32_t i = 0; i < 45; i++) {
		uint32_t begin = uptime_ms();

		while (uptime_ms() - begin < 15)
			run_for_a_while();
		sleep_ms(30);
	}
	note(letter);
}

static void slices(void)
{
	uint32_t begin = uptime_ms();

	start(SCHED_RR, 10, see_other_run, 'A');
	start(SCHED_RR, 10, see_other_run, 'B');
	ends("xx", "SCHED_RR: each of two tasks sees the other run");
	ok(uptime_ms() - begin > 400, "each turn took about 100 ms");
	start(SCHED_RR, 10, see_other_run, 'A');
	start(SCHED_RR, 10, see_other_run, 'B');
	start(SCHED_RR, 20, preempt, 'P');
	ends("xxP", "SCHED_RR: the same while a third preempts them");
	start(SCHED_FIFO, 10, spin, 'A');
	start(SCHED_FIFO, 10, spin, 'B');
	start(SCHED_NORMAL, 0, only_note, 'N');
	ends("AABBN", "SCHED_FIFO: each task runs until its end");
}

/* ---- a lock that lends a priority -------------------------------- */

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
		   "FUTEX_WAKE wakes one task");
		let_them_wait();
	}
	ends("BAN", "FUTEX_WAKE wakes by priority, not by time");
}

/* ---- a share for the others -------------------------------------- */

static void run_for_ever(char letter)
{
	(void)letter;
	for (;;)
		run_for_a_while();
}

/* Hundredths of a second that the caller has run, or its dead children. */
static uint32_t run_time(int32_t who)
{
	struct rusage use;

	SYS(getrusage, who, &use);
	return (uint32_t)(use.ru_utime_sec + use.ru_stime_sec) * 100 +
		(uint32_t)(use.ru_utime_usec + use.ru_stime_usec) / 10000;
}

/*
 * The test becomes an ordinary task, and runs until it has had 40 ticks beside a
 * real-time task that never waits.
 */
static void throttling(void)
{
	uint32_t before = run_time(RUSAGE_CHILDREN), enough, others;

	set(0, SCHED_NORMAL, 0);
	start(SCHED_FIFO, 99, run_for_ever, 'S');
	enough = run_time(RUSAGE_SELF) + 40;
	while (run_time(RUSAGE_SELF) < enough)
		run_for_a_while();
	kill_process(tasks[0], SIGKILL);
	ends("", "a task of priority 99 that never waits is killed");
	others = run_time(RUSAGE_CHILDREN) - before;
	ok(others >= 640 && others <= 900,
	   "it had 95 of 100 ticks, the others the rest");
	if (others < 640 || others > 900)
		printf("# %lu hundredths to 40\n", (unsigned long)others);
}

int main(void)
{
	shared = (void *)pages_with(1, PROT_READ | PROT_WRITE,
				    MAP_SHARED | MAP_ANONYMOUS);
	pipe(bell);
	pipe(gong);
	/* SCHED_RESET_ON_FORK: a child is an ordinary task until start() changes it. */
	set(0, SCHED_FIFO | (int32_t)SCHED_RESET_ON_FORK, 90);
	by_priority();
	preemption();
	changes();
	slices();
	lending(SCHED_FIFO, 10,
		"a priority lent by a PI futex: its owner runs first");
	lending(SCHED_NORMAL, 0, "the same if the owner is no real-time task");
	waking();
	throttling();
	return done();
}
