/*
 * The corners of opening and naming files: O_PATH, slashes at the end, what
 * /proc refuses, times, and the links that are none.
 */
#include <uapi/fcntl.h>
#include <uapi/stat.h>
#include "check.h"

static int32_t open_as(const char *path, uint32_t flags)
{
	return SYS(open, path, flags, 0644);
}

/* A place in the tree, and nothing one could read. */
static void o_path(void)
{
	struct kstat64 st;
	int fd = open_as(scratch("a"), O_PATH), dir;
	char c[4];

	ok(fd >= 0, "a file with O_PATH");
	is(SYS(read, fd, c, 1), -EBADF, "read");
	is(SYS(write, fd, c, 1), -EBADF, "write");
	is(SYS(pread64, fd, c, 1, 0, 0, 0), -EBADF, "pread64");
	is(SYS(lseek, fd, 0, 0), -EBADF, "lseek");
	is(SYS(mmap2, 0, PAGE, PROT_READ, MAP_PRIVATE, fd, 0), -EBADF, "mmap2");
	is(SYS(ftruncate, fd, 0), -EBADF, "ftruncate");
	is(SYS(fsync, fd), -EBADF, "fsync");
	is(SYS(ioctl, fd, 0x5401, c), -EBADF, "ioctl");
	is(SYS(getdents64, fd, c, sizeof(c)), -EBADF, "getdents64");
	is(SYS(fcntl64, fd, F_SETFL, 0), -EBADF, "F_SETFL");
	is(SYS(fcntl64, fd, F_GETFD, 0), 0, "F_GETFD");
	is(SYS(fcntl64, fd, F_GETFL, 0), O_PATH, "F_GETFL");
	is(SYS(fstat64, fd, &st), 0, "fstat64");
	dir = SYS(dup, fd);
	is(SYS(close, dir), 0, "dup");
	SYS(close, fd);
	dir = open_as("/tmp", O_PATH | O_DIRECTORY);
	is(SYS(openat, dir, "none/x", O_RDONLY, 0), -ENOENT,
	   "from a directory");
	is(SYS(fchdir, dir), 0, "fchdir");
	SYS(chdir, "/");
	SYS(close, dir);
}

static void creating(void)
{
	int fd;

	is(open_as(scratch("a/"), O_CREAT | O_RDWR), -EISDIR, "a file, slash");
	is(open_as(scratch("n/"), O_CREAT | O_RDWR), -EISDIR, "no file, slash");
	is(open_as(scratch("a/"), O_RDONLY), -ENOTDIR, "not to create it");
	is(open_as("/tmp/.", O_CREAT | O_EXCL | O_RDWR), -EEXIST,
	   "a dot, O_EXCL");
	is(open_as("/tmp/.", O_CREAT | O_RDWR), -EISDIR, "a dot");
	is(open_as("/tmp", O_TRUNC), -EISDIR, "O_TRUNC of a directory");
	fd = open_as(scratch("a"), O_RDONLY | O_TRUNC);
	is(SYS(lseek, fd, 0, SEEK_END), 0, "O_TRUNC, opened for reading");
	SYS(close, fd);
}

/* /dev/stdout is such a link, and shells open it with O_CREAT. */
static void creating_by_link(void)
{
	char path[32], c = 'x';
	int fds[2], fd;

	SYS(pipe2, fds, 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fds[1]);
	fd = open_as(path, O_CREAT | O_TRUNC | O_WRONLY);
	ok(fd >= 0, "a pipe by its link, O_CREAT and O_TRUNC");
	is(SYS(write, fd, "p", 1), 1, "write");
	is(SYS(read, fds[0], &c, 1), 1, "its other end reads");
	is(c, 'p', "what was written");
	is(open_as(path, O_CREAT | O_EXCL | O_WRONLY), -EEXIST, "O_EXCL");
	SYS(close, fd);
	SYS(close, fds[0]);
	SYS(close, fds[1]);
	fd = open_as("/tmp", O_RDONLY | O_DIRECTORY);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	is(open_as(path, O_CREAT | O_RDONLY), -EISDIR, "a directory's link");
	SYS(close, fd);
}

static void in_proc(void)
{
	int fd = open_as("/proc/self", O_RDONLY | O_DIRECTORY);
	char buf[256];

	is(SYS(lseek, fd, 200, SEEK_SET), 200,
	   "a directory, far behind its end");
	is(SYS(getdents64, fd, buf, sizeof(buf)), 0, "getdents64 there");
	is(SYS(lseek, fd, 0, SEEK_SET), 0, "its beginning");
	ok(SYS(getdents64, fd, buf, sizeof(buf)) > 0, "getdents64 again");
	SYS(close, fd);
	is(open_as("/proc/none", O_CREAT | O_RDWR), -ENOENT, "made by open");
	is(SYS(mkdir, "/proc/none", 0755), -ENOENT, "by mkdir");
	is(SYS(mkdir, "/proc/self", 0755), -EEXIST, "again");
	is(SYS(symlink, "x", "/proc/none"), -ENOENT, "by symlink");
	is(SYS(unlink, "/proc/meminfo"), -EPERM, "unlink");
	is(SYS(rename, "/proc", "/elsewhere"), -EBUSY, "the mount, renamed");
}

static void links(void)
{
	char buf[8];

	is(SYS(readlink, "", buf, sizeof(buf)), -ENOENT, "readlink of nothing");
	is(SYS(readlink, "/tmp", buf, sizeof(buf)), -EINVAL, "of a directory");
	is(SYS(readlink, "/tmp", buf, 0), -EINVAL, "into nothing");
	is(SYS(symlink, "to", scratch("l")), 0, "symlink");
	is(SYS(readlink, scratch("l"), buf, 1), 1, "cut to one byte");
	is(SYS(unlink, scratch("l")), 0, "unlink");
}

static void times(void)
{
	uint32_t ts[4] = { 1, 0, 1234567, 0 };
	struct kstat64 st;

	is(SYS(utimensat, AT_FDCWD, scratch("a"), ts, 0), 0, "utimensat");
	is(SYS(stat64, scratch("a"), &st), 0, "stat64");
	is((int32_t)st.st_mtime_sec, 1234567, "the time");
	ts[3] = UTIME_OMIT;
	ts[2] = 99;
	is(SYS(utimensat, AT_FDCWD, scratch("a"), ts, 0), 0, "UTIME_OMIT");
	SYS(stat64, scratch("a"), &st);
	is((int32_t)st.st_mtime_sec, 1234567, "the time still");
	ts[1] = 1000000000;
	is(SYS(utimensat, AT_FDCWD, scratch("a"), ts, 0), -EINVAL,
	   "nanoseconds of the access time");
	ts[1] = 0;
	is(SYS(utimensat, AT_FDCWD, scratch("a"), ts, AT_SYMLINK_FOLLOW),
	   -EINVAL, "a flag it does not know");
	is(SYS(utimensat, AT_FDCWD, 0, ts, 0), -EFAULT, "no path");
	is(SYS(utimensat, 77, 0, ts, 0), -EBADF, "no such descriptor");
}

static void lengths(void)
{
	uint32_t st[64];

	is(SYS(ftruncate, 77, -1), -EINVAL, "ftruncate to -1 of no file");
	is(SYS(truncate, scratch("none"), -1), -EINVAL, "truncate");
	is(SYS(statx, AT_FDCWD, "/", 0, 0x80000000, st), -EINVAL,
	   "statx, a reserved bit");
	is(SYS(statx, AT_FDCWD, "/", 0x6000, 0, st), -EINVAL,
	   "statx, two ways to synchronise");
}

/* ---- two at a time ----------------------------------------------- */

#define NAMES  400
#define ROUNDS 3000

/*
 * Makes a file and removes it, while another process does the same. 1: an open
 * without O_EXCL said that there is such a file.
 */
static int makes_and_removes(void *arg)
{
	const char *name = scratch("same");

	(void)arg;
	for (int i = 0; i < ROUNDS; i++) {
		int fd = open_as(name, O_CREAT | O_WRONLY);

		if (fd < 0)
			return fd == -EEXIST ? 1 : 2;
		SYS(close, fd);
		SYS(unlink, name);
	}
	return 0;
}

/*
 * The name is searched among many, which takes so long that the other process
 * often runs between the look and the making.
 */
static void creating_at_once(void)
{
	char name[32];
	pid_t child;
	int status;

	for (int i = 0; i < NAMES; i++) {
		snprintf(name, sizeof(name), "name%d", i);
		SYS(close, open_as(scratch(name), O_CREAT | O_WRONLY));
	}
	child = start_child(makes_and_removes, NULL);
	is(makes_and_removes(NULL), 0, "two processes make one file");
	SYS(wait4, child, &status, 0, 0);
	is(WEXITSTATUS(status), 0, "neither hears that it exists");
	for (int i = 0; i < NAMES; i++) {
		snprintf(name, sizeof(name), "name%d", i);
		SYS(unlink, scratch(name));
	}
}

int main(void)
{
	SYS(close, make_file(scratch("a"), 100));
	o_path();
	creating();
	creating_by_link();
	creating_at_once();
	in_proc();
	links();
	times();
	lengths();
	SYS(unlink, scratch("a"));
	remove_scratch();
	return done();
}
