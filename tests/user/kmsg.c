/*
 * The kernel's log as a file, /dev/kmsg: what a program writes there is a
 * record, each read gives one, as "prio,seq,usec,-;text", and at the end a read
 * waits or says that there is none.
 */
#include <uapi/eventpoll.h>
#include <uapi/fcntl.h>
#include <uapi/poll.h>
#include "check.h"

static char line[4096];

/* The next record's fields; its text follows. Raw answer of read. */
static int32_t next(int fd, unsigned int *prio, unsigned int *seq,
		    const char **text)
{
	int32_t n = SYS(read, fd, line, sizeof(line) - 1);
	unsigned int usec;

	*text = "";
	if (n <= 0)
		return n;
	line[n] = '\0';
	if (sscanf(line, "%u,%u,%u", prio, seq, &usec) == 3 &&
	    strchr(line, ';'))
		*text = strchr(line, ';') + 1;
	return n;
}

static void say(const char *text)
{
	int fd = SYS(open, "/dev/kmsg", O_WRONLY, 0);

	is(SYS(write, fd, text, strlen(text)), (int32_t)strlen(text),
	   "a record is written");
	SYS(close, fd);
}

/*
 * Each is one line, behind which Linux may have lines of names and values that
 * begin with a space, and has the number behind the one before.
 */
static void all_records(int fd)
{
	unsigned int prio, seq, last = 0, wrong = 0, count = 0;
	const char *text;

	SYS(lseek, fd, 0, SEEK_SET);
	for (; next(fd, &prio, &seq, &text) > 0; last = seq, count++)
		wrong += (count && seq != last + 1) || !strchr(text, '\n') ||
			(strchr(text, '\n')[1] && strchr(text, '\n')[1] != ' ');
	ok(count > 3, "there are records from boot on");
	is((int32_t)wrong, 0,
	   "that are not one line each, with a number of "
	   "their own");
}

static void own_records(int fd)
{
	unsigned int prio = 0, seq = 0, first;
	const char *text;

	is(SYS(lseek, fd, 0, SEEK_END), 0, "to the end");
	is(next(fd, &prio, &seq, &text), -EAGAIN, "nothing is there");
	say("one\n");
	say("<3>two \\ lines\nand a half\n");
	ok(next(fd, &prio, &first, &text) > 0, "the first is read alone");
	ok(strcmp(text, "one\n") == 0, "its text");
	is((int32_t)prio, 12, "its prio: a warning, of a program");
	ok(next(fd, &prio, &seq, &text) > 0, "then the second");
	ok(strcmp(text, "two \\x5c lines\\x0aand a half\n") == 0,
	   "its text, in one line");
	is((int32_t)prio, 11, "its prio");
	is((int32_t)(seq - first), 1, "its number is the next");
	is(next(fd, &prio, &seq, &text), -EAGAIN, "that was all");
}

static void odd_reads(int fd)
{
	SYS(lseek, fd, 0, SEEK_SET);
	is(SYS(read, fd, line, 4), -EINVAL, "too small a buffer");
	is(SYS(read, fd, 8, 4096), -EFAULT, "to address 8");
	is(SYS(lseek, fd, 1, SEEK_SET), -ESPIPE, "to position 1");
	is(SYS(lseek, fd, 0, SEEK_CUR), -EINVAL, "relative");
}

/* Without O_NONBLOCK a read at the end waits for the next record. */
static void waiting(void)
{
	int fd = SYS(open, "/dev/kmsg", O_RDONLY, 0), status = -1;
	unsigned int prio, seq;
	const char *text;
	pid_t pid;

	SYS(lseek, fd, 0, SEEK_END);
	pid = fork();
	if (pid == 0) {
		next(fd, &prio, &seq, &text);
		_exit(strcmp(text, "awaited\n") == 0);
	}
	for (int i = 0; i < 5; i++)
		SYS(sched_yield);
	say("awaited\n");
	SYS(wait4, pid, &status, 0, 0);
	is(status, 1 << 8, "a read waited for it");
	SYS(close, fd);
}

/* ---- poll -------------------------------------------------------- */

static int32_t poll_for(int fd, int32_t ms)
{
	struct pollfd ask = { .fd = fd, .events = POLLIN | POLLOUT };
	int32_t n = SYS(poll, &ask, 1, ms);

	return n == 1 ? ask.revents : n;
}

/* The record comes while the parent waits, or has come already. */
static int say_later(void *arg)
{
	for (int i = 0; i < 5; i++)
		SYS(sched_yield);
	return (int)SYS(write, (int)arg, "polled\n", 7) != 7;
}

static void polls(int fd)
{
	struct epoll_event event = { .events = POLLIN | EPOLLET };
	int out = SYS(open, "/dev/kmsg", O_WRONLY, 0), status = -1;
	int watch = SYS(epoll_create1, 0);
	unsigned int prio, seq;
	const char *text;
	pid_t pid;

	SYS(lseek, fd, 0, SEEK_SET);
	is(poll_for(fd, 0), POLLIN, "poll at the start");
	SYS(lseek, fd, 0, SEEK_END);
	is(poll_for(fd, 0), 0, "at the end");
	is(poll_for(fd, 120), 0, "which waits in vain");
	pid = start_child(say_later, (void *)out);
	is(poll_for(fd, -1), POLLIN, "until a record comes");
	SYS(wait4, pid, &status, 0, 0);
	is(status, 0, "a child wrote it");
	ok(next(fd, &prio, &seq, &text) > 0 && strcmp(text, "polled\n") == 0,
	   "it can be read");
	is(poll_for(fd, 0), 0, "and was the last");
	SYS(epoll_ctl, watch, EPOLL_CTL_ADD, fd, &event);
	is(SYS(epoll_wait, watch, &event, 1, 0), 0, "epoll: none");
	pid = start_child(say_later, (void *)out);
	is(SYS(epoll_wait, watch, &event, 1, -1), 1, "a record");
	is(SYS(epoll_wait, watch, &event, 1, 0), 0, "reported once");
	SYS(wait4, pid, &status, 0, 0);
	pid = start_child(say_later, (void *)out);
	is(SYS(epoll_wait, watch, &event, 1, -1), 1, "and one more");
	SYS(wait4, pid, &status, 0, 0);
	SYS(close, watch);
	SYS(close, out);
}

int main(void)
{
	int fd = SYS(open, "/dev/kmsg", O_RDONLY | O_NONBLOCK, 0);

	all_records(fd);
	own_records(fd);
	odd_reads(fd);
	waiting();
	polls(fd);
	SYS(close, fd);
	return done();
}
