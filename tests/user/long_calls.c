/*
 * Calls that take long: much data, many VMAs, names, tasks. Their results are checked
 * here. How long they keep other tasks from running is measured from outside
 * (tests/bench/latency.py).
 */
#include <fcntl.h>
#include <uapi/mman.h>
#include <uapi/sched.h>
#include <uapi/signal.h>
#include <uapi/time.h>
#include <uapi/uio.h>
#include "check.h"

#define LINUX_O_CREAT 0100
#define BIG           (16u << 20)
#define VMAS          6000u
#define NAMES         3000u
#define CHILDREN      150u
#define ARGUMENTS     60000u
#define SHARED        40u /* address spaces, each of 9 processes */
#define SHARERS       8u

static uint8_t *big;

static void files(void)
{
	int fd = SYS(open, "/tmp/big", O_RDWR | LINUX_O_CREAT, 0600);
	int other = SYS(open, "/tmp/other", O_RDWR | LINUX_O_CREAT, 0600);
	struct iovec32 iov[2] = {
		{ (uint32_t)(uintptr_t)big, BIG / 2 },
		{ (uint32_t)(uintptr_t)big + BIG / 2, BIG / 2 },
	};

	is(SYS(write, fd, big, BIG), BIG, "write of 16 MiB");
	is(SYS(pread64, fd, big, BIG, 0, 0, 0), BIG, "pread of 16 MiB");
	SYS(lseek, fd, 0, SEEK_SET);
	is(SYS(readv, fd, iov, 2), BIG, "readv of 16 MiB");
	SYS(lseek, fd, 0, SEEK_SET);
	is(SYS(sendfile64, other, fd, 0, BIG), BIG, "sendfile of 16 MiB");
	is(SYS(ftruncate, fd, 4096), 0, "ftruncate frees 16 MiB");
	SYS(close, other);
	is(SYS(unlink, "/tmp/other"), 0, "unlink frees a file of 16 MiB");
	SYS(close, fd);
	SYS(unlink, "/tmp/big");
	fd = SYS(open, "/dev/zero", O_RDONLY, 0);
	is(SYS(read, fd, big, BIG), BIG, "read of 16 MiB of /dev/zero");
	SYS(close, fd);
	is(SYS(getrandom, big, BIG / 8, 0), BIG / 8, "getrandom of 2 MiB");
}

static void areas(void)
{
	uint8_t *base = pages_with(VMAS, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS);
	int status = -1;
	pid_t pid;

	for (uint32_t i = 0; i < VMAS; i += 2)
		SYS(mprotect, base + i * PAGE, PAGE, PROT_READ);
	pid = fork();
	if (pid == 0)
		_exit(0);
	SYS(wait4, pid, &status, 0, 0);
	is(status, 0, "fork and exit with 6,000 VMAs");
	is(SYS(mprotect, base, VMAS * PAGE, PROT_READ | PROT_WRITE), 0,
	   "mprotect of 6,000 VMAs");
	for (uint32_t i = 0; i < VMAS; i += 2)
		SYS(mprotect, base + i * PAGE, PAGE, PROT_READ);
	is(SYS(msync, base, VMAS * PAGE, MS_ASYNC), 0, "msync of 6,000 VMAs");
	is(SYS(munmap, base, VMAS * PAGE), 0, "munmap of 6,000 VMAs");
}

static void memory(void)
{
	int status = -1;
	pid_t pid;

	memset(big, 1, BIG);
	pid = fork();
	if (pid == 0)
		_exit(0);
	SYS(wait4, pid, &status, 0, 0);
	is(status, 0, "fork with 16 MiB");
	is(SYS(mprotect, big, BIG, PROT_READ), 0, "mprotect of 16 MiB");
	is(SYS(mprotect, big, BIG, PROT_READ | PROT_WRITE), 0,
	   "mprotect of 16 MiB back to read and write");
	is(SYS(madvise, big, BIG, MADV_DONTNEED), 0, "MADV_DONTNEED of 16 MiB");
	memset(big, 1, BIG);
	is(SYS(munmap, big, BIG), 0, "munmap of 16 MiB");
}

static void names(void)
{
	static char buf[32768];
	uint32_t made = 0, gone = 0;
	char name[32];
	int fd;

	SYS(mkdir, "/tmp/many", 0700);
	for (uint32_t i = 0; i < NAMES; i++) {
		snprintf(name, sizeof(name), "/tmp/many/%u", (unsigned int)i);
		fd = SYS(open, name, O_RDWR | LINUX_O_CREAT, 0600);
		made += fd >= 0;
		SYS(close, fd);
	}
	is((int32_t)made, NAMES, "a directory of 3,000 names");
	fd = SYS(open, "/tmp/many", O_RDONLY, 0);
	while (SYS(getdents64, fd, buf, sizeof(buf)) > 0)
		;
	SYS(close, fd);
	for (uint32_t i = NAMES; i--;) {
		snprintf(name, sizeof(name), "/tmp/many/%u", (unsigned int)i);
		gone += SYS(unlink, name) == 0;
	}
	is((int32_t)gone, NAMES, "unlink of 3,000 names");
	SYS(rmdir, "/tmp/many");
}

static void tasks(void)
{
	static char buf[4096];
	uint32_t ended = 0;
	pid_t group = getpid();
	int fd;

	SYS(setpgid, 0, 0);
	by_default(SIGTERM);
	for (uint32_t i = 0; i < CHILDREN; i++)
		if (fork() == 0) {
			SYS(setpgid, 0, group);
			for (;;)
				SYS(pause);
		}
	fd = SYS(open, "/proc", O_RDONLY, 0);
	while (SYS(getdents64, fd, buf, sizeof(buf)) > 0)
		;
	SYS(close, fd);
	ignore(SIGTERM);
	SYS(kill, 0, SIGTERM);
	while (SYS(wait4, -1, 0, 0, 0) > 0)
		ended++;
	is((int32_t)ended, CHILDREN,
	   "a signal to a group of 150 children, which all end");
}

static void pause_on(void *nr)
{
	(void)nr;
	for (;;)
		SYS(pause);
}

/* /proc/vmstat counts memory that processes share once, so it compares them. */
static void sharers(void)
{
	static char buf[4096];
	uint32_t ended = 0;
	int fd, ready[2];

	SYS(prctl, 36 /* PR_SET_CHILD_SUBREAPER */, 1, 0, 0, 0);
	SYS(pipe2, ready, 0);
	by_default(SIGTERM);
	for (uint32_t i = 0; i < SHARED; i++)
		if (fork() == 0) {
			start_many(SHARERS, CLONE_VM | 17, pause_on);
			SYS(write, ready[1], "x", 1);
			pause_on(NULL);
		}
	for (uint32_t i = 0; i < SHARED; i++)
		SYS(read, ready[0], buf, 1);
	fd = SYS(open, "/proc/vmstat", O_RDONLY, 0);
	while (SYS(read, fd, buf, sizeof(buf)) > 0)
		;
	SYS(close, fd);
	ignore(SIGTERM);
	SYS(kill, 0, SIGTERM);
	while (SYS(wait4, -1, 0, 0, 0) > 0)
		ended++;
	is((int32_t)ended, SHARED * (SHARERS + 1),
	   "/proc/vmstat with 360 processes that share memory");
}

/* Executes this program again, with very many arguments. */
static void arguments(void)
{
	static char x[] = "x";
	uint32_t *argv = (uint32_t *)(void *)pages(64);
	int status = -1;
	pid_t pid;

	for (uint32_t i = 0; i < ARGUMENTS; i++)
		argv[i] = (uint32_t)(uintptr_t)x;
	pid = fork();
	if (pid == 0) {
		SYS(execve, "/test/long_calls", argv, argv + ARGUMENTS);
		_exit(1);
	}
	SYS(wait4, pid, &status, 0, 0);
	is(status, 0, "execve with 60,000 arguments");
}

/* The keys that show a whole line anew, and that erase it. */
static void long_line(void)
{
	static char line[4000], shown[2 * sizeof(line)];
	int master = SYS(open, "/dev/ptmx", O_RDWR | O_NOCTTY, 0);

	memset(line, 'x', sizeof(line));
	is(SYS(write, master, line, sizeof(line)), sizeof(line),
	   "a line of 4,000 bytes is typed");
	SYS(read, master, shown, sizeof(shown));
	SYS(write, master, "\x12", 1);
	is(SYS(read, master, shown, sizeof(shown)), 2 + 2 + 80,
	   "^R shows its last 80");
	SYS(write, master, "\x15", 1);
	is(SYS(read, master, shown, sizeof(shown)), 3 * 80,
	   "^U erases these on the screen");
	SYS(close, master);
}

static void log_text(void)
{
	static char text[200];
	int fd = SYS(open, "/dev/kmsg", O_RDWR, 0);

	memset(text, 'x', sizeof(text));
	is(SYS(write, fd, text, sizeof(text)), sizeof(text),
	   "a record of 200 bytes into the log");
	SYS(close, fd);
}

int main(int argc, char **argv)
{
	(void)argv;
	if (argc > 2)
		return 0;
	SYS(mkdir, "/tmp", 0700);
	big = pages(BIG / PAGE);
	memset(big, 7, BIG);
	files();
	areas();
	names();
	tasks();
	sharers();
	arguments();
	log_text();
	long_line();
	memory();
	return done();
}
