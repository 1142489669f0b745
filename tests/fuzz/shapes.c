/*
 * What random calls come to seldom, since many have to fit: takers of all
 * memory, process groups without a parent, a write without end, a full disk.
 * Each is one pseudo call, which starts a child and does not wait for it.
 */
#include <uapi/fcntl.h>
#include <uapi/mman.h>
#include <uapi/sched.h>
#include <uapi/signal.h>
#include <uapi/termios.h>
#include <uapi/wait.h>
#include "fuzz.h"
#include "maps.h"

#define THREAD 0x10f00 /* one memory, files, handlers, one process */

/* Unless nobody is to promise it, the kernel refuses more than it has. */
static uint32_t map_big(uint32_t flags)
{
	return (uint32_t)SYS(mmap2, BIG, BIG_BYTES, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED |
				     MAP_NORESERVE | flags,
			     -1, 0);
}

/* ---- hogs -------------------------------------------------------- */

/*
 * Half of them begin when the workers are done: nobody who ends gives memory
 * back then, which would hide that the kernel waits for it.
 */
static void wait_for_quiet(void)
{
	shared->late++;
	while (!shared->quiet)
		sleep_ms(2);
}

static void sleep_for_ever(uint32_t unused)
{
	(void)unused;
	for (;;)
		SYS(pause);
}

static void take_all(uint32_t unused)
{
	(void)unused;
	touch(BIG, BIG_BYTES / PAGE, 1);
}

/* All that there is, by a call: it finds no more, and nobody is killed for it. */
static void populate_all(void)
{
	map_big(MAP_POPULATE);
}

/* A thread, or a process of its own that shares the memory. */
static void start_sharer(void (*fn)(uint32_t), uint32_t n, bool thread)
{
	const uint32_t args[5] = { thread ? THREAD : CLONE_VM | SIGCHLD,
				   STACKS + (n + 1) * STACK_BYTES - 64 };

	fuzz_clone(args, __NR_clone, fn, 0);
}

/* All must go before the memory is free: those who sleep, too. */
static void hog_threads(uint32_t choice)
{
	map_big(0);
	for (uint32_t n = 1; n < 3; n++)
		start_sharer(sleep_for_ever, n, choice & 4);
	switch (choice % 4) {
	case 0:
		take_all(0);
		break;
	case 1: /* somebody else wants the page, and this sleeps */
		populate_all();
		sleep_for_ever(0);
		break;
	case 2:
		start_sharer(take_all, 5, true);
		sleep_for_ever(0);
		break;
	default: /* the first thread has ended */
		start_sharer(take_all, 5, true);
		SYS(exit, 0);
	}
}

/* The kernel is in the midst of a call when the memory is at its end. */
static void hog_copy(uint32_t choice)
{
	int fd = SYS(open, "/dev/zero", O_RDONLY);

	if (choice & 1)
		populate_all();
	else
		map_big(0);
	SYS(read, fd, BIG, BIG_BYTES);
}

/*
 * The kernel reads the list of locks of a task that ends, killed or by itself,
 * from a page that is not there, and finds no memory for it. A page of shared
 * memory is one even when it is only read; a private one would be the zero page.
 */
static void hog_locks(uint32_t choice)
{
	uint32_t empty = (uint32_t)SYS(mmap2, 0, PAGE, PROT_READ | PROT_WRITE,
				       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	uint32_t last = BIG + BIG_BYTES - PAGE;

	SYS(set_robust_list, choice & 1 ? empty : last, 12);
	SYS(set_tid_address, last);
	if (choice & 2) {
		populate_all();
		return;
	}
	map_big(0);
	take_all(0);
}

/* ---- groups ------------------------------------------------------ */

/*
 * Of process 1's group a member stops; then nobody outside of it can let it go
 * on any more, and the group gets a hangup.
 */
static void orphan(uint32_t choice)
{
	int32_t pid;

	pid = SYS(getpgid, 1);
	SYS(setpgid, 0, pid);
	pid = fork();
	if (pid == 0) {
		pid = SYS(getpid);
		SYS(kill, pid, SIGSTOP);
		return;
	}
	SYS(wait4, pid, 0, WUNTRACED, 0);
	SYS(setpgid, 0, 0);
	if (choice & 1)
		SYS(setsid);
}

/* ---- long writes ------------------------------------------------- */

/* A slave whose master is read, or is not. */
static int open_slave(bool read)
{
	static const uint32_t unlock;
	int master = SYS(open, "/dev/ptmx", O_RDWR | O_NOCTTY);

	SYS(ioctl, master, TIOCSPTLCK, &unlock);
	if (read && fork() == 0) {
		while (SYS(read, master, BIG, 0x10000) > 0)
			;
		SYS(exit_group, 0);
	}
	return SYS(ioctl, master, TIOCGPTPEER, O_RDWR | O_NOCTTY);
}

static void long_write(uint32_t choice)
{
	int fd = choice % 3 == 0 ? SYS(open, "/dev/console", O_WRONLY) :
				   open_slave(choice % 3 == 1);

	map_big(0);
	SYS(write, fd, BIG, BIG_BYTES);
}

/* ---- files ------------------------------------------------------- */

/* Files of one program are files: they may have half of the memory. */
static uint32_t file_limit(void)
{
	static char text[600];
	const char *p = NULL;

	if (read_text("/proc/meminfo", text, sizeof(text)) > 0)
		p = strstr(text, "MemTotal:");
	return p ? strtoul(p + 9, NULL, 10) / 2 * 1024 : ~0u;
}

static void fill_files(uint32_t index, uint32_t choice)
{
	uint32_t chunk = choice & 1 ? 0x10000 : 0x1000, limit = file_limit();
	uint32_t total = 0;
	char name[16];
	int32_t got;
	int fd;

	map_big(0);
	snprintf(name, sizeof(name), "/fz/f%u", (unsigned int)index);
	fd = SYS(open, name, O_RDWR | O_CREAT, 0644);
	while ((got = SYS(write, fd, BIG, chunk)) > 0) {
		total += (uint32_t)got;
		if (total <= limit)
			continue;
		wrong(WRONG_LIMIT, index, total / 1024);
		break;
	}
}

void make_shape(uint32_t nr, uint32_t index, uint32_t choice)
{
	if (fork())
		return;
	if (nr <= HOG_LOCKS && choice >= 6)
		wait_for_quiet();
	if (nr == HOG_THREADS)
		hog_threads(choice);
	else if (nr == HOG_COPY)
		hog_copy(choice);
	else if (nr == HOG_LOCKS)
		hog_locks(choice);
	else if (nr == ORPHAN)
		orphan(choice);
	else if (nr == LONG_WRITE)
		long_write(choice);
	else
		fill_files(index, choice);
	SYS(exit_group, 0);
}
