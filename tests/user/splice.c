/*
 * splice, tee and vmsplice: bytes from file to pipe to file without a buffer of
 * the program, from pipe to pipe, and between a pipe and memory.
 */
#include <uapi/fcntl.h>
#include <uapi/socket.h>
#include <uapi/uio.h>
#include "check.h"

#define RING 65536 /* bytes that a pipe holds */

static int a[2], b[2]; /* two pipes */
static uint8_t buf[2 * PAGE] __attribute__((aligned(4096)));

static void open_pipes(void)
{
	SYS(pipe2, a, 0);
	SYS(pipe2, b, 0);
}

static void close_pipes(void)
{
	for (int i = 0; i < 2; i++) {
		SYS(close, a[i]);
		SYS(close, b[i]);
	}
}

/* make_file without a name that stays. Returns the descriptor. */
static int make_nameless(uint32_t bytes)
{
	int fd = make_file(scratch("file"), bytes);

	SYS(unlink, scratch("file"));
	return fd;
}

/* The bytes that a pipe holds are those of a file of make_file from `at` on. */
static void holds(int fd, uint32_t at, uint32_t bytes, const char *what)
{
	uint32_t wrong = 0;

	is(SYS(read, fd, buf, bytes), (int32_t)bytes, "%s: read", what);
	for (uint32_t i = 0; i < bytes; i++)
		wrong += buf[i] != (at + i) % 251;
	is((int32_t)wrong, 0, "%s: bytes that differ", what);
}

/* ---- a file and a pipe ------------------------------------------- */

static void from_file(void)
{
	int fd = make_nameless(6000);
	int64_t at = 5000;

	open_pipes();
	SYS(lseek, fd, 0, 0);
	is(SYS(splice, fd, 0, a[1], 0, 300, 0), 300, "file to pipe");
	is(SYS(lseek, fd, 0, 1), 300, "the file's position moved");
	holds(a[0], 0, 300, "the first bytes");
	is(SYS(splice, fd, &at, a[1], 0, 4000, 0), 1000,
	   "from an offset to the end");
	is((int32_t)at, 6000, "the offset moved");
	is(SYS(lseek, fd, 0, 1), 300, "the position did not");
	holds(a[0], 5000, 1000, "the last bytes");
	is(SYS(splice, fd, &at, a[1], 0, 1, 0), 0, "at the end");
	at = -1;
	is(SYS(splice, fd, &at, a[1], 0, 1, 0), -EINVAL, "a negative offset");
	is(SYS(splice, fd, 0x10, a[1], 0, 1, 0), -EFAULT, "no offset there");
	SYS(close, fd);
	fd = make_nameless(2 * RING);
	SYS(lseek, fd, 0, 0);
	is(SYS(splice, fd, 0, a[1], 0, 2 * RING, 0), RING,
	   "as much as a pipe holds, without waiting for a reader");
	is(SYS(splice, fd, 0, a[1], 0, 1, SPLICE_F_NONBLOCK), -EAGAIN,
	   "a full pipe");
	is(SYS(lseek, fd, 0, 1), RING, "the position of what was moved");
	SYS(close, fd);
	close_pipes();
}

static void to_file(void)
{
	int fd = make_nameless(0);
	int64_t at = 10;

	open_pipes();
	SYS(write, a[1], "hello world", 11);
	is(SYS(splice, a[0], 0, fd, 0, 5, 0), 5, "pipe to file");
	is(SYS(lseek, fd, 0, 1), 5, "the position moved");
	is(SYS(splice, a[0], 0, fd, &at, 100, 0), 6,
	   "what there is, without waiting for more");
	is((int32_t)at, 16, "the offset moved");
	is(SYS(lseek, fd, 0, 1), 5, "the position did not");
	memset(buf, 'x', 20);
	is(SYS(pread64, fd, buf, 20, 0, 0, 0), 16, "the file's size");
	ok(!memcmp(buf, "hello\0\0\0\0\0 world", 16), "and text");
	is(SYS(splice, a[0], 0, fd, 0, 1, SPLICE_F_NONBLOCK), -EAGAIN,
	   "an empty pipe");
	SYS(fcntl64, fd, F_SETFL, O_APPEND);
	SYS(write, a[1], "more", 4);
	is(SYS(splice, a[0], 0, fd, 0, 4, 0), -EINVAL, "a file with O_APPEND");
	is(SYS(read, a[0], buf, 9), 4, "the bytes are still in the pipe");
	SYS(close, a[1]);
	a[1] = -1;
	SYS(fcntl64, fd, F_SETFL, 0);
	is(SYS(splice, a[0], 0, fd, 0, 1, 0), 0, "no writer is left");
	SYS(close, fd);
	close_pipes();
}

static void to_null(void)
{
	int fd = make_nameless(10);
	int null = SYS(open, "/dev/null", O_RDWR, 0);
	int zero = SYS(open, "/dev/zero", O_RDWR, 0);

	open_pipes();
	SYS(write, a[1], "abc", 3);
	is(SYS(splice, a[0], 0, zero, 0, 3, 0), -EINVAL, "not to /dev/zero");
	is(SYS(splice, a[0], 0, null, 0, 3, 0), 3, "pipe to /dev/null");
	is(SYS(splice, a[0], 0, null, 0, 1, SPLICE_F_NONBLOCK), -EAGAIN,
	   "the bytes are gone");
	is(SYS(splice, null, 0, a[1], 0, 1, 0), -EINVAL, "not back");
	SYS(lseek, fd, 0, 0);
	is(SYS(sendfile64, null, fd, 0, 7), 7, "sendfile to /dev/null");
	is(SYS(lseek, fd, 0, 1), 7, "the file's position moved");
	SYS(close, zero);
	SYS(close, null);
	SYS(close, fd);
	close_pipes();
}

/* ---- two pipes --------------------------------------------------- */

static void pipe_to_pipe(void)
{
	open_pipes();
	SYS(write, a[1], "abcdef", 6);
	is(SYS(tee, a[0], b[1], 4, 0), 4, "tee");
	is(SYS(read, b[0], buf, 9), 4, "the other pipe has them");
	ok(!memcmp(buf, "abcd", 4), "the first four");
	is(SYS(splice, a[0], 0, b[1], 0, 5, 0), 5,
	   "splice: they stayed in the first");
	is(SYS(read, b[0], buf, 9), 5, "and are in the second");
	ok(!memcmp(buf, "abcde", 5), "the first five");
	is(SYS(read, a[0], buf, 9), 1, "one remains");
	is(SYS(tee, a[0], b[1], 1, SPLICE_F_NONBLOCK), -EAGAIN, "tee nothing");
	is(SYS(splice, a[0], 0, b[1], 0, 1, SPLICE_F_NONBLOCK), -EAGAIN,
	   "splice nothing");
	SYS(fcntl64, b[1], F_SETFL, O_NONBLOCK);
	is(SYS(splice, a[0], 0, b[1], 0, 1, 0), -EAGAIN,
	   "O_NONBLOCK of either end counts");
	while (SYS(write, b[1], buf, PAGE) > 0)
		;
	SYS(write, a[1], "x", 1);
	is(SYS(splice, a[0], 0, b[1], 0, 1, 0), -EAGAIN, "no room");
	is(SYS(tee, a[0], b[1], 1, 0), -EAGAIN, "nor for tee");
	is(SYS(read, a[0], buf, 9), 1, "nothing was taken");
	SYS(close, a[1]);
	a[1] = -1;
	is(SYS(splice, a[0], 0, b[1], 0, 1, 0), -EAGAIN,
	   "no writer, and no room: the room is looked at first");
	SYS(read, b[0], buf, PAGE);
	is(SYS(splice, a[0], 0, b[1], 0, 1, 0), 0, "no writer is left");
	is(SYS(tee, a[0], b[1], 1, 0), 0, "nor for tee");
	close_pipes();
}

/* ---- memory ------------------------------------------------------ */

static void memory(void)
{
	uint8_t *mem = pages(3);
	struct iovec32 iov[3];

	open_pipes();
	for (uint32_t i = 0; i < 2 * PAGE; i++)
		mem[i] = (uint8_t)(i % 251);
	iov[0] = (struct iovec32){ (uintptr_t)mem, PAGE };
	iov[1] = (struct iovec32){ 0, 0 };
	iov[2] = (struct iovec32){ (uintptr_t)mem + PAGE, 100 };
	is(SYS(vmsplice, a[1], iov, 3, 0), PAGE + 100, "memory to pipe");
	holds(a[0], 0, PAGE + 100, "it");
	SYS(write, a[1], "abcdef", 6);
	iov[0].iov_len = 2;
	is(SYS(vmsplice, a[0], iov, 3, 0), 6, "pipe to memory");
	ok(!memcmp(mem, "ab", 2) && !memcmp(mem + PAGE, "cdef", 4),
	   "in its pieces");
	SYS(write, a[1], "gh", 2);
	is(SYS(vmsplice, a[0], iov, 3, 0), 2,
	   "what there is, without waiting for the last piece");
	is(SYS(vmsplice, a[0], iov, 1, SPLICE_F_NONBLOCK), -EAGAIN,
	   "an empty pipe");
	SYS(munmap, mem + PAGE, PAGE);
	iov[0].iov_len = 2 * PAGE;
	is(SYS(vmsplice, a[1], iov, 1, 0), PAGE, "up to a missing page");
	iov[0].iov_base += PAGE;
	is(SYS(vmsplice, a[1], iov, 1, 0), -EFAULT, "a missing page");
	iov[0] = (struct iovec32){ (uintptr_t)mem + PAGE - 4, 100 };
	is(SYS(vmsplice, a[0], iov, 1, 0), -EFAULT,
	   "pipe to memory that ends after 4 of 100 bytes");
	iov[0] = (struct iovec32){ (uintptr_t)mem, PAGE };
	is(SYS(vmsplice, a[0], iov, 1, 0), PAGE, "no byte had been taken");
	iov[0].iov_len = 0;
	is(SYS(vmsplice, a[1], iov, 1, 0), 0, "0 bytes");
	iov[0].iov_len = 0x80000000;
	is(SYS(vmsplice, a[1], iov, 1, 0), -EINVAL, "a negative length");
	is(SYS(vmsplice, a[1], iov, 1025, 0), -EINVAL, "too many pieces");
	is(SYS(vmsplice, a[1], 0x10, 1, 0), -EFAULT, "no list there");
	is(SYS(vmsplice, a[1], iov, 1, 16), -EINVAL, "an unknown flag");
	is(SYS(vmsplice, 99, iov, 1, 0), -EBADF, "no file");
	close_pipes();
}

/* ---- what fails -------------------------------------------------- */

static void errors(void)
{
	int fd = make_file(scratch("errors"), 10), to;
	struct iovec32 iov = { (uintptr_t)buf, 1 };
	int64_t at = 0;
	int sockets[2];

	open_pipes();
	SYS(write, a[1], "abc", 3);
	to = SYS(open, scratch("errors"), O_RDWR, 0);
	SYS(unlink, scratch("errors"));
	is(SYS(splice, fd, 0, to, 0, 1, 0), -EINVAL, "neither is a pipe");
	is(SYS(splice, a[0], 0, a[1], 0, 1, 0), -EINVAL, "both the same pipe");
	is(SYS(tee, a[0], a[1], 1, 0), -EINVAL, "tee the same");
	is(SYS(tee, to, a[1], 1, 0), -EINVAL, "tee a file");
	is(SYS(tee, a[0], to, 1, 0), -EINVAL, "tee to a file");
	is(SYS(splice, a[0], &at, to, 0, 1, 0), -ESPIPE, "a pipe's offset");
	is(SYS(splice, to, 0, a[1], &at, 1, 0), -ESPIPE, "at either side");
	is(SYS(splice, a[1], 0, b[1], 0, 1, 0), -EBADF, "from a writing end");
	is(SYS(splice, a[0], 0, b[0], 0, 1, 0), -EBADF, "to a reading end");
	is(SYS(tee, a[1], b[1], 1, 0), -EBADF, "tee from a writing end");
	is(SYS(splice, 99, 0, b[1], 0, 1, 0), -EBADF, "from no file");
	is(SYS(splice, a[0], 0, 99, 0, 1, 0), -EBADF, "to no file");
	is(SYS(splice, a[0], 0, b[1], 0, 1, 16), -EINVAL, "an unknown flag");
	is(SYS(splice, 99, 0, 99, 0, 0, 16), 0, "0 bytes: nothing is checked");
	is(SYS(tee, 99, 99, 0, 16), -EINVAL, "but tee's flag");
	is(SYS(tee, 99, 99, 0, 0), 0, "is");
	is(SYS(vmsplice, to, &iov, 1, 0), -EBADF, "vmsplice to a file");
	SYS(socketpair, AF_UNIX, SOCK_STREAM, 0, sockets);
	is(SYS(splice, a[0], 0, sockets[0], &at, 1, 0), -EINVAL,
	   "a socket's offset");
	is(SYS(splice, a[0], 0, sockets[0], 0, 9, 0), 3, "pipe to socket");
	is(SYS(read, sockets[1], buf, 9), 3, "its peer reads them");
	SYS(close, sockets[0]);
	SYS(close, sockets[1]);
	SYS(close, fd);
	SYS(close, to);
	close_pipes();
}

/* 0: SIGPIPE did not come, and the answer was -EPIPE. */
static int splice_to_nobody(void *arg)
{
	int fd = (int)arg;

	return SYS(splice, fd, 0, b[1], 0, 1, 0) == -EPIPE ? 0 : 1;
}

static int vmsplice_to_nobody(void *arg)
{
	struct iovec32 iov = { (uintptr_t)arg, 1 };

	return SYS(vmsplice, b[1], &iov, 1, 0) == -EPIPE ? 0 : 1;
}

static int tee_to_nobody(void *arg)
{
	return SYS(tee, (int)arg, b[1], 1, 0) == -EPIPE ? 0 : 1;
}

static void try_nobody(int (*fn)(void *arg), void *arg, const char *what)
{
	int status = in_child(fn, arg);

	is(WIFSIGNALED(status) ? WTERMSIG(status) : 0, LINUX_SIGPIPE,
	   "%s without a reader: SIGPIPE", what);
	ignore(LINUX_SIGPIPE);
	is(in_child(fn, arg), 0, "%s: or -EPIPE", what);
	by_default(LINUX_SIGPIPE);
}

static void nobody_reads(void)
{
	int fd = make_nameless(10);

	open_pipes();
	SYS(write, a[1], "abc", 3);
	SYS(close, b[0]);
	b[0] = -1;
	SYS(lseek, fd, 0, 0);
	try_nobody(splice_to_nobody, (void *)fd, "a file");
	try_nobody(splice_to_nobody, (void *)a[0], "a pipe");
	try_nobody(tee_to_nobody, (void *)a[0], "tee");
	try_nobody(vmsplice_to_nobody, buf, "memory");
	is(SYS(read, a[0], buf, 9), 3, "the first pipe has its bytes");
	SYS(close, fd);
	close_pipes();
}

/* ---- waiting ----------------------------------------------------- */

static int wait_for_bytes(void *arg)
{
	return SYS(splice, a[0], 0, b[1], 0, (uint32_t)arg, 0);
}

static int wait_for_room(void *arg)
{
	struct iovec32 iov = { (uintptr_t)arg, 1 };

	return SYS(vmsplice, b[1], &iov, 1, 0);
}

static void killed(int (*fn)(void *arg), void *arg, const char *what)
{
	pid_t pid = start_child(fn, arg);
	int status = 0;

	SYS(kill, pid, LINUX_SIGKILL);
	waitpid(pid, &status, 0);
	is(WIFSIGNALED(status) ? WTERMSIG(status) : 0, LINUX_SIGKILL,
	   "%s: a waiting process can be killed", what);
}

static void waits(void)
{
	int status = 0;
	pid_t pid;

	open_pipes();
	signal_ends_wait(wait_for_bytes, (void *)1, "an empty pipe");
	killed(wait_for_bytes, (void *)1, "an empty pipe");
	pid = start_child(wait_for_bytes, (void *)9);
	SYS(write, a[1], "abc", 3);
	waitpid(pid, &status, 0);
	is(WEXITSTATUS(status), 3, "a write ends the wait");
	is(SYS(read, b[0], buf, 9), 3, "the bytes came through");
	SYS(fcntl64, b[1], F_SETFL, O_NONBLOCK);
	while (SYS(write, b[1], buf, PAGE) > 0)
		;
	SYS(fcntl64, b[1], F_SETFL, 0);
	signal_ends_wait(wait_for_room, buf, "a full pipe");
	killed(wait_for_room, buf, "a full pipe");
	pid = start_child(wait_for_room, buf);
	SYS(read, b[0], buf, PAGE);
	waitpid(pid, &status, 0);
	is(WEXITSTATUS(status), 1, "a read ends the wait");
	close_pipes();
}

/* Waits until a child sleeps in a call, or has ended. */
static void await_sleep(pid_t pid)
{
	char path[32], text[256], *state = NULL;
	int32_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	while (!state || !strchr("SZ", state[2])) {
		SYS(sched_yield);
		fd = SYS(open, path, O_RDONLY, 0);
		n = SYS(read, fd, text, sizeof(text) - 1);
		SYS(close, fd);
		text[n > 0 ? n : 0] = '\0';
		state = strrchr(text, ')');
	}
}

static int splice_to_socket(void *arg)
{
	tick_every(200000);
	return SYS(splice, a[0], 0, (int)arg, 0, 9, 0) == -EINTR;
}

/*
 * splice() waits for room in a socket and still has the pipe's bytes: a reader that
 * must not wait for bytes waits for it nevertheless. An answer that there are none
 * would be the last that it hears of them, if it asks epoll for news only.
 */
static void reader_beside_splice(void)
{
	int sockets[2], status = 0;
	pid_t pid;

	open_pipes();
	SYS(socketpair, AF_UNIX, SOCK_STREAM, 0, sockets);
	SYS(fcntl64, sockets[0], F_SETFL, O_NONBLOCK);
	while (SYS(write, sockets[0], buf, PAGE) > 0)
		;
	/* Linux's splice() still appends pages to the last message. */
	do
		SYS(write, a[1], "x", 1);
	while (SYS(splice, a[0], 0, sockets[0], 0, 1, 0) > 0);
	SYS(fcntl64, sockets[0], F_SETFL, 0);
	SYS(fcntl64, a[0], F_SETFL, O_NONBLOCK);
	pid = start_child(splice_to_socket, (void *)sockets[0]);
	await_sleep(pid);
	is(SYS(tee, a[0], b[1], 9, 0), 1,
	   "tee finds the byte that splice left");
	is(SYS(read, a[0], buf, 9), 1, "so does a read");
	waitpid(pid, &status, 0);
	is(WEXITSTATUS(status), 1, "a signal ended splice");
	SYS(close, sockets[0]);
	SYS(close, sockets[1]);
	close_pipes();
}

/* The last byte would lie beyond what an offset can say. */
static void beyond_offsets(void)
{
	int64_t at = INT64_MAX;
	int fd = make_nameless(10);

	open_pipes();
	SYS(write, a[1], "abc", 3);
	is(SYS(splice, a[0], 0, fd, &at, 3, 0), -EINVAL, "too far to write");
	is(SYS(splice, fd, &at, b[1], 0, 3, 0), -EINVAL, "too far to read");
	is(SYS(read, a[0], buf, 9), 3, "nothing was taken");
	SYS(close, fd);
	close_pipes();
}

int main(void)
{
	from_file();
	to_file();
	to_null();
	pipe_to_pipe();
	memory();
	errors();
	nobody_reads();
	waits();
	reader_beside_splice();
	beyond_offsets();
	remove_scratch();
	return done();
}
