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
	is(size_of(ends[0]), 64 * KIB, "a pipe holds 64 KiB");
	is(set_size(ends[1], 1), PAGE, "no less than a page");
	is((int32_t)fill(ends[1]), PAGE, "which is full with 4096 bytes");
	poll.fd = ends[1];
	is(SYS(poll, &poll, 1, 0), 0, "it cannot be written");
	is(set_size(ends[1], 5000), 2 * PAGE, "sizes are powers of two");
	is(SYS(poll, &poll, 1, 0), 1, "now it can");
	is((int32_t)fill(ends[1]), PAGE, "as much again");
	is(set_size(ends[0], PAGE), -EBUSY, "what is in it stays in it");
	is(size_of(ends[1]), 2 * PAGE, "and so does the size");
	is(set_size(ends[0], 128 * KIB), 128 * KIB, "twice as much as others");
	is((int32_t)fill(ends[1]), 120 * KIB, "120 KiB more have room");
	is(SYS(read, ends[0], got, 128 * KIB), 128 * KIB, "all comes out");
	ok(!memcmp(got, got + 64 * KIB, 64 * KIB) && got[5] == buf[5] &&
		   got[PAGE + 5] == buf[5],
	   "in order");
	is(set_size(ends[0], 0), PAGE, "0 is one page, too");
	is(set_size(ends[0], 0x80000001), -EINVAL, "what no number rounds up");
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
	is(set_size(ends[1], 8 * PAGE), 8 * PAGE, "a ring that wraps grows");
	is(SYS(read, ends[0], got, 8 * PAGE), 4 * PAGE, "what was in it");
	ok(!memcmp(got, buf + 2 * PAGE, 4 * PAGE), "is as it was");
	SYS(write, ends[1], buf, 3 * PAGE);
	SYS(read, ends[0], got, 100);
	is(set_size(ends[1], 4 * PAGE), 4 * PAGE, "it shrinks, read in part");
	for (at = 100; at < 3 * PAGE; at += 1000)
		SYS(read, ends[0], got + at, 1000);
	ok(!memcmp(got, buf, 3 * PAGE), "nothing is lost");
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
	is(set_size(fd, 2 * PAGE), 2 * PAGE, "a FIFO's size");
	SYS(close, fd);
	fd = SYS(open, path, O_RDWR, 0);
	is(size_of(fd), 64 * KIB, "is gone with what was in it");
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
	   "a user's, as large as pipe-max-size");
	is(set_size(ends[0], 256 * KIB + 1), -EPERM, "not larger");
	is(set_size(ends[0], 2 * PAGE), 2 * PAGE, "smaller");
	is(set_size(ends[0], 16 * PAGE), 16 * PAGE, "and larger again");
	SYS(pipe, more);
	is(size_of(more[0]), 64 * KIB, "16 and 16 of 68 pages");
	SYS(pipe, more);
	SYS(pipe, more);
	is(size_of(more[0]), 64 * KIB, "and twice as many");
	SYS(pipe, more);
	is(size_of(more[0]), 2 * PAGE, "above the soft limit: two pages");
	is(set_size(more[0], 8 * PAGE), -EPERM, "which do not become more");
	is(set_size(more[0], PAGE), PAGE, "but fewer");
	is(SYS(pipe, more), 0, "two pages more");
	is(SYS(pipe, more), 0, "and two");
	is(SYS(pipe, more), 0, "the hard limit is far");
	is(SYS(pipe, more), -ENFILE, "not so far: no pipe");
	is(set_size(ends[0], 8 * PAGE), 8 * PAGE, "one becomes smaller");
	is(SYS(pipe, more), 0, "there is room for another");
	return 0;
}

static int of_root(void *arg)
{
	int ends[2];

	(void)arg;
	for (int i = 0; i < 8; i++)
		SYS(pipe, ends);
	is(size_of(ends[0]), 64 * KIB, "no limit binds root");
	is(set_size(ends[0], 512 * KIB), 512 * KIB, "nor pipe-max-size");
	return 0;
}

static int small_max(void *arg)
{
	int ends[2];

	(void)arg;
	is(setting("pipe-max-size", "5000"), 0, "pipe-max-size is rounded up");
	is(setting("pipe-max-size", 0), 2 * PAGE, "to 8192");
	SYS(pipe, ends);
	is(size_of(ends[0]), 64 * KIB, "root's pipes are as before");
	SYS(setresuid32, ALICE, ALICE, ALICE);
	SYS(pipe, ends);
	is(size_of(ends[0]), 2 * PAGE, "a user's are so small");
	is(setting("pipe-max-size", "65536"), -EACCES, "he may not change it");
	return 0;
}

int main(void)
{
	for (uint32_t i = 0; i < sizeof(buf); i++)
		buf[i] = (uint8_t)(i % 4096 * 7 + i / 4096 % 16);
	sizes();
	moved();
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
