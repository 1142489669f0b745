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

/* The exit status of a child of clone that runs this and shares with us. */
static int status_of(int (*run)(void), uint32_t flags)
{
	int status = -1;
	int32_t pid = SYS(clone, flags | LINUX_SIGCHLD, 0, 0, 0, 0);

	if (pid == 0)
		_exit(run());
	waitpid(pid, &status, 0);
	return status;
}

static int part_with_files(void)
{
	return SYS(unshare, CLONE_FILES) || SYS(close, 10) ||
		SYS(unshare, CLONE_FILES) || CLOEXEC(10) != -EBADF;
}

static int part_with_directory(void)
{
	return SYS(unshare, CLONE_FS | CLONE_SYSVSEM) || SYS(chdir, "/proc") ||
		SYS(umask, 0) != 022;
}

static int change_directory(void)
{
	return SYS(chdir, "/proc");
}

/* Returns the length of the working directory's path, with its NUL. */
static int32_t cwd_length(void)
{
	char path[64];

	return SYS(getcwd, path, sizeof(path));
}

static void unshares(void)
{
	open_some();
	is(status_of(part_with_files, CLONE_FILES), 0,
	   "unshare of CLONE_FILES in a child, which then closes one");
	is(CLOEXEC(10), 0, "the parent's descriptor stays open");
	SYS(umask, 022);
	SYS(chdir, "/");
	is(status_of(part_with_directory, CLONE_FS), 0,
	   "unshare of CLONE_FS in a child, which then changes both");
	is(cwd_length(), 2, "the parent's directory stays the root");
	is(SYS(umask, 022), 022, "and its umask what it was");
	is(status_of(change_directory, CLONE_FS), 0, "chdir without unshare");
	is(cwd_length(), 6, "the parent's directory is /proc, too");
	SYS(chdir, "/");
}

/* With CLONE_VM: what would be a thread's own must be shared with nobody. */
static int not_alone(void)
{
	if (SYS(unshare, CLONE_VM) != -EINVAL)
		return 1;
	return SYS(unshare, CLONE_THREAD) ? 2 : 0;
}

static void unshare_refuses(void)
{
	is(SYS(unshare, 0), 0, "unshare of nothing");
	is(SYS(unshare, CLONE_THREAD | CLONE_SIGHAND | CLONE_VM), 0,
	   "unshare of a group, handlers and memory of one's own");
	is(SYS(unshare, CLONE_PARENT), -EINVAL, "unshare of CLONE_PARENT");
	is(SYS(unshare, 1), -EINVAL, "unshare of a signal's number");
	is(status_of(not_alone, CLONE_VM | CLONE_VFORK), 0,
	   "unshare of CLONE_VM in a child that borrows the memory");
}

int main(void)
{
	SYS(close_range, 3, ~0u, 0);
	closes();
	on_exec();
	wrong();
	shared();
	unshares();
	unshare_refuses();
	return done();
}
