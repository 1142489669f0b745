/*
 * fair [MEASUREMENT] - which task gets the core, and when.
 *
 * Each measurement prints its figures and fails if one is beyond its bound. The
 * figures are exact where an instruction takes a fixed time (tests/system/sched.t);
 * elsewhere the host disturbs them.
 */
#include <fcntl.h>
#include <signal.h>
#include <uapi/sched.h>
#include <uapi/time.h>
#include "check.h"
#include "linux.h"

#define MAX_TASKS  8
#define TRIPS      200
#define SLEEPS     200
#define FILE_BYTES (48u << 20)

static volatile uint32_t *turns; /* of each busy task, shared with it */
static pid_t busy[MAX_TASKS];
static uint32_t nr_busy;

static int64_t now_us(void)
{
	struct old_timespec32 now;

	SYS(clock_gettime, 1, &now); /* CLOCK_MONOTONIC */
	return now.tv_sec * 1000000ll + now.tv_nsec / 1000;
}

static void sleep_us(uint32_t us)
{
	struct old_timespec32 time = { 0, (int32_t)us * 1000 };

	SYS(nanosleep, &time, NULL);
}

/* A task that counts its turns, of 500 instructions each, for ever. */
static void start_busy(int nice)
{
	volatile uint32_t *mine = &turns[nr_busy];
	pid_t pid = fork();

	if (pid == 0) {
		SYS(nice, nice);
		for (;;) {
			run_500();
			++*mine;
		}
	}
	busy[nr_busy++] = pid;
}

static void stop_busy(void)
{
	while (nr_busy) {
		kill(busy[--nr_busy], SIGKILL);
		waitpid(busy[nr_busy], NULL, 0);
	}
}

static void echo_for_ever(int from, int to)
{
	char byte;

	while (read(from, &byte, 1) == 1)
		write(to, &byte, 1);
	_exit(0);
}

/* A task that sends each byte of the pipe `there` to `back`, and eight busy ones. */
static pid_t start_echo(int there[2], int back[2])
{
	pid_t pid;

	pipe(there);
	pipe(back);
	pid = fork();
	if (pid == 0)
		echo_for_ever(there[0], back[1]);
	for (int i = 0; i < MAX_TASKS; i++)
		start_busy(0);
	return pid;
}

static void stop_echo(pid_t pid)
{
	stop_busy();
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* A byte to another task and back, every 3 ms, beside eight busy tasks. */
static void round_trip(void)
{
	int64_t sum = 0, longest = 0, us;
	int there[2], back[2];
	pid_t pid = start_echo(there, back);
	char byte = 0;

	for (int i = 0; i < TRIPS; i++) {
		us = now_us();
		write(there[1], &byte, 1);
		read(back[0], &byte, 1);
		us = now_us() - us;
		sum += us;
		longest = us > longest ? us : longest;
		sleep_us(3000);
	}
	stop_echo(pid);
	printf("# round trip: mean %d us, longest %d us\n", (int)(sum / TRIPS),
	       (int)longest);
	ok(longest <= 2000,
	   "a byte to another task and back takes at most 2 ms");
}

/* The same without a rest: the two tasks want more than their share. */
static void busy_round_trip(void)
{
	int there[2], back[2];
	pid_t pid = start_echo(there, back);
	char byte = 0;
	int64_t us;

	us = now_us();
	for (int i = 0; i < 20 * TRIPS; i++) {
		write(there[1], &byte, 1);
		read(back[0], &byte, 1);
	}
	us = now_us() - us;
	stop_echo(pid);
	printf("# round trip without a rest: mean %d us\n",
	       (int)(us / (20 * TRIPS)));
	ok(us <= 2000 * 20 * TRIPS,
	   "without a rest it takes at most 2 ms in the mean");
}

static void sleeper(void)
{
	int64_t longest = 0, late;

	for (int i = 0; i < MAX_TASKS; i++)
		start_busy(0);
	for (int i = 0; i < SLEEPS; i++) {
		late = now_us();
		sleep_us(5000);
		late = now_us() - late - 5000;
		longest = late > longest ? late : longest;
	}
	stop_busy();
	printf("# sleep of 5 ms: at most %d us late\n", (int)longest);
	ok(longest <= 2000, "a sleep of 5 ms is late by less than a slice");
}

/* How often a sleep of 1 ms ends in a second. */
static int wakes_in_1s(void)
{
	int64_t end = now_us() + 1000000;
	int wakes = 0;

	while (now_us() < end) {
		sleep_us(1000);
		wakes++;
	}
	return wakes;
}

/* A task that copies a file to or from memory for ever, in calls of 48 MiB. */
static pid_t start_copies(bool writes)
{
	uint8_t *buf = pages(FILE_BYTES / PAGE);
	pid_t pid = fork();
	int fd;

	if (pid)
		return pid;
	fd = open(scratch("large"), O_RDWR | O_CREAT, 0600);
	write(fd, buf, FILE_BYTES);
	for (;;) {
		lseek(fd, 0, SEEK_SET);
		if (writes)
			write(fd, buf, FILE_BYTES);
		else
			read(fd, buf, FILE_BYTES);
	}
}

static void beside_copies(bool writes)
{
	const char *what = writes ? "write" : "read";
	pid_t pid = start_copies(writes);
	int wakes;

	sleep_ms(1000);
	wakes = wakes_in_1s();
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	printf("# beside a %s of 48 MiB: %d sleeps of 1 ms in 1 s\n", what,
	       wakes);
	ok(wakes >= 125, "a sleeper of 1 ms beside a %s of 48 MiB wakes", what);
}

static void reads(void)
{
	beside_copies(false);
	remove_scratch();
}

static void writes(void)
{
	beside_copies(true);
	remove_scratch();
}

/* Four tasks with these nice values for 10 s; weights as Linux's table. */
static void share(const char *what, const int nice[4], const int weights[4])
{
	uint32_t before[4], sum = 0, weight = 0;

	for (int i = 0; i < 4; i++) {
		start_busy(nice[i]);
		weight += (uint32_t)weights[i];
	}
	sleep_ms(100); /* all have set their value */
	for (int i = 0; i < 4; i++)
		before[i] = turns[i];
	sleep_ms(10000);
	for (int i = 0; i < 4; i++)
		sum += before[i] = turns[i] - before[i];
	stop_busy();
	for (int i = 0; i < 4; i++) {
		int got = (int)(before[i] * 10000ull / sum);
		int due = (int)((uint32_t)weights[i] * 10000u / weight);

		printf("# nice %3d: %2d.%02d %%, due %2d.%02d %%\n", nice[i],
		       got / 100, got % 100, due / 100, due % 100);
		/* 2 % of 10 s, and no less than a tick in each direction. */
		ok(abs(got - due) <= due * 2 / 100 + 10,
		   "%s: nice %d has its share within 2 %%", what, nice[i]);
	}
}

static void equals(void)
{
	share("equals", (const int[]){ 0, 0, 0, 0 },
	      (const int[]){ 1024, 1024, 1024, 1024 });
}

static void unequals(void)
{
	share("unequals", (const int[]){ 0, 5, -5, 10 },
	      (const int[]){ 1024, 335, 3121, 110 });
}

/* A task that has slept long must not get the core for as long afterwards. */
static void long_sleeper(void)
{
	uint32_t before;

	start_busy(0);
	sleep_ms(3000);
	before = turns[0];
	/* From now on this task and the busy one share the core in halves. */
	for (int64_t end = now_us() + 1000000; now_us() < end;)
		run_for_a_while();
	before = turns[0] - before;
	stop_busy();
	turns[0] = 0;
	start_busy(0);
	sleep_ms(1000);
	stop_busy();
	printf("# beside a task that slept for 3 s: %d %% of a second\n",
	       (int)(before * 100ull / turns[0]));
	ok(before > turns[0] / 100 * 45,
	   "a task that slept for 3 s gets no more than its share");
}

/*
 * The time of a real-time task is not counted in the order of ordinary tasks. Its
 * ordinary child must not start ahead for that: it shares the core in halves with a
 * task that has run all the while.
 */
static void realtime_parent(void)
{
	int32_t priority = 10, none = 0;
	uint32_t before, all;

	start_busy(0);
	SYS(sched_setscheduler, 0, SCHED_FIFO | SCHED_RESET_ON_FORK, &priority);
	sleep_ms(3000);
	before = turns[0];
	start_busy(0);
	sleep_ms(1000);
	before = turns[0] - before;
	SYS(sched_setscheduler, 0, SCHED_NORMAL, &none);
	all = before + turns[1];
	stop_busy();
	printf("# beside a real-time task's new child: %d %% of a second\n",
	       (int)(before * 100ull / all));
	ok(before > all / 100 * 45 && before < all / 100 * 55,
	   "the ordinary child of a real-time task gets its share");
}

/* Interrupts of the timer since boot. */
static int timer_interrupts(void)
{
	char text[512] = "", *line;
	int fd = open("/proc/interrupts", O_RDONLY);

	read(fd, text, sizeof(text) - 1);
	close(fd);
	line = strstr(text, "timer");
	while (line && line > text && line[-1] != '\n')
		line--;
	return line ? atoi(strchr(line, ':') + 1) : -1;
}

/* Hundredths of a second: since boot, and of these idle. */
static void uptime(int *up, int *idle)
{
	char text[64] = "", *at;
	int fd = open("/proc/uptime", O_RDONLY);

	read(fd, text, sizeof(text) - 1);
	close(fd);
	*up = atoi(text) * 100 + atoi(strchr(text, '.') + 1);
	at = strchr(text, ' ');
	*idle = atoi(at) * 100 + atoi(strchr(at, '.') + 1);
}

static void idle_core(void)
{
	int up, idle, up_after, idle_after;
	int interrupts = timer_interrupts();

	uptime(&up, &idle);
	sleep_ms(5000);
	uptime(&up_after, &idle_after);
	interrupts = timer_interrupts() - interrupts;
	printf("# 5 s of sleep: %d interrupts, idle for %d of %d hundredths\n",
	       interrupts, idle_after - idle, up_after - up);
	ok(interrupts <= 5, "an idle core has no tick");
	ok(up_after - up >= 500 && up_after - up <= 502,
	   "the clock goes on while the core is idle");
	ok(idle_after - idle >= 498 && idle_after - idle <= 502,
	   "all this time is counted as idle");
}

/*
 * A sleep that is longer than a counter of 32 bits takes to wrap. Nobody reads the
 * clock meanwhile.
 */
static void idle_minutes(void)
{
	struct old_timespec32 time = { 200, 0 };
	int interrupts = timer_interrupts();
	int64_t before = now_us(), slept;

	SYS(nanosleep, &time, NULL);
	slept = now_us() - before;
	interrupts = timer_interrupts() - interrupts;
	printf("# 200 s of sleep: %d us too long, %d interrupts\n",
	       (int)(slept - 200000000), interrupts);
	ok(slept >= 200000000 && slept < 200010000,
	   "a sleep of 200 s, longer than the counter takes to wrap, is exact");
	ok(interrupts <= 80,
	   "an idle core takes at most 80 interrupts in 200 s");
}

static int64_t children_us(void)
{
	struct rusage ru;

	SYS(getrusage, RUSAGE_CHILDREN, &ru);
	return ru.ru_utime_sec * 1000000ll + ru.ru_utime_usec;
}

/* All ticks of a busy task are counted, though another task wakes just before. */
static void accounting(void)
{
	int64_t us = children_us();

	start_busy(0);
	for (int i = 0; i < 400; i++)
		sleep_us(4900);
	stop_busy();
	us = children_us() - us;
	printf("# busy for 2 s: %d ms counted\n", (int)(us / 1000));
	ok(us >= 1900000 && us <= 2100000,
	   "the ticks are counted for the busy task");
}

static const struct {
	const char *name;
	void (*run)(void);
} measurements[] = {
	{ "round_trip", round_trip }, { "busy_round_trip", busy_round_trip },
	{ "sleeper", sleeper },       { "reads", reads },
	{ "writes", writes },         { "equals", equals },
	{ "unequals", unequals },     { "long_sleeper", long_sleeper },
	{ "idle_core", idle_core },   { "idle_minutes", idle_minutes },
	{ "accounting", accounting }, { "realtime_parent", realtime_parent },
};

int main(int argc, char *argv[])
{
	turns = (uint32_t *)pages_with(1, PROT_READ | PROT_WRITE,
				       MAP_SHARED | MAP_ANONYMOUS);
	for (uint32_t i = 0; i < ARRAY_SIZE(measurements); i++)
		if (argc < 2 || !strcmp(argv[1], measurements[i].name))
			measurements[i].run();
	return done();
}
