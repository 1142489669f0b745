/*
 * What programs expect in /dev besides devices: their own descriptors by name, and
 * a directory for shared memory. On Linux its init makes them. And what ioctl() tells
 * of files and of /dev/urandom.
 */
#include <uapi/fcntl.h>
#include <uapi/stat.h>
#include <uapi/termios.h>
#include "check.h"

static char text[64];

static void link_is(const char *path, const char *want)
{
	memset(text, 0, sizeof(text));
	SYS(readlink, path, text, sizeof(text) - 1);
	ok(!strcmp(text, want), "%s is %s", path, want);
}

/* What ioctl() knows of a regular file and of a directory. */
static void requests(void)
{
	int fd = make_file(scratch("f"), PAGE + 10), dir;
	uint64_t bytes = 0;
	int32_t n = 0;

	dir = SYS(open, scratch("."), O_RDONLY);
	SYS(lseek, fd, 10, SEEK_SET);
	is(SYS(ioctl, fd, FIONREAD, &n), 0, "FIONREAD of a file");
	is(n, PAGE, "it reports the bytes up to the end");
	SYS(lseek, fd, PAGE + 20, SEEK_SET);
	SYS(ioctl, fd, FIONREAD, &n);
	ok(n == -10, "behind the end they are less than 0");
	is(SYS(ioctl, fd, FIONREAD, 8), -EFAULT,
	   "FIONREAD to an unmapped address is refused");
	is(SYS(ioctl, fd, FIOQSIZE, &bytes), 0, "FIOQSIZE of a file");
	ok(bytes == 2 * PAGE, "it reports the memory of its pages");
	is(SYS(ioctl, fd, FIGETBSZ, &n), 0, "FIGETBSZ of a file");
	is(n, PAGE, "a block is a page");
	is(SYS(ioctl, fd, FIBMAP, &n), -EINVAL, "FIBMAP: there is no disk");
	is(SYS(ioctl, dir, FIOQSIZE, &bytes), 0, "FIOQSIZE of a directory");
	is(SYS(ioctl, dir, FIONREAD, &n), -ENOTTY,
	   "FIONREAD of a directory is refused");
	is(SYS(readahead, dir, 0, 0, 0, 100), -EINVAL,
	   "readahead of a directory is refused");
	SYS(close, dir);
	SYS(close, fd);
	SYS(unlink, scratch("f"));
	remove_scratch();
}

#define RNDGETENTCNT 0x80045200

/* Without a source of it there is no entropy, on Linux neither. */
static void entropy(void)
{
	int fd = SYS(open, "/dev/urandom", O_RDONLY);
	int file = SYS(open, "/proc/sys/kernel/random/entropy_avail", O_RDONLY);
	int32_t bits = -1;

	is(SYS(ioctl, fd, RNDGETENTCNT, &bits), 0, "RNDGETENTCNT");
	memset(text, 0, sizeof(text));
	ok(SYS(read, file, text, sizeof(text) - 1) > 0 && atoi(text) == bits,
	   "entropy_avail has the same number");
	is(SYS(ioctl, fd, RNDGETENTCNT, 8), -EFAULT,
	   "RNDGETENTCNT to an unmapped address is refused");
	SYS(close, file);
	SYS(close, fd);
}

int main(void)
{
	struct kstat64 st = { 0 };
	char path[32];
	int fd, ends[2];

	link_is("/dev/fd", "/proc/self/fd");
	link_is("/dev/stdin", "/proc/self/fd/0");
	link_is("/dev/stdout", "/proc/self/fd/1");
	link_is("/dev/stderr", "/proc/self/fd/2");
	SYS(pipe, ends);
	sprintf(path, "/dev/fd/%d", ends[0]);
	fd = SYS(open, path, O_RDONLY, 0);
	SYS(write, ends[1], "through", 7);
	is(SYS(read, fd, text, sizeof(text)), 7,
	   "a pipe's end can be opened by its name in /dev/fd: a read");
	is(SYS(stat64, "/dev/shm", &st), 0, "stat64 of /dev/shm");
	is((int32_t)st.st_mode, S_IFDIR | 01777,
	   "it is a directory for everybody, with the sticky bit");
	fd = SYS(open, "/dev/shm/test-dev", O_RDWR | O_CREAT | O_EXCL, 0600);
	ok(fd >= 0, "a file can be made there");
	is(SYS(unlink, "/dev/shm/test-dev"), 0, "unlink of that file");
	requests();
	entropy();
	return done();
}
