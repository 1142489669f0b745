/*
 * Locks that programs hold on files: record locks of a process and of an open
 * file, and flock. Which locks conflict, how they wait, and what close unlocks.
 */
#include <uapi/fcntl.h>
#include <uapi/signal.h>
#include <uapi/stat.h>
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

/* ---- a second process -------------------------------------------- */

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

/* Returns what another process gets for that lock: 0 or -errno. */
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

	is(SYS(fcntl64, fd, F_GETLK64, &range), 0,
	   "another process: F_GETLK of the whole file");
	ok(range.type == want->type && range.whence == SEEK_SET &&
		   range.start == want->start && range.len == want->len &&
		   range.pid == want->pid,
	   "it finds a lock of type %d from %d, %d bytes", want->type,
	   (int)want->start, (int)want->len);
	return 0;
}

/* Checks the first lock that another process finds on the file. */
static void expect(int type, int64_t start, int64_t len)
{
	struct found want = { type, start, len, getpid() };

	checks_in_child(look, &want);
}

/* ---- ranges ------------------------------------------------------ */

static void ranges(void)
{
	int fd = open_it();

	is(lock(fd, F_WRLCK, 10, 10), 0,
	   "F_SETLK: a write lock of bytes 10 to 19");
	is(other(F_RDLCK, 0, 10), 0,
	   "another process can lock the bytes before them");
	is(other(F_RDLCK, 0, 11), -EAGAIN,
	   "another process cannot lock the first of them");
	is(other(F_WRLCK, 19, 1), -EAGAIN,
	   "another process cannot lock the last of them");
	is(other(F_WRLCK, 20, 0), 0,
	   "another process can lock all bytes behind them");
	expect(F_WRLCK, 10, 10);
	is(lock(fd, F_RDLCK, 10, 10), 0, "F_SETLK makes it a read lock");
	is(other(F_RDLCK, 0, 0), 0, "another process can get a read lock, too");
	is(other(F_WRLCK, 15, 1), -EAGAIN,
	   "another process cannot get a write lock");
	is(lock(fd, F_RDLCK, 20, 5), 0,
	   "F_SETLK: a read lock of the bytes behind joins it");
	expect(F_RDLCK, 10, 15);
	is(lock(fd, F_UNLCK, 13, 4), 0, "F_UNLCK in the middle splits it");
	expect(F_RDLCK, 10, 3);
	is(other(F_WRLCK, 13, 4), 0,
	   "another process can lock the unlocked bytes");
	is(other(F_WRLCK, 17, 1), -EAGAIN,
	   "another process cannot lock the bytes behind them");
	is(lock(fd, F_WRLCK, 12, 6), 0,
	   "F_SETLK: a write lock over the end of one and the begin of "
	   "another");
	expect(F_RDLCK, 10, 2);
	is(other(F_RDLCK, 18, 1), 0,
	   "another process can get a read lock of the rest");
	is(other(F_RDLCK, 17, 1), -EAGAIN,
	   "another process cannot get a read lock of these bytes");
	is(lock(fd, F_UNLCK, 0, 0), 0, "F_UNLCK of the whole file");
	is(other(F_WRLCK, 0, 0), 0, "another process can lock the whole file");
	is(lock(fd, F_WRLCK, 100, 0), 0,
	   "F_SETLK: a write lock from byte 100 to any end");
	is(other(F_WRLCK, 1ll << 40, 1), -EAGAIN,
	   "another process cannot lock a byte far behind");
	expect(F_WRLCK, 100, 0);
	is(lock(fd, F_WRLCK, 50, -10), 0,
	   "a negative length locks the bytes before the start");
	expect(F_WRLCK, 40, 10);
	is(lock(fd, F_WRLCK, 5, -10), -EINVAL,
	   "a range that begins before byte 0 is refused");
	is(lock(fd, F_WRLCK, INT64_MAX, 2), -EOVERFLOW,
	   "a range that ends behind the largest offset is refused");
	is(lock(fd, 7, 0, 0), -EINVAL, "an unknown type of lock is refused");
	SYS(close, fd);
	fd = SYS(open, path, O_RDONLY, 0);
	is(lock(fd, F_WRLCK, 0, 0), -EBADF,
	   "a write lock by a descriptor opened for reading is refused");
	is(lock(fd, F_RDLCK, 0, 0), 0,
	   "a read lock by a descriptor opened for reading is allowed");
	SYS(close, fd);
	is(lock(77, F_RDLCK, 0, 0), -EBADF,
	   "F_SETLK of a closed descriptor is refused");
}

static int has_none(void *arg)
{
	int fd = *(int *)arg;

	return -lock(fd, F_WRLCK, 0, 0);
}

static void owners(void)
{
	int fd = open_it(), second = open_it();

	is(lock(fd, F_WRLCK, 0, 0), 0,
	   "F_SETLK: a process locks the whole file");
	is(lock(second, F_WRLCK, 0, 0), 0,
	   "the same process can lock it by another descriptor");
	is(WEXITSTATUS(in_child(has_none, &fd)), EAGAIN,
	   "a child of fork does not own the lock: it is refused");
	is(other(F_RDLCK, 0, 0), -EAGAIN, "another process is refused");
	SYS(close, second);
	is(other(F_RDLCK, 0, 0), 0,
	   "close of any descriptor of the file unlocks it");
	lock(fd, F_WRLCK, 0, 0);
	second = SYS(dup, fd);
	SYS(dup2, 0, second);
	is(other(F_RDLCK, 0, 0), 0,
	   "dup2 in place of a descriptor of the file unlocks it");
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
	is(SYS(wait4, pid, 0, 1, 0), 0,
	   "F_SETLKW by a child waits while the parent has the lock");
	lock(fd, F_UNLCK, 0, 0);
	SYS(wait4, pid, &status, 0, 0);
	is(status, 0, "it gets the lock when the parent unlocks");
	lock(fd, F_WRLCK, 0, 1);
	is(WEXITSTATUS(in_child(is_interrupted, 0)), EINTR,
	   "a signal with a handler ends F_SETLKW");
	SYS(pipe, ends);
	pid = start_child(crosses, &ends[1]);
	SYS(read, ends[0], &c, 1); /* it has the second byte */
	sleep_ms(50);              /* and waits for the first */
	is(lock_cmd(fd, F_SETLKW64, F_WRLCK, 1, 1), -EDEADLK,
	   "F_SETLKW that would wait in a circle is refused");
	lock(fd, F_UNLCK, 0, 0);
	SYS(wait4, pid, &status, 0, 0);
	is(status, 0, "the other process gets its lock then");
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

	is(lock_cmd(fd, F_OFD_SETLK, F_WRLCK, 0, 10), 0,
	   "F_OFD_SETLK: a lock of an open file");
	is(lock_cmd(second, F_OFD_SETLK, F_RDLCK, 0, 0), -EAGAIN,
	   "another open file of the same process is refused");
	is(lock(second, F_RDLCK, 0, 0), -EAGAIN,
	   "a lock of the process itself is refused");
	is(SYS(fcntl, second, F_OFD_GETLK, &range), -EINVAL,
	   "F_OFD_GETLK by the old call fcntl is refused");
	is(SYS(fcntl64, second, F_OFD_GETLK, &range), 0,
	   "F_OFD_GETLK by fcntl64");
	ok(range.type == F_WRLCK && range.len == 10 && range.pid == -1,
	   "it returns the lock, with -1 as its process");
	range.pid = 1;
	is(SYS(fcntl64, fd, F_OFD_SETLK, &range), -EINVAL,
	   "F_OFD_SETLK with a process number is refused");
	is(WEXITSTATUS(in_child(same_file, &fd)), 0,
	   "a child of fork shares the open file and its lock");
	third = SYS(dup, fd);
	SYS(close, fd);
	is(lock(second, F_RDLCK, 0, 0), -EAGAIN,
	   "close of the descriptor keeps the lock: a duplicate is open");
	SYS(close, third);
	is(lock(second, F_RDLCK, 0, 0), 0, "close of the duplicate unlocks");
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

	is(SYS(flock, fd, LOCK_SH), 0, "flock: LOCK_SH");
	is(other_flock(LOCK_SH), 0, "another process can get LOCK_SH, too");
	is(other_flock(LOCK_EX), -EAGAIN, "another process cannot get LOCK_EX");
	is(SYS(flock, fd, LOCK_EX), 0, "flock: LOCK_EX");
	is(other_flock(LOCK_SH), -EAGAIN, "another process cannot get LOCK_SH");
	is(SYS(flock, second, LOCK_SH | LOCK_NB), -EAGAIN,
	   "another open file of the same process cannot get LOCK_SH");
	is(lock(second, F_WRLCK, 0, 0), 0,
	   "record locks are independent of flock");
	is(SYS(flock, fd, LOCK_UN), 0, "flock: LOCK_UN");
	is(SYS(flock, second, LOCK_EX | LOCK_NB), 0,
	   "another open file can get LOCK_EX then");
	is(SYS(flock, fd, 0), -EINVAL, "flock without an operation is refused");
	is(SYS(flock, 77, LOCK_SH), -EBADF,
	   "flock of a closed descriptor is refused");
	SYS(close, second);
	is(SYS(flock, fd, LOCK_EX | LOCK_NB), 0,
	   "close has unlocked: LOCK_EX is possible");
	dir = SYS(open, "/tmp", O_RDONLY | O_DIRECTORY, 0);
	is(SYS(flock, dir, LOCK_SH), 0, "flock of a directory");
	SYS(close, dir);
	SYS(close, fd);
}

/* Checks what /proc/locks has after a number and a colon, one line for all. */
static void shows(const char *what, const char *line)
{
	static char text[4096], want[160];
	struct kstat64 st;
	char *found;
	int fd = SYS(open, "/proc/locks", O_RDONLY, 0);
	int32_t n = SYS(read, fd, text, sizeof(text) - 1);

	SYS(close, fd);
	text[n > 0 ? n : 0] = '\0';
	SYS(stat64, path, &st);
	sprintf(want, line, (int)getpid(), (unsigned)MAJOR(st.st_dev),
		(unsigned)MINOR(st.st_dev), (unsigned)st.st_ino);
	found = strstr(text, want);
	ok(found && found - text >= 3 && found[-2] == ':', "%s", what);
}

static void in_proc(void)
{
	int fd = open_it();

	lock(fd, F_RDLCK, 10, 20);
	shows("/proc/locks shows a shared lock of a process",
	      "POSIX  ADVISORY  READ %d %02x:%02x:%u 10 29\n");
	lock(fd, F_WRLCK, 100, 0);
	shows("an exclusive one up to the end",
	      "POSIX  ADVISORY  WRITE %d %02x:%02x:%u 100 EOF\n");
	lock(fd, F_UNLCK, 0, 0);
	lock(fd, F_WRLCK, 9000000000000000000, 200000000000000001);
	shows("one of bytes that no file has",
	      "POSIX  ADVISORY  WRITE %d %02x:%02x:%u "
	      "9000000000000000000 9200000000000000000\n");
	lock(fd, F_UNLCK, 0, 0);
	lock_cmd(fd, F_OFD_SETLK, F_WRLCK, 5, 1);
	shows("one of an open file", "OFDLCK ADVISORY  WRITE -1 ");
	lock_cmd(fd, F_OFD_SETLK, F_UNLCK, 0, 0);
	SYS(flock, fd, LOCK_SH);
	shows("and flock's", "FLOCK  ADVISORY  READ %d %02x:%02x:%u 0 EOF\n");
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
	in_proc();
	SYS(unlink, path);
	remove_scratch();
	return done();
}
