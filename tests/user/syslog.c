/*
 * The kernel's log by syslog(2), as dmesg and klogd read it: what is there,
 * what one reader takes away, and which of it the console shows.
 */
#include <uapi/fcntl.h>
#include <uapi/poll.h>
#include "check.h"

enum {
	CLOSE,
	OPEN,
	READ,
	READ_ALL,
	READ_CLEAR,
	CLEAR,
	CONSOLE_OFF,
	CONSOLE_ON,
	CONSOLE_LEVEL,
	SIZE_UNREAD,
	SIZE_BUFFER
};

static char text[1 << 18];

static int32_t call(int type, int32_t bytes)
{
	int32_t n;

	memset(text, 0, sizeof(text));
	n = SYS(syslog, type, text, bytes);
	return n;
}

/* Linux shows a record without a line's end only when the next one comes. */
static void say(const char *what)
{
	int fd = SYS(open, "/dev/kmsg", O_WRONLY, 0);

	SYS(write, fd, what, strlen(what));
	SYS(close, fd);
}

/* Returns whether the text from `from` on is "<prio>[seconds.micros] want". */
static bool is_line(const char *from, int prio, const char *want)
{
	int got, end = 0;

	return from && sscanf(from, "<%d>[%*u.%*6u] %n", &got, &end) == 1 &&
		end && got == prio && !strcmp(from + end, want);
}

static void whole_log(void)
{
	int32_t room = SYS(syslog, SIZE_BUFFER, 0, 0), n;
	char *last;

	ok(room >= 16384 && room < (int32_t)sizeof(text),
	   "SIZE_BUFFER returns the size of the log");
	say("<5>seen by all\n");
	n = call(READ_ALL, room);
	ok(n > 0 && (int32_t)strlen(text) == n,
	   "READ_ALL returns the whole log");
	last = strrchr(text, '<');
	ok(is_line(last, 13, "seen by all\n"),
	   "the last record is the one written last");
	n = call(READ_ALL, 60);
	ok(n > 0 && n <= 60, "READ_ALL with room for few records");
	ok(is_line(text, 13, "seen by all\n"), "it returns the last record");
	is(call(READ_ALL, 20), 0,
	   "READ_ALL with room for less than a record returns nothing");
	is(call(READ_ALL, 0), 0, "READ_ALL with no room returns nothing");
	is(SYS(syslog, READ_ALL, 0, 100), -EINVAL,
	   "READ_ALL with a NULL buffer is refused");
	is(SYS(syslog, READ_ALL, text, -1), -EINVAL,
	   "READ_ALL of -1 bytes is refused");
	is(SYS(syslog, READ_ALL, 8, room), -EFAULT,
	   "READ_ALL to an unmapped address is refused");
}

static void clearing(void)
{
	is(SYS(syslog, CLEAR, 0, 0), 0, "CLEAR of the log");
	is(call(READ_ALL, 4096), 0, "after that READ_ALL returns nothing");
	say("first\n");
	say("second\nof two lines\n");
	ok(call(READ_CLEAR, 4096) > 0,
	   "READ_CLEAR returns two records written since");
	ok(!strncmp(text, "<12>[", 5) && strstr(text, "] first\n<12>["),
	   "the first one has the level of a warning");
	ok(strstr(text, "] second\n<12>[") && strstr(text, "] of two lines\n"),
	   "each line of the second one has a prefix");
	is(call(READ_ALL, 4096), 0,
	   "after READ_CLEAR READ_ALL returns nothing");
}

static int wait_for_record(void *arg)
{
	(void)arg;
	return call(READ, 4096) > 0 && strstr(text, "] awaited\n") ? 5 : 6;
}

/* READ removes what it returns: no second READ gets the same bytes. */
static void taking(void)
{
	int32_t n, part, status = -1;
	pid_t pid;

	while (SYS(syslog, SIZE_UNREAD, 0, 0) > 0)
		call(READ, sizeof(text) - 1);
	say("<6>taken\n");
	n = SYS(syslog, SIZE_UNREAD, 0, 0);
	ok(n > 20, "SIZE_UNREAD returns the size of a new record");
	part = call(READ, 8);
	is(part, 8, "READ of eight bytes of it");
	is(SYS(syslog, SIZE_UNREAD, 0, 0) - n, -8,
	   "SIZE_UNREAD has become eight less");
	is(call(READ, 4096) + part - n, 0, "READ returns what is left of it");
	ok(strstr(text, "] taken\n") != NULL, "that is the record's end");
	is(SYS(syslog, SIZE_UNREAD, 0, 0), 0, "SIZE_UNREAD is 0 then");
	pid = fork();
	if (pid == 0)
		_exit(wait_for_record(NULL));
	for (int i = 0; i < 5; i++)
		SYS(sched_yield);
	say("awaited\n");
	SYS(wait4, pid, &status, 0, 0);
	is(status, 5 << 8, "READ waits for the next record");
}

/* klogd and rsyslogd read the file, which is LOG_READ in other words. */
static void proc_kmsg(void)
{
	int fd = SYS(open, "/proc/kmsg", O_RDONLY | O_NONBLOCK, 0);
	struct pollfd ask = { .fd = fd, .events = POLLIN };
	int32_t status = -1;
	pid_t pid;

	is(SYS(read, fd, text, 100), -EAGAIN, "/proc/kmsg without a record");
	is(SYS(poll, &ask, 1, 0), 0, "poll reports none");
	say("<5>to a file\n");
	is(SYS(poll, &ask, 1, 5000), 1, "poll reports the next");
	is(ask.revents, POLLIN, "by POLLIN");
	memset(text, 0, 100);
	ok(SYS(read, fd, text, 100) > 20 && is_line(text, 13, "to a file\n"),
	   "/proc/kmsg returns it with its level and time");
	is(SYS(syslog, SIZE_UNREAD, 0, 0), 0, "and has taken it");
	SYS(fcntl64, fd, F_SETFL, 0);
	pid = fork();
	if (pid == 0)
		_exit(SYS(read, fd, text, 100) > 20 ? 5 : 6);
	for (int i = 0; i < 5; i++)
		SYS(sched_yield);
	say("awaited\n");
	SYS(wait4, pid, &status, 0, 0);
	is(status, 5 << 8, "a read of it waits for the next record");
	SYS(close, fd);
}

static int console_level(void)
{
	int level = -1;
	int fd = SYS(open, "/proc/sys/kernel/printk", O_RDONLY, 0);

	memset(text, 0, 64);
	SYS(read, fd, text, 63);
	SYS(close, fd);
	sscanf(text, "%d", &level);
	return level;
}

static void console(void)
{
	int before = console_level();

	is(SYS(syslog, CONSOLE_LEVEL, 0, 5), 0, "CONSOLE_LEVEL sets level 5");
	is(console_level(), 5, "/proc/sys/kernel/printk contains 5");
	is(SYS(syslog, CONSOLE_OFF, 0, 0), 0, "CONSOLE_OFF of the console");
	is(console_level(), 1, "the level is 1 then: emergencies only");
	is(SYS(syslog, CONSOLE_OFF, 0, 0), 0,
	   "CONSOLE_OFF a second time is accepted");
	is(SYS(syslog, CONSOLE_ON, 0, 0), 0, "CONSOLE_ON of the console");
	is(console_level(), 5, "the level is 5 again");
	is(SYS(syslog, CONSOLE_LEVEL, 0, 0), -EINVAL,
	   "CONSOLE_LEVEL 0 is refused");
	is(SYS(syslog, CONSOLE_LEVEL, 0, 9), -EINVAL,
	   "CONSOLE_LEVEL 9 is refused");
	SYS(syslog, CONSOLE_LEVEL, 0, before);
}

/* As root, but without these two of its privileges. */
static void give_up(uint32_t low, uint32_t high)
{
	uint32_t header[2] = { 0x20080522, 0 }, caps[6];

	SYS(capget, header, caps);
	caps[0] &= ~low;
	caps[1] &= ~low;
	caps[3] &= ~high;
	caps[4] &= ~high;
	SYS(capset, header, caps);
}

static int with_less(void *arg)
{
	int fd = SYS(open, "/proc/kmsg", O_RDONLY | O_NONBLOCK, 0);

	(void)arg;
	give_up(0, 1u << 2 /* CAP_SYSLOG */);
	/* Linux adds a warning to the log. */
	ok(SYS(syslog, SIZE_UNREAD, 0, 0) >= 0, "CAP_SYS_ADMIN is enough");
	give_up(1u << 21 /* CAP_SYS_ADMIN */, 0);
	is(SYS(syslog, SIZE_UNREAD, 0, 0), -EPERM,
	   "without that and CAP_SYSLOG the log cannot be taken");
	is(SYS(open, "/proc/kmsg", O_RDONLY, 0), -EPERM,
	   "nor /proc/kmsg be opened");
	ok(SYS(read, fd, text, 100) != -EPERM, "an open one can be read");
	return 0;
}

static int as_user(void *arg)
{
	(void)arg;
	SYS(setresuid32, 1000, 1000, 1000);
	is(SYS(syslog, CLEAR, 0, 0), -EPERM, "CLEAR by a user is refused");
	is(call(READ, 4096), -EPERM, "READ by a user is refused");
	is(SYS(syslog, 11, 0, 0), -EPERM,
	   "an unknown type by a user: the permission comes first");
	is(SYS(open, "/proc/kmsg", O_RDONLY, 0), -EACCES,
	   "/proc/kmsg by a user is refused");
	return 0;
}

/* Linux drops what a program writes too fast, unless it is told otherwise. */
static void keep_all(void)
{
	int fd = SYS(open, "/proc/sys/kernel/printk_devkmsg", O_WRONLY, 0);

	SYS(write, fd, "on\n", 3);
	SYS(close, fd);
}

int main(void)
{
	keep_all();
	is(SYS(syslog, OPEN, 0, 0), 0, "OPEN is accepted");
	is(SYS(syslog, CLOSE, 0, 0), 0, "CLOSE is accepted");
	is(SYS(syslog, 11, 0, 0), -EINVAL, "an unknown type is refused");
	is(SYS(syslog, -1, 0, 0), -EINVAL, "type -1 is refused");
	is(SYS(syslog, 3, -1, 10), -EFAULT,
	   "memory of the kernel is refused, also for no record");
	whole_log();
	clearing();
	taking();
	proc_kmsg();
	console();
	checks_in_child(with_less, NULL);
	checks_in_child(as_user, NULL);
	return done();
}
