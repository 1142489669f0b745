/*
 * Files and directories: made, filled, found, listed, removed.
 */
#include <uapi/fcntl.h>
#include <uapi/stat.h>
#include "check.h"

static int32_t open_as(const char *path, uint32_t flags)
{
	return SYS(open, path, flags, 0644);
}

static void opening(void)
{
	int fd;

	is(open_as(scratch("none"), O_RDONLY), -ENOENT, "no such file");
	is(open_as("", O_RDONLY), -ENOENT, "an empty name");
	fd = make_file(scratch("a"), 1000);
	ok(fd >= 0, "a new file");
	is(open_as(scratch("a"), O_CREAT | O_EXCL | O_RDWR), -EEXIST,
	   "made again with O_EXCL");
	is(open_as(scratch("a/b"), O_RDONLY), -ENOTDIR, "a file as directory");
	is(open_as(scratch("a"), O_RDONLY | O_DIRECTORY), -ENOTDIR,
	   "O_DIRECTORY of a file");
	is(open_as("/tmp", O_RDWR), -EISDIR, "a directory to write");
	is(SYS(close, fd), 0, "close");
	is(SYS(close, fd), -EBADF, "close twice");
	is(SYS(read, fd, &fd, 1), -EBADF, "read after close");
}

static void positions(void)
{
	int fd = open_as(scratch("a"), O_RDWR);
	uint8_t byte = 0;

	is(SYS(lseek, fd, 0, 2), 1000, "its end");
	is(SYS(lseek, fd, -10, 1), 990, "ten back");
	is(SYS(read, fd, &byte, 1), 1, "read there");
	is(byte, 990 % 251, "the byte");
	is(SYS(lseek, fd, -1, 0), -EINVAL, "before the beginning");
	is(SYS(lseek, fd, 0, 9), -EINVAL, "from nowhere");
	is(SYS(lseek, fd, 2000, 0), 2000, "behind the end");
	is(SYS(read, fd, &byte, 1), 0, "read there");
	is(SYS(write, fd, "z", 1), 1, "write there");
	is(SYS(lseek, fd, 1500, 0), 1500, "into the gap");
	is(SYS(read, fd, &byte, 1), 1, "read there");
	is(byte, 0, "the byte");
	is(SYS(ftruncate, fd, 10), 0, "ftruncate");
	is(SYS(lseek, fd, 0, 2), 10, "its end now");
	SYS(close, fd);
}

static void flags(void)
{
	int fd = open_as(scratch("a"), O_RDONLY);
	char c;

	is(SYS(write, fd, "x", 1), -EBADF, "write, opened for reading");
	SYS(close, fd);
	fd = open_as(scratch("a"), O_WRONLY);
	is(SYS(read, fd, &c, 1), -EBADF, "read, opened for writing");
	SYS(close, fd);
	fd = open_as(scratch("a"), O_WRONLY | O_APPEND);
	SYS(lseek, fd, 0, 0);
	is(SYS(write, fd, "end", 3), 3, "write with O_APPEND");
	is(SYS(lseek, fd, 0, 1), 13, "goes to the end");
	SYS(close, fd);
	fd = open_as(scratch("a"), O_RDWR | O_TRUNC);
	is(SYS(lseek, fd, 0, 2), 0, "O_TRUNC empties");
	SYS(close, fd);
}

static void about(void)
{
	struct kstat64 st;
	int fd = make_file(scratch("b"), 1234);

	memset(&st, 0xff, sizeof(st));
	is(SYS(fstat64, fd, &st), 0, "fstat64");
	ok(st.st_size == 1234 && (st.st_mode & S_IFMT) == S_IFREG &&
		   st.st_nlink == 1,
	   "a regular file of 1234 bytes, one name");
	is(SYS(stat64, "/tmp", &st), 0, "stat64");
	ok((st.st_mode & S_IFMT) == S_IFDIR, "of a directory");
	is(SYS(stat64, scratch("none"), &st), -ENOENT, "of nothing");
	is(SYS(access, scratch("b"), 4), 0, "access");
	is(SYS(access, scratch("none"), 0), -ENOENT, "access to nothing");
	is(SYS(close, fd), 0, "close");
}

static bool listed(const char *dir, const char *name)
{
	static uint64_t buf[512];
	int fd = open_as(dir, O_RDONLY | O_DIRECTORY), n;
	bool found = false;

	while ((n = SYS(getdents64, fd, buf, sizeof(buf))) > 0) {
		char *p = (char *)buf, *end = p + n;

		for (; p < end; p += ((struct linux_dirent64 *)p)->d_reclen)
			if (!strcmp(((struct linux_dirent64 *)p)->d_name, name))
				found = true;
	}
	SYS(close, fd);
	return found;
}

static void names(void)
{
	is(SYS(rename, scratch("b"), scratch("c")), 0, "rename");
	is(SYS(access, scratch("b"), 0), -ENOENT, "the old name");
	is(SYS(access, scratch("c"), 0), 0, "the new name");
	ok(listed(scratch(""), "a") && listed(scratch(""), "c") &&
		   !listed(scratch(""), "b"),
	   "the directory lists what is there");
	is(SYS(mkdir, scratch("d"), 0755), 0, "mkdir");
	is(SYS(mkdir, scratch("d"), 0755), -EEXIST, "again");
	is(SYS(rmdir, scratch("c")), -ENOTDIR, "rmdir of a file");
	is(SYS(unlink, scratch("d")), -EISDIR, "unlink of a directory");
	SYS(close, make_file(scratch("d/e"), 1));
	is(SYS(rmdir, scratch("d")), -ENOTEMPTY, "rmdir, not empty");
	is(SYS(unlink, scratch("d/e")), 0, "unlink");
	is(SYS(rmdir, scratch("d")), 0, "rmdir");
}

static void working_directory(void)
{
	char path[64];

	is(SYS(chdir, scratch("none")), -ENOENT, "chdir to nothing");
	is(SYS(chdir, scratch("a")), -ENOTDIR, "chdir to a file");
	is(SYS(chdir, "/tmp"), 0, "chdir");
	is(SYS(getcwd, path, sizeof(path)), 5, "getcwd");
	ok(strcmp(path, "/tmp") == 0, "is where we went");
	is(SYS(getcwd, path, 3), -ERANGE, "getcwd into 3 bytes");
	is(SYS(access, "../tmp/.", 0), 0, "a path with dots");
	is(SYS(chdir, "/"), 0, "back");
}

static void open_and_gone(void)
{
	int fd = make_file(scratch("f"), 100);
	uint8_t byte = 0;

	is(SYS(unlink, scratch("f")), 0, "unlink while open");
	is(open_as(scratch("f"), O_RDONLY), -ENOENT, "the name is gone");
	is(SYS(pread64, fd, &byte, 1, 0, 50, 0), 1, "the file is not");
	is(byte, 50, "its byte");
	is(SYS(close, fd), 0, "close");
}

static void descriptors(void)
{
	int fds[3];

	fds[0] = open_as(scratch("a"), O_RDONLY);
	fds[1] = open_as(scratch("a"), O_RDONLY);
	SYS(close, fds[0]);
	fds[2] = open_as(scratch("a"), O_RDONLY);
	is(fds[2], fds[0], "the lowest free number");
	is(SYS(fcntl64, fds[1], F_DUPFD, 30), 30, "F_DUPFD from 30");
	is(SYS(fcntl64, 30, F_GETFD, 0), 0, "F_GETFD");
	is(SYS(fcntl64, 30, F_SETFD, FD_CLOEXEC), 0, "F_SETFD");
	is(SYS(fcntl64, 30, F_GETFD, 0), FD_CLOEXEC, "F_GETFD now");
	is(SYS(fcntl, 30, F_GETFD, 0), FD_CLOEXEC, "by the old call, too");
	is(SYS(fcntl, 30, F_DUPFD, 31), 31, "F_DUPFD by it");
	is(SYS(fcntl, 31, F_GETFL, 0) & O_ACCMODE, O_RDONLY, "F_GETFL by it");
	is(SYS(fcntl, 32, F_GETFD, 0), -EBADF, "what is not open");
	SYS(close, 30);
	SYS(close, 31);
	SYS(close, fds[1]);
	SYS(close, fds[2]);
}

int main(void)
{
	opening();
	positions();
	flags();
	about();
	names();
	working_directory();
	open_and_gone();
	descriptors();
	SYS(unlink, scratch("a"));
	SYS(unlink, scratch("c"));
	remove_scratch();
	return done();
}
