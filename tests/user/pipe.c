/*
 * pipe, dup2: bytes from one process to another, and the end of them.
 */
#include <uapi/fcntl.h>
#include "check.h"

#define BIG (256u * 1024)

static void small(void)
{
	int fds[2];
	char buf[16] = "";

	is(SYS(pipe, fds), 0, "pipe");
	is(SYS(write, fds[1], "hello", 5), 5, "write");
	is(SYS(read, fds[0], buf, 2), 2, "read less than there is");
	ok(memcmp(buf, "he", 2) == 0, "the first bytes");
	is(SYS(read, fds[0], buf, sizeof(buf)), 3, "read more than there is");
	ok(memcmp(buf, "llo", 3) == 0, "the rest");
	is(SYS(read, fds[1], buf, 1), -EBADF, "read at the writing end");
	is(SYS(write, fds[0], buf, 1), -EBADF, "write at the reading end");
	is(SYS(lseek, fds[0], 0, 0), -ESPIPE, "lseek");
	is(SYS(close, fds[1]), 0, "close the writing end");
	is(SYS(read, fds[0], buf, 1), 0, "then a read is at the end");
	SYS(close, fds[0]);
}

static int write_nobody_reads(void *arg)
{
	int *fds = arg;

	return SYS(write, fds[1], "x", 1) == -EPIPE ? 3 : 4;
}

static void nobody_reads(void)
{
	int fds[2], status;

	SYS(pipe, fds);
	SYS(close, fds[0]);
	status = in_child(write_nobody_reads, fds);
	ok(WIFSIGNALED(status) && WTERMSIG(status) == LINUX_SIGPIPE,
	   "writing with no reader: SIGPIPE");
	ignore(LINUX_SIGPIPE);
	is(WEXITSTATUS(in_child(write_nobody_reads, fds)), 3,
	   "or -EPIPE if that is ignored");
	by_default(LINUX_SIGPIPE);
	SYS(close, fds[1]);
}

static int produce(void *arg)
{
	static uint8_t buf[5000];
	uint32_t sent = 0;
	int fd = (int)arg;

	while (sent < BIG) {
		uint32_t now = BIG - sent < sizeof(buf) ? BIG - sent :
							  sizeof(buf);
		for (uint32_t i = 0; i < now; i++)
			buf[i] = (uint8_t)((sent + i) % 253);
		if (SYS(write, fd, buf, now) != (int32_t)now)
			return 1;
		sent += now;
	}
	return 0;
}

static void much(void)
{
	static uint8_t buf[3000];
	uint32_t got = 0, wrong = 0;
	int fds[2], n, status;
	pid_t pid;

	SYS(pipe, fds);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		SYS(close, fds[0]);
		_exit(produce((void *)fds[1]));
	}
	SYS(close, fds[1]);
	while ((n = SYS(read, fds[0], buf, sizeof(buf))) > 0) {
		for (int i = 0; i < n; i++)
			wrong += buf[i] != (got + (uint32_t)i) % 253;
		got += (uint32_t)n;
	}
	SYS(close, fds[0]);
	waitpid(pid, &status, 0);
	is((int32_t)got, BIG, "bytes through a pipe between two processes");
	is((int32_t)wrong, 0, "wrong ones among them");
	is(status, 0, "each write took all it was given");
}

static void nonblocking(void)
{
	int fds[2], room = 0;
	static char buf[PAGE];

	is(SYS(pipe2, fds, O_NONBLOCK), 0, "pipe2 with O_NONBLOCK");
	is(SYS(read, fds[0], buf, 1), -EAGAIN, "reading nothing");
	while (SYS(write, fds[1], buf, PAGE) == (int32_t)PAGE)
		room += PAGE;
	is(room, 65536, "bytes it holds");
	is(SYS(write, fds[1], buf, 1), -EAGAIN, "writing when it is full");
	SYS(close, fds[0]);
	SYS(close, fds[1]);
	is(SYS(pipe2, fds, 0x12345), -EINVAL, "unknown flag");
}

static void duplicates(void)
{
	int fds[2];
	char c = 0;

	/* A reader does not wait for a writer that should be gone. */
	SYS(pipe2, fds, O_NONBLOCK);
	is(SYS(dup2, fds[1], 20), 20, "dup2");
	is(SYS(close, fds[1]), 0, "close the original");
	is(SYS(write, 20, "y", 1), 1, "the duplicate writes");
	ok(SYS(read, fds[0], &c, 1) == 1 && c == 'y', "what is read");
	is(SYS(dup2, 20, 20), 20, "dup2 onto itself");
	is(SYS(dup2, 77, 20), -EBADF, "dup2 of what is not open");
	is(SYS(dup2, 20, 100000), -EBADF, "dup2 to an impossible number");
	is(SYS(dup3, 20, 20, 0), -EINVAL, "dup3 onto itself");
	is(SYS(close, 20), 0, "close");
	is(SYS(read, fds[0], &c, 1), 0, "the last writer is gone");
	SYS(close, fds[0]);
}

int main(void)
{
	small();
	nobody_reads();
	much();
	nonblocking();
	duplicates();
	return done();
}
