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

	is(receive(fd, &got), (int32_t)strlen(text), "receive a message");
	ok(!strcmp(buf, text), "the message is '%s'", text);
	is((int32_t)got, (int32_t)prio, "receive returns its priority");
}

/* ---- names ------------------------------------------------------- */

static int without_descriptors(void *unused)
{
	struct rlimit limit = { 3, 3 };

	(void)unused;
	SYS(setrlimit, RLIMIT_NOFILE, &limit);
	is(SYS(mq_open, NAME, O_CREAT | O_RDWR, 0600, 0), -EMFILE,
	   "mq_open: no descriptor is free");
	is(SYS(mq_unlink, NAME), -ENOENT,
	   "mq_unlink: that call has made no queue");
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

static void refused_names(void)
{
	static char name[300];
	int fd;

	is(SYS(mq_open, NAME, O_RDWR, 0, 0), -ENOENT,
	   "mq_open: a queue that does not exist");
	is(SYS(mq_unlink, NAME), -ENOENT,
	   "mq_unlink: a queue that does not exist");
	checks_in_child(without_descriptors, NULL);
	is(SYS(mq_open, "", O_CREAT | O_RDWR, 0600, 0), -ENOENT,
	   "mq_open: an empty name");
	is(SYS(mq_open, "a/b", O_CREAT | O_RDWR, 0600, 0), -EACCES,
	   "mq_open: a name with a slash");
	is(SYS(mq_open, ".", O_CREAT | O_RDWR, 0600, 0), -EACCES,
	   "mq_open: the name .");
	is(SYS(mq_open, 0x10, O_RDWR, 0, 0), -EFAULT,
	   "mq_open: a bad pointer for the name");
	is(SYS(mq_open, NAME, O_RDWR, 0, 0x10), -EFAULT,
	   "mq_open: a bad pointer for the attributes");
	memset(name, 'x', 256);
	is(SYS(mq_open, name, O_CREAT | O_RDWR, 0600, 0), -ENAMETOOLONG,
	   "mq_open: a name of 256 letters");
	name[255] = 0;
	fd = SYS(mq_open, name, O_CREAT | O_RDWR, 0600, 0);
	ok(fd >= 0, "mq_open: a name of 255 letters");
	is(SYS(mq_unlink, name), 0, "mq_unlink of that name");
	SYS(close, fd);
}

static void names(void)
{
	struct mq_attr attr[1];
	int fd, other;

	refused_names();
	fd = SYS(mq_open, NAME, O_CREAT | O_RDWR, 0600, 0);
	ok(fd >= 0, "mq_open with O_CREAT");
	link_is(fd, "/" NAME);
	other = SYS(mq_open, NAME, O_RDWR | O_PATH, 0, 0);
	ok(other >= 0, "mq_open with O_PATH");
	is(send(other, "x", 0), -EBADF, "send by an O_PATH descriptor");
	is(receive(other, 0), -EBADF, "receive by an O_PATH descriptor");
	is(SYS(mq_getsetattr, other, 0, attr), -EBADF,
	   "mq_getsetattr of an O_PATH descriptor");
	is(SYS(mq_notify, other, 0), -EBADF,
	   "mq_notify of an O_PATH descriptor");
	SYS(close, other);
	is(fs_type(fd), 0x19800202, "fstatfs of a queue");
	is(SYS(fcntl64, fd, F_GETFD), FD_CLOEXEC,
	   "the descriptor is close-on-exec");
	is(SYS(mq_open, NAME, O_CREAT | O_EXCL | O_RDWR, 0600, 0), -EEXIST,
	   "mq_open with O_EXCL: the queue exists");
	is(SYS(mq_open, NAME, O_ACCMODE, 0, 0), -EINVAL,
	   "mq_open: O_ACCMODE is no way of access");
	other = SYS(mq_open, NAME, O_RDONLY, 0, 0);
	is(send(other, "x", 0), -EBADF, "send to a queue opened to receive");
	SYS(close, other);
	other = SYS(mq_open, NAME, O_WRONLY, 0, 0);
	is(receive(other, 0), -EBADF, "receive from a queue opened to send");
	is(send(other, "kept", 0), 0, "send a message");
	SYS(close, other);
	is(SYS(mq_unlink, NAME), 0, "mq_unlink of an open queue");
	link_is(fd, "/" NAME " (deleted)");
	is(SYS(mq_open, NAME, O_RDWR, 0, 0), -ENOENT,
	   "mq_open: the name does not exist any more");
	next_is(fd, "kept", 0);
	SYS(close, fd);
	is(receive(fd, 0), -EBADF, "receive from a closed descriptor");
	is(send(1, "x", 0), -EBADF, "send to a file that is no queue");
}

/* ---- what it holds ----------------------------------------------- */

static void attributes(void)
{
	struct mq_attr attr = { 0 };
	int fd = SYS(mq_open, NAME, O_CREAT | O_RDWR, 0600, 0);

	is(SYS(mq_getsetattr, fd, 0, &attr), 0,
	   "mq_getsetattr reads the attributes");
	is(attr.mq_maxmsg, 10, "a queue has 10 messages by default");
	is(attr.mq_msgsize, 8192, "of 8192 bytes each");
	attr.mq_flags = O_NONBLOCK;
	is(SYS(mq_getsetattr, fd, &attr, &attr), 0,
	   "mq_getsetattr sets O_NONBLOCK");
	is(attr.mq_flags, 0, "it returns the old flags");
	is(receive(fd, 0), -EAGAIN, "receive does not wait any more");
	attr.mq_flags = 1;
	is(SYS(mq_getsetattr, fd, &attr, 0), -EINVAL,
	   "mq_getsetattr: another flag");
	is(SYS(mq_getsetattr, fd, 0x10, 0), -EFAULT,
	   "mq_getsetattr: a bad pointer");
	is(SYS(mq_getsetattr, 1, 0, &attr), -EBADF,
	   "mq_getsetattr: a file that is no queue");
	SYS(close, fd);
	SYS(mq_unlink, NAME);
	is(open_with(NAME, O_CREAT | O_RDWR, 0, 1), -EINVAL,
	   "mq_open: a queue of 0 messages");
	is(open_with(NAME, O_CREAT | O_RDWR, 1, 0), -EINVAL,
	   "mq_open: messages of 0 bytes");
	is(open_with(NAME, O_CREAT | O_RDWR, -1, 1), -EINVAL,
	   "mq_open: a queue of -1 messages");
	is(open_with(NAME, O_CREAT | O_RDWR, 65537, 1), -EINVAL,
	   "mq_open: more messages than root may have");
	is(open_with(NAME, O_CREAT | O_RDWR, 1, (16 << 20) + 1), -EINVAL,
	   "mq_open: messages of more than 16 MiB");
}

static void order(void)
{
	int fd = open_with(NAME, O_CREAT | O_RDWR | O_NONBLOCK, 4, 8);
	struct pollfd poll = { .fd = fd, .events = POLLIN | POLLOUT };

	SYS(poll, &poll, 1, 0);
	is(poll.revents, POLLOUT, "poll: an empty queue");
	send(fd, "low", 1);
	send(fd, "high", 32767);
	send(fd, "low2", 1);
	send(fd, "zero", 0);
	SYS(poll, &poll, 1, 0);
	is(poll.revents, POLLIN, "poll: a full queue");
	is(send(fd, "more", 0), -EAGAIN, "send to a full queue");
	is(send(fd, "more", 32768), -EINVAL,
	   "send: a priority above the highest");
	is(send(fd, "123456789", 0), -EMSGSIZE,
	   "send: a message that is too long");
	is(SYS(mq_timedreceive, fd, buf, 7, 0, 0), -EMSGSIZE,
	   "receive: a buffer shorter than mq_msgsize");
	next_is(fd, "high", 32767);
	next_is(fd, "low", 1);
	next_is(fd, "low2", 1);
	is(SYS(mq_timedsend, fd, 0x10, 1, 0, 0), -EFAULT,
	   "send: a bad pointer");
	is(SYS(mq_timedreceive, fd, 0x10, 8, 0, 0), -EFAULT,
	   "receive: a bad pointer");
	is(receive(fd, 0), -EAGAIN, "receive: that message is lost");
	is(send(fd, "", 7), 0, "send a message of 0 bytes");
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
	ended(pid, 0, "the task gets the message");
	pid = start_child(receive_and_compare, (void *)fd);
	SYS(kill, pid, LINUX_SIGKILL);
	ended(pid, -LINUX_SIGKILL, "a task that waits can be killed");

	send(fd, "full", 0);
	signal_ends_wait(send_abc, (void *)fd, "a full queue");
	pid = start_child(send_abc, (void *)fd);
	next_is(fd, "full", 0);
	ended(pid, 0, "a receive makes room for a task that waits");
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
	   "receive: a time that has passed");
	is(SYS(mq_timedreceive_time64, fd, buf, sizeof(buf), 0, &past64),
	   -ETIMEDOUT, "receive: the same with a time of 64 bits");
	is(SYS(mq_timedreceive, fd, buf, sizeof(buf), 0, &none), -EINVAL,
	   "receive: 10^9 nanoseconds are no time");
	is(SYS(mq_timedreceive, fd, buf, sizeof(buf), 0, 0x10), -EFAULT,
	   "receive: a bad pointer for the time");
	is(SYS(mq_timedsend, fd, "x", 1, 0, &past), 0,
	   "send that need not wait ignores the time");
	is(SYS(mq_timedsend, fd, "x", 1, 0, &past), -ETIMEDOUT,
	   "send to a full queue: a time that has passed");
	is(SYS(mq_timedsend_time64, fd, "x", 1, 0, &past64), -ETIMEDOUT,
	   "send: the same with a time of 64 bits");
	is(SYS(mq_timedsend, fd, "x", 1, 0, &none), -EINVAL,
	   "send: 10^9 nanoseconds are no time");
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
		ended(pids[i], 0,
		      i < 2 ? "a sender has sent all its messages" :
			      "a receiver has ended");
		race->over = i > 0;
	}
	for (uint32_t i = 0; i < 2 * EACH; i++)
		wrong += race->seen[i] != 1;
	is((int32_t)wrong, 0,
	   "no message at the moment of a timeout is lost or doubled");
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
	is(SYS(mq_notify, fd, &event), 0, "mq_notify");
	is(SYS(mq_notify, fd, &event), -EBUSY,
	   "mq_notify: there is a request already");
	is(WEXITSTATUS(in_child(ask_and_exit, (void *)fd)), EBUSY,
	   "mq_notify of another process: there is one already");
	in_child(send_abc, (void *)fd);
	is(told, 1, "a message to the empty queue sends the signal");
	ok(told_code == SI_MESGQ && told_value == 0x1234 &&
		   told_pid != getpid(),
	   "siginfo has the value and the sender");
	in_child(send_abc, (void *)fd);
	receive(fd, 0);
	receive(fd, 0);
	in_child(send_abc, (void *)fd);
	is(told, 1, "the request was for one message");
	is(SYS(mq_notify, fd, &event), 0,
	   "mq_notify while the queue has a message");
	send(fd, "second", 0);
	is(told, 1, "a message to a queue that is not empty sends none");
	receive(fd, 0);
	receive(fd, 0);
	send(fd, "first", 0);
	is(told, 2, "the first message to the emptied queue does");
	receive(fd, 0);

	SYS(mq_notify, fd, &event);
	is(SYS(mq_notify, fd, 0), 0, "mq_notify ends the request");
	send(fd, "x", 0);
	is(told, 2, "a message sends no signal then");
	receive(fd, 0);
	SYS(mq_notify, fd, &event);
	other = SYS(dup, fd);
	SYS(close, other);
	is(WEXITSTATUS(in_child(ask_and_exit, (void *)fd)), 0,
	   "close of any of its descriptors ends the request");
	is(SYS(mq_notify, fd, &event), 0,
	   "the end of the process ends the request");
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
	is(SYS(mq_notify, fd, &event), -EINVAL,
	   "mq_notify: a kind that does not exist");
	event.sigev_notify = SIGEV_SIGNAL;
	event.sigev_signo = 65;
	is(SYS(mq_notify, fd, &event), -EINVAL,
	   "mq_notify: a signal that does not exist");
	is(SYS(mq_notify, fd, 0x10), -EFAULT, "mq_notify: a bad pointer");
	is(SYS(mq_notify, 1, 0), -EBADF, "mq_notify: a file that is no queue");
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
	is(SYS(mq_open, NAME, O_RDWR, 0, 0), -EACCES,
	   "a user cannot open root's queue");
	is(SYS(mq_unlink, NAME), -EPERM, "a user cannot remove root's queue");
	is(open_with("pagewalk-own", O_CREAT | O_RDWR, 11, 1), -EINVAL,
	   "mq_open: more messages than a user may have");
	is(open_with("pagewalk-own", O_CREAT | O_RDWR, 1, 8193), -EINVAL,
	   "mq_open: longer messages than a user may have");
	SYS(setrlimit, RLIMIT_MSGQUEUE, &limit);
	is(open_with("pagewalk-own", O_CREAT | O_RDWR, 10, 53), -EMFILE,
	   "RLIMIT_MSGQUEUE: 10 messages of 53 bytes, 48 for each: 1010");
	fd = open_with("pagewalk-own", O_CREAT | O_RDWR, 10, 42);
	ok(fd >= 0, "RLIMIT_MSGQUEUE: 10 messages of 42 bytes: 900");
	is(open_with("pagewalk-2", O_CREAT | O_RDWR, 1, 53), -EMFILE,
	   "RLIMIT_MSGQUEUE: 101 bytes more are too many");
	SYS(mq_unlink, "pagewalk-own");
	is(open_with("pagewalk-2", O_CREAT | O_RDWR, 1, 53), -EMFILE,
	   "an open queue without a name counts");
	SYS(close, fd);
	fd = open_with("pagewalk-2", O_CREAT | O_RDWR, 1, 53);
	ok(fd >= 0, "a closed queue without a name does not");
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
