/*
 * POSIX message queues: names, priorities, waits, the notice of mq_notify, and what
 * a user may have of them.
 */
#include <uapi/fcntl.h>
#include <uapi/mman.h>
#include <uapi/mqueue.h>
#include <uapi/poll.h>
#include <uapi/resource.h>
#include <uapi/signal.h>
#include <uapi/statfs.h>
#include <uapi/time.h>
#include "check.h"

#define NAME "pagewalk-mqueue"

static char buf[8192];

static int32_t open_with(const char *name, uint32_t flags, int32_t max,
			 int32_t bytes)
{
	struct mq_attr attr = { .mq_maxmsg = max, .mq_msgsize = bytes };

	return SYS(mq_open, name, flags, 0600, &attr);
}

static int32_t send(int fd, const char *text, uint32_t prio)
{
	return SYS(mq_timedsend, fd, text, strlen(text), prio, 0);
}

static int32_t receive(int fd, uint32_t *prio)
{
	memset(buf, 0, 16);
	return SYS(mq_timedreceive, fd, buf, sizeof(buf), prio, 0);
}

/* The next message is this text. */
static void next_is(int fd, const char *text, uint32_t prio)
{
	uint32_t got = 99;

	is(receive(fd, &got), (int32_t)strlen(text), "receive");
	ok(!strcmp(buf, text), "%s", text);
	is((int32_t)got, (int32_t)prio, "its priority");
}

/* ---- names ------------------------------------------------------- */

static int without_descriptors(void *unused)
{
	struct rlimit limit = { 3, 3 };

	(void)unused;
	SYS(setrlimit, RLIMIT_NOFILE, &limit);
	is(SYS(mq_open, NAME, O_CREAT | O_RDWR, 0600, 0), -EMFILE,
	   "no descriptor is free");
	is(SYS(mq_unlink, NAME), -ENOENT, "no queue was made");
	return 0;
}

static void link_is(int fd, const char *want)
{
	char path[40], link[80] = "";

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	SYS(readlink, path, link, sizeof(link) - 1);
	ok(!strcmp(link, want), "its link in /proc/self/fd is %s", want);
	if (strcmp(link, want))
		printf("# %s\n", link);
}

/* What kind of file system fstatfs says that it is in. */
static int32_t fs_type(int fd)
{
	struct statfs64 st = { 0 };

	SYS(fstatfs64, fd, sizeof(st), &st);
	return (int32_t)st.f_type;
}

static void names(void)
{
	static char name[300];
	struct mq_attr attr[1];
	int fd, other;

	is(SYS(mq_open, NAME, O_RDWR, 0, 0), -ENOENT, "no queue of that name");
	is(SYS(mq_unlink, NAME), -ENOENT, "nor one to remove");
	checks_in_child(without_descriptors, NULL);
	is(SYS(mq_open, "", O_CREAT | O_RDWR, 0600, 0), -ENOENT, "no name");
	is(SYS(mq_open, "a/b", O_CREAT | O_RDWR, 0600, 0), -EACCES, "a slash");
	is(SYS(mq_open, ".", O_CREAT | O_RDWR, 0600, 0), -EACCES, "a dot");
	is(SYS(mq_open, 0x10, O_RDWR, 0, 0), -EFAULT, "no text there");
	is(SYS(mq_open, NAME, O_RDWR, 0, 0x10), -EFAULT, "no attributes there");
	memset(name, 'x', 256);
	is(SYS(mq_open, name, O_CREAT | O_RDWR, 0600, 0), -ENAMETOOLONG,
	   "256 letters");
	name[255] = 0;
	fd = SYS(mq_open, name, O_CREAT | O_RDWR, 0600, 0);
	ok(fd >= 0, "255");
	is(SYS(mq_unlink, name), 0, "unlink");
	SYS(close, fd);

	fd = SYS(mq_open, NAME, O_CREAT | O_RDWR, 0600, 0);
	ok(fd >= 0, "open with O_CREAT");
	link_is(fd, "/" NAME);
	other = SYS(mq_open, NAME, O_RDWR | O_PATH, 0, 0);
	ok(other >= 0, "open with O_PATH");
	is(send(other, "x", 0), -EBADF, "with O_PATH none can be sent");
	is(receive(other, 0), -EBADF, "nor received");
	is(SYS(mq_getsetattr, other, 0, attr), -EBADF, "nor asked");
	is(SYS(mq_notify, other, 0), -EBADF, "nor waited for");
	SYS(close, other);
	is(fs_type(fd), 0x19800202, "fstatfs of a queue");
	is(SYS(fcntl64, fd, F_GETFD), FD_CLOEXEC, "execve will close it");
	is(SYS(mq_open, NAME, O_CREAT | O_EXCL | O_RDWR, 0600, 0), -EEXIST,
	   "with O_EXCL it must not exist");
	is(SYS(mq_open, NAME, O_ACCMODE, 0, 0), -EINVAL, "no such access");
	other = SYS(mq_open, NAME, O_RDONLY, 0, 0);
	is(send(other, "x", 0), -EBADF, "opened to receive only");
	SYS(close, other);
	other = SYS(mq_open, NAME, O_WRONLY, 0, 0);
	is(receive(other, 0), -EBADF, "opened to send only");
	is(send(other, "kept", 0), 0, "send");
	SYS(close, other);
	is(SYS(mq_unlink, NAME), 0, "unlink it");
	link_is(fd, "/" NAME " (deleted)");
	is(SYS(mq_open, NAME, O_RDWR, 0, 0), -ENOENT, "the name is gone");
	next_is(fd, "kept", 0);
	SYS(close, fd);
	is(receive(fd, 0), -EBADF, "closed");
	is(send(1, "x", 0), -EBADF, "another file is no queue");
}

/* ---- what it holds ----------------------------------------------- */

static void attributes(void)
{
	struct mq_attr attr = { 0 };
	int fd = SYS(mq_open, NAME, O_CREAT | O_RDWR, 0600, 0);

	is(SYS(mq_getsetattr, fd, 0, &attr), 0, "getattr");
	is(attr.mq_maxmsg, 10, "messages by default");
	is(attr.mq_msgsize, 8192, "bytes of one");
	attr.mq_flags = O_NONBLOCK;
	is(SYS(mq_getsetattr, fd, &attr, &attr), 0, "setattr: O_NONBLOCK");
	is(attr.mq_flags, 0, "it was not set");
	is(receive(fd, 0), -EAGAIN, "it is now");
	attr.mq_flags = 1;
	is(SYS(mq_getsetattr, fd, &attr, 0), -EINVAL, "another flag");
	is(SYS(mq_getsetattr, fd, 0x10, 0), -EFAULT, "no attributes there");
	is(SYS(mq_getsetattr, 1, 0, &attr), -EBADF, "another file");
	SYS(close, fd);
	SYS(mq_unlink, NAME);
	is(open_with(NAME, O_CREAT | O_RDWR, 0, 1), -EINVAL, "no message");
	is(open_with(NAME, O_CREAT | O_RDWR, 1, 0), -EINVAL, "no byte");
	is(open_with(NAME, O_CREAT | O_RDWR, -1, 1), -EINVAL, "fewer");
	is(open_with(NAME, O_CREAT | O_RDWR, 65537, 1), -EINVAL,
	   "too many for root");
	is(open_with(NAME, O_CREAT | O_RDWR, 1, (16 << 20) + 1), -EINVAL,
	   "or too long");
}

static void order(void)
{
	int fd = open_with(NAME, O_CREAT | O_RDWR | O_NONBLOCK, 4, 8);
	struct pollfd poll = { .fd = fd, .events = POLLIN | POLLOUT };

	SYS(poll, &poll, 1, 0);
	is(poll.revents, POLLOUT, "an empty queue");
	send(fd, "low", 1);
	send(fd, "high", 32767);
	send(fd, "low2", 1);
	send(fd, "zero", 0);
	SYS(poll, &poll, 1, 0);
	is(poll.revents, POLLIN, "a full one");
	is(send(fd, "more", 0), -EAGAIN, "has no room");
	is(send(fd, "more", 32768), -EINVAL, "a priority above the highest");
	is(send(fd, "123456789", 0), -EMSGSIZE, "too long for it");
	is(SYS(mq_timedreceive, fd, buf, 7, 0, 0), -EMSGSIZE,
	   "a buffer that a message may not fit");
	next_is(fd, "high", 32767);
	next_is(fd, "low", 1);
	next_is(fd, "low2", 1);
	is(SYS(mq_timedsend, fd, 0x10, 1, 0, 0), -EFAULT, "no message there");
	is(SYS(mq_timedreceive, fd, 0x10, 8, 0, 0), -EFAULT, "no buffer there");
	is(receive(fd, 0), -EAGAIN, "the message is lost");
	is(send(fd, "", 7), 0, "an empty message");
	next_is(fd, "", 7);
	SYS(close, fd);
	SYS(mq_unlink, NAME);
}

/* ---- waiting ----------------------------------------------------- */

static int receive_and_compare(void *arg)
{
	return receive((int)arg, 0) == 3 && !strcmp(buf, "abc") ? 0 : 1;
}

static int send_abc(void *arg)
{
	return send((int)arg, "abc", 5);
}

static int receive_it(void *arg)
{
	return receive((int)arg, 0);
}

static void ended(pid_t pid, int want, const char *what)
{
	int status = 0;

	waitpid(pid, &status, 0);
	is(WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status), want,
	   "%s", what);
}

/* The queue may be in either state when the call is made: both end alike. */
static void waits(void)
{
	int fd = open_with(NAME, O_CREAT | O_RDWR, 1, 8);
	pid_t pid;

	signal_ends_wait(receive_it, (void *)fd, "an empty queue");
	pid = start_child(receive_and_compare, (void *)fd);
	is(send(fd, "abc", 0), 0, "send to a task that may wait");
	ended(pid, 0, "it gets the message");
	pid = start_child(receive_and_compare, (void *)fd);
	SYS(kill, pid, LINUX_SIGKILL);
	ended(pid, -LINUX_SIGKILL, "one that waits can be killed");

	send(fd, "full", 0);
	signal_ends_wait(send_abc, (void *)fd, "a full queue");
	pid = start_child(send_abc, (void *)fd);
	next_is(fd, "full", 0);
	ended(pid, 0, "a message leaves room for one that waits");
	next_is(fd, "abc", 5);
	SYS(close, fd);
	SYS(mq_unlink, NAME);
}

static void times(void)
{
	int fd = open_with(NAME, O_CREAT | O_RDWR, 1, 8192);
	struct old_timespec32 past = { 1, 0 }, none = { 0, 1000000000 };
	struct kernel_timespec past64 = { 1, 0 };

	is(SYS(mq_timedreceive, fd, buf, sizeof(buf), 0, &past), -ETIMEDOUT,
	   "a time that has passed");
	is(SYS(mq_timedreceive_time64, fd, buf, sizeof(buf), 0, &past64),
	   -ETIMEDOUT, "of 64 bits");
	is(SYS(mq_timedreceive, fd, buf, sizeof(buf), 0, &none), -EINVAL,
	   "no time");
	is(SYS(mq_timedreceive, fd, buf, sizeof(buf), 0, 0x10), -EFAULT,
	   "none there");
	is(SYS(mq_timedsend, fd, "x", 1, 0, &past), 0,
	   "a call that need not wait does not look");
	is(SYS(mq_timedsend, fd, "x", 1, 0, &past), -ETIMEDOUT, "a full queue");
	is(SYS(mq_timedsend_time64, fd, "x", 1, 0, &past64), -ETIMEDOUT,
	   "of 64 bits");
	is(SYS(mq_timedsend, fd, "x", 1, 0, &none), -EINVAL, "no time");
	next_is(fd, "x", 0);
	SYS(close, fd);
	SYS(mq_unlink, NAME);
}

/* ---- timeouts beside messages ------------------------------------ */

#define EACH 500

/* What senders and receivers share. */
static volatile struct {
	uint32_t over, seen[2 * EACH];
} * race;

/* A time that comes while a call waits, or just before. */
static const struct kernel_timespec *soon(uint32_t i)
{
	static struct kernel_timespec until;

	SYS(clock_gettime64, CLOCK_REALTIME, &until);
	until.tv_nsec += 10000 * (i % 16);
	if (until.tv_nsec >= 1000000000) {
		until.tv_nsec -= 1000000000;
		until.tv_sec++;
	}
	return &until;
}

static int race_fd;

static int send_numbers(void *first)
{
	uint32_t from = (uint32_t)first;
	int32_t err;

	for (uint32_t i = from; i < from + EACH; i++) {
		do
			err = SYS(mq_timedsend_time64, race_fd, &i, 4, 0,
				  soon(i));
		while (err == -ETIMEDOUT);
		if (err)
			return 1;
	}
	return 0;
}

/* Until the senders have ended and nothing comes any more. */
static int receive_numbers(void *unused)
{
	uint32_t i = 0;
	bool over;

	(void)unused;
	for (;;) {
		over = race->over;
		if (SYS(mq_timedreceive_time64, race_fd, &i, 4, 0, soon(i)) ==
		    4)
			__atomic_fetch_add(&race->seen[i], 1, __ATOMIC_SEQ_CST);
		else if (over)
			return 0;
	}
}

static void each_once(void)
{
	uint32_t wrong = 0;
	pid_t pids[4];

	race = (void *)pages_with(1, PROT_READ | PROT_WRITE, MAP_SHARED);
	race_fd = open_with(NAME, O_CREAT | O_RDWR, 1, 4);
	for (uint32_t i = 0; i < 4; i++)
		pids[i] = i < 2 ?
			start_child(send_numbers, (void *)(i * EACH)) :
			start_child(receive_numbers, NULL);
	for (uint32_t i = 0; i < 4; i++) {
		ended(pids[i], 0, i < 2 ? "a sender" : "a receiver");
		race->over = i > 0;
	}
	for (uint32_t i = 0; i < 2 * EACH; i++)
		wrong += race->seen[i] != 1;
	is((int32_t)wrong, 0,
	   "a message at the moment of a timeout is neither lost nor twice");
	SYS(close, race_fd);
	SYS(mq_unlink, NAME);
}

/* ---- the notice -------------------------------------------------- */

#define NOTICE LINUX_SIGUSR1

static volatile int told, told_code, told_pid;
static volatile uint32_t told_value;

static void tell(int sig, struct test_siginfo *info, void *ucontext)
{
	(void)sig, (void)ucontext;
	told++;
	told_code = info->si_code;
	told_pid = (int)info->pad[0];
	told_value = info->pad[2];
}

static struct sigevent event = { .sigev_value = 0x1234,
				 .sigev_signo = NOTICE,
				 .sigev_notify = SIGEV_SIGNAL };

/* Whether another process may ask: 0, or its errno. */
static int ask_and_exit(void *arg)
{
	return -SYS(mq_notify, (int)arg, &event);
}

/* The process's second program; it inherits the queue, and asked for nothing. */
static int after_exec(int fd)
{
	if (in_child(send_abc, (void *)fd))
		return 1;
	return SYS(mq_notify, fd, &event) ? 2 : 0;
}

static int ask_and_exec(void *arg)
{
	char fd[12], *argv[] = { "mqueue", fd, NULL }, *envp[] = { NULL };

	snprintf(fd, sizeof(fd), "%d", (int)arg);
	by_default(NOTICE);
	if (SYS(mq_notify, (int)arg, &event))
		return 3;
	SYS(fcntl64, (int)arg, F_SETFD, 0);
	SYS(execve, "/proc/self/exe", argv, envp);
	return 4;
}

static void notices(void)
{
	int fd = open_with(NAME, O_CREAT | O_RDWR, 4, 8192), other;

	handle(NOTICE, tell, TEST_SA_SIGINFO | TEST_SA_RESTART);
	is(SYS(mq_notify, fd, &event), 0, "to be told of a message");
	is(SYS(mq_notify, fd, &event), -EBUSY, "only once");
	is(WEXITSTATUS(in_child(ask_and_exit, (void *)fd)), EBUSY,
	   "and nobody else");
	in_child(send_abc, (void *)fd);
	is(told, 1, "a message to the empty queue: told");
	ok(told_code == SI_MESGQ && told_value == 0x1234 &&
		   told_pid != getpid(),
	   "with the value, and who sent it");
	in_child(send_abc, (void *)fd);
	receive(fd, 0);
	receive(fd, 0);
	in_child(send_abc, (void *)fd);
	is(told, 1, "once is once");
	is(SYS(mq_notify, fd, &event), 0, "again, of a queue that holds one");
	send(fd, "second", 0);
	is(told, 1, "a second message does not count");
	receive(fd, 0);
	receive(fd, 0);
	send(fd, "first", 0);
	is(told, 2, "after the last is gone, one does");
	receive(fd, 0);

	SYS(mq_notify, fd, &event);
	is(SYS(mq_notify, fd, 0), 0, "not to be told any more");
	send(fd, "x", 0);
	is(told, 2, "it is so");
	receive(fd, 0);
	SYS(mq_notify, fd, &event);
	other = SYS(dup, fd);
	SYS(close, other);
	is(WEXITSTATUS(in_child(ask_and_exit, (void *)fd)), 0,
	   "a close of any descriptor of it ends the request");
	is(SYS(mq_notify, fd, &event), 0, "so does the end of the process");
	SYS(mq_notify, fd, 0);
	is(in_child(ask_and_exec, (void *)fd), 0,
	   "a new program of the process gets no signal, which would end it");
	receive(fd, 0);
	SYS(mq_notify, fd, &event);
	pid_t pid = start_child(receive_and_compare, (void *)fd);
	SYS(mq_notify, fd, 0);
	event.sigev_notify = SIGEV_NONE;
	is(SYS(mq_notify, fd, &event), 0, "a request without a signal");
	send(fd, "abc", 0);
	ended(pid, 0, "a task that waits gets the message");
	SYS(mq_notify, fd, 0);
	event.sigev_notify = 77;
	is(SYS(mq_notify, fd, &event), -EINVAL, "no such kind");
	event.sigev_notify = SIGEV_SIGNAL;
	event.sigev_signo = 65;
	is(SYS(mq_notify, fd, &event), -EINVAL, "no such signal");
	is(SYS(mq_notify, fd, 0x10), -EFAULT, "no request there");
	is(SYS(mq_notify, 1, 0), -EBADF, "no queue");
	SYS(close, fd);
	SYS(mq_unlink, NAME);
}

/* ---- users and limits -------------------------------------------- */

static int as_a_user(void *unused)
{
	struct rlimit limit = { 1000, 1000 };
	int fd;

	(void)unused;
	SYS(setresuid32, 1000, 1000, 1000);
	is(SYS(mq_open, NAME, O_RDWR, 0, 0), -EACCES, "another's queue");
	is(SYS(mq_unlink, NAME), -EPERM, "is not to be removed");
	is(open_with("pagewalk-own", O_CREAT | O_RDWR, 11, 1), -EINVAL,
	   "more messages than a user may have");
	is(open_with("pagewalk-own", O_CREAT | O_RDWR, 1, 8193), -EINVAL,
	   "or longer");
	SYS(setrlimit, RLIMIT_MSGQUEUE, &limit);
	is(open_with("pagewalk-own", O_CREAT | O_RDWR, 10, 53), -EMFILE,
	   "RLIMIT_MSGQUEUE: 10 messages of 53 bytes, 48 for each: 1010");
	fd = open_with("pagewalk-own", O_CREAT | O_RDWR, 10, 42);
	ok(fd >= 0, "of 42: 900");
	is(open_with("pagewalk-2", O_CREAT | O_RDWR, 1, 53), -EMFILE,
	   "one more of 101");
	SYS(mq_unlink, "pagewalk-own");
	is(open_with("pagewalk-2", O_CREAT | O_RDWR, 1, 53), -EMFILE,
	   "an open queue counts without its name");
	SYS(close, fd);
	fd = open_with("pagewalk-2", O_CREAT | O_RDWR, 1, 53);
	ok(fd >= 0, "a closed one does not");
	SYS(mq_unlink, "pagewalk-2");
	return 0;
}

static void users(void)
{
	int fd = SYS(mq_open, NAME, O_CREAT | O_RDWR, 0600, 0);

	checks_in_child(as_a_user, NULL);
	SYS(close, fd);
	SYS(mq_unlink, NAME);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return after_exec(atoi(argv[1]));
	names();
	attributes();
	order();
	waits();
	times();
	each_once();
	notices();
	users();
	return done();
}
