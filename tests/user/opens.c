/*
 * Special cases of open and of names: O_PATH, a slash at the end, what /proc
 * refuses, times of files, and the links of /proc/self/fd.
 */
#include <uapi/fcntl.h>
#include <uapi/stat.h>
#include "check.h"

static int32_t open_as(const char *path, uint32_t flags)
{
	return SYS(open, path, flags, 0644);
}

/* O_PATH names a place in the tree: it gives no access to a file's data. */
static void o_path(void)
{
	struct kstat64 st;
	int fd = open_as(scratch("a"), O_PATH), dir;
	char c[4];

	ok(fd >= 0, "O_PATH opens a file");
	is(SYS(read, fd, c, 1), -EBADF, "O_PATH: read is refused");
	is(SYS(write, fd, c, 1), -EBADF, "O_PATH: write is refused");
	is(SYS(pread64, fd, c, 1, 0, 0, 0), -EBADF,
	   "O_PATH: pread64 is refused");
	is(SYS(lseek, fd, 0, 0), -EBADF, "O_PATH: lseek is refused");
	is(SYS(mmap2, 0, PAGE, PROT_READ, MAP_PRIVATE, fd, 0), -EBADF,
	   "O_PATH: mmap2 is refused");
	is(SYS(ftruncate, fd, 0), -EBADF, "O_PATH: ftruncate is refused");
	is(SYS(fsync, fd), -EBADF, "O_PATH: fsync is refused");
	is(SYS(ioctl, fd, 0x5401, c), -EBADF, "O_PATH: ioctl is refused");
	is(SYS(getdents64, fd, c, sizeof(c)), -EBADF,
	   "O_PATH: getdents64 is refused");
	is(SYS(fcntl64, fd, F_SETFL, 0), -EBADF, "O_PATH: F_SETFL is refused");
	is(SYS(fcntl64, fd, F_GETFD, 0), 0, "O_PATH: F_GETFD is allowed");
	is(SYS(fcntl64, fd, F_GETFL, 0), O_PATH,
	   "O_PATH: F_GETFL returns O_PATH alone");
	is(SYS(fstat64, fd, &st), 0, "O_PATH: fstat64 is allowed");
	dir = SYS(dup, fd);
	is(SYS(close, dir), 0,
	   "O_PATH: dup is allowed; close of the duplicate");
	SYS(close, fd);
	dir = open_as("/tmp", O_PATH | O_DIRECTORY);
	is(SYS(openat, dir, "none/x", O_RDONLY, 0), -ENOENT,
	   "O_PATH of a directory: openat begins there");
	is(SYS(fchdir, dir), 0, "O_PATH of a directory: fchdir is allowed");
	SYS(chdir, "/");
	SYS(close, dir);
}

static void creating(void)
{
	int fd;

	is(open_as(scratch("a/"), O_CREAT | O_RDWR), -EISDIR,
	   "O_CREAT of an existing file with a slash behind it is refused");
	is(open_as(scratch("n/"), O_CREAT | O_RDWR), -EISDIR,
	   "O_CREAT of a new name with a slash behind it is refused");
	is(open_as(scratch("a/"), O_RDONLY), -ENOTDIR,
	   "open of a file with a slash behind it is refused");
	is(open_as("/tmp/.", O_CREAT | O_EXCL | O_RDWR), -EEXIST,
	   "O_CREAT with O_EXCL of a path that ends with . is refused");
	is(open_as("/tmp/.", O_CREAT | O_RDWR), -EISDIR,
	   "O_CREAT of a path that ends with . is refused");
	is(open_as("/tmp", O_TRUNC), -EISDIR,
	   "O_TRUNC of a directory is refused");
	fd = open_as(scratch("a"), O_RDONLY | O_TRUNC);
	is(SYS(lseek, fd, 0, SEEK_END), 0,
	   "O_TRUNC empties a file that is opened for reading");
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
	ok(fd >= 0, "O_CREAT and O_TRUNC of a pipe's link in /proc/self/fd");
	is(SYS(write, fd, "p", 1), 1, "write to the descriptor opened so");
	is(SYS(read, fds[0], &c, 1), 1, "read from the pipe's other end");
	is(c, 'p', "the byte is the one that was written");
	is(open_as(path, O_CREAT | O_EXCL | O_WRONLY), -EEXIST,
	   "O_CREAT with O_EXCL of that link is refused");
	SYS(close, fd);
	SYS(close, fds[0]);
	SYS(close, fds[1]);
	fd = open_as("/tmp", O_RDONLY | O_DIRECTORY);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	is(open_as(path, O_CREAT | O_RDONLY), -EISDIR,
	   "O_CREAT of the link of a directory is refused");
	SYS(close, fd);
}

static void in_proc(void)
{
	int fd = open_as("/proc/self", O_RDONLY | O_DIRECTORY);
	char buf[256];

	is(SYS(lseek, fd, 200, SEEK_SET), 200,
	   "lseek far behind the end of a directory of /proc");
	is(SYS(getdents64, fd, buf, sizeof(buf)), 0,
	   "getdents64 there returns nothing");
	is(SYS(lseek, fd, 0, SEEK_SET), 0, "lseek back to the beginning");
	ok(SYS(getdents64, fd, buf, sizeof(buf)) > 0,
	   "getdents64 there returns entries");
	SYS(close, fd);
	is(open_as("/proc/none", O_CREAT | O_RDWR), -ENOENT,
	   "open with O_CREAT in /proc is refused");
	is(SYS(mkdir, "/proc/none", 0755), -ENOENT,
	   "mkdir in /proc is refused");
	is(SYS(mkdir, "/proc/self", 0755), -EEXIST,
	   "mkdir of an existing name in /proc is refused");
	is(SYS(symlink, "x", "/proc/none"), -ENOENT,
	   "symlink in /proc is refused");
	is(SYS(unlink, "/proc/meminfo"), -EPERM, "unlink in /proc is refused");
	is(SYS(rename, "/proc", "/elsewhere"), -EBUSY,
	   "rename of the directory that /proc is mounted on is refused");
}

static void links(void)
{
	char buf[8];

	is(SYS(readlink, "", buf, sizeof(buf)), -ENOENT,
	   "readlink of an empty path is refused");
	is(SYS(readlink, "/tmp", buf, sizeof(buf)), -EINVAL,
	   "readlink of a directory is refused");
	is(SYS(readlink, "/tmp", buf, 0), -EINVAL,
	   "readlink into 0 bytes is refused");
	is(SYS(symlink, "to", scratch("l")), 0,
	   "symlink to a name that does not exist");
	is(SYS(readlink, scratch("l"), buf, 1), 1,
	   "readlink into one byte cuts the target");
	is(SYS(unlink, scratch("l")), 0, "unlink of the symbolic link");
}

static void times(void)
{
	uint32_t ts[4] = { 1, 0, 1234567, 0 };
	struct kstat64 st;

	is(SYS(utimensat, AT_FDCWD, scratch("a"), ts, 0), 0,
	   "utimensat of a file");
	is(SYS(stat64, scratch("a"), &st), 0, "stat64 of that file");
	is((int32_t)st.st_mtime_sec, 1234567, "its mtime is the given one");
	ts[3] = UTIME_OMIT;
	ts[2] = 99;
	is(SYS(utimensat, AT_FDCWD, scratch("a"), ts, 0), 0,
	   "utimensat with UTIME_OMIT for the mtime");
	SYS(stat64, scratch("a"), &st);
	is((int32_t)st.st_mtime_sec, 1234567, "the mtime is unchanged");
	ts[1] = 1000000000;
	is(SYS(utimensat, AT_FDCWD, scratch("a"), ts, 0), -EINVAL,
	   "an atime with 1000000000 nanoseconds is refused");
	ts[1] = 0;
	is(SYS(utimensat, AT_FDCWD, scratch("a"), ts, AT_SYMLINK_FOLLOW),
	   -EINVAL, "utimensat with an unknown flag is refused");
	is(SYS(utimensat, AT_FDCWD, 0, ts, 0), -EFAULT,
	   "utimensat of AT_FDCWD without a path is refused");
	is(SYS(utimensat, 77, 0, ts, 0), -EBADF,
	   "utimensat of a closed descriptor is refused");
}

static void lengths(void)
{
	uint32_t st[64];

	is(SYS(ftruncate, 77, -1), -EINVAL,
	   "ftruncate to -1: refused before the descriptor is looked up");
	is(SYS(truncate, scratch("none"), -1), -EINVAL,
	   "truncate to -1: refused before the path is looked up");
	is(SYS(statx, AT_FDCWD, "/", 0, 0x80000000, st), -EINVAL,
	   "statx with a reserved bit in the mask is refused");
	is(SYS(statx, AT_FDCWD, "/", 0x6000, 0, st), -EINVAL,
	   "statx with both ways to synchronise is refused");
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
	is(makes_and_removes(NULL), 0,
	   "two processes open one name with O_CREAT: no EEXIST here");
	SYS(wait4, child, &status, 0, 0);
	is(WEXITSTATUS(status), 0, "the other process got no EEXIST, either");
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
