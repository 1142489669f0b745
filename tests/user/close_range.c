/*
 * close_range: what shells and daemons do before they run a stranger's program,
 * in one call.
 */
#include <uapi/close_range.h>
#include <uapi/fcntl.h>
#include <uapi/sched.h>
#include <uapi/signal.h>
#include "check.h"

#define CLOEXEC(fd) SYS(fcntl64, fd, F_GETFD, 0)

/* Descriptors 10 to 14, and 40, behind the table's first size. */
static void open_some(void)
{
	for (int fd = 10; fd < 15; fd++)
		SYS(dup2, 1, fd);
	SYS(dup2, 1, 40);
}

static void closes(void)
{
	open_some();
	is(SYS(close_range, 11, 13, 0), 0, "11 to 13 are closed");
	is(CLOEXEC(10), 0, "10 is open");
	is(CLOEXEC(11), -EBADF, "11 is not");
	is(CLOEXEC(13), -EBADF, "nor 13");
	is(CLOEXEC(14), 0, "14 is open");
	is(SYS(close_range, 11, 13, 0), 0, "there was nothing to close");
	is(SYS(close_range, 3, ~0u, 0), 0, "3 to the end");
	is(CLOEXEC(10), -EBADF, "10 is closed");
	is(CLOEXEC(40), -EBADF, "and 40");
	is(SYS(dup, 1), 3, "the next one is 3");
	SYS(close, 3);
}

static void on_exec(void)
{
	open_some();
	is(SYS(close_range, 12, ~0u, CLOSE_RANGE_CLOEXEC), 0,
	   "12 to the end are for execve to close");
	is(CLOEXEC(11), 0, "11 is not");
	is(CLOEXEC(12), FD_CLOEXEC, "12 is");
	is(CLOEXEC(40), FD_CLOEXEC, "and 40");
	SYS(close_range, 3, ~0u, 0);
}

static void wrong(void)
{
	is(SYS(close_range, 5, 4, 0), -EINVAL, "from 5 to 4");
	is(SYS(close_range, 5, 5, 1), -EINVAL, "flag 1");
	is(SYS(close_range, 5, 5, 8), -EINVAL, "flag 8");
	is(SYS(close_range, 0x7fffffff, ~0u, 0), 0, "far behind the table");
}

/* A child that shares the table closes what its parent goes on using, or not. */
static int child(uint32_t flags)
{
	int status = -1;
	int32_t pid = SYS(clone, CLONE_FILES | LINUX_SIGCHLD, 0, 0, 0, 0);

	if (pid == 0)
		_exit(SYS(close_range, 10, 11, flags) == 0 &&
				      CLOEXEC(10) ==
					      (flags & CLOSE_RANGE_CLOEXEC ?
						       FD_CLOEXEC :
						       -EBADF) ?
			      0 :
			      1);
	waitpid(pid, &status, 0);
	return status;
}

static void shared(void)
{
	open_some();
	is(child(CLOSE_RANGE_UNSHARE), 0, "a child with a table of its own");
	is(CLOEXEC(10), 0, "does not close its parent's");
	is(child(CLOSE_RANGE_UNSHARE | CLOSE_RANGE_CLOEXEC), 0, "nor mark");
	is(CLOEXEC(10), 0, "them");
	is(child(0), 0, "one that shares it");
	is(CLOEXEC(10), -EBADF, "does");
	SYS(close_range, 3, ~0u, 0);
}

int main(void)
{
	SYS(close_range, 3, ~0u, 0);
	closes();
	on_exec();
	wrong();
	shared();
	return done();
}
