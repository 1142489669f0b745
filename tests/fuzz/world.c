/*
 * What a worker has before its first call.
 *
 * Descriptors of every kind, at numbers that do not change, and an arena with a
 * VMA of every kind. A call that needs one finds it there without another call
 * before it, so that few calls suffice to show a fault.
 */
#include <uapi/fcntl.h>
#include <uapi/mman.h>
#include <uapi/signal.h>
#include <uapi/socket.h>
#include <uapi/termios.h>
#include "fuzz.h"

#define ANON (MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED)

/* ---- descriptors ------------------------------------------------- */

static const struct {
	const char *path;
	uint32_t flags;
} files[] = {
	{ "/dev/zero", O_RDWR },
	{ "/dev/null", O_RDWR },
	{ "/dev/console", O_WRONLY },
	{ NULL, 0 }, /* a pipe's ends */
	{ NULL, 0 },
	{ "/fz/a", O_RDWR },
	{ "/fz/b", O_RDONLY },
	{ "/fz", O_RDONLY | O_DIRECTORY },
	{ "/proc/self/maps", O_RDONLY },
	{ "/dev/console", O_RDWR },
	{ "/proc/meminfo", O_RDONLY },
	{ "/proc/self", O_RDONLY | O_DIRECTORY },
	{ "/bin/fuzz", O_RDONLY },
	{ "/dev/kmsg", O_RDONLY | O_NONBLOCK },
	{ NULL, O_NONBLOCK }, /* another pipe's */
	{ NULL, 0 },
	{ "/proc/self/pagemap", O_RDONLY },
	{ "/dev", O_RDONLY | O_DIRECTORY },
	{ "/fz/a", O_WRONLY | O_APPEND },
	{ "/dev/urandom", O_RDONLY },
	{ "", 0 }, /* two sockets */
	{ "", 0 },
};

/* A pseudo-terminal's master and slave; neither waits for the other. */
static void open_terminal(void)
{
	static const uint32_t unlock;
	int master = SYS(open, "/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK);

	SYS(ioctl, master, TIOCSPTLCK, &unlock);
	SYS(ioctl, master, TIOCGPTPEER, O_RDWR | O_NOCTTY);
}

/* The lowest free number is the next row's. */
static void open_files(void)
{
	uint32_t i;
	int ends[2];

	for (i = 0; i < ARRAY_SIZE(files); i++)
		SYS(close, i);
	for (i = 0; i < ARRAY_SIZE(files); i++) {
		if (files[i].path && files[i].path[0]) {
			SYS(open, files[i].path, files[i].flags, 0);
			continue;
		}
		if (files[i].path)
			SYS(socketpair, AF_UNIX, SOCK_STREAM, 0, ends);
		else
			SYS(pipe2, ends, files[i].flags);
		i++;
	}
	open_terminal();
}

/* ---- memory ------------------------------------------------------ */

static const struct {
	uint32_t page, pages, prot, flags;
	int fd;
	uint32_t pgoff;
	bool write; /* put pages there */
} arena[] = {
	{ 0, 8, PROT_READ | PROT_WRITE, ANON, -1, 0, true },
	{ 8, 4, PROT_NONE, ANON, -1, 0, false },
	/* 12 to 15: nothing */
	{ 16, 4, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, 5, 0, true },
	/* the last two lie behind the file's end */
	{ 20, 4, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, 5, 4, false },
	{ 24, 4, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED,
	  -1, 0, true },
	{ 28, 4, PROT_READ, ANON, -1, 0, false },
	{ 32, 8, PROT_READ | PROT_WRITE, ANON, -1, 0, true },
	{ 40, 4, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_FIXED, 12, 0, false },
	{ 44, 4, PROT_READ | PROT_WRITE | PROT_EXEC, ANON, -1, 0, false },
	{ 48, 4, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, 0, 0, true },
	/* 52 to 55: nothing, and a stack that may grow into it */
	{ 56, 2, PROT_READ | PROT_WRITE, ANON | MAP_GROWSDOWN, -1, 0, true },
	{ 60, 4, PROT_READ | PROT_WRITE, ANON, -1, 0, false },
};

static void map(uint32_t va, uint32_t bytes, uint32_t prot, uint32_t flags,
		int fd, uint32_t pgoff)
{
	SYS(mmap2, va, bytes, prot, flags, fd, pgoff);
}

static void map_memory(void)
{
	map(BIG, BIG_BYTES, PROT_READ | PROT_WRITE, ANON | MAP_NORESERVE, -1,
	    0);
	map(BUFFERS, SLOTS * PAGE, PROT_READ | PROT_WRITE, ANON, -1, 0);
	map(STACKS, SLOTS * STACK_BYTES, PROT_READ | PROT_WRITE, ANON, -1, 0);
	for (uint32_t i = 0; i < ARRAY_SIZE(arena); i++) {
		uint32_t va = ARENA + arena[i].page * PAGE;

		map(va, arena[i].pages * PAGE, arena[i].prot, arena[i].flags,
		    arena[i].fd, arena[i].pgoff);
		for (uint32_t n = 0; arena[i].write && n < arena[i].pages; n++)
			SYS(getcwd, va + n * PAGE, 64);
	}
}

/* ---- signals ----------------------------------------------------- */

static void handle(int sig, void (*handler)(int, void *, void *))
{
	struct kernel_sigaction action = {
		.sa_handler = (uint32_t)handler,
		.sa_flags = SA_SIGINFO | SA_RESTORER,
		.sa_restorer = (uint32_t)linux_rt_sigreturn,
	};

	SYS(rt_sigaction, sig, &action, 0, 8);
}

/* All are survived; who waits is interrupted every five milliseconds. */
static void take_signals(void)
{
	static const uint32_t often[4] = { 0, 5000, 0, 5000 };

	for (int sig = 1; sig <= 64; sig++)
		handle(sig,
		       sig == SIGSEGV || sig == SIGBUS ? skip_fault : tick);
	SYS(setitimer, 0, often, 0);
}

void make_world(void)
{
	SYS(chdir, "/fz");
	open_files();
	map_memory();
	take_signals();
}
