/*
 * How much a pipe holds, F_SETPIPE_SZ, and how many pages of pipes a user may
 * have: the settings of /proc/sys/fs. Run as root.
 *
 * qemu-arm answers with the host's settings.
 */
#include <uapi/fcntl.h>
#include <uapi/poll.h>
#include <uapi/resource.h>
#include <uapi/stat.h>
#include "check.h"

#define ALICE 1001
#define KIB   1024

static uint8_t buf[128 * KIB], got[128 * KIB];

static int32_t set_size(int fd, uint32_t bytes)
{
	return SYS(fcntl64, fd, F_SETPIPE_SZ, bytes);
}

static int32_t size_of(int fd)
{
	return SYS(fcntl64, fd, F_GETPIPE_SZ, 0);
}

/* Writes until there is no room: how many bytes that were. */
static uint32_t fill(int fd)
{
	uint32_t sum = 0;
	int32_t n;

	while ((n = SYS(write, fd, buf + sum % PAGE, PAGE - sum % PAGE)) > 0)
		sum += (uint32_t)n;
	return sum;
}

static int32_t setting(const char *name, const char *value)
{
	char path[64], text[16] = "";
	int fd;
	int32_t n;

	snprintf(path, sizeof(path), "/proc/sys/fs/%s", name);
	fd = SYS(open, path, value ? O_WRONLY : O_RDONLY, 0);
	if (fd < 0)
		return fd;
	n = value ? SYS(write, fd, value, strlen(value)) :
		    SYS(read, fd, text, sizeof(text) - 1);
	SYS(close, fd);
	return n < 0 ? n : value ? 0 : atoi(text);
}

/* ---- one pipe ---------------------------------------------------- */

static void sizes(void)
{
	struct pollfd poll = { .events = POLLOUT };
	int ends[2];

	SYS(pipe2, ends, O_NONBLOCK);
	is(size_of(ends[0]), 64 * KIB, "a pipe holds 64 KiB at first");
	is(set_size(ends[1], 1), PAGE, "a size of 1 becomes a page");
	is((int32_t)fill(ends[1]), PAGE, "that pipe is full with 4096 bytes");
	poll.fd = ends[1];
	is(SYS(poll, &poll, 1, 0), 0, "poll: it cannot be written to");
	is(set_size(ends[1], 5000), 2 * PAGE, "a size of 5000 becomes 8192");
	is(SYS(poll, &poll, 1, 0), 1, "poll: it can be written to");
	is((int32_t)fill(ends[1]), PAGE, "another page of bytes fits");
	is(set_size(ends[0], PAGE), -EBUSY,
	   "a size below the bytes that it has is refused");
	is(size_of(ends[1]), 2 * PAGE, "the size is unchanged by that");
	is(set_size(ends[0], 128 * KIB), 128 * KIB, "a size of 128 KiB");
	is((int32_t)fill(ends[1]), 120 * KIB, "120 KiB more fit");
	is(SYS(read, ends[0], got, 128 * KIB), 128 * KIB,
	   "one read returns all bytes");
	ok(!memcmp(got, got + 64 * KIB, 64 * KIB) && got[5] == buf[5] &&
		   got[PAGE + 5] == buf[5],
	   "they are in order");
	is(set_size(ends[0], 0), PAGE, "a size of 0 becomes a page");
	is(set_size(ends[0], 0x80000000), -ENOMEM,
	   "a size of 2^31 takes more memory than there is");
	is(set_size(ends[0], 0x80000001), -EINVAL,
	   "a size above 2^31 is refused");
	SYS(close, ends[0]);
	SYS(close, ends[1]);
}

/* A ring whose beginning lies in the middle of a page, and its end before it. */
static void moved(void)
{
	int ends[2];
	uint32_t at;

	SYS(pipe2, ends, O_NONBLOCK);
	set_size(ends[1], 4 * PAGE);
	SYS(write, ends[1], buf, 4 * PAGE);
	SYS(read, ends[0], got, 2 * PAGE);
	SYS(write, ends[1], buf + 4 * PAGE, 2 * PAGE);
	is(set_size(ends[1], 8 * PAGE), 8 * PAGE,
	   "a pipe whose bytes wrap around its end grows");
	is(SYS(read, ends[0], got, 8 * PAGE), 4 * PAGE,
	   "a read returns the bytes that it had");
	ok(!memcmp(got, buf + 2 * PAGE, 4 * PAGE), "they are unchanged");
	SYS(write, ends[1], buf, 3 * PAGE);
	SYS(read, ends[0], got, 100);
	is(set_size(ends[1], 4 * PAGE), 4 * PAGE,
	   "a pipe whose first page is read in part shrinks");
	for (at = 100; at < 3 * PAGE; at += 1000)
		SYS(read, ends[0], got + at, 1000);
	ok(!memcmp(got, buf, 3 * PAGE), "its bytes are unchanged");
	SYS(close, ends[0]);
	SYS(close, ends[1]);
}

/*
 * A ring that is full, and whose first page is read in part. On Linux no byte goes
 * into that page any more, so fewer are in the pipe.
 */
static void full(void)
{
	int ends[2];
	uint32_t sum;

	SYS(pipe2, ends, O_NONBLOCK);
	sum = fill(ends[1]);
	SYS(read, ends[0], got, 100);
	for (uint32_t i = 0; i < 10; i++)
		sum += SYS(write, ends[1], buf + sum % PAGE, 10) == 10 ? 10 : 0;
	is(set_size(ends[1], 64 * KIB), 64 * KIB,
	   "a full pipe, of which a part is read, keeps its size");
	is(set_size(ends[1], 128 * KIB), 128 * KIB, "it grows");
	ok(SYS(read, ends[0], got + 100, sizeof(got) - 100) == (int)sum - 100,
	   "a read returns the bytes that it had");
	ok(!memcmp(got + 100, buf + 100, PAGE - 100) &&
		   !memcmp(got + 15 * PAGE, buf, PAGE) &&
		   !memcmp(got + 16 * PAGE, buf, sum - 16 * PAGE),
	   "they are in order");
	is(SYS(write, ends[1], buf, sizeof(buf)), 128 * KIB,
	   "as many as it holds can be written");
	SYS(close, ends[0]);
	SYS(close, ends[1]);
}

static void others(void)
{
	char path[64];
	int fd;

	strcpy(path, scratch("fifo"));
	SYS(mknod, path, S_IFIFO | 0600, 0);
	fd = SYS(open, path, O_RDWR, 0);
	is(set_size(fd, 2 * PAGE), 2 * PAGE, "a FIFO's size is set");
	SYS(close, fd);
	fd = SYS(open, path, O_RDWR, 0);
	is(size_of(fd), 64 * KIB,
	   "a FIFO that was closed by all has 64 KiB again");
	SYS(close, fd);
	SYS(unlink, path);
	fd = make_file(scratch("f"), 1);
	is(set_size(fd, PAGE), -EBADF, "a file is no pipe");
	SYS(close, fd);
	SYS(unlink, scratch("f"));
}

/* ---- limits ------------------------------------------------------ */

static int of_user(void *arg)
{
	int ends[2], more[2];

	(void)arg;
	SYS(setresuid32, ALICE, ALICE, ALICE);
	SYS(pipe, ends);
	is(set_size(ends[0], 256 * KIB), 256 * KIB,
	   "a user's pipe may be as large as pipe-max-size");
	is(set_size(ends[0], 256 * KIB + 1), -EPERM,
	   "a user's pipe may not exceed pipe-max-size");
	is(set_size(ends[0], 2 * PAGE), 2 * PAGE,
	   "a user's pipe may become smaller");
	is(set_size(ends[0], 16 * PAGE), 16 * PAGE,
	   "a user's pipe may become larger again");
	SYS(pipe, more);
	is(size_of(more[0]), 64 * KIB,
	   "a second pipe has 64 KiB: 32 of 68 pages");
	SYS(pipe, more);
	SYS(pipe, more);
	is(size_of(more[0]), 64 * KIB,
	   "a fourth pipe has 64 KiB: 64 of 68 pages");
	SYS(pipe, more);
	is(size_of(more[0]), 2 * PAGE,
	   "a pipe above the soft limit has two pages");
	is(set_size(more[0], 8 * PAGE), -EPERM,
	   "a pipe above the soft limit may not become larger");
	is(set_size(more[0], PAGE), PAGE,
	   "a pipe above the soft limit may become smaller");
	is(SYS(pipe, more), 0, "a pipe of two pages more");
	is(SYS(pipe, more), 0, "a second pipe of two pages more");
	is(SYS(pipe, more), 0, "a pipe up to the hard limit");
	is(SYS(pipe, more), -ENFILE, "no pipe above the hard limit");
	is(set_size(ends[0], 8 * PAGE), 8 * PAGE, "one pipe becomes smaller");
	is(SYS(pipe, more), 0,
	   "a pipe that became smaller leaves room for another");
	return 0;
}

static int of_root(void *arg)
{
	int ends[2];

	(void)arg;
	for (int i = 0; i < 8; i++)
		SYS(pipe, ends);
	is(size_of(ends[0]), 64 * KIB, "the limits do not bind root");
	is(set_size(ends[0], 512 * KIB), 512 * KIB,
	   "pipe-max-size does not bind root");
	return 0;
}

static int small_max(void *arg)
{
	int ends[2];

	(void)arg;
	is(setting("pipe-max-size", "5000"), 0,
	   "pipe-max-size of 5000 is accepted");
	is(setting("pipe-max-size", 0), 2 * PAGE, "it is rounded up to 8192");
	SYS(pipe, ends);
	is(size_of(ends[0]), 64 * KIB, "root's new pipes have 64 KiB");
	SYS(setresuid32, ALICE, ALICE, ALICE);
	SYS(pipe, ends);
	is(size_of(ends[0]), 2 * PAGE, "a user's new pipes have pipe-max-size");
	is(setting("pipe-max-size", "65536"), -EACCES,
	   "a user may not change pipe-max-size");
	return 0;
}

int main(void)
{
	for (uint32_t i = 0; i < sizeof(buf); i++)
		buf[i] = (uint8_t)(i % 4096 * 7 + i / 4096 % 16);
	sizes();
	moved();
	full();
	others();
	is(setting("pipe-max-size", 0), 1024 * KIB, "pipe-max-size");
	is(setting("pipe-user-pages-soft", 0), 16384, "pipe-user-pages-soft");
	is(setting("pipe-user-pages-hard", 0), 0, "pipe-user-pages-hard");
	is(setting("pipe-max-size", "no"), -EINVAL, "a word is no size");
	setting("pipe-max-size", "262144");
	setting("pipe-user-pages-soft", "68");
	setting("pipe-user-pages-hard", "72");
	checks_in_child(of_user, 0);
	checks_in_child(of_root, 0);
	setting("pipe-user-pages-soft", "16384");
	setting("pipe-user-pages-hard", "0");
	checks_in_child(small_max, 0);
	setting("pipe-max-size", "1048576");
	remove_scratch();
	return done();
}
