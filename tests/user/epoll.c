/*
 * epoll: level-triggered, edge-triggered and one-shot; files that are closed
 * while they are watched; one epoll file within another; errors.
 */
#include <uapi/eventfd.h>
#include <uapi/eventpoll.h>
#include <uapi/fcntl.h>
#include <uapi/poll.h>
#include <uapi/signal.h>
#include <uapi/time.h>
#include "check.h"

static struct epoll_event got[8];
static char buf[PAGE];

static int32_t ctl(int ep, int op, int fd, uint32_t events)
{
	struct epoll_event event = { .events = events, .data = (uint64_t)fd };

	return SYS(epoll_ctl, ep, op, fd, &event);
}

static int32_t look(int ep)
{
	memset(got, 0, sizeof(got));
	return SYS(epoll_wait, ep, got, 8, 0);
}

static void level(void)
{
	int ep = SYS(epoll_create1, EPOLL_CLOEXEC), p[2];

	SYS(pipe2, p, O_NONBLOCK);
	is(ctl(ep, EPOLL_CTL_ADD, p[0], POLLIN), 0,
	   "EPOLL_CTL_ADD of a pipe's reading end, level-triggered");
	is(look(ep), 0, "an empty pipe is not reported");
	SYS(write, p[1], "xx", 2);
	is(look(ep), 1, "a pipe with bytes is reported");
	ok(got[0].events == POLLIN && got[0].data == (uint64_t)p[0],
	   "the event is POLLIN, with the data that the program gave");
	is(look(ep), 1, "the pipe is reported again while it has bytes");
	SYS(read, p[0], buf, 2);
	is(look(ep), 0, "the pipe is not reported after its bytes were read");
	is(ctl(ep, EPOLL_CTL_ADD, p[1], POLLOUT), 0,
	   "EPOLL_CTL_ADD of the writing end");
	is(look(ep), 1, "a writing end with room is reported");
	is(ctl(ep, EPOLL_CTL_MOD, p[1], POLLIN), 0,
	   "EPOLL_CTL_MOD of the writing end to POLLIN");
	is(look(ep), 0, "the writing end is not reported for POLLIN");
	is(ctl(ep, EPOLL_CTL_MOD, p[1], POLLOUT), 0,
	   "EPOLL_CTL_MOD back to POLLOUT");
	SYS(write, p[1], "x", 1);
	is(look(ep), 2, "both ends are reported");
	is(SYS(epoll_wait, ep, got, 1, 0), 1,
	   "epoll_wait with room for one event");
	got[1] = got[0];
	is(SYS(epoll_wait, ep, got, 1, 0), 1,
	   "a second epoll_wait with room for one event");
	ok(got[0].data != got[1].data, "it reports the other end");
	is(ctl(ep, EPOLL_CTL_DEL, p[1], 0), 0,
	   "EPOLL_CTL_DEL of the writing end");
	is(look(ep), 1, "only the reading end is reported");
	SYS(close, p[1]);
	SYS(read, p[0], buf, 2);
	is(look(ep), 1, "a pipe without writers is reported");
	is((int32_t)got[0].events, POLLHUP,
	   "the event is POLLHUP, though it was not asked for");
	SYS(close, p[0]);
	is(look(ep), 0, "a closed file is not watched any more");
	SYS(close, ep);
}

static void edge(void)
{
	int ep = SYS(epoll_create1, 0), p[2], ev = SYS(eventfd2, 0, 0);
	uint64_t one = 1;

	SYS(pipe2, p, O_NONBLOCK);
	ctl(ep, EPOLL_CTL_ADD, p[0], POLLIN | EPOLLET);
	is(look(ep), 0, "EPOLLET: an empty pipe is not reported");
	SYS(write, p[1], "x", 1);
	is(look(ep), 1, "EPOLLET: a write is reported");
	is(look(ep), 0, "EPOLLET: it is reported once");
	SYS(write, p[1], "x", 1);
	is(look(ep), 1,
	   "EPOLLET: a second write is reported though nothing was read");
	SYS(read, p[0], buf, 1);
	is(look(ep), 0, "EPOLLET: a read is not reported");
	is(ctl(ep, EPOLL_CTL_MOD, p[0], POLLIN | EPOLLET), 0,
	   "EPOLLET: EPOLL_CTL_MOD of the reading end");
	is(look(ep), 1,
	   "EPOLLET: after that the present state is reported again");
	ctl(ep, EPOLL_CTL_ADD, p[1], POLLOUT | EPOLLET);
	is(look(ep), 1, "EPOLLET: a writing end with room is reported");
	is(look(ep), 0, "EPOLLET: it is reported once");
	while (SYS(write, p[1], buf, PAGE) > 0)
		;
	is(look(ep), 1, "EPOLLET: a pipe filled up is reported to the reader");
	while (SYS(read, p[0], buf, PAGE) > 0)
		;
	is(look(ep), 1, "EPOLLET: a pipe read empty is reported");
	ok(got[0].data == (uint64_t)p[1] && got[0].events == POLLOUT,
	   "EPOLLET: to the writer, as POLLOUT");
	SYS(close, p[1]);
	is(look(ep), 1, "EPOLLET: close of the writing end is reported");
	is((int32_t)got[0].events, POLLHUP,
	   "EPOLLET: to the reader, as POLLHUP");
	is(look(ep), 0, "EPOLLET: it is reported once");
	ctl(ep, EPOLL_CTL_ADD, ev, POLLIN | EPOLLET);
	SYS(write, ev, &one, 8);
	SYS(write, ev, &one, 8);
	is(look(ep), 1, "EPOLLET: two writes before a look are reported once");
	is(look(ep), 0, "EPOLLET: a second look reports nothing");
	SYS(close, ep);
	SYS(close, p[0]);
	SYS(close, ev);
}

static void one_shot(void)
{
	int ep = SYS(epoll_create, 1), p[2];

	SYS(pipe2, p, 0);
	ctl(ep, EPOLL_CTL_ADD, p[0], POLLIN | EPOLLONESHOT);
	SYS(write, p[1], "x", 1);
	is(look(ep), 1, "EPOLLONESHOT: a write is reported");
	is(look(ep), 0, "EPOLLONESHOT: it is reported once");
	SYS(write, p[1], "x", 1);
	is(look(ep), 0, "EPOLLONESHOT: a further write is not reported");
	SYS(close, p[1]);
	is(look(ep), 0, "EPOLLONESHOT: the writer's close is not reported");
	is(ctl(ep, EPOLL_CTL_MOD, p[0], POLLIN | EPOLLONESHOT), 0,
	   "EPOLLONESHOT: EPOLL_CTL_MOD arms it again");
	is(look(ep), 1, "EPOLLONESHOT: after that it is reported");
	is((int32_t)got[0].events, POLLIN | POLLHUP,
	   "EPOLLONESHOT: with everything that is true: POLLIN, POLLHUP");
	SYS(close, p[0]);
	SYS(close, ep);
}

/* ---- waiting ----------------------------------------------------- */

static volatile int signals;

static void count_signal(int sig, struct test_siginfo *info, void *ucontext)
{
	(void)sig;
	(void)info;
	(void)ucontext;
	signals++;
}

static void waiting(void)
{
	static const uint32_t none[2];
	struct kernel_timespec time = { 0, 20000000 };
	int ep = SYS(epoll_create1, 0), p[2], status;
	uint32_t start = uptime_ms();
	pid_t pid;

	SYS(pipe2, p, 0);
	ctl(ep, EPOLL_CTL_ADD, p[0], POLLIN);
	is(SYS(epoll_wait, ep, got, 8, 30), 0,
	   "epoll_wait with a time times out");
	ok(uptime_ms() - start >= 29, "epoll_wait took 30 ms");
	is(SYS(epoll_pwait2, ep, got, 8, &time, 0, 0), 0,
	   "epoll_pwait2 with a time times out");
	pid = fork();
	if (pid == 0) {
		sleep_ms(20);
		SYS(write, p[1], "x", 1);
		_exit(0);
	}
	is(SYS(epoll_wait, ep, got, 8, -1), 1,
	   "epoll_wait without a time waits for another process's write");
	waitpid(pid, &status, 0);
	SYS(read, p[0], buf, 1);
	handle(SIGUSR1, count_signal, TEST_SA_RESTART);
	set_mask(SIG_BLOCK, SIGNAL_BIT(SIGUSR1));
	kill_process(getpid(), SIGUSR1);
	is(SYS(epoll_pwait, ep, got, 8, 10, 0, 0), 0,
	   "a blocked signal does not end epoll_pwait");
	is(SYS(epoll_pwait, ep, got, 8, -1, none, 8), -EINTR,
	   "with an empty mask it does, SA_RESTART or not");
	is(signals, 1, "the handler has run");
	ok(set_mask(SIG_SETMASK, 0) == SIGNAL_BIT(SIGUSR1),
	   "after that the old mask holds again");
	is(SYS(epoll_pwait, ep, got, 8, 0, none, 4), -EINVAL,
	   "a mask of 4 bytes is refused");
	SYS(close, ep);
	SYS(close, p[0]);
	SYS(close, p[1]);
}

/* ---- nesting, closing, errors ------------------------------------ */

static void nested(void)
{
	int outer = SYS(epoll_create1, 0), inner = SYS(epoll_create1, 0), p[2];
	struct pollfd f = { outer, POLLIN, 0 };

	SYS(pipe2, p, 0);
	is(ctl(outer, EPOLL_CTL_ADD, inner, POLLIN | EPOLLET), 0,
	   "EPOLL_CTL_ADD of an epoll file to another");
	ctl(inner, EPOLL_CTL_ADD, p[0], POLLIN);
	is(look(outer), 0,
	   "the outer one reports nothing while the inner one is idle");
	SYS(write, p[1], "x", 1);
	is(SYS(poll, &f, 1, 0), 1,
	   "poll of the outer one: it is ready when the pipe is");
	is(look(outer), 1, "the outer one reports the inner one");
	is(look(outer), 0, "the outer one, with EPOLLET, reports it once");
	is(look(inner), 1, "the inner one reports the pipe");
	is(ctl(inner, EPOLL_CTL_ADD, outer, POLLIN), -ELOOP,
	   "EPOLL_CTL_ADD of the outer one to the inner one is refused");
	is(ctl(inner, EPOLL_CTL_ADD, inner, POLLIN), -EINVAL,
	   "EPOLL_CTL_ADD of an epoll file to itself is refused");
	SYS(close, inner);
	is(look(outer), 0,
	   "after close of the inner one the outer one reports nothing");
	SYS(close, outer);
	SYS(close, p[0]);
	SYS(close, p[1]);
}

/* A chain of five epolls, and what a sixth or a circle would be. */
static void chains(void)
{
	int ep[6], p[2], longest = 1;

	SYS(pipe2, p, 0);
	for (int i = 0; i < 6; i++)
		ep[i] = SYS(epoll_create1, 0);
	ctl(ep[0], EPOLL_CTL_ADD, p[0], POLLIN);
	while (longest < 5 &&
	       !ctl(ep[longest], EPOLL_CTL_ADD, ep[longest - 1], POLLIN))
		longest++;
	is(longest, 5, "a chain of epoll files, each in the next");
	is(look(ep[4]), 0, "the last one is idle while the pipe is");
	SYS(write, p[1], "x", 1);
	is(look(ep[4]), 1, "the last one reports when the pipe is ready");
	is(ctl(ep[5], EPOLL_CTL_ADD, ep[4], POLLIN), -ELOOP,
	   "a sixth one above them is refused");
	is(ctl(ep[0], EPOLL_CTL_ADD, ep[5], POLLIN), -ELOOP,
	   "a sixth one below them is refused");
	is(ctl(ep[5], EPOLL_CTL_ADD, ep[3], POLLIN), 0,
	   "a second one may watch the fourth");
	is(ctl(ep[0], EPOLL_CTL_ADD, ep[2], POLLIN), -ELOOP,
	   "a circle of three is refused");
	is(ctl(ep[2], EPOLL_CTL_DEL, ep[1], 0), 0,
	   "EPOLL_CTL_DEL makes two chains of it");
	is(ctl(ep[0], EPOLL_CTL_ADD, ep[4], POLLIN), 0,
	   "which may be joined the other way round");
	is(ctl(ep[5], EPOLL_CTL_ADD, ep[1], POLLIN), -ELOOP,
	   "and are five again: none may watch the first");
	SYS(close, ep[4]);
	is(ctl(ep[5], EPOLL_CTL_ADD, ep[1], POLLIN), 0,
	   "when one in the middle is closed, another may");
	SYS(close, ep[5]);
	for (int i = 0; i < 4; i++)
		SYS(close, ep[i]);
	SYS(close, p[0]);
	SYS(close, p[1]);
}

static void copies(void)
{
	int ep = SYS(epoll_create1, 0), p[2], copy;

	SYS(pipe2, p, 0);
	copy = SYS(dup, p[0]);
	is(ctl(ep, EPOLL_CTL_ADD, p[0], POLLIN), 0,
	   "EPOLL_CTL_ADD of a descriptor");
	is(ctl(ep, EPOLL_CTL_ADD, p[0], POLLIN), -EEXIST,
	   "EPOLL_CTL_ADD of the same descriptor is refused");
	is(ctl(ep, EPOLL_CTL_ADD, copy, POLLIN), 0,
	   "EPOLL_CTL_ADD of its duplicate is accepted");
	SYS(write, p[1], "x", 1);
	is(look(ep), 2, "a write is reported for both");
	SYS(close, p[0]);
	is(look(ep), 2,
	   "both are reported while the file is open by one of them");
	SYS(close, copy);
	is(look(ep), 0, "none is reported when both are closed");
	SYS(close, ep);
	SYS(close, p[1]);
}

static void errors(void)
{
	int ep = SYS(epoll_create1, 0), p[2];
	int fd = make_file(scratch("f"), 1);

	SYS(pipe2, p, 0);
	is(SYS(epoll_create, 0), -EINVAL,
	   "epoll_create with a size of 0 is refused");
	is(SYS(epoll_create1, 1), -EINVAL,
	   "epoll_create1 with an unknown flag is refused");
	is(ctl(ep, EPOLL_CTL_ADD, fd, POLLIN), -EPERM,
	   "EPOLL_CTL_ADD of a regular file is refused");
	is(ctl(ep, EPOLL_CTL_ADD, 1000, POLLIN), -EBADF,
	   "EPOLL_CTL_ADD of a closed descriptor is refused");
	is(ctl(p[0], EPOLL_CTL_ADD, p[1], POLLIN), -EINVAL,
	   "EPOLL_CTL_ADD to a pipe is refused");
	is(ctl(ep, EPOLL_CTL_MOD, p[0], POLLIN), -ENOENT,
	   "EPOLL_CTL_MOD of a descriptor that is not watched is refused");
	is(ctl(ep, EPOLL_CTL_DEL, p[0], POLLIN), -ENOENT,
	   "EPOLL_CTL_DEL of a descriptor that is not watched is refused");
	is(ctl(ep, 9, p[0], POLLIN), -EINVAL,
	   "an unknown operation is refused");
	is(SYS(epoll_ctl, ep, EPOLL_CTL_ADD, p[0], 8), -EFAULT,
	   "an event at an unmapped address is refused");
	is(SYS(epoll_wait, ep, got, 0, 0), -EINVAL,
	   "epoll_wait with room for no event is refused");
	is(SYS(epoll_wait, p[0], got, 1, 0), -EINVAL,
	   "epoll_wait of a pipe is refused");
	is(SYS(epoll_wait, 1000, got, 1, 0), -EBADF,
	   "epoll_wait of a closed descriptor is refused");
	ctl(ep, EPOLL_CTL_ADD, p[1], POLLOUT | EPOLLEXCLUSIVE);
	is(ctl(ep, EPOLL_CTL_MOD, p[1], POLLOUT), -EINVAL,
	   "EPOLL_CTL_MOD of an EPOLLEXCLUSIVE descriptor is refused");
	is(SYS(epoll_wait, ep, 8, 1, 0), -EFAULT,
	   "epoll_wait to an unmapped address is refused");
	is(look(ep), 1, "that has taken no event away");
	is(SYS(read, ep, buf, 8), -EINVAL, "read of an epoll file is refused");
	SYS(close, fd);
	SYS(unlink, scratch("f"));
	remove_scratch();
}

int main(void)
{
	level();
	edge();
	one_shot();
	waiting();
	nested();
	chains();
	copies();
	errors();
	return done();
}
