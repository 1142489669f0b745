/*
 * Advice about a file's data (posix_fadvise, readahead, sync_file_range), and
 * readv at a place: what is wrong about a call is said, the rest succeeds.
 */
#include <uapi/fadvise.h>
#include <uapi/fcntl.h>
#include <uapi/uio.h>
#include "check.h"

static int fd, pipe_fd[2], write_only;

static void advise(void)
{
	is(SYS(arm_fadvise64_64, fd, POSIX_FADV_NORMAL, 0, 0, 0, 0), 0,
	   "normal");
	is(SYS(arm_fadvise64_64, fd, POSIX_FADV_DONTNEED, 0, 0, 100, 0), 0,
	   "not needed");
	is(SYS(arm_fadvise64_64, fd, POSIX_FADV_NOREUSE, 0, 0, 0, 0), 0,
	   "used once");
	is(SYS(arm_fadvise64_64, fd, 6, 0, 0, 0, 0), -EINVAL, "advice 6");
	is(SYS(arm_fadvise64_64, fd, 0, 0, 0, -1, -1), -EINVAL, "-1 bytes");
	is(SYS(arm_fadvise64_64, pipe_fd[0], 0, 0, 0, 0, 0), -ESPIPE, "a pipe");
	is(SYS(arm_fadvise64_64, 99, 6, 0, 0, 0, 0), -EBADF, "no descriptor");
}

static void ahead(void)
{
	is(SYS(readahead, fd, 0, 0, 0, 100), 0, "readahead of 100 bytes");
	is(SYS(readahead, fd, 0, 0, 1, 100), 0, "behind the end");
	is(SYS(readahead, write_only, 0, 0, 0, 100), -EBADF,
	   "of what is written");
	is(SYS(readahead, pipe_fd[0], 0, 0, 0, 100), -EINVAL, "of a pipe");
	is(SYS(readahead, 99, 0, 0, 0, 100), -EBADF, "of no descriptor");
}

static void sync_range(void)
{
	is(SYS(arm_sync_file_range, fd, 7, 0, 0, 100, 0), 0, "all three steps");
	is(SYS(arm_sync_file_range, fd, 0, 0, 0, 0, 0), 0, "no step");
	is(SYS(arm_sync_file_range, fd, 8, 0, 0, 0, 0), -EINVAL, "flag 8");
	is(SYS(arm_sync_file_range, fd, 2, 0, -1, 0, 0), -EINVAL, "before 0");
	is(SYS(arm_sync_file_range, fd, 2, 0, 0, 0, -1), -EINVAL,
	   "-2^32 bytes");
	is(SYS(arm_sync_file_range, fd, 2, -1, 0x7fffffff, 1, 0), -EINVAL,
	   "past the last byte");
	is(SYS(arm_sync_file_range, pipe_fd[0], 2, 0, 0, 0, 0), -ESPIPE,
	   "of a pipe");
	is(SYS(arm_sync_file_range, pipe_fd[0], 8, 0, 0, 0, 0), -EINVAL,
	   "of a pipe, flag 8");
	is(SYS(arm_sync_file_range, 99, 8, 0, 0, 0, 0), -EBADF,
	   "of no descriptor");
}

static uint8_t a[4], b[4];
static const struct iovec32 iov[2] = { { (uint32_t)(uintptr_t)a, 4 },
				       { (uint32_t)(uintptr_t)b, 4 } };

/* byte i of the file is i % 251 */
static void pieces(void)
{
	is(SYS(preadv, fd, iov, 2, 100, 0), 8, "preadv at 100");
	is(a[0], 100, "its first byte");
	is(b[3], 107, "and its last");
	is(SYS(lseek, fd, 0, SEEK_CUR), 0, "the position stays");
	is(SYS(preadv, fd, iov, 2, 196, 0), 4, "across the end");
	is(SYS(preadv, fd, iov, 2, 0, 1), 0, "at 4 GiB");
	a[0] = 200;
	b[3] = 201;
	is(SYS(pwritev, fd, iov, 2, 50, 0), 8, "pwritev at 50");
	is(SYS(pread64, fd, b, 1, 0, 50, 0), 1, "read it");
	is(b[0], 200, "there it is");
	is(SYS(preadv, fd, iov, 2, 0, -1), -EINVAL, "before 0");
	is(SYS(preadv, pipe_fd[0], iov, 2, 0, 0), -ESPIPE, "a pipe");
	is(SYS(preadv, write_only, iov, 2, 0, 0), -EBADF, "not for reading");
	is(SYS(preadv, 99, iov, 2, 0, 0), -EBADF, "no descriptor");
	is(SYS(preadv, fd, iov, UIO_MAXIOV + 1, 0, 0), -EINVAL, "1025 pieces");
	is(SYS(preadv, fd, 16, 1, 0, 0), -EFAULT, "pieces from nowhere");
}

static void with_flags(void)
{
	is(SYS(preadv2, fd, iov, 2, 10, 0, 0), 8, "preadv2 at 10");
	is(a[0], 10, "its first byte");
	is(SYS(preadv2, fd, iov, 2, -1, -1, 0), 8, "at the position");
	is(a[0], 0, "its first byte");
	is(SYS(lseek, fd, 0, SEEK_CUR), 8, "which moves");
	is(SYS(pwritev2, fd, iov, 2, 20, 0, RWF_DSYNC | RWF_SYNC), 8,
	   "pwritev2, to be on the disk when it returns");
	is(SYS(preadv2, fd, iov, 2, 0, 0, 0x80), -EOPNOTSUPP, "flag 0x80");
	is(SYS(preadv2, fd, iov, 2, 0, -1, 0), -EINVAL, "before 0");
	SYS(write, pipe_fd[1], "12345678", 8);
	is(SYS(preadv2, pipe_fd[0], iov, 2, -1, -1, 0), 8, "a pipe");
	is(a[0], '1', "its first byte");
}

int main(void)
{
	SYS(close, make_file(scratch("file"), 200));
	fd = SYS(open, scratch("file"), O_RDWR, 0);
	write_only = SYS(open, scratch("file"), O_WRONLY, 0);
	SYS(pipe2, pipe_fd, 0);
	advise();
	ahead();
	sync_range();
	pieces();
	with_flags();
	SYS(unlink, scratch("file"));
	remove_scratch();
	return done();
}
