/*
 * sendfile to pipes and with offsets of 32 bits, and splice from a socket into a
 * pipe.
 */
#include <uapi/fcntl.h>
#include <uapi/uio.h>
#include "sockets.h"

#define LAST 0x7fffffff /* the last offset of a program without O_LARGEFILE */

static uint8_t buf[2 * PAGE];

/* ---- sendfile ---------------------------------------------------- */

static void short_offsets(int in, int out)
{
	int32_t at = 2;

	is(SYS(sendfile, out, in, &at, 5), 5, "sendfile from an offset");
	is(at, 7, "the offset has moved");
	is(SYS(lseek, in, 0, 1), 0, "the file's position has not");
	is(SYS(sendfile, out, in, 0, 4), 4, "sendfile without an offset");
	is(SYS(lseek, in, 0, 1), 4, "the file's position has moved");
	SYS(pread64, out, buf, 9, 0, 0, 0);
	ok(!memcmp(buf, "\2\3\4\5\6\0\1\2\3", 9), "both pieces are there");
	at = -1;
	is(SYS(sendfile, out, in, &at, 1), -EINVAL, "a negative offset");
	at = LAST;
	is(SYS(sendfile, out, in, &at, 1), -EOVERFLOW, "the last offset");
	at = LAST - 1;
	is(SYS(sendfile, out, in, &at, 9), 0, "the one before it");
	is(SYS(sendfile, out, in, 8, 1), -EFAULT, "a bad pointer");
	is(SYS(sendfile, out, in, 0, -1), -EINVAL, "a negative count");
	is(SYS(lseek, in, 0, 1), 4, "moves nothing");
}

static void long_offsets(int in, int out, int pipe)
{
	int64_t at = INT64_MAX;

	is(SYS(sendfile64, out, in, &at, 5), -EINVAL,
	   "sendfile64 beyond the largest offset");
	at = 0;
	is(SYS(sendfile64, out, pipe, &at, 5), -ESPIPE,
	   "sendfile64 from a pipe with an offset");
	is(SYS(sendfile64, out, pipe, 0, 5), -EINVAL, "sendfile64 from a pipe");
	is(SYS(sendfile64, out, 99, 0, 5), -EBADF, "from a closed descriptor");
	is(SYS(sendfile64, 99, in, 0, 5), -EBADF, "to a closed descriptor");
}

static void to_pipe(int in, const int *pipe)
{
	int64_t at = 10;
	int big = make_file(scratch("big"), 20 * PAGE);

	is(SYS(sendfile64, pipe[1], in, &at, 20), 20, "sendfile64 to a pipe");
	is((int32_t)at, 30, "the offset has moved");
	is(SYS(read, pipe[0], buf, 99), 20, "the pipe has the bytes");
	ok(buf[0] == 10 && buf[19] == 29, "they are the file's");
	at = 0;
	is(SYS(sendfile64, pipe[1], big, &at, 20 * PAGE), 16 * PAGE,
	   "sendfile64 fills the pipe, and does not wait then");
	SYS(fcntl64, pipe[1], F_SETFL, O_NONBLOCK);
	is(SYS(sendfile64, pipe[1], big, &at, 1), -EAGAIN,
	   "sendfile64 to a full pipe that must not wait");
	is((int32_t)at, 16 * PAGE, "the offset stays");
	SYS(close, big);
	SYS(unlink, scratch("big"));
}

static void sends(void)
{
	int in = make_file(scratch("in"), 100);
	int out = make_file(scratch("out"), 0), pipe[2];

	SYS(lseek, in, 0, 0);
	SYS(pipe2, pipe, 0);
	short_offsets(in, out);
	long_offsets(in, out, pipe[0]);
	to_pipe(in, pipe);
	SYS(close, in);
	SYS(close, out);
	SYS(close, pipe[0]);
	SYS(close, pipe[1]);
	SYS(unlink, scratch("in"));
	SYS(unlink, scratch("out"));
}

/* ---- splice from a socket ---------------------------------------- */

static int sockets[2], ends[2];

static int wait_for_data(void *arg)
{
	return SYS(splice, sockets[1], 0, ends[1], 0, (uint32_t)arg, 0);
}

static void stream(void)
{
	int64_t at = 0;

	SYS(write, sockets[0], "hello world", 11);
	is(SYS(splice, sockets[1], &at, ends[1], 0, 5, 0), -EINVAL,
	   "splice from a socket with an offset");
	is(SYS(splice, sockets[1], 0, ends[1], 0, 5, 0), 5,
	   "splice of five bytes from a socket");
	is(SYS(read, ends[0], buf, 99), 5, "the pipe has five bytes");
	ok(!memcmp(buf, "hello", 5), "they are the first five");
	is(SYS(splice, sockets[1], 0, ends[1], 0, 100, 0), 6,
	   "splice moves what the socket has");
	is(SYS(splice, sockets[1], 0, ends[1], 0, 1, SPLICE_F_NONBLOCK),
	   -EAGAIN, "splice from an empty socket");
	is(SYS(read, ends[0], buf, 99), 6, "the pipe has the rest");
	ok(!memcmp(buf, " world", 6), "in its order");
	SYS(write, sockets[0], "xyz", 3);
	is(SYS(sendfile64, ends[1], sockets[1], 0, 9), 3,
	   "sendfile64 from a socket to a pipe");
	is(SYS(sendfile64, sockets[0], sockets[1], 0, 9), -EINVAL,
	   "sendfile64 from a socket to a socket");
	is(SYS(read, ends[0], buf, 99), 3, "the pipe has three bytes");
	signal_ends_wait(wait_for_data, (void *)1, "an empty socket");
}

/* What does not fit into the pipe stays in the socket. The pipe stays full. */
static void full_pipe(void)
{
	SYS(fcntl64, ends[1], F_SETFL, O_NONBLOCK);
	while (SYS(write, ends[1], buf, PAGE) > 0)
		;
	SYS(write, sockets[0], "abc", 3);
	is(SYS(splice, sockets[1], 0, ends[1], 0, 3, 0), -EAGAIN,
	   "splice from a socket to a full pipe");
	is(SYS(read, sockets[1], buf, 99), 3, "the socket still has its bytes");
	SYS(fcntl64, ends[1], F_SETFL, 0);
}

static void not_connected(void)
{
	int alone = SYS(socket, AF_UNIX, SOCK_STREAM, 0);

	is(SYS(splice, alone, 0, ends[1], 0, 3, 0), -EINVAL,
	   "splice from a socket that is not connected");
	SYS(close, alone);
}

static void at_the_end(void)
{
	SYS(read, ends[0], buf, PAGE);
	SYS(close, sockets[0]);
	is(SYS(splice, sockets[1], 0, ends[1], 0, 3, 0), 0,
	   "splice from a socket whose peer is gone");
}

int main(void)
{
	sends();
	pair(SOCK_STREAM, sockets);
	SYS(pipe2, ends, 0);
	stream();
	not_connected();
	full_pipe();
	at_the_end();
	remove_scratch();
	return done();
}
