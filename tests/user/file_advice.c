/*
 * Advice about a file's data (posix_fadvise, readahead, sync_file_range), and
 * readv at a place: what is wrong about a call is said, the rest succeeds.
 */
#include <uapi/fadvise.h>
#include <uapi/fcntl.h>
#include <uapi/stat.h>
#include <uapi/uio.h>
#include "check.h"

static int fd, pipe_fd[2], write_only;

static void advise(void)
{
	int zero = SYS(open, "/dev/zero", O_RDONLY, 0);

	is(SYS(arm_fadvise64_64, fd, POSIX_FADV_NORMAL, 0, 0, 0, 0), 0,
	   "POSIX_FADV_NORMAL is accepted");
	is(SYS(arm_fadvise64_64, fd, POSIX_FADV_DONTNEED, 0, 0, 100, 0), 0,
	   "POSIX_FADV_DONTNEED is accepted");
	is(SYS(arm_fadvise64_64, fd, POSIX_FADV_NOREUSE, 0, 0, 0, 0), 0,
	   "POSIX_FADV_NOREUSE is accepted");
	is(SYS(arm_fadvise64_64, fd, 6, 0, 0, 0, 0), -EINVAL,
	   "posix_fadvise with an unknown advice is refused");
	is(SYS(arm_fadvise64_64, fd, 0, 0, 0, -1, -1), -EINVAL,
	   "posix_fadvise of -1 bytes is refused");
	is(SYS(arm_fadvise64_64, pipe_fd[0], 0, 0, 0, 0, 0), -ESPIPE,
	   "posix_fadvise of a pipe is refused");
	is(SYS(arm_fadvise64_64, zero, 0, 0, 0, 0, 0), 0,
	   "posix_fadvise of /dev/zero is accepted");
	is(SYS(arm_fadvise64_64, zero, 6, 0, 0, 0, 0), -EINVAL,
	   "with an unknown advice it is refused");
	SYS(close, zero);
	is(SYS(arm_fadvise64_64, 99, 6, 0, 0, 0, 0), -EBADF,
	   "posix_fadvise of a closed descriptor is refused");
}

static void ahead(void)
{
	is(SYS(readahead, fd, 0, 0, 0, 100), 0, "readahead of 100 bytes");
	is(SYS(readahead, fd, 0, 0, 1, 100), 0,
	   "readahead behind the end is accepted");
	is(SYS(readahead, write_only, 0, 0, 0, 100), -EBADF,
	   "readahead of a descriptor opened for writing is refused");
	is(SYS(readahead, pipe_fd[0], 0, 0, 0, 100), -EINVAL,
	   "readahead of a pipe is refused");
	is(SYS(readahead, 99, 0, 0, 0, 100), -EBADF,
	   "readahead of a closed descriptor is refused");
}

static void sync_range(void)
{
	is(SYS(arm_sync_file_range, fd, 7, 0, 0, 100, 0), 0,
	   "sync_file_range with all three steps");
	is(SYS(arm_sync_file_range, fd, 0, 0, 0, 0, 0), 0,
	   "sync_file_range without a step");
	is(SYS(arm_sync_file_range, fd, 8, 0, 0, 0, 0), -EINVAL,
	   "sync_file_range with an unknown flag is refused");
	is(SYS(arm_sync_file_range, fd, 2, 0, -1, 0, 0), -EINVAL,
	   "sync_file_range of a negative offset is refused");
	is(SYS(arm_sync_file_range, fd, 2, 0, 0, 0, -1), -EINVAL,
	   "sync_file_range of a negative length is refused");
	is(SYS(arm_sync_file_range, fd, 2, -1, 0x7fffffff, 1, 0), -EINVAL,
	   "sync_file_range past the largest offset is refused");
	is(SYS(arm_sync_file_range, pipe_fd[0], 2, 0, 0, 0, 0), -ESPIPE,
	   "sync_file_range of a pipe is refused");
	is(SYS(arm_sync_file_range, pipe_fd[0], 8, 0, 0, 0, 0), -EINVAL,
	   "sync_file_range of a pipe with an unknown flag: the flag first");
	is(SYS(arm_sync_file_range, 99, 8, 0, 0, 0, 0), -EBADF,
	   "sync_file_range of a closed descriptor: that comes first");
}

/* A write that fails, or writes nothing, leaves the position. */
static void end_of_write(void)
{
	int32_t of = SYS(open, scratch("append"), O_RDWR | O_CREAT | O_APPEND,
			 0600);

	SYS(write, of, "12345678", 8);
	SYS(lseek, of, 3, SEEK_SET);
	is(SYS(write, of, 8, 5), -EFAULT,
	   "O_APPEND: a write from an unmapped address is refused");
	is(SYS(lseek, of, 0, SEEK_CUR), 3, "the position is what it was");
	is(SYS(write, of, "", 0), 0, "a write of nothing");
	is(SYS(lseek, of, 0, SEEK_CUR), 3, "the position is what it was");
	SYS(close, of);
	SYS(unlink, scratch("append"));
}

static uint8_t a[4], b[4];
static const struct iovec32 iov[2] = { { (uint32_t)(uintptr_t)a, 4 },
				       { (uint32_t)(uintptr_t)b, 4 } };

/* byte i of the file is i % 251 */
static void pieces(void)
{
	is(SYS(preadv, fd, iov, 2, 100, 0), 8, "preadv at offset 100");
	is(a[0], 100, "the first byte is the file's byte 100");
	is(b[3], 107, "the last byte is the file's byte 107");
	is(SYS(lseek, fd, 0, SEEK_CUR), 0, "preadv does not move the position");
	is(SYS(preadv, fd, iov, 2, 196, 0), 4,
	   "preadv across the end returns what there is");
	is(SYS(preadv, fd, iov, 2, 0, 1), 0,
	   "preadv at offset 4 GiB returns nothing");
	is(SYS(preadv, fd, iov, 2, -8, 0x7fffffff), -EINVAL,
	   "preadv whose last byte has no position is refused");
	is(SYS(preadv, fd, iov, 2, -9, 0x7fffffff), 0,
	   "preadv whose last byte has returns nothing");
	end_of_write();
	a[0] = 200;
	b[3] = 201;
	is(SYS(pwritev, fd, iov, 2, 50, 0), 8, "pwritev at offset 50");
	is(SYS(pread64, fd, b, 1, 0, 50, 0), 1,
	   "pread64 of the first byte that was written");
	is(b[0], 200, "it is the byte that was written");
	is(SYS(preadv, fd, iov, 2, 0, -1), -EINVAL,
	   "preadv at a negative offset is refused");
	is(SYS(preadv, pipe_fd[0], iov, 2, 0, 0), -ESPIPE,
	   "preadv of a pipe is refused");
	is(SYS(preadv, write_only, iov, 2, 0, 0), -EBADF,
	   "preadv of a descriptor opened for writing is refused");
	is(SYS(preadv, 99, iov, 2, 0, 0), -EBADF,
	   "preadv of a closed descriptor is refused");
	is(SYS(preadv, fd, iov, UIO_MAXIOV + 1, 0, 0), -EINVAL,
	   "preadv of 1025 pieces is refused");
	is(SYS(preadv, fd, 16, 1, 0, 0), -EFAULT,
	   "preadv with pieces at an unmapped address is refused");
}

static int32_t position(int of)
{
	return SYS(lseek, of, 0, SEEK_CUR);
}

static int32_t end(int of)
{
	struct kstat64 s;

	SYS(fstat64, of, &s);
	return (int32_t)s.st_size;
}

static void appends_to(int of, const char *what)
{
	is(SYS(pwritev2, of, iov, 2, 0, 0, RWF_APPEND), 8,
	   "pwritev2 with RWF_APPEND to %s at offset 0", what);
	is(end(of), 208, "it has written at the end");
	is(position(of), 8, "the position has not moved");
	is(SYS(pwritev2, of, iov, 2, -1, -1, RWF_APPEND), 8,
	   "pwritev2 with RWF_APPEND at offset -1");
	is(end(of), 216, "it has written at the end");
	is(position(of), 216, "the position is there now");
	SYS(lseek, of, 8, SEEK_SET);
	is(SYS(pwritev2, of, iov, 0, -1, -1, RWF_APPEND), 0,
	   "pwritev2 with RWF_APPEND of nothing");
	is(position(of), 8, "the position has not moved");
	is(SYS(pwritev2, of, iov, 2, 0, -1, RWF_APPEND), -EINVAL,
	   "pwritev2 with RWF_APPEND at another negative offset is refused");
	is(SYS(preadv2, of, iov, 2, 0, 0, RWF_APPEND), 8,
	   "preadv2 with RWF_APPEND reads at its offset");
	is(position(of), 8, "the position has not moved");
}

static void appends(void)
{
	const struct iovec32 bad = { 16, 4 };
	int memfd = SYS(memfd_create, "m", 2 /* MFD_ALLOW_SEALING */);

	appends_to(fd, "a file");
	is(SYS(pwritev2, fd, &bad, 1, -1, -1, RWF_APPEND), -EFAULT,
	   "pwritev2 with RWF_APPEND from an unmapped address is refused");
	is(position(fd), 8, "the position has not moved");
	SYS(ftruncate, memfd, 200);
	SYS(lseek, memfd, 8, SEEK_SET);
	appends_to(memfd, "a memfd");
	SYS(fcntl64, memfd, F_ADD_SEALS, F_SEAL_GROW);
	is(SYS(pwritev2, memfd, iov, 2, 0, 0, RWF_APPEND), -EPERM,
	   "pwritev2 with RWF_APPEND to a memfd that may not grow is refused");
	SYS(close, memfd);
}

/* A file that takes requests has no end: nothing is appended to it. */
static void appends_request(void)
{
	int32_t of = SYS(open, "/proc/self/oom_score_adj", O_RDWR, 0);
	const struct iovec32 zero = { (uint32_t)(uintptr_t) "0", 1 };

	is(SYS(pwritev2, of, &zero, 1, -1, -1, RWF_APPEND), -EOPNOTSUPP,
	   "pwritev2 with RWF_APPEND to a file of /proc is refused");
	is(position(of), 0, "the position has not moved");
	SYS(close, of);
}

static void with_flags(void)
{
	is(SYS(preadv2, fd, iov, 2, 10, 0, 0), 8, "preadv2 at offset 10");
	is(a[0], 10, "the first byte is the file's byte 10");
	is(SYS(preadv2, fd, iov, 2, -1, -1, 0), 8,
	   "preadv2 at offset -1 reads at the position");
	is(a[0], 0, "the first byte is the file's byte 0");
	is(SYS(lseek, fd, 0, SEEK_CUR), 8, "the position has moved by 8");
	is(SYS(pwritev2, fd, iov, 2, 20, 0, RWF_DSYNC | RWF_SYNC), 8,
	   "pwritev2 with RWF_DSYNC and RWF_SYNC");
	is(SYS(preadv2, fd, iov, 2, 0, 0, 0x80), -EOPNOTSUPP,
	   "preadv2 with an unknown flag is refused");
	is(SYS(preadv2, fd, iov, 2, 0, -1, 0), -EINVAL,
	   "preadv2 at another negative offset is refused");
	appends();
	appends_request();
	SYS(write, pipe_fd[1], "12345678", 8);
	is(SYS(preadv2, pipe_fd[0], iov, 2, -1, -1, 0), 8,
	   "preadv2 at offset -1 of a pipe");
	is(a[0], '1', "the first byte is the pipe's first");
	is(SYS(pwritev2, pipe_fd[1], iov, 2, -1, -1, RWF_APPEND), 8,
	   "pwritev2 with RWF_APPEND to a pipe");
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
