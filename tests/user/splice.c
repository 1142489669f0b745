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

/* make_file, whose name is removed at once. Returns the descriptor. */
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
	is(SYS(splice, fd, 0, a[1], 0, 300, 0), 300,
	   "splice from a file to a pipe");
	is(SYS(lseek, fd, 0, 1), 300, "the file's position has moved");
	holds(a[0], 0, 300, "the first bytes");
	is(SYS(splice, fd, &at, a[1], 0, 4000, 0), 1000,
	   "splice from an offset to the file's end");
	is((int32_t)at, 6000, "the offset has moved");
	is(SYS(lseek, fd, 0, 1), 300, "the file's position has not");
	holds(a[0], 5000, 1000, "the last bytes");
	is(SYS(splice, fd, &at, a[1], 0, 1, 0), 0, "splice at the file's end");
	at = -1;
	is(SYS(splice, fd, &at, a[1], 0, 1, 0), -EINVAL,
	   "splice from a negative offset");
	is(SYS(splice, fd, 0x10, a[1], 0, 1, 0), -EFAULT,
	   "splice: a bad pointer for the offset");
	SYS(close, fd);
	fd = make_nameless(2 * RING);
	SYS(lseek, fd, 0, 0);
	is(SYS(splice, fd, 0, a[1], 0, 2 * RING, 0), RING,
	   "splice moves what the pipe holds, and does not wait");
	is(SYS(splice, fd, 0, a[1], 0, 1, SPLICE_F_NONBLOCK), -EAGAIN,
	   "splice to a full pipe");
	is(SYS(lseek, fd, 0, 1), RING, "the file's position has moved as far");
	SYS(close, fd);
	close_pipes();
}

static void to_file(void)
{
	int fd = make_nameless(0);
	int64_t at = 10;

	open_pipes();
	SYS(write, a[1], "hello world", 11);
	is(SYS(splice, a[0], 0, fd, 0, 5, 0), 5,
	   "splice from a pipe to a file");
	is(SYS(lseek, fd, 0, 1), 5, "the file's position has moved");
	is(SYS(splice, a[0], 0, fd, &at, 100, 0), 6,
	   "splice moves what the pipe has, and does not wait");
	is((int32_t)at, 16, "the offset has moved");
	is(SYS(lseek, fd, 0, 1), 5, "the file's position has not");
	memset(buf, 'x', 20);
	is(SYS(pread64, fd, buf, 20, 0, 0, 0), 16,
	   "the file ends at the offset");
	ok(!memcmp(buf, "hello\0\0\0\0\0 world", 16),
	   "it has both pieces, and zeroes between");
	is(SYS(splice, a[0], 0, fd, 0, 1, SPLICE_F_NONBLOCK), -EAGAIN,
	   "splice from an empty pipe");
	SYS(write, a[1], "more", 4);
	is(SYS(splice, a[0], 0, fd, 0, -1, 0), -EINVAL,
	   "splice of a negative count");
	SYS(fcntl64, fd, F_SETFL, O_APPEND);
	is(SYS(splice, a[0], 0, fd, 0, 4, 0), -EINVAL,
	   "splice to a file with O_APPEND");
	is(SYS(read, a[0], buf, 9), 4, "the bytes are still in the pipe");
	SYS(close, a[1]);
	a[1] = -1;
	SYS(fcntl64, fd, F_SETFL, 0);
	is(SYS(splice, a[0], 0, fd, 0, 1, 0), 0,
	   "splice from an empty pipe without a writer");
	SYS(close, fd);
	close_pipes();
}

/* A file of /proc/sys takes what the pipe has as one request. */
static void to_setting(void)
{
	int fd = SYS(open, "/proc/sys/kernel/domainname", O_WRONLY, 0);
	int comm = SYS(open, "/proc/self/comm", O_WRONLY, 0);
	const struct iovec32 one = { (uintptr_t) "x", 1 };
	char text[64] = "";

	open_pipes();
	SYS(write, a[1], "spliced", 7);
	is(SYS(splice, a[0], 0, comm, 0, 7, 0), -EINVAL,
	   "splice to /proc/self/comm is refused");
	is(SYS(splice, a[0], 0, fd, 0, 100, 0), 7,
	   "splice to /proc/sys/kernel/domainname");
	SYS(close, fd);
	fd = SYS(open, "/proc/sys/kernel/domainname", O_RDONLY, 0);
	SYS(read, fd, text, sizeof(text) - 1);
	ok(!strcmp(text, "spliced\n"), "it has become the name");
	SYS(close, fd);
	fd = SYS(open, "/proc/sys/kernel/domainname", O_WRONLY, 0);
	is(SYS(pwritev2, fd, &one, 1, -1, -1, RWF_APPEND), 1,
	   "pwritev2 with RWF_APPEND sets it, too");
	ok(SYS(lseek, fd, 0, SEEK_CUR) >= 0, "and leaves a position");
	SYS(setdomainname, "(none)", 6);
	SYS(close, comm);
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
	is(SYS(splice, a[0], 0, zero, 0, 3, 0), -EINVAL,
	   "splice to /dev/zero is refused");
	is(SYS(splice, a[0], 0, null, 0, 3, 0), 3, "splice to /dev/null");
	is(SYS(splice, a[0], 0, null, 0, 1, SPLICE_F_NONBLOCK), -EAGAIN,
	   "the pipe is empty then");
	is(SYS(splice, null, 0, a[1], 0, 1, 0), -EINVAL,
	   "splice from /dev/null is refused");
	SYS(lseek, fd, 0, 0);
	is(SYS(sendfile64, null, fd, 0, 7), 7, "sendfile to /dev/null");
	is(SYS(lseek, fd, 0, 1), 7, "the file's position has moved");
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
	is(SYS(tee, a[0], b[1], 4, 0), 4, "tee of four bytes");
	is(SYS(read, b[0], buf, 9), 4, "the other pipe has them");
	ok(!memcmp(buf, "abcd", 4), "they are the first four");
	is(SYS(splice, a[0], 0, b[1], 0, 5, 0), 5,
	   "splice: the first pipe still has them");
	is(SYS(read, b[0], buf, 9), 5, "splice has moved five bytes");
	ok(!memcmp(buf, "abcde", 5), "they are the first five");
	is(SYS(read, a[0], buf, 9), 1, "one byte is left");
	is(SYS(tee, a[0], b[1], 1, SPLICE_F_NONBLOCK), -EAGAIN,
	   "tee from an empty pipe");
	is(SYS(splice, a[0], 0, b[1], 0, 1, SPLICE_F_NONBLOCK), -EAGAIN,
	   "splice from an empty pipe");
	SYS(fcntl64, b[1], F_SETFL, O_NONBLOCK);
	is(SYS(splice, a[0], 0, b[1], 0, 1, 0), -EAGAIN,
	   "O_NONBLOCK of one end suffices");
	while (SYS(write, b[1], buf, PAGE) > 0)
		;
	SYS(write, a[1], "x", 1);
	is(SYS(splice, a[0], 0, b[1], 0, 1, 0), -EAGAIN,
	   "splice to a full pipe");
	is(SYS(tee, a[0], b[1], 1, 0), -EAGAIN, "tee to a full pipe");
	is(SYS(read, a[0], buf, 9), 1, "the byte is still in its pipe");
	SYS(close, a[1]);
	a[1] = -1;
	is(SYS(splice, a[0], 0, b[1], 0, 1, 0), -EAGAIN,
	   "splice without a writer to a full pipe");
	SYS(read, b[0], buf, PAGE);
	is(SYS(splice, a[0], 0, b[1], 0, 1, 0), 0,
	   "splice without a writer to a pipe with room");
	is(SYS(tee, a[0], b[1], 1, 0), 0,
	   "tee without a writer to a pipe with room");
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
	is(SYS(vmsplice, a[1], iov, 3, 0), PAGE + 100,
	   "vmsplice from memory to a pipe");
	holds(a[0], 0, PAGE + 100, "vmsplice");
	SYS(write, a[1], "abcdef", 6);
	iov[0].iov_len = 2;
	is(SYS(vmsplice, a[0], iov, 3, 0), 6, "vmsplice from a pipe to memory");
	ok(!memcmp(mem, "ab", 2) && !memcmp(mem + PAGE, "cdef", 4),
	   "each piece has its bytes");
	SYS(write, a[1], "gh", 2);
	is(SYS(vmsplice, a[0], iov, 3, 0), 2,
	   "vmsplice moves what the pipe has, and does not wait");
	is(SYS(vmsplice, a[0], iov, 1, SPLICE_F_NONBLOCK), -EAGAIN,
	   "vmsplice from an empty pipe");
	SYS(munmap, mem + PAGE, PAGE);
	iov[0].iov_len = 2 * PAGE;
	is(SYS(vmsplice, a[1], iov, 1, 0), PAGE,
	   "vmsplice moves the bytes before a missing page");
	iov[0].iov_base += PAGE;
	is(SYS(vmsplice, a[1], iov, 1, 0), -EFAULT,
	   "vmsplice from a missing page");
	iov[0] = (struct iovec32){ (uintptr_t)mem + PAGE - 4, 100 };
	is(SYS(vmsplice, a[0], iov, 1, 0), -EFAULT,
	   "vmsplice to memory that ends after 4 of 100 bytes");
	iov[0] = (struct iovec32){ (uintptr_t)mem, PAGE };
	is(SYS(vmsplice, a[0], iov, 1, 0), PAGE,
	   "the pipe still has all bytes");
	iov[0].iov_len = 0;
	is(SYS(vmsplice, a[1], iov, 1, 0), 0, "vmsplice of 0 bytes");
	iov[0].iov_len = 0x80000000;
	is(SYS(vmsplice, a[1], iov, 1, 0), -EINVAL,
	   "vmsplice of a negative length");
	is(SYS(vmsplice, a[1], iov, 1025, 0), -EINVAL,
	   "vmsplice of more than 1024 pieces");
	is(SYS(vmsplice, a[1], 0x10, 1, 0), -EFAULT, "vmsplice: a bad pointer");
	is(SYS(vmsplice, a[1], iov, 1, 16), -EINVAL,
	   "vmsplice: an unknown flag");
	is(SYS(vmsplice, 99, iov, 1, 0), -EBADF,
	   "vmsplice: a descriptor that is not open");
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
	is(SYS(splice, fd, 0, to, 0, 1, 0), -EINVAL,
	   "splice between two files");
	is(SYS(splice, a[0], 0, a[1], 0, 1, 0), -EINVAL,
	   "splice from a pipe to itself");
	is(SYS(tee, a[0], a[1], 1, 0), -EINVAL, "tee from a pipe to itself");
	is(SYS(tee, to, a[1], 1, 0), -EINVAL, "tee from a file");
	is(SYS(tee, a[0], to, 1, 0), -EINVAL, "tee to a file");
	is(SYS(splice, a[0], &at, to, 0, 1, 0), -ESPIPE,
	   "splice with an offset for the pipe it reads");
	is(SYS(splice, to, 0, a[1], &at, 1, 0), -ESPIPE,
	   "splice with an offset for the pipe it writes");
	is(SYS(splice, a[1], 0, b[1], 0, 1, 0), -EBADF,
	   "splice from a pipe's writing end");
	is(SYS(splice, a[0], 0, b[0], 0, 1, 0), -EBADF,
	   "splice to a pipe's reading end");
	is(SYS(tee, a[1], b[1], 1, 0), -EBADF, "tee from a pipe's writing end");
	is(SYS(splice, 99, 0, b[1], 0, 1, 0), -EBADF,
	   "splice from a descriptor that is not open");
	is(SYS(splice, a[0], 0, 99, 0, 1, 0), -EBADF,
	   "splice to a descriptor that is not open");
	is(SYS(splice, a[0], 0, b[1], 0, 1, 16), -EINVAL,
	   "splice: an unknown flag");
	is(SYS(splice, 99, 0, 99, 0, 0, 16), 0,
	   "splice of 0 bytes checks nothing");
	is(SYS(tee, 99, 99, 0, 16), -EINVAL, "tee of 0 bytes checks the flags");
	is(SYS(tee, 99, 99, 0, 0), 0, "tee of 0 bytes checks no descriptor");
	is(SYS(vmsplice, to, &iov, 1, 0), -EBADF, "vmsplice to a file");
	SYS(socketpair, AF_UNIX, SOCK_STREAM, 0, sockets);
	is(SYS(splice, a[0], 0, sockets[0], &at, 1, 0), -EINVAL,
	   "splice to a socket with an offset");
	is(SYS(splice, a[0], 0, sockets[0], 0, 9, 0), 3,
	   "splice from a pipe to a socket");
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
	is(in_child(fn, arg), 0, "%s without a reader, SIGPIPE ignored: -EPIPE",
	   what);
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
	is(SYS(read, b[0], buf, 9), 3, "the bytes are in the second pipe");
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
 * must not wait for bytes waits for splice() nevertheless. If it got -EAGAIN and then
 * waited for an edge of epoll, no edge would come for these bytes.
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
	is(SYS(read, a[0], buf, 9), 1,
	   "a read waits for splice and finds it, too");
	waitpid(pid, &status, 0);
	is(WEXITSTATUS(status), 1, "the signal has ended splice");
	SYS(close, sockets[0]);
	SYS(close, sockets[1]);
	close_pipes();
}

/* The last byte would lie beyond the largest offset. */
static void beyond_offsets(void)
{
	int64_t at = INT64_MAX;
	int fd = make_nameless(10);

	open_pipes();
	SYS(write, a[1], "abc", 3);
	is(SYS(splice, a[0], 0, fd, &at, 3, 0), -EINVAL,
	   "splice to a file beyond the largest offset");
	is(SYS(splice, fd, &at, b[1], 0, 3, 0), -EINVAL,
	   "splice from a file beyond the largest offset");
	is(SYS(read, a[0], buf, 9), 3, "the pipe still has its bytes");
	SYS(close, fd);
	close_pipes();
}

int main(void)
{
	from_file();
	to_file();
	to_setting();
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
