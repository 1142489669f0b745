/*
 * epoll: level, edge and one shot; what is watched and what is not; files that
 * are closed while they are watched; one epoll within another.
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
	is(ctl(ep, EPOLL_CTL_ADD, p[0], POLLIN), 0, "watch a pipe");
	is(look(ep), 0, "which is empty");
	SYS(write, p[1], "xx", 2);
	is(look(ep), 1, "and is not");
	ok(got[0].events == POLLIN && got[0].data == (uint64_t)p[0],
	   "what holds, and the program's own word");
	is(look(ep), 1, "it is told as long as it holds");
	SYS(read, p[0], buf, 2);
	is(look(ep), 0, "no longer");
	is(ctl(ep, EPOLL_CTL_ADD, p[1], POLLOUT), 0, "the other end");
	is(look(ep), 1, "has room");
	is(ctl(ep, EPOLL_CTL_MOD, p[1], POLLIN), 0, "asked of something else");
	is(look(ep), 0, "it is silent");
	is(ctl(ep, EPOLL_CTL_MOD, p[1], POLLOUT), 0, "and again");
	SYS(write, p[1], "x", 1);
	is(look(ep), 2, "both");
	is(SYS(epoll_wait, ep, got, 1, 0), 1, "one at a time");
	got[1] = got[0];
	is(SYS(epoll_wait, ep, got, 1, 0), 1, "then the next");
	ok(got[0].data != got[1].data, "everybody's turn comes");
	is(ctl(ep, EPOLL_CTL_DEL, p[1], 0), 0, "no more of it");
	is(look(ep), 1, "one is left");
	SYS(close, p[1]);
	SYS(read, p[0], buf, 2);
	is(look(ep), 1, "a pipe without writers");
	is((int32_t)got[0].events, POLLHUP, "is told unasked");
	SYS(close, p[0]);
	is(look(ep), 0, "a closed file is not watched");
	SYS(close, ep);
}

static void edge(void)
{
	int ep = SYS(epoll_create1, 0), p[2], ev = SYS(eventfd2, 0, 0);
	uint64_t one = 1;

	SYS(pipe2, p, O_NONBLOCK);
	ctl(ep, EPOLL_CTL_ADD, p[0], POLLIN | EPOLLET);
	is(look(ep), 0, "edges: nothing yet");
	SYS(write, p[1], "x", 1);
	is(look(ep), 1, "an edge is told");
	is(look(ep), 0, "once");
	SYS(write, p[1], "x", 1);
	is(look(ep), 1, "more is another edge, though it was not read");
	SYS(read, p[0], buf, 1);
	is(look(ep), 0, "reading is none");
	is(ctl(ep, EPOLL_CTL_MOD, p[0], POLLIN | EPOLLET), 0, "asked anew");
	is(look(ep), 1, "what holds is told again");
	ctl(ep, EPOLL_CTL_ADD, p[1], POLLOUT | EPOLLET);
	is(look(ep), 1, "there is room");
	is(look(ep), 0, "which is told once");
	while (SYS(write, p[1], buf, PAGE) > 0)
		;
	is(look(ep), 1, "the pipe is full: news for the reader");
	while (SYS(read, p[0], buf, PAGE) > 0)
		;
	is(look(ep), 1, "it is empty: there is room again");
	ok(got[0].data == (uint64_t)p[1] && got[0].events == POLLOUT,
	   "for the writer");
	SYS(close, p[1]);
	is(look(ep), 1, "the writer goes: an edge for the reader");
	is((int32_t)got[0].events, POLLHUP, "that tells so");
	is(look(ep), 0, "once");
	ctl(ep, EPOLL_CTL_ADD, ev, POLLIN | EPOLLET);
	SYS(write, ev, &one, 8);
	SYS(write, ev, &one, 8);
	is(look(ep), 1, "two writes before a look are one edge");
	is(look(ep), 0, "and no other");
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
	is(look(ep), 1, "one shot");
	is(look(ep), 0, "is told once");
	SYS(write, p[1], "x", 1);
	is(look(ep), 0, "whatever comes");
	SYS(close, p[1]);
	is(look(ep), 0, "not even the end");
	is(ctl(ep, EPOLL_CTL_MOD, p[0], POLLIN | EPOLLONESHOT), 0, "loaded");
	is(look(ep), 1, "another shot");
	is((int32_t)got[0].events, POLLIN | POLLHUP, "all that holds");
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
	is(SYS(epoll_wait, ep, got, 8, 30), 0, "nothing comes");
	ok(uptime_ms() - start >= 29, "for 30 ms");
	is(SYS(epoll_pwait2, ep, got, 8, &time, 0, 0), 0, "nor in 20 more");
	pid = fork();
	if (pid == 0) {
		sleep_ms(20);
		SYS(write, p[1], "x", 1);
		_exit(0);
	}
	is(SYS(epoll_wait, ep, got, 8, -1), 1, "another process writes");
	waitpid(pid, &status, 0);
	SYS(read, p[0], buf, 1);
	handle(SIGUSR1, count_signal, TEST_SA_RESTART);
	set_mask(SIG_BLOCK, SIGNAL_BIT(SIGUSR1));
	kill_process(getpid(), SIGUSR1);
	is(SYS(epoll_pwait, ep, got, 8, 10, 0, 0), 0, "a blocked signal");
	is(SYS(epoll_pwait, ep, got, 8, -1, none, 8), -EINTR,
	   "is let in by a mask, and does not begin it again");
	is(signals, 1, "its handler ran");
	ok(set_mask(SIG_SETMASK, 0) == SIGNAL_BIT(SIGUSR1), "the mask is back");
	is(SYS(epoll_pwait, ep, got, 8, 0, none, 4), -EINVAL,
	   "4 bytes of mask");
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
	   "an epoll in another");
	ctl(inner, EPOLL_CTL_ADD, p[0], POLLIN);
	is(look(outer), 0, "nothing is ready");
	SYS(write, p[1], "x", 1);
	is(SYS(poll, &f, 1, 0), 1, "the outer one can be polled");
	is(look(outer), 1, "and tells of the inner one");
	is(look(outer), 0, "whose edge it was");
	is(look(inner), 1, "which tells of the pipe");
	is(ctl(inner, EPOLL_CTL_ADD, outer, POLLIN), -ELOOP, "no circle");
	is(ctl(inner, EPOLL_CTL_ADD, inner, POLLIN), -EINVAL, "nor of one");
	SYS(close, inner);
	is(look(outer), 0, "the inner one goes");
	SYS(close, outer);
	SYS(close, p[0]);
	SYS(close, p[1]);
}

static void copies(void)
{
	int ep = SYS(epoll_create1, 0), p[2], copy;

	SYS(pipe2, p, 0);
	copy = SYS(dup, p[0]);
	is(ctl(ep, EPOLL_CTL_ADD, p[0], POLLIN), 0, "a file");
	is(ctl(ep, EPOLL_CTL_ADD, p[0], POLLIN), -EEXIST, "not twice");
	is(ctl(ep, EPOLL_CTL_ADD, copy, POLLIN), 0, "but by another number");
	SYS(write, p[1], "x", 1);
	is(look(ep), 2, "both tell");
	SYS(close, p[0]);
	is(look(ep), 2, "as long as the file is open by any");
	SYS(close, copy);
	is(look(ep), 0, "and then no more");
	SYS(close, ep);
	SYS(close, p[1]);
}

static void errors(void)
{
	int ep = SYS(epoll_create1, 0), p[2];
	int fd = make_file(scratch("f"), 1);

	SYS(pipe2, p, 0);
	is(SYS(epoll_create, 0), -EINVAL, "a size of 0");
	is(SYS(epoll_create1, 1), -EINVAL, "an unknown flag");
	is(ctl(ep, EPOLL_CTL_ADD, fd, POLLIN), -EPERM, "a regular file");
	is(ctl(ep, EPOLL_CTL_ADD, 1000, POLLIN), -EBADF, "no file");
	is(ctl(p[0], EPOLL_CTL_ADD, p[1], POLLIN), -EINVAL,
	   "a pipe is no epoll");
	is(ctl(ep, EPOLL_CTL_MOD, p[0], POLLIN), -ENOENT, "not watched");
	is(ctl(ep, EPOLL_CTL_DEL, p[0], POLLIN), -ENOENT, "not watched either");
	is(ctl(ep, 9, p[0], POLLIN), -EINVAL, "an unknown change");
	is(SYS(epoll_ctl, ep, EPOLL_CTL_ADD, p[0], 8), -EFAULT, "address 8");
	is(SYS(epoll_wait, ep, got, 0, 0), -EINVAL, "room for none");
	is(SYS(epoll_wait, p[0], got, 1, 0), -EINVAL, "not an epoll");
	is(SYS(epoll_wait, 1000, got, 1, 0), -EBADF, "not a file");
	ctl(ep, EPOLL_CTL_ADD, p[1], POLLOUT | EPOLLEXCLUSIVE);
	is(ctl(ep, EPOLL_CTL_MOD, p[1], POLLOUT), -EINVAL,
	   "an exclusive one stays as it is");
	is(SYS(epoll_wait, ep, 8, 1, 0), -EFAULT, "events at address 8");
	is(look(ep), 1, "which took none away");
	is(SYS(read, ep, buf, 8), -EINVAL, "an epoll cannot be read");
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
	copies();
	errors();
	return done();
}
