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
	is(SYS(close_range, 11, 13, 0), 0, "close_range of 11 to 13");
	is(CLOEXEC(10), 0, "descriptor 10 is still open");
	is(CLOEXEC(11), -EBADF, "descriptor 11 is closed");
	is(CLOEXEC(13), -EBADF, "descriptor 13 is closed");
	is(CLOEXEC(14), 0, "descriptor 14 is still open");
	is(SYS(close_range, 11, 13, 0), 0,
	   "close_range where nothing is open is accepted");
	is(SYS(close_range, 3, ~0u, 0), 0, "close_range of 3 to the end");
	is(CLOEXEC(10), -EBADF, "descriptor 10 is closed");
	is(CLOEXEC(40), -EBADF, "descriptor 40 is closed");
	is(SYS(dup, 1), 3, "dup returns 3, the lowest free number");
	SYS(close, 3);
}

static void on_exec(void)
{
	open_some();
	is(SYS(close_range, 12, ~0u, CLOSE_RANGE_CLOEXEC), 0,
	   "CLOSE_RANGE_CLOEXEC of 12 to the end");
	is(CLOEXEC(11), 0, "descriptor 11 has no close-on-exec flag");
	is(CLOEXEC(12), FD_CLOEXEC, "descriptor 12 has the flag");
	is(CLOEXEC(40), FD_CLOEXEC, "descriptor 40 has the flag");
	SYS(close_range, 3, ~0u, 0);
}

static void wrong(void)
{
	is(SYS(close_range, 5, 4, 0), -EINVAL,
	   "a first number above the last is refused");
	is(SYS(close_range, 5, 5, 1), -EINVAL, "flag 1 is refused");
	is(SYS(close_range, 5, 5, 8), -EINVAL, "flag 8 is refused");
	is(SYS(close_range, 0x7fffffff, ~0u, 0), 0,
	   "a range far above the highest descriptor is accepted");
}

/*
 * A child that shares the table closes what its parent goes on using, or not.
 */
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
	is(child(CLOSE_RANGE_UNSHARE), 0,
	   "CLOSE_RANGE_UNSHARE in a child that shares the table");
	is(CLOEXEC(10), 0, "the parent's descriptor stays open");
	is(child(CLOSE_RANGE_UNSHARE | CLOSE_RANGE_CLOEXEC), 0,
	   "CLOSE_RANGE_UNSHARE with CLOSE_RANGE_CLOEXEC in a child");
	is(CLOEXEC(10), 0, "the parent's descriptor has no close-on-exec flag");
	is(child(0), 0, "close_range without CLOSE_RANGE_UNSHARE in a child");
	is(CLOEXEC(10), -EBADF, "the parent's descriptor is closed, too");
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
