/*
 * bench - what operations cost, in guest instructions.
 *
 * Run by tests/bench/bench.py under `-icount shift=0,sleep=off`, where one
 * instruction takes one nanosecond of the board's clock. Each operation is
 * repeated; the cost of the loop and of reading the clock is measured the same
 * way and taken off. One line an operation: "bench NAME INSTRUCTIONS".
 *
 * It is an ordinary Linux program: the same file, run by Linux on the same
 * emulated board, gives the figures to compare with.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uapi/time.h>
#include "linux.h"

#define PAGE	4096u
#define PAGES	256u	/* touched in one measurement */
#define CALLS	1000u
#define LIVES	20u	/* forks */

static int64_t now(void)
{
	struct old_timespec32 ts;

	linux_syscall(__NR_clock_gettime, CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

/* One measurement: what happened between begin() and end(). */
static int64_t begun, clock_cost;

static void begin(void)
{
	begun = now();
}

static int64_t end(void)
{
	return now() - begun - clock_cost;
}

static void report(const char *name, int64_t total, uint32_t times)
{
	printf("bench %-28s %8lu\n", name,
	       (uint32_t)((total + times / 2) / times));
}

static void calibrate(void)
{
	begin();
	for (uint32_t i = 0; i < CALLS; i++)
		now();
	clock_cost = end() / CALLS;
}

static uint8_t *map(uint32_t n, int prot, int flags, int fd)
{
	void *p = mmap(NULL, n * PAGE, prot, flags, fd, 0);

	if (p == MAP_FAILED) {
		perror("bench: mmap");
		exit(1);
	}
	return p;
}

static uint8_t *anonymous(uint32_t n)
{
	return map(n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
}

static void read_pages(volatile uint8_t *p, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		(void)p[i * PAGE];
}

static void write_pages(volatile uint8_t *p, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		p[i * PAGE] = 1;
}

/* ---- calls ------------------------------------------------------------------- */

static void calls(void)
{
	begin();
	for (uint32_t i = 0; i < CALLS; i++)
		linux_syscall(__NR_getppid);
	report("null system call", end(), CALLS);
	report("clock_gettime", clock_cost, 1);
}

/* ---- faults -------------------------------------------------------------------- */

static void faults(void)
{
	uint8_t *p = anonymous(2 * PAGES);

	write_pages(p, 1);
	begin();
	read_pages(p + PAGE, PAGES);
	report("anonymous read fault", end(), PAGES);
	begin();
	write_pages(p + PAGE, PAGES);
	report("write after that read", end(), PAGES);
	munmap(p, 2 * PAGES * PAGE);

	p = anonymous(2 * PAGES);
	write_pages(p, 1);
	begin();
	write_pages(p + PAGE, PAGES);
	report("anonymous write fault", end(), PAGES);
	begin();
	munmap(p, 2 * PAGES * PAGE);
	report("munmap, per touched page", end(), PAGES);
}

static void file_faults(const char *self)
{
	int fd = open(self, O_RDONLY);
	uint8_t *p = map(1, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd);

	read_pages(p, 1);
	munmap(p, PAGE);
	p = map(1, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd);
	begin();
	read_pages(p, 1);
	report("file read fault (cached)", end(), 1);
	begin();
	write_pages(p, 1);
	report("write after that read (file)", end(), 1);
	munmap(p, PAGE);
	close(fd);
}

static void copy_on_write(void)
{
	uint8_t *p = anonymous(PAGES);
	int64_t *child = (int64_t *)map(1, PROT_READ | PROT_WRITE,
					MAP_SHARED | MAP_ANONYMOUS, -1);
	pid_t pid;

	*child = 0;
	write_pages(p, PAGES);
	pid = fork();
	if (pid == 0) {
		begin();
		write_pages(p, PAGES);
		*child = end();
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	report("copy-on-write, per page", *child, PAGES);
	begin();
	write_pages(p, PAGES);
	report("reuse by the last owner", end(), PAGES);
	munmap(p, PAGES * PAGE);
}

/* ---- lives ----------------------------------------------------------------------- */

static void lives(const char *self)
{
	char *argv[] = { (char *)self, "exit", NULL };

	begin();
	for (uint32_t i = 0; i < LIVES; i++) {
		pid_t pid = fork();

		if (pid == 0)
			_exit(0);
		waitpid(pid, NULL, 0);
	}
	report("fork + exit + wait", end(), LIVES);
	begin();
	for (uint32_t i = 0; i < LIVES; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			execve(self, argv, environ);
			_exit(1);
		}
		waitpid(pid, NULL, 0);
	}
	report("fork + execve + exit + wait", end(), LIVES);
}

/* ---- areas ------------------------------------------------------------------------- */

static void areas(void)
{
	uint8_t *p;

	begin();
	for (uint32_t i = 0; i < CALLS; i++)
		munmap(anonymous(1), PAGE);
	report("mmap + munmap, untouched", end(), CALLS);
	begin();
	for (uint32_t i = 0; i < CALLS; i++) {
		p = anonymous(1);
		*(volatile uint8_t *)p = 1;
		munmap(p, PAGE);
	}
	report("mmap + touch + munmap", end(), CALLS);
	p = anonymous(3);
	begin();
	for (uint32_t i = 0; i < CALLS; i++) {
		mprotect(p + PAGE, PAGE, PROT_READ);
		mprotect(p + PAGE, PAGE, PROT_READ | PROT_WRITE);
	}
	report("mprotect that splits or merges", end(), 2 * CALLS);
	munmap(p, 3 * PAGE);
}

/* ---- switches ------------------------------------------------------------------------ */

static void switches(void)
{
	volatile uint32_t *stop = (uint32_t *)map(1, PROT_READ | PROT_WRITE,
					MAP_SHARED | MAP_ANONYMOUS, -1);
	pid_t pid;

	*stop = 0;
	pid = fork();
	if (pid == 0) {
		while (!*stop)
			sched_yield();
		_exit(0);
	}
	for (uint32_t i = 0; i < 10; i++)
		sched_yield();
	begin();
	for (uint32_t i = 0; i < CALLS; i++)
		sched_yield();
	report("switch by sched_yield", end(), 2 * CALLS);
	*stop = 1;
	waitpid(pid, NULL, 0);
}

static void ping_pong(void)
{
	int there[2], back[2];
	char c = 'x';
	pid_t pid;

	if (pipe(there) < 0 || pipe(back) < 0)
		exit(1);
	pid = fork();
	if (pid == 0) {
		close(there[1]);
		while (read(there[0], &c, 1) == 1)
			write(back[1], &c, 1);
		_exit(0);
	}
	close(there[0]);
	begin();
	for (uint32_t i = 0; i < CALLS; i++) {
		write(there[1], &c, 1);
		read(back[0], &c, 1);
	}
	report("one-way pipe ping-pong", end(), 2 * CALLS);
	close(there[1]);
	waitpid(pid, NULL, 0);
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "exit") == 0)
		return 0;
	setvbuf(stdout, NULL, _IONBF, 0);
	calibrate();
	calls();
	faults();
	file_faults(argv[0]);
	copy_on_write();
	lives(argv[0]);
	areas();
	switches();
	ping_pong();
	return 0;
}
