/*
 * SIGIO: files that tell their owner when there is something to read or room to write
 * (F_SETOWN, O_ASYNC).
 */
#include <uapi/fcntl.h>
#include <uapi/mman.h>
#include <uapi/sched.h>
#include <uapi/socket.h>
#include <uapi/termios.h>
#include <uapi/time.h>
#include "check.h"
#include "threads.h"

#define SIGIO_NO  29
#define SI_KERNEL 0x80

static volatile int told, code, sender;
static volatile int32_t told_thread;

static void on_sigio(int sig, struct test_siginfo *info, void *context)
{
	(void)sig;
	(void)context;
	told++;
	code = info->si_code;
	sender = info->si_pid;
	told_thread = SYS(gettid);
}

/*
 * Returns how many signals have come since the last look. Here the first comes at
 * once; a busy host, on which the program runs as well, may take its time.
 */
static int news(void)
{
	struct kernel_timespec ms = { 0, 1000000 };
	int n;

	for (int i = 0; !told && i < 500; i++)
		SYS(nanosleep, (int32_t[]){ 0, (int32_t)ms.tv_nsec }, NULL);
	n = told;
	told = 0;
	return n;
}

static int32_t set_async(int fd, bool on)
{
	int32_t flags = SYS(fcntl64, fd, F_GETFL);

	return SYS(fcntl64, fd, F_SETFL, on ? flags | FASYNC : flags & ~FASYNC);
}

/* ---- owners ------------------------------------------------------ */

static int ends(void *arg)
{
	(void)arg;
	return 0;
}

static void owners(int fd)
{
	struct f_owner_ex ex = { 7, 7 };
	pid_t dead = start_child(ends, NULL);
	int32_t group = SYS(getpgrp);
	int status;

	SYS(wait4, dead, &status, 0, 0);
	is(SYS(fcntl64, fd, F_GETOWN), 0, "nobody owns a new pipe");
	is(SYS(fcntl64, fd, F_GETOWN_EX, &ex), 0, "the same");
	ok(ex.type == F_OWNER_TID && ex.pid == 0, "which is thread 0");
	is(SYS(fcntl64, fd, F_SETOWN, getpid()), 0, "this process");
	ok(SYS(fcntl64, fd, F_GETOWN) == getpid(), "owns it");
	SYS(fcntl64, fd, F_GETOWN_EX, &ex);
	ok(ex.type == F_OWNER_PID && ex.pid == getpid(), "as a process");
	is(SYS(fcntl64, fd, F_SETOWN, -group), 0, "its group");
	ok(SYS(fcntl64, fd, F_GETOWN) == -group, "is a negative number");
	is(SYS(fcntl64, fd, F_SETOWN, dead), -ESRCH, "one that has ended");
	is(SYS(fcntl64, fd, F_SETOWN, -dead), -ESRCH, "no such group");
	is(SYS(fcntl64, fd, F_SETOWN, INT32_MIN), -EINVAL, "no group at all");
	ex = (struct f_owner_ex){ 3, getpid() };
	is(SYS(fcntl64, fd, F_SETOWN_EX, &ex), -EINVAL, "no such type");
	is(SYS(fcntl64, fd, F_SETOWN_EX, 16), -EFAULT, "no structure");
	is(SYS(fcntl64, fd, F_GETOWN_EX, 16), -EFAULT, "no room for one");
	ok(SYS(fcntl64, fd, F_GETOWN) == -group, "the owner stayed");
	is(SYS(fcntl64, fd, F_SETOWN, 0), 0, "nobody");
	is(SYS(fcntl64, fd, F_GETOWN), 0, "owns it");
	is(SYS(fcntl64, 99, F_SETOWN, getpid()), -EBADF, "no file");
}

static void owner_ends(int fd)
{
	pid_t child = start_child(ends, NULL);
	int32_t err = SYS(fcntl64, fd, F_SETOWN, child);
	int status;

	SYS(wait4, child, &status, 0, 0);
	is(err, 0, "a child that ends");
	is(SYS(fcntl64, fd, F_GETOWN), 0, "is no owner any more");
}

/* ---- pipes ------------------------------------------------------- */

static void pipes(const int fds[2])
{
	int32_t pid = getpid();
	char byte = 0;

	SYS(fcntl64, fds[0], F_SETOWN, pid);
	SYS(write, fds[1], &byte, 1);
	is(told, 0, "an owner without O_ASYNC");
	is(set_async(fds[0], true), 0, "O_ASYNC");
	ok(SYS(fcntl64, fds[0], F_GETFL) & FASYNC, "which F_GETFL shows");
	is(told, 0, "what was there before is no news");
	SYS(write, fds[1], &byte, 1);
	is(news(), 1, "a byte is written");
	is(code, SI_KERNEL, "with the code of the kernel");
	SYS(read, fds[0], &byte, 1);
	is(told, 0, "a byte is read: nothing for a reader");
	SYS(fcntl64, fds[1], F_SETOWN, pid);
	is(SYS(ioctl, fds[1], FIOASYNC, (int[]){ 1 }), 0, "FIOASYNC");
	SYS(read, fds[0], &byte, 1);
	is(news(), 1, "room for the writer");
	is(SYS(ioctl, fds[1], FIOASYNC, (int[]){ 0 }), 0, "no more");
	ok(!(SYS(fcntl64, fds[1], F_GETFL) & FASYNC), "so the flag has gone");
	is(SYS(ioctl, fds[1], FIOASYNC, 16), -EFAULT, "FIOASYNC of nothing");
	SYS(fcntl64, fds[0], F_SETOWN, 0);
	SYS(write, fds[1], &byte, 1);
	is(news(), 0, "without an owner no signal comes");
	SYS(fcntl64, fds[0], F_SETOWN, pid);
	is(set_async(fds[0], false), 0, "without O_ASYNC");
	SYS(write, fds[1], &byte, 1);
	is(news(), 0, "nobody either");
}

static void closing(void)
{
	int fds[2];

	SYS(pipe, fds);
	SYS(fcntl64, fds[0], F_SETOWN, getpid());
	set_async(fds[0], true);
	SYS(close, fds[1]);
	ok(news() > 0, "the last writer closes");
	SYS(close, fds[0]);
	is(told, 0, "a file that is closed is silent");
}

/* ---- who is told ------------------------------------------------- */

static volatile uint32_t *shared;

static void count_shared(int sig, struct test_siginfo *info, void *context)
{
	(void)sig;
	(void)info;
	(void)context;
	__atomic_add_fetch(&shared[1], 1, __ATOMIC_SEQ_CST);
}

/* A process of the group that waits until both were told. */
static int member(void *arg)
{
	(void)arg;
	handle(SIGIO_NO, count_shared, TEST_SA_RESTART);
	__atomic_add_fetch(&shared[0], 1, __ATOMIC_SEQ_CST);
	while (shared[1] < 2)
		SYS(sched_yield);
	return 0;
}

static void groups(void)
{
	pid_t children[2];
	int fds[2], status;

	shared[0] = shared[1] = 0;
	for (int i = 0; i < 2; i++) {
		children[i] = start_child(member, NULL);
		SYS(setpgid, children[i], children[0]);
	}
	while (shared[0] < 2)
		SYS(sched_yield);
	SYS(pipe, fds);
	is(SYS(fcntl64, fds[0], F_SETOWN, -children[0]), 0, "a group of two");
	set_async(fds[0], true);
	SYS(write, fds[1], "x", 1);
	for (int i = 0; i < 2; i++)
		SYS(wait4, children[i], &status, 0, 0);
	is((int32_t)shared[1], 2, "each was told");
	is(told, 0, "this process was not");
	SYS(close, fds[0]);
	SYS(close, fds[1]);
}

static struct thread thread;
static volatile bool over;

static void waits(void *arg)
{
	(void)arg;
	while (!over)
		SYS(sched_yield);
}

static void threads(void)
{
	struct f_owner_ex ex = { .type = F_OWNER_TID };
	int fds[2];

	SYS(pipe, fds);
	over = false;
	run_thread(&thread, waits, NULL, 0);
	ex.pid = thread.told;
	is(SYS(fcntl64, fds[0], F_SETOWN_EX, &ex), 0, "a thread");
	set_async(fds[0], true);
	SYS(write, fds[1], "x", 1);
	is(news(), 1, "is told");
	ok(told_thread == ex.pid, "itself");
	over = true;
	join_thread(&thread);
	SYS(close, fds[0]);
	SYS(close, fds[1]);
}

/* Another user's process is not to be told: the default would end it. */
static int as_user(void *arg)
{
	int *fds = arg;

	SYS(setresuid32, 1000, 1000, 1000);
	SYS(fcntl64, fds[0], F_SETOWN, getppid());
	set_async(fds[0], true);
	SYS(write, fds[1], "x", 1);
	return SYS(fcntl64, fds[0], F_GETOWN) == getppid();
}

static void users(void)
{
	int fds[2];

	SYS(pipe, fds);
	is(WEXITSTATUS(in_child(as_user, fds)), 1,
	   "a user makes root's process the owner");
	is(news(), 0, "which is not told");
	SYS(write, fds[1], "x", 1);
	is(news(), 0, "by anybody: the user's word counts");
	SYS(close, fds[0]);
	SYS(close, fds[1]);
}

/* ---- sockets, terminals, files ----------------------------------- */

static void sockets(void)
{
	int fds[2];

	SYS(socketpair, AF_UNIX, SOCK_STREAM, 0, fds);
	is(SYS(fcntl64, fds[0], F_SETOWN, getpid()), 0, "a socket's owner");
	is(set_async(fds[0], true), 0, "O_ASYNC");
	is(SYS(fcntl64, fds[0], F_GETOWN) == getpid(), 1, "it stays");
	SYS(write, fds[1], "x", 1);
	is(news(), 1, "a byte arrives");
	SYS(write, fds[1], "x", 1);
	is(news(), 1, "and another");
	SYS(shutdown, fds[1], SHUT_WR);
	ok(news() > 0, "the other end says no more");
	SYS(close, fds[0]);
	SYS(close, fds[1]);
}

static void terminals(void)
{
	int master, slave;
	char name[32];
	uint32_t nr = 0;

	SYS(mkdir, "/dev/pts", 0755);
	SYS(mount, "devpts", "/dev/pts", "devpts", 0, "mode=620");
	master = SYS(open, "/dev/ptmx", O_RDWR | O_NOCTTY);
	SYS(ioctl, master, TIOCSPTLCK, (int[]){ 0 });
	SYS(ioctl, master, TIOCGPTN, &nr);
	snprintf(name, sizeof(name), "/dev/pts/%u", (unsigned int)nr);
	slave = SYS(open, name, O_RDWR | O_NOCTTY);
	ok(slave >= 0, "a terminal");
	is(SYS(fcntl64, slave, F_GETOWN), 0, "has no owner");
	is(set_async(slave, true), 0, "O_ASYNC");
	ok(SYS(fcntl64, slave, F_GETOWN) == getpid(),
	   "makes this process the owner");
	SYS(write, master, "line", 4);
	is(told, 0, "half a line is no news");
	SYS(write, master, "\n", 1);
	is(news(), 1, "a line is");
	SYS(close, slave);
	SYS(close, master);
}

static void others(void)
{
	int zero = SYS(open, "/dev/zero", O_RDONLY);
	int fds[2], copy;

	is(SYS(fcntl64, zero, F_SETOWN, getpid()), 0, "of any file");
	is(SYS(ioctl, zero, FIOASYNC, (int[]){ 1 }), -ENOTTY,
	   "FIOASYNC of a file without news");
	is(set_async(zero, true), 0, "O_ASYNC");
	ok(!(SYS(fcntl64, zero, F_GETFL) & FASYNC), "has no effect");
	SYS(close, zero);
	SYS(pipe, fds);
	copy = SYS(dup, fds[0]);
	SYS(fcntl64, fds[0], F_SETOWN, getpid());
	set_async(copy, true);
	SYS(close, fds[0]);
	SYS(write, fds[1], "x", 1);
	is(news(), 1, "owner and flag are the open file's");
	ok(SYS(fcntl64, copy, F_GETOWN) == getpid(), "a copy has them");
	SYS(close, copy);
	SYS(close, fds[1]);
}

static int killed(void *arg)
{
	int fds[2];

	(void)arg;
	by_default(SIGIO_NO);
	SYS(pipe, fds);
	SYS(fcntl64, fds[0], F_SETOWN, getpid());
	set_async(fds[0], true);
	SYS(write, fds[1], "x", 1);
	news();
	return 0;
}

int main(void)
{
	int fds[2];

	shared = (uint32_t *)pages_with(1, PROT_READ | PROT_WRITE,
					MAP_SHARED | MAP_ANONYMOUS);
	handle(SIGIO_NO, on_sigio, TEST_SA_SIGINFO | TEST_SA_RESTART);
	SYS(pipe, fds);
	owners(fds[0]);
	owner_ends(fds[0]);
	pipes(fds);
	closing();
	groups();
	threads();
	users();
	sockets();
	terminals();
	others();
	is(WTERMSIG(in_child(killed, NULL)), SIGIO_NO, "without a handler");
	return done();
}
