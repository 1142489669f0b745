/*
 * signalfd: signals that are blocked, read from a file.
 */
#include <uapi/eventpoll.h>
#include <uapi/fcntl.h>
#include <uapi/poll.h>
#include <uapi/signal.h>
#include <uapi/time.h>
#include "check.h"

#define RT1  40
#define EACH ((int32_t)sizeof(struct signalfd_siginfo))

/* A set of signals below 33, and RT1 if it is wanted. */
struct set {
	uint32_t low, high;
};

static struct set set_of(int one, int other, bool real_time)
{
	return (struct set){ 1u << (one - 1) | 1u << (other - 1),
			     real_time ? 1u << (RT1 - 33) : 0 };
}

static int32_t self(int sig)
{
	pid_t me = SYS(getpid);

	return SYS(kill, me, sig);
}

static int32_t ready(int fd)
{
	struct pollfd f = { fd, POLLIN | POLLOUT, 0 };

	SYS(poll, &f, 1, 0);
	return f.revents;
}

static int make(const struct set *set, uint32_t flags)
{
	return SYS(signalfd4, -1, set, 8, flags);
}

/* ---- reading ----------------------------------------------------- */

static void one_by_one(int fd)
{
	struct signalfd_siginfo info[4];

	is(ready(fd), 0, "poll without a pending signal reports nothing");
	is(SYS(read, fd, info, sizeof(info)), -EAGAIN,
	   "read without a pending signal is refused");
	is(self(SIGUSR1), 0, "kill of this process with a signal of the set");
	is(ready(fd), POLLIN, "poll reports POLLIN");
	is(SYS(read, fd, info, EACH - 1), -EINVAL,
	   "read into less than a record is refused");
	is(SYS(read, fd, info, sizeof(info)), EACH, "read returns one record");
	ok(info[0].ssi_signo == SIGUSR1 && info[0].ssi_code == SI_USER &&
		   info[0].ssi_pid == (uint32_t)SYS(getpid) &&
		   info[0].ssi_uid == 0 && info[0].ssi_errno == 0,
	   "the record contains the signal, si_code and the sender");
	is(ready(fd), 0, "poll reports nothing after that");
	is(self(SIGTERM), 0, "kill with a signal that is not in the set");
	is(ready(fd), 0, "poll reports nothing");
}

static void several(int fd)
{
	struct test_siginfo value = { 0 };
	struct signalfd_siginfo info[4];
	int32_t *words = (int32_t *)&value;

	words[0] = RT1;
	words[2] = -1; /* SI_QUEUE */
	words[5] = 77;
	self(SIGUSR2);
	self(SIGUSR1);
	self(SIGUSR1);
	is(SYS(rt_sigqueueinfo, getpid(), RT1, &value), 0,
	   "rt_sigqueueinfo of a real-time signal with a value");
	is(SYS(read, fd, info, 2 * EACH), 2 * EACH,
	   "read into room for two records returns two");
	ok(info[0].ssi_signo == SIGUSR1 && info[1].ssi_signo == SIGUSR2,
	   "the lowest number first, each signal once");
	is(SYS(read, fd, info, sizeof(info)), EACH,
	   "read returns the third record");
	ok(info[0].ssi_signo == RT1 && info[0].ssi_code == -1,
	   "it is the queued signal");
	is(info[0].ssi_int, 77, "the record contains its value");
	ok(info[0].ssi_ptr == 77,
	   "the record contains its value as a pointer, too");
	is(SYS(read, fd, info, sizeof(info)), -EAGAIN,
	   "read without a pending signal is refused");
	self(SIGUSR1);
	is(SYS(read, fd, 16, EACH), -EFAULT,
	   "read into an unmapped address is refused");
	is(ready(fd), 0, "that read has taken the signal: it is lost");
}

static void of_a_timer(int fd)
{
	struct old_itimerspec32 {
		struct old_timespec32 interval, value;
	} at_once = { { 0, 0 }, { 0, 1 } };
	struct sigevent event = { .sigev_value = 5,
				  .sigev_signo = SIGUSR2,
				  .sigev_notify = SIGEV_SIGNAL };
	struct signalfd_siginfo info;
	struct pollfd f = { fd, POLLIN, 0 };
	int32_t id = -1;

	is(SYS(timer_create, CLOCK_MONOTONIC, &event, &id), 0,
	   "timer_create with a signal of the set");
	SYS(timer_settime, id, 0, &at_once, 0);
	is(SYS(poll, &f, 1, -1), 1, "poll waits for the timer's signal");
	is(SYS(read, fd, &info, sizeof(info)), EACH, "read returns its record");
	ok(info.ssi_code == SI_TIMER && info.ssi_tid == (uint32_t)id &&
		   info.ssi_int == 5 && info.ssi_overrun == 0,
	   "the record contains the timer's number and value");
	SYS(timer_delete, id);
}

/* ---- waiting ----------------------------------------------------- */

static int tell_parent(void *unused)
{
	pid_t parent = SYS(getppid);

	(void)unused;
	sleep_ms(20);
	return SYS(kill, parent, SIGUSR1);
}

/* Reads its own signals, of which there are none: the parent's are not seen. */
static int has_none(void *fd)
{
	return ready(*(int *)fd) == 0 ? 0 : 1;
}

static void waiting(void)
{
	struct set set = set_of(SIGUSR1, SIGCHLD, false);
	int fd = make(&set, 0), ep = SYS(epoll_create1, 0), status;
	struct epoll_event event = { .events = POLLIN };
	struct signalfd_siginfo info;
	pid_t pid = start_child(tell_parent, NULL);

	is(SYS(read, fd, &info, sizeof(info)), EACH, "read waits for a signal");
	ok(info.ssi_signo == SIGUSR1 && info.ssi_pid == (uint32_t)pid,
	   "it is the child's signal");
	is(SYS(read, fd, &info, sizeof(info)), EACH,
	   "read waits for the child's end");
	ok(info.ssi_signo == SIGCHLD && info.ssi_pid == (uint32_t)pid &&
		   info.ssi_status == 0 && info.ssi_code == 1,
	   "the record contains the child's number, status and si_code");
	waitpid(pid, &status, 0);
	is(SYS(epoll_ctl, ep, EPOLL_CTL_ADD, fd, &event), 0,
	   "EPOLL_CTL_ADD of a signalfd");
	pid = start_child(tell_parent, NULL);
	is(SYS(epoll_wait, ep, &event, 1, -1), 1,
	   "epoll_wait waits for a signal");
	is(SYS(read, fd, &info, sizeof(info)), EACH, "read returns its record");
	waitpid(pid, &status, 0);
	is(in_child(has_none, &fd), 0,
	   "a child that reads the file sees its own signals, none");
	SYS(close, ep);
	SYS(close, fd);
}

static volatile int handled;

static void note(int sig, struct test_siginfo *info, void *ucontext)
{
	(void)info;
	(void)ucontext;
	handled = sig;
}

static int interrupt_parent(void *unused)
{
	pid_t parent = SYS(getppid);

	(void)unused;
	sleep_ms(20);
	return SYS(kill, parent, SIGHUP);
}

static void interrupted(int fd)
{
	struct signalfd_siginfo info;
	pid_t pid;
	int status;

	SYS(fcntl64, fd, F_SETFL, O_RDWR);
	handle(SIGHUP, note, 0);
	pid = start_child(interrupt_parent, NULL);
	is(SYS(read, fd, &info, sizeof(info)), -EINTR,
	   "a signal with a handler interrupts a read");
	is(handled, SIGHUP, "the handler has run");
	waitpid(pid, &status, 0);
}

/* ---- errors ------------------------------------------------------ */

static void errors(int fd)
{
	struct set set = set_of(SIGTERM, SIGTERM, false);
	struct signalfd_siginfo info;

	is(SYS(signalfd4, -1, &set, 4, 0), -EINVAL,
	   "a set of 4 bytes is refused");
	is(SYS(signalfd4, -1, 16, 8, 0), -EFAULT,
	   "a set at an unmapped address is refused");
	is(SYS(signalfd4, -1, &set, 8, 1), -EINVAL,
	   "an unknown flag is refused");
	is(SYS(signalfd4, 99, &set, 8, 0), -EBADF,
	   "a closed descriptor is refused");
	is(SYS(signalfd4, 1, &set, 8, 0), -EINVAL,
	   "a descriptor of another kind is refused");
	is(SYS(write, fd, &set, 8), -EINVAL, "write to a signalfd is refused");
	is(SYS(signalfd4, fd, &set, 8, 0), fd,
	   "signalfd4 of the descriptor changes its set");
	is(SYS(read, fd, &info, sizeof(info)), EACH,
	   "read returns a signal of the new set");
	is((int32_t)info.ssi_signo, SIGTERM,
	   "it is the one that was pending before");
}

int main(void)
{
	struct set set = set_of(SIGUSR1, SIGUSR2, true);
	struct set blocked = { ~(1u << (SIGHUP - 1)), ~0u };
	int fd = make(&set, SFD_NONBLOCK | SFD_CLOEXEC);

	ok(fd >= 0, "signalfd4 makes a file for three signals");
	is(SYS(fcntl64, fd, F_GETFD, 0), 1, "SFD_CLOEXEC sets close-on-exec");
	SYS(rt_sigprocmask, SIG_BLOCK, &blocked, 0, 8);
	one_by_one(fd);
	several(fd);
	of_a_timer(fd);
	waiting();
	interrupted(fd);
	errors(fd);
	return done();
}
