/*
 * The kernel's log as a file, /dev/kmsg: what a program writes there is a
 * record, each read gives one, as "prio,seq,usec,-;text", and at the end a read
 * waits or says that there is none.
 */
#include <uapi/eventpoll.h>
#include <uapi/fcntl.h>
#include <uapi/poll.h>
#include "check.h"

#define SYSLOG_CLEAR 5

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
	   "write of a record to /dev/kmsg");
	SYS(close, fd);
}

/*
 * Each record is one line and has the number after that of the record before.
 * Linux may add lines of names and values, which begin with a space.
 */
static void all_records(int fd)
{
	unsigned int prio, seq, last = 0, wrong = 0, count = 0;
	const char *text;

	SYS(lseek, fd, 0, SEEK_SET);
	for (; next(fd, &prio, &seq, &text) > 0; last = seq, count++)
		wrong += (count && seq != last + 1) || !strchr(text, '\n') ||
			(strchr(text, '\n')[1] && strchr(text, '\n')[1] != ' ');
	ok(count > 3, "the log has records from boot on");
	is((int32_t)wrong, 0,
	   "records without one line or a number of their own");
}

static void own_records(int fd)
{
	unsigned int prio = 0, seq = 0, first;
	const char *text;

	is(SYS(lseek, fd, 0, SEEK_END), 0, "lseek to the end");
	is(next(fd, &prio, &seq, &text), -EAGAIN,
	   "read at the end is refused with O_NONBLOCK");
	say("one\n");
	say("<3>two \\ lines\nand a half\n");
	ok(next(fd, &prio, &first, &text) > 0,
	   "read returns the first record alone");
	ok(strcmp(text, "one\n") == 0, "the record contains the text");
	is((int32_t)prio, 12,
	   "its priority is a program's default: user, warning");
	ok(next(fd, &prio, &seq, &text) > 0, "read returns the second record");
	ok(strcmp(text, "two \\x5c lines\\x0aand a half\n") == 0,
	   "its text is one line: other bytes are escaped");
	is((int32_t)prio, 11, "its priority is the one that was written");
	is((int32_t)(seq - first), 1, "its number is the next");
	is(next(fd, &prio, &seq, &text), -EAGAIN, "read at the end is refused");
}

/* What syslog(2) has cleared is not shown by dmesg, but is still there. */
static void cleared(int fd)
{
	unsigned int prio, seq;
	const char *text;

	is(SYS(lseek, fd, 0, SEEK_DATA), 0, "lseek with SEEK_DATA");
	ok(next(fd, &prio, &seq, &text) > 0,
	   "read returns a record: the log was not cleared");
	SYS(syslog, SYSLOG_CLEAR, 0, 0);
	SYS(lseek, fd, 0, SEEK_DATA);
	is(next(fd, &prio, &seq, &text), -EAGAIN,
	   "read from SEEK_DATA after syslog's CLEAR finds no record");
	say("after it\n");
	SYS(lseek, fd, 0, SEEK_DATA);
	ok(next(fd, &prio, &seq, &text) > 0 && !strcmp(text, "after it\n"),
	   "read from SEEK_DATA returns the first record after CLEAR");
	SYS(lseek, fd, 0, SEEK_SET);
	ok(next(fd, &prio, &seq, &text) > 0 && strcmp(text, "after it\n"),
	   "read from SEEK_SET still returns an older one");
}

static void odd_reads(int fd)
{
	SYS(lseek, fd, 0, SEEK_SET);
	is(SYS(read, fd, line, 4), -EINVAL,
	   "read into a buffer that is too small is refused");
	is(SYS(read, fd, 8, 4096), -EFAULT,
	   "read to an unmapped address is refused");
	is(SYS(lseek, fd, 1, SEEK_SET), -ESPIPE,
	   "lseek to position 1 is refused");
	is(SYS(lseek, fd, 0, SEEK_CUR), -EINVAL,
	   "lseek with SEEK_CUR is refused");
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
	is(status, 1 << 8, "without O_NONBLOCK read waits for a record");
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
	is(poll_for(fd, 0), POLLIN, "poll at the first record reports POLLIN");
	SYS(lseek, fd, 0, SEEK_END);
	is(poll_for(fd, 0), 0, "poll at the end reports nothing");
	is(poll_for(fd, 120), 0, "poll at the end with a time times out");
	pid = start_child(say_later, (void *)out);
	is(poll_for(fd, -1), POLLIN, "poll waits until a record comes");
	SYS(wait4, pid, &status, 0, 0);
	is(status, 0, "a child has written it");
	ok(next(fd, &prio, &seq, &text) > 0 && strcmp(text, "polled\n") == 0,
	   "read returns that record");
	is(poll_for(fd, 0), 0, "poll reports nothing after it");
	SYS(epoll_ctl, watch, EPOLL_CTL_ADD, fd, &event);
	is(SYS(epoll_wait, watch, &event, 1, 0), 0,
	   "epoll_wait with EPOLLET and no record");
	pid = start_child(say_later, (void *)out);
	is(SYS(epoll_wait, watch, &event, 1, -1), 1,
	   "epoll_wait waits for a record");
	is(SYS(epoll_wait, watch, &event, 1, 0), 0, "it is reported once");
	SYS(wait4, pid, &status, 0, 0);
	pid = start_child(say_later, (void *)out);
	is(SYS(epoll_wait, watch, &event, 1, -1), 1,
	   "a further record is reported");
	SYS(wait4, pid, &status, 0, 0);
	SYS(close, watch);
	SYS(close, out);
}

int main(void)
{
	int fd = SYS(open, "/dev/kmsg", O_RDONLY | O_NONBLOCK, 0);

	all_records(fd);
	own_records(fd);
	cleared(fd);
	odd_reads(fd);
	waiting();
	polls(fd);
	SYS(close, fd);
	return done();
}
