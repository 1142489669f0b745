/*
 * Files and directories: open, lseek, read and write, stat, rename, getdents64,
 * chdir, unlink, fcntl.
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

	is(open_as(scratch("none"), O_RDONLY), -ENOENT,
	   "open of a name that does not exist is refused");
	is(open_as("", O_RDONLY), -ENOENT, "open of an empty name is refused");
	fd = make_file(scratch("a"), 1000);
	ok(fd >= 0, "O_CREAT makes a new file");
	is(open_as(scratch("a"), O_CREAT | O_EXCL | O_RDWR), -EEXIST,
	   "O_CREAT with O_EXCL of an existing file is refused");
	is(open_as(scratch("a/b"), O_RDONLY), -ENOTDIR,
	   "a path that goes through a file is refused");
	is(open_as(scratch("a"), O_RDONLY | O_DIRECTORY), -ENOTDIR,
	   "O_DIRECTORY of a file is refused");
	is(open_as("/tmp", O_RDWR), -EISDIR,
	   "a directory opened for writing is refused");
	is(SYS(close, fd), 0, "close of an open descriptor");
	is(SYS(close, fd), -EBADF, "close of a closed descriptor is refused");
	is(SYS(read, fd, &fd, 1), -EBADF,
	   "read of a closed descriptor is refused");
}

static void positions(void)
{
	int fd = open_as(scratch("a"), O_RDWR);
	uint8_t byte = 0;

	is(SYS(lseek, fd, 0, 2), 1000,
	   "lseek to the end returns the file's length");
	is(SYS(lseek, fd, -10, 1), 990, "lseek by -10 from there");
	is(SYS(read, fd, &byte, 1), 1, "read of one byte there");
	is(byte, 990 % 251, "it is the file's byte 990");
	is(SYS(lseek, fd, -1, 0), -EINVAL,
	   "lseek to a negative position is refused");
	is(SYS(lseek, fd, 0, 9), -EINVAL,
	   "lseek with an unknown origin is refused");
	is(SYS(lseek, fd, 2000, 0), 2000, "lseek behind the end is allowed");
	is(SYS(read, fd, &byte, 1), 0, "read behind the end returns nothing");
	is(SYS(write, fd, "z", 1), 1,
	   "write behind the end makes the file longer");
	is(SYS(lseek, fd, 1500, 0), 1500, "lseek into the gap");
	is(SYS(read, fd, &byte, 1), 1, "read of one byte in the gap");
	is(byte, 0, "a byte of the gap is zero");
	is(SYS(ftruncate, fd, 10), 0, "ftruncate to 10 bytes");
	is(SYS(lseek, fd, 0, 2), 10, "the file's new length");
	SYS(close, fd);
}

static void flags(void)
{
	int fd = open_as(scratch("a"), O_RDONLY);
	char c;

	is(SYS(write, fd, "x", 1), -EBADF,
	   "write to a descriptor opened for reading is refused");
	SYS(close, fd);
	fd = open_as(scratch("a"), O_WRONLY);
	is(SYS(read, fd, &c, 1), -EBADF,
	   "read of a descriptor opened for writing is refused");
	SYS(close, fd);
	fd = open_as(scratch("a"), O_WRONLY | O_APPEND);
	SYS(lseek, fd, 0, 0);
	is(SYS(write, fd, "end", 3), 3, "write with O_APPEND after lseek to 0");
	is(SYS(lseek, fd, 0, 1), 13,
	   "the write went to the end: the position is behind it");
	SYS(close, fd);
	fd = open_as(scratch("a"), O_RDWR | O_TRUNC);
	is(SYS(lseek, fd, 0, 2), 0, "O_TRUNC empties the file: its length");
	SYS(close, fd);
}

static void about(void)
{
	struct kstat64 st;
	int fd = make_file(scratch("b"), 1234);

	memset(&st, 0xff, sizeof(st));
	is(SYS(fstat64, fd, &st), 0, "fstat64 of an open file");
	ok(st.st_size == 1234 && (st.st_mode & S_IFMT) == S_IFREG &&
		   st.st_nlink == 1,
	   "it is a regular file of 1234 bytes with one name");
	is(SYS(stat64, "/tmp", &st), 0, "stat64 of a directory");
	ok((st.st_mode & S_IFMT) == S_IFDIR, "it is a directory");
	is(SYS(stat64, scratch("none"), &st), -ENOENT,
	   "stat64 of a name that does not exist is refused");
	is(SYS(access, scratch("b"), 4), 0,
	   "access to a file that may be read");
	is(SYS(access, scratch("none"), 0), -ENOENT,
	   "access to a name that does not exist is refused");
	is(SYS(close, fd), 0, "close of the file");
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
	is(SYS(rename, scratch("b"), scratch("c")), 0, "rename of a file");
	is(SYS(access, scratch("b"), 0), -ENOENT,
	   "the old name does not exist any more");
	is(SYS(access, scratch("c"), 0), 0, "the new name exists");
	ok(listed(scratch(""), "a") && listed(scratch(""), "c") &&
		   !listed(scratch(""), "b"),
	   "the directory lists the names there are, not the old one");
	is(SYS(mkdir, scratch("d"), 0755), 0, "mkdir of a new directory");
	is(SYS(mkdir, scratch("d"), 0755), -EEXIST,
	   "mkdir of an existing name is refused");
	is(SYS(rmdir, scratch("c")), -ENOTDIR, "rmdir of a file is refused");
	is(SYS(unlink, scratch("d")), -EISDIR,
	   "unlink of a directory is refused");
	SYS(close, make_file(scratch("d/e"), 1));
	is(SYS(rmdir, scratch("d")), -ENOTEMPTY,
	   "rmdir of a directory that is not empty is refused");
	is(SYS(unlink, scratch("d/e")), 0, "unlink of the file in it");
	is(SYS(rmdir, scratch("d")), 0, "rmdir of the empty directory");
}

static void working_directory(void)
{
	char path[64];

	is(SYS(chdir, scratch("none")), -ENOENT,
	   "chdir to a name that does not exist is refused");
	is(SYS(chdir, scratch("a")), -ENOTDIR, "chdir to a file is refused");
	is(SYS(chdir, "/tmp"), 0, "chdir to a directory");
	is(SYS(getcwd, path, sizeof(path)), 5,
	   "getcwd returns the path's length with its NUL");
	ok(strcmp(path, "/tmp") == 0, "the path is the directory's");
	is(SYS(getcwd, path, 3), -ERANGE, "getcwd into 3 bytes is refused");
	is(SYS(access, "../tmp/.", 0), 0, "a path with . and .. is followed");
	is(SYS(chdir, "/"), 0, "chdir to the root");
}

static void open_and_gone(void)
{
	int fd = make_file(scratch("f"), 100);
	uint8_t byte = 0;

	is(SYS(unlink, scratch("f")), 0, "unlink of a file that is open");
	is(open_as(scratch("f"), O_RDONLY), -ENOENT,
	   "the name does not exist any more");
	is(SYS(pread64, fd, &byte, 1, 0, 50, 0), 1,
	   "the open descriptor still reads");
	is(byte, 50, "the byte is the file's");
	is(SYS(close, fd), 0, "close frees the file");
}

static void descriptors(void)
{
	int fds[3];

	fds[0] = open_as(scratch("a"), O_RDONLY);
	fds[1] = open_as(scratch("a"), O_RDONLY);
	SYS(close, fds[0]);
	fds[2] = open_as(scratch("a"), O_RDONLY);
	is(fds[2], fds[0], "open returns the lowest free number");
	is(SYS(fcntl64, fds[1], F_DUPFD, 30), 30,
	   "F_DUPFD returns the lowest free number from 30 on");
	is(SYS(fcntl64, 30, F_GETFD, 0), 0,
	   "F_GETFD of the duplicate: no flag");
	is(SYS(fcntl64, 30, F_SETFD, FD_CLOEXEC), 0,
	   "F_SETFD sets close-on-exec");
	is(SYS(fcntl64, 30, F_GETFD, 0), FD_CLOEXEC,
	   "F_GETFD returns close-on-exec");
	is(SYS(fcntl, 30, F_GETFD, 0), FD_CLOEXEC,
	   "the old call fcntl returns it, too");
	is(SYS(fcntl, 30, F_DUPFD, 31), 31, "F_DUPFD by the old call");
	is(SYS(fcntl, 31, F_GETFL, 0) & O_ACCMODE, O_RDONLY,
	   "F_GETFL by the old call");
	is(SYS(fcntl, 32, F_GETFD, 0), -EBADF,
	   "F_GETFD of a closed descriptor is refused");
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
