/*
 * SIGIO: files that tell their owner when there is something to read or room to
 * write (F_SETOWN, O_ASYNC).
 */
#include <uapi/fcntl.h>
#include <uapi/mman.h>
#include <uapi/poll.h>
#include <uapi/sched.h>
#include <uapi/socket.h>
#include <uapi/termios.h>
#include <uapi/time.h>
#include "check.h"
#include "threads.h"

#define SIGIO_NO  29
#define SI_KERNEL 0x80

#define SIGUSR1_NO 10
#define REALTIME   40

static volatile int told, code, sender;
static volatile struct test_siginfo last;
static volatile int32_t told_thread;

static void on_sigio(int sig, struct test_siginfo *info, void *context)
{
	(void)sig;
	(void)context;
	told++;
	last = *info;
	code = info->si_code;
	sender = info->si_pid;
	told_thread = SYS(gettid);
}

/*
 * Returns how many signals have come since the last look. Here the first comes
 * at once; a busy host, on which the program runs as well, may take its time.
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
	is(SYS(fcntl64, fd, F_GETOWN), 0,
	   "F_GETOWN of a new pipe: it has no owner");
	is(SYS(fcntl64, fd, F_GETOWN_EX, &ex), 0, "F_GETOWN_EX of a new pipe");
	ok(ex.type == F_OWNER_TID && ex.pid == 0, "it returns thread 0");
	is(SYS(fcntl64, fd, F_SETOWN, getpid()), 0, "F_SETOWN to this process");
	ok(SYS(fcntl64, fd, F_GETOWN) == getpid(),
	   "F_GETOWN returns this process");
	SYS(fcntl64, fd, F_GETOWN_EX, &ex);
	ok(ex.type == F_OWNER_PID && ex.pid == getpid(),
	   "F_GETOWN_EX returns it as a process");
	is(SYS(fcntl64, fd, F_SETOWN, -group), 0,
	   "F_SETOWN to this process's group");
	ok(SYS(fcntl64, fd, F_GETOWN) == -group,
	   "F_GETOWN returns the group as a negative number");
	is(SYS(fcntl64, fd, F_SETOWN, dead), -ESRCH,
	   "F_SETOWN to a process that has ended is refused");
	is(SYS(fcntl64, fd, F_SETOWN, -dead), -ESRCH,
	   "F_SETOWN to a group that does not exist is refused");
	is(SYS(fcntl64, fd, F_SETOWN, INT32_MIN), -EINVAL,
	   "F_SETOWN to the smallest number is refused");
	ex = (struct f_owner_ex){ 3, getpid() };
	is(SYS(fcntl64, fd, F_SETOWN_EX, &ex), -EINVAL,
	   "F_SETOWN_EX with an unknown type is refused");
	is(SYS(fcntl64, fd, F_SETOWN_EX, 16), -EFAULT,
	   "F_SETOWN_EX from an unmapped address is refused");
	is(SYS(fcntl64, fd, F_GETOWN_EX, 16), -EFAULT,
	   "F_GETOWN_EX to an unmapped address is refused");
	ok(SYS(fcntl64, fd, F_GETOWN) == -group,
	   "the owner is unchanged by these");
	is(SYS(fcntl64, fd, F_SETOWN, 0), 0, "F_SETOWN to 0");
	is(SYS(fcntl64, fd, F_GETOWN), 0, "F_GETOWN: the pipe has no owner");
	is(SYS(fcntl64, 99, F_SETOWN, getpid()), -EBADF,
	   "F_SETOWN of a closed descriptor is refused");
}

static void owner_ends(int fd)
{
	pid_t child = start_child(ends, NULL);
	int32_t err = SYS(fcntl64, fd, F_SETOWN, child);
	int status;

	SYS(wait4, child, &status, 0, 0);
	is(err, 0, "F_SETOWN to a child that exits then");
	is(SYS(fcntl64, fd, F_GETOWN), 0,
	   "F_GETOWN: the pipe has no owner any more");
}

/* ---- pipes ------------------------------------------------------- */

static void pipes(const int fds[2])
{
	int32_t pid = getpid();
	char byte = 0;

	SYS(fcntl64, fds[0], F_SETOWN, pid);
	SYS(write, fds[1], &byte, 1);
	is(told, 0, "an owner without O_ASYNC gets no signal");
	is(set_async(fds[0], true), 0, "F_SETFL with O_ASYNC");
	ok(SYS(fcntl64, fds[0], F_GETFL) & FASYNC, "F_GETFL shows the flag");
	is(told, 0, "bytes that were there before cause no signal");
	SYS(write, fds[1], &byte, 1);
	is(news(), 1, "a written byte causes a signal for the reader");
	is(code, SI_KERNEL, "its si_code is SI_KERNEL");
	SYS(read, fds[0], &byte, 1);
	is(told, 0, "a byte that is read causes no signal for the reader");
	SYS(fcntl64, fds[1], F_SETOWN, pid);
	is(SYS(ioctl, fds[1], FIOASYNC, (int[]){ 1 }), 0,
	   "FIOASYNC sets O_ASYNC for the writing end");
	SYS(read, fds[0], &byte, 1);
	is(news(), 1, "room causes a signal for the writer");
	is(SYS(ioctl, fds[1], FIOASYNC, (int[]){ 0 }), 0,
	   "FIOASYNC clears O_ASYNC");
	ok(!(SYS(fcntl64, fds[1], F_GETFL) & FASYNC),
	   "F_GETFL does not show the flag any more");
	is(SYS(ioctl, fds[1], FIOASYNC, 16), -EFAULT,
	   "FIOASYNC from an unmapped address is refused");
	SYS(fcntl64, fds[0], F_SETOWN, 0);
	SYS(write, fds[1], &byte, 1);
	is(news(), 0, "without an owner there is no signal");
	SYS(fcntl64, fds[0], F_SETOWN, pid);
	is(set_async(fds[0], false), 0, "F_SETFL without O_ASYNC");
	SYS(write, fds[1], &byte, 1);
	is(news(), 0, "without O_ASYNC there is no signal");
}

/* ---- F_SETSIG ---------------------------------------------------- */

/* The file behind descriptor fd has told by sig that it is ready for `band`. */
static void told_by(int sig, int fd, uint32_t band, const char *what)
{
	is(news(), 1, "one signal: %s", what);
	ok(last.si_signo == sig && last.si_code == (band & POLLIN ? 1 : 2) &&
		   last.pad[0] == band && last.pad[1] == (uint32_t)fd,
	   "its number, si_code, si_band and si_fd are right");
}

static void chosen_signals(void)
{
	int fds[2], copy;
	char byte = 'x';

	handle(SIGUSR1_NO, on_sigio, TEST_SA_SIGINFO | TEST_SA_RESTART);
	handle(REALTIME, on_sigio, TEST_SA_SIGINFO | TEST_SA_RESTART);
	SYS(pipe, fds);
	is(SYS(fcntl64, fds[0], F_GETSIG), 0, "F_GETSIG of a new pipe");
	is(SYS(fcntl64, fds[0], F_SETSIG, 65), -EINVAL,
	   "F_SETSIG of signal 65 is refused");
	is(SYS(fcntl64, fds[0], F_SETSIG, -1), -EINVAL,
	   "F_SETSIG of signal -1 is refused");
	is(SYS(fcntl64, fds[0], F_SETSIG, SIGUSR1_NO), 0,
	   "F_SETSIG of SIGUSR1");
	is(SYS(fcntl64, fds[0], F_GETSIG), SIGUSR1_NO, "F_GETSIG returns it");
	SYS(fcntl64, fds[0], F_SETOWN, getpid());
	copy = SYS(dup, fds[0]);
	set_async(copy, true);
	SYS(write, fds[1], &byte, 1);
	told_by(SIGUSR1_NO, copy, POLLIN | POLLRDNORM, "SIGUSR1");
	SYS(fcntl64, fds[0], F_SETSIG, REALTIME);
	SYS(write, fds[1], &byte, 1);
	told_by(REALTIME, copy, POLLIN | POLLRDNORM, "a real-time signal");
	SYS(fcntl64, fds[0], F_SETSIG, SIGIO_NO);
	SYS(write, fds[1], &byte, 1);
	told_by(SIGIO_NO, copy, POLLIN | POLLRDNORM, "SIGIO by its number");
	SYS(fcntl64, fds[0], F_SETSIG, 0);
	SYS(write, fds[1], &byte, 1);
	is(news(), 1, "F_SETSIG of 0: one signal");
	ok(last.si_signo == SIGIO_NO && last.si_code == SI_KERNEL &&
		   !last.pad[0] && !last.pad[1],
	   "it is the plain SIGIO");
	SYS(fcntl64, fds[1], F_SETSIG, REALTIME);
	SYS(fcntl64, fds[1], F_SETOWN, getpid());
	set_async(fds[1], true);
	set_async(copy, false);
	SYS(read, fds[0], &byte, 1);
	told_by(REALTIME, fds[1], POLLOUT | POLLWRNORM | POLLWRBAND,
		"the writer's, for room");
	SYS(close, copy);
	SYS(close, fds[0]);
	SYS(close, fds[1]);
}

static void closing(void)
{
	int fds[2];

	SYS(pipe, fds);
	SYS(fcntl64, fds[0], F_SETOWN, getpid());
	set_async(fds[0], true);
	SYS(close, fds[1]);
	ok(news() > 0, "close of the last writer causes a signal");
	SYS(close, fds[0]);
	is(told, 0, "a closed descriptor causes no signal");
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
	is(SYS(fcntl64, fds[0], F_SETOWN, -children[0]), 0,
	   "F_SETOWN to a group of two children");
	set_async(fds[0], true);
	SYS(write, fds[1], "x", 1);
	for (int i = 0; i < 2; i++)
		SYS(wait4, children[i], &status, 0, 0);
	is((int32_t)shared[1], 2, "each of the children got a signal");
	is(told, 0, "this process, which is not in the group, got none");
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
	is(SYS(fcntl64, fds[0], F_SETOWN_EX, &ex), 0,
	   "F_SETOWN_EX to a thread");
	set_async(fds[0], true);
	SYS(write, fds[1], "x", 1);
	is(news(), 1, "a written byte causes one signal");
	ok(told_thread == ex.pid, "the signal went to that thread");
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
	   "a user's F_SETOWN to a process of root");
	is(news(), 0, "the user's write causes no signal for it");
	SYS(write, fds[1], "x", 1);
	is(news(), 0,
	   "root's write causes none, either: the user set the owner");
	SYS(close, fds[0]);
	SYS(close, fds[1]);
}

/* ---- sockets, terminals, files ----------------------------------- */

static void sockets(void)
{
	int fds[2];

	SYS(socketpair, AF_UNIX, SOCK_STREAM, 0, fds);
	is(SYS(fcntl64, fds[0], F_SETOWN, getpid()), 0, "F_SETOWN of a socket");
	is(set_async(fds[0], true), 0, "F_SETFL with O_ASYNC of a socket");
	is(SYS(fcntl64, fds[0], F_GETOWN) == getpid(), 1,
	   "the owner is unchanged by that");
	SYS(write, fds[1], "x", 1);
	is(news(), 1, "a byte that arrives causes a signal");
	SYS(write, fds[1], "x", 1);
	is(news(), 1, "another byte causes another signal");
	SYS(shutdown, fds[1], SHUT_WR);
	ok(news() > 0, "close of the other end causes a signal");
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
	ok(slave >= 0, "a terminal's slave is opened");
	is(SYS(fcntl64, slave, F_GETOWN), 0,
	   "F_GETOWN: the terminal has no owner");
	is(set_async(slave, true), 0, "F_SETFL with O_ASYNC of a terminal");
	ok(SYS(fcntl64, slave, F_GETOWN) == getpid(),
	   "O_ASYNC of a terminal makes this process the owner");
	SYS(write, master, "line", 4);
	is(told, 0, "half a line causes no signal");
	SYS(write, master, "\n", 1);
	is(news(), 1, "a line causes a signal");
	SYS(close, slave);
	SYS(close, master);
}

static void others(void)
{
	int zero = SYS(open, "/dev/zero", O_RDONLY);
	int fds[2], copy;

	is(SYS(fcntl64, zero, F_SETOWN, getpid()), 0,
	   "F_SETOWN of a device is accepted");
	is(SYS(ioctl, zero, FIOASYNC, (int[]){ 1 }), -ENOTTY,
	   "FIOASYNC of a device without O_ASYNC is refused");
	is(set_async(zero, true), 0, "F_SETFL with O_ASYNC of such a device");
	ok(!(SYS(fcntl64, zero, F_GETFL) & FASYNC),
	   "F_GETFL does not show the flag");
	SYS(close, zero);
	SYS(pipe, fds);
	copy = SYS(dup, fds[0]);
	SYS(fcntl64, fds[0], F_SETOWN, getpid());
	set_async(copy, true);
	SYS(close, fds[0]);
	SYS(write, fds[1], "x", 1);
	is(news(), 1,
	   "owner and O_ASYNC belong to the open file: a duplicate signals");
	ok(SYS(fcntl64, copy, F_GETOWN) == getpid(),
	   "F_GETOWN of the duplicate returns the owner");
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
	chosen_signals();
	closing();
	groups();
	threads();
	users();
	sockets();
	terminals();
	others();
	is(WTERMSIG(in_child(killed, NULL)), SIGIO_NO,
	   "SIGIO without a handler kills");
	return done();
}
