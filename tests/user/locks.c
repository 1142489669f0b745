/*
 * Locks that programs hold on files: record locks of a process and of an open
 * file, and flock. Who is in the way, who waits, and what closing gives back.
 */
#include <uapi/fcntl.h>
#include <uapi/signal.h>
#include "check.h"

/* Linux's struct flock64. */
struct range {
	int16_t type, whence;
	int64_t start, len;
	int32_t pid;
};

static char path[64];

static int open_it(void)
{
	return SYS(open, path, O_RDWR, 0);
}

static int32_t lock_cmd(int fd, uint32_t cmd, int type, int64_t start,
			int64_t len)
{
	struct range range = { type, SEEK_SET, start, len, 0 };

	return SYS(fcntl64, fd, cmd, &range);
}

static int32_t lock(int fd, int type, int64_t start, int64_t len)
{
	return lock_cmd(fd, F_SETLK64, type, start, len);
}

/* ---- a second process, which does as it is told ------------------ */

struct order {
	uint32_t cmd;
	int type;
	int64_t start, len;
};

static int obey(void *arg)
{
	const struct order *order = arg;
	int fd = open_it();

	return -lock_cmd(fd, order->cmd, order->type, order->start, order->len);
}

/* What another process gets for that lock: 0 or -errno. */
static int32_t other(int type, int64_t start, int64_t len)
{
	struct order order = { F_SETLK64, type, start, len };

	return -WEXITSTATUS(in_child(obey, &order));
}

struct found {
	int type;
	int64_t start, len;
	int32_t pid;
};

static int look(void *arg)
{
	struct found *want = arg;
	struct range range = { F_WRLCK, SEEK_SET, 0, 0, 0 };
	int fd = open_it();

	is(SYS(fcntl64, fd, F_GETLK64, &range), 0, "another looks");
	ok(range.type == want->type && range.whence == SEEK_SET &&
		   range.start == want->start && range.len == want->len &&
		   range.pid == want->pid,
	   "and finds type %d from %d, %d bytes", want->type, (int)want->start,
	   (int)want->len);
	return 0;
}

/* The first lock that another process finds on the file. */
static void expect(int type, int64_t start, int64_t len)
{
	struct found want = { type, start, len, getpid() };

	checks_in_child(look, &want);
}

/* ---- ranges ------------------------------------------------------ */

static void ranges(void)
{
	int fd = open_it();

	is(lock(fd, F_WRLCK, 10, 10), 0, "bytes 10 to 19, exclusively");
	is(other(F_RDLCK, 0, 10), 0, "another has those before");
	is(other(F_RDLCK, 0, 11), -EAGAIN, "not the first of them");
	is(other(F_WRLCK, 19, 1), -EAGAIN, "nor the last");
	is(other(F_WRLCK, 20, 0), 0, "but all behind");
	expect(F_WRLCK, 10, 10);
	is(lock(fd, F_RDLCK, 10, 10), 0, "now shared");
	is(other(F_RDLCK, 0, 0), 0, "another may share");
	is(other(F_WRLCK, 15, 1), -EAGAIN, "and not have it alone");
	is(lock(fd, F_RDLCK, 20, 5), 0, "the bytes behind");
	expect(F_RDLCK, 10, 15);
	is(lock(fd, F_UNLCK, 13, 4), 0, "a hole");
	expect(F_RDLCK, 10, 3);
	is(other(F_WRLCK, 13, 4), 0, "is free");
	is(other(F_WRLCK, 17, 1), -EAGAIN, "what is behind it, is not");
	is(lock(fd, F_WRLCK, 12, 6), 0, "over it, exclusively");
	expect(F_RDLCK, 10, 2);
	is(other(F_RDLCK, 18, 1), 0, "the rest is shared");
	is(other(F_RDLCK, 17, 1), -EAGAIN, "this is not");
	is(lock(fd, F_UNLCK, 0, 0), 0, "all of it");
	is(other(F_WRLCK, 0, 0), 0, "is free");
	is(lock(fd, F_WRLCK, 100, 0), 0, "to the end, wherever that is");
	is(other(F_WRLCK, 1ll << 40, 1), -EAGAIN, "far behind");
	expect(F_WRLCK, 100, 0);
	is(lock(fd, F_WRLCK, 50, -10), 0, "ten bytes before");
	expect(F_WRLCK, 40, 10);
	is(lock(fd, F_WRLCK, 5, -10), -EINVAL, "before the beginning");
	is(lock(fd, F_WRLCK, INT64_MAX, 2), -EOVERFLOW, "behind the end");
	is(lock(fd, 7, 0, 0), -EINVAL, "a kind of lock that is none");
	SYS(close, fd);
	fd = SYS(open, path, O_RDONLY, 0);
	is(lock(fd, F_WRLCK, 0, 0), -EBADF, "opened for reading: shared only");
	is(lock(fd, F_RDLCK, 0, 0), 0, "as here");
	SYS(close, fd);
	is(lock(77, F_RDLCK, 0, 0), -EBADF, "no such descriptor");
}

static int has_none(void *arg)
{
	int fd = *(int *)arg;

	return -lock(fd, F_WRLCK, 0, 0);
}

static void owners(void)
{
	int fd = open_it(), second = open_it();

	is(lock(fd, F_WRLCK, 0, 0), 0, "a process's lock");
	is(lock(second, F_WRLCK, 0, 0), 0, "is nothing to itself");
	is(WEXITSTATUS(in_child(has_none, &fd)), EAGAIN,
	   "a child does not inherit it");
	is(other(F_RDLCK, 0, 0), -EAGAIN, "and is kept out");
	SYS(close, second);
	is(other(F_RDLCK, 0, 0), 0, "closing any descriptor gives all back");
	lock(fd, F_WRLCK, 0, 0);
	second = SYS(dup, fd);
	SYS(dup2, 0, second);
	is(other(F_RDLCK, 0, 0), 0, "so does dup2 in its place");
	SYS(close, second);
	SYS(close, fd);
}

/* ---- waiting ----------------------------------------------------- */

static int waits(void *arg)
{
	(void)arg;
	return lock_cmd(open_it(), F_SETLKW64, F_WRLCK, 0, 1) == 0 ? 0 : 1;
}

static int crosses(void *arg)
{
	int fd = open_it();

	SYS(write, *(int *)arg, "x", lock(fd, F_WRLCK, 1, 1) == 0);
	return lock_cmd(fd, F_SETLKW64, F_WRLCK, 0, 1) == 0 ? 0 : 1;
}

static void on_alarm(int sig, struct test_siginfo *info, void *context)
{
	(void)sig;
	(void)info;
	(void)context;
}

static int is_interrupted(void *arg)
{
	static const uint32_t soon[] = { 0, 0, 0, 20000 };

	(void)arg;
	handle(SIGALRM, on_alarm, 0);
	SYS(setitimer, 0, soon, 0);
	return -lock_cmd(open_it(), F_SETLKW64, F_WRLCK, 0, 1);
}

static void waiting(void)
{
	int fd = open_it(), status = 0, ends[2];
	char c;
	pid_t pid;

	lock(fd, F_WRLCK, 0, 1);
	pid = start_child(waits, 0);
	sleep_ms(50);
	is(SYS(wait4, pid, 0, 1, 0), 0, "SETLKW waits");
	lock(fd, F_UNLCK, 0, 0);
	SYS(wait4, pid, &status, 0, 0);
	is(status, 0, "until it is its turn");
	lock(fd, F_WRLCK, 0, 1);
	is(WEXITSTATUS(in_child(is_interrupted, 0)), EINTR,
	   "a signal ends the waiting");
	SYS(pipe, ends);
	pid = start_child(crosses, &ends[1]);
	SYS(read, ends[0], &c, 1); /* it has the second byte */
	sleep_ms(50);              /* and waits for the first */
	is(lock_cmd(fd, F_SETLKW64, F_WRLCK, 1, 1), -EDEADLK,
	   "two who would wait for each other");
	lock(fd, F_UNLCK, 0, 0);
	SYS(wait4, pid, &status, 0, 0);
	is(status, 0, "the other one goes on");
	SYS(close, fd);
	SYS(close, ends[0]);
	SYS(close, ends[1]);
}

/* ---- locks of open files ----------------------------------------- */

static int same_file(void *arg)
{
	return -lock_cmd(*(int *)arg, F_OFD_SETLK, F_WRLCK, 0, 5);
}

static void of_open_files(void)
{
	struct range range = { F_WRLCK, SEEK_SET, 0, 0, 0 };
	int fd = open_it(), second = open_it(), third;

	is(lock_cmd(fd, F_OFD_SETLK, F_WRLCK, 0, 10), 0, "an open file's lock");
	is(lock_cmd(second, F_OFD_SETLK, F_RDLCK, 0, 0), -EAGAIN,
	   "is in the way of another open file");
	is(lock(second, F_RDLCK, 0, 0), -EAGAIN, "and of the process");
	is(SYS(fcntl, second, F_OFD_GETLK, &range), -EINVAL,
	   "the old call knows none of these locks");
	is(SYS(fcntl64, second, F_OFD_GETLK, &range), 0, "who has it?");
	ok(range.type == F_WRLCK && range.len == 10 && range.pid == -1,
	   "nobody in particular");
	range.pid = 1;
	is(SYS(fcntl64, fd, F_OFD_SETLK, &range), -EINVAL, "a pid with it");
	is(WEXITSTATUS(in_child(same_file, &fd)), 0, "a child shares it");
	third = SYS(dup, fd);
	SYS(close, fd);
	is(lock(second, F_RDLCK, 0, 0), -EAGAIN, "a duplicate keeps it");
	SYS(close, third);
	is(lock(second, F_RDLCK, 0, 0), 0, "the last one gives it back");
	SYS(close, second);
}

static int flocks(void *arg)
{
	return -SYS(flock, open_it(), *(uint32_t *)arg | LOCK_NB);
}

/* What another process gets for that flock: 0 or -errno. */
static int32_t other_flock(uint32_t op)
{
	return -WEXITSTATUS(in_child(flocks, &op));
}

static void whole_files(void)
{
	int fd = open_it(), second = open_it(), dir;

	is(SYS(flock, fd, LOCK_SH), 0, "flock, shared");
	is(other_flock(LOCK_SH), 0, "by two");
	is(other_flock(LOCK_EX), -EAGAIN, "not exclusively");
	is(SYS(flock, fd, LOCK_EX), 0, "exclusively");
	is(other_flock(LOCK_SH), -EAGAIN, "by one");
	is(SYS(flock, second, LOCK_SH | LOCK_NB), -EAGAIN,
	   "another open file of one process is another");
	is(lock(second, F_WRLCK, 0, 0), 0, "record locks are another matter");
	is(SYS(flock, fd, LOCK_UN), 0, "given back");
	is(SYS(flock, second, LOCK_EX | LOCK_NB), 0, "and taken");
	is(SYS(flock, fd, 0), -EINVAL, "neither this nor that");
	is(SYS(flock, 77, LOCK_SH), -EBADF, "no such descriptor");
	SYS(close, second);
	is(SYS(flock, fd, LOCK_EX | LOCK_NB), 0, "closing gives it back");
	dir = SYS(open, "/tmp", O_RDONLY | O_DIRECTORY, 0);
	is(SYS(flock, dir, LOCK_SH), 0, "of a directory");
	SYS(close, dir);
	SYS(close, fd);
}

int main(void)
{
	int fd;

	strcpy(path, scratch("f"));
	fd = make_file(path, 200);
	SYS(close, fd);
	ranges();
	owners();
	waiting();
	of_open_files();
	whole_files();
	SYS(unlink, path);
	remove_scratch();
	return done();
}
