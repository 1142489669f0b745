/*
 * unshare: a task gets a table of open files, or a working directory, of its own.
 */
#include <uapi/fcntl.h>
#include <uapi/sched.h>
#include "check.h"

/* Opens a file and leaves for /dev, after unshare of `flags`. */
static int opens_and_leaves(uint32_t flags)
{
	int32_t err = flags ? SYS(unshare, flags) : 0;

	SYS(chdir, "/dev");
	SYS(umask, 070);
	SYS(open, "/dev/null", O_RDONLY, 0);
	return err;
}

/* The clone shares `shared` with us, and calls unshare of `flags`. */
static void child_of(uint32_t shared, uint32_t flags, bool sees_file,
		     bool moves, const char *what)
{
	int fd = SYS(open, "/", O_RDONLY, 0), status = 0;
	char where[16] = "";
	pid_t pid;

	SYS(close, fd);
	SYS(chdir, "/proc");
	SYS(umask, 022);
	pid = SYS(clone, shared | LINUX_SIGCHLD, 0, 0, 0, 0);
	if (pid == 0)
		_exit(opens_and_leaves(flags) != 0);
	waitpid(pid, &status, 0);
	is(status, 0, "%s: the child's unshare", what);
	is(SYS(fcntl64, fd, F_GETFD, 0), sees_file ? 0 : -EBADF,
	   "%s: the file that the child opened", what);
	SYS(getcwd, where, sizeof(where));
	ok(!strcmp(where, moves ? "/dev" : "/proc"), "%s: the directory %s",
	   what, moves ? "has changed" : "stays");
	is(SYS(umask, 022), moves ? 070 : 022, "%s: the umask", what);
	SYS(close, fd);
}

static int as_nobody(void *arg)
{
	(void)arg;
	SYS(setresuid32, 65534, 65534, 65534);
	is(SYS(unshare, CLONE_NEWNS), -EPERM,
	   "nobody: another mount namespace");
	is(SYS(unshare, CLONE_FILES | CLONE_FS), 0,
	   "nobody: files and directory");
	return 0;
}

/* Eight of it run in the memory of their parent, and store their answers there. */
static int32_t answers[3];

static void asks(void *nr)
{
	(void)nr;
	answers[0] = SYS(unshare, CLONE_VM);
	answers[1] = SYS(unshare, CLONE_SIGHAND);
	answers[2] = SYS(unshare, CLONE_FILES);
	SYS(exit, 0);
}

static void flags(void)
{
	is(SYS(unshare, 0), 0, "no flag");
	is(SYS(unshare, -1), -EINVAL, "all flags");
	is(SYS(unshare, CLONE_PARENT), -EINVAL, "a flag of clone alone");
	is(SYS(unshare, CLONE_FILES), 0, "files that nobody shares");
	is(SYS(unshare, CLONE_FS), 0, "a directory that nobody shares");
	is(SYS(unshare, CLONE_SYSVSEM), 0, "semaphores");
	is(SYS(unshare, CLONE_THREAD), 0, "a process without other threads");
	is(SYS(unshare, CLONE_SIGHAND), 0, "handlers that nobody shares");
	is(SYS(unshare, CLONE_VM), 0, "memory that nobody shares");
	checks_in_child(as_nobody, NULL);
	start_many(8, CLONE_VM | CLONE_SIGHAND | LINUX_SIGCHLD, asks);
	reap_all();
	is(answers[0], -EINVAL, "memory that another process shares");
	is(answers[1], -EINVAL, "handlers that another process shares");
	is(answers[2], 0, "files, of a process that shares its memory");
}

int main(void)
{
	flags();
	child_of(CLONE_FILES | CLONE_FS, 0, true, true, "nothing");
	child_of(CLONE_FILES | CLONE_FS, CLONE_FILES, false, true,
		 "CLONE_FILES");
	child_of(CLONE_FILES | CLONE_FS, CLONE_FS, true, false, "CLONE_FS");
	child_of(CLONE_FILES | CLONE_FS, CLONE_FILES | CLONE_FS, false, false,
		 "both");
	return done();
}
