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

	is(SYS(pipe, fds), 0, "pipe makes a pair of descriptors");
	is(SYS(write, fds[1], "hello", 5), 5, "write of five bytes");
	is(SYS(read, fds[0], buf, 2), 2, "read of less than there is");
	ok(memcmp(buf, "he", 2) == 0, "it returns the first bytes");
	is(SYS(read, fds[0], buf, sizeof(buf)), 3,
	   "read of more than there is");
	ok(memcmp(buf, "llo", 3) == 0, "it returns the rest");
	is(SYS(read, fds[1], buf, 1), -EBADF,
	   "read from the writing end is refused");
	is(SYS(write, fds[0], buf, 1), -EBADF,
	   "write to the reading end is refused");
	is(SYS(lseek, fds[0], 0, 0), -ESPIPE, "lseek of a pipe is refused");
	is(SYS(close, fds[1]), 0, "close of the writing end");
	is(SYS(read, fds[0], buf, 1), 0,
	   "read without a writer is at the end of the file");
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
	   "a write without a reader kills by SIGPIPE");
	ignore(LINUX_SIGPIPE);
	is(WEXITSTATUS(in_child(write_nobody_reads, fds)), 3,
	   "with SIGPIPE ignored that write returns EPIPE");
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
	is((int32_t)wrong, 0, "of these, how many are wrong");
	is(status, 0, "every write took all of its bytes: the writer's status");
}

static void nonblocking(void)
{
	int fds[2], room = 0;
	static char buf[PAGE];

	is(SYS(pipe2, fds, O_NONBLOCK), 0, "pipe2 with O_NONBLOCK");
	is(SYS(read, fds[0], buf, 1), -EAGAIN,
	   "read of an empty pipe with O_NONBLOCK");
	while (SYS(write, fds[1], buf, PAGE) == (int32_t)PAGE)
		room += PAGE;
	is(room, 65536, "an empty pipe takes so many bytes");
	is(SYS(write, fds[1], buf, 1), -EAGAIN,
	   "write to a full pipe with O_NONBLOCK");
	SYS(close, fds[0]);
	SYS(close, fds[1]);
	is(SYS(pipe2, fds, 0x12345), -EINVAL,
	   "pipe2 with an unknown flag is refused");
}

static void duplicates(void)
{
	int fds[2];
	char c = 0;

	/* O_NONBLOCK: the last read must not wait if a writer were left. */
	SYS(pipe2, fds, O_NONBLOCK);
	is(SYS(dup2, fds[1], 20), 20, "dup2 of the writing end");
	is(SYS(close, fds[1]), 0, "close of the original descriptor");
	is(SYS(write, 20, "y", 1), 1, "the duplicate can write");
	ok(SYS(read, fds[0], &c, 1) == 1 && c == 'y', "the byte arrives");
	is(SYS(dup2, 20, 20), 20, "dup2 of a descriptor to itself returns it");
	is(SYS(dup2, 77, 20), -EBADF, "dup2 of a closed descriptor is refused");
	is(SYS(dup2, 20, 100000), -EBADF,
	   "dup2 to a number above the limit is refused");
	is(SYS(dup3, 20, 20, 0), -EINVAL,
	   "dup3 of a descriptor to itself is refused");
	is(SYS(close, 20), 0, "close of the duplicate");
	is(SYS(read, fds[0], &c, 1), 0,
	   "read is at the end: no writer is left");
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
