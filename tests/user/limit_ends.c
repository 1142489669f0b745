/*
 * What a program gets that comes to the end of a limit: SIGXFSZ and -EFBIG when
 * a file would become too large, SIGXCPU and in the end SIGKILL when it has run
 * for too long.
 */
#include <uapi/fcntl.h>
#include <uapi/resource.h>
#include "check.h"

#define LIMIT 5000u
#define XCPU  24
#define XFSZ  25

static char buf[2 * LIMIT];
static volatile int told;

static void tell(int sig, struct test_siginfo *info, void *uc)
{
	(void)info;
	(void)uc;
	told += sig == XFSZ || sig == XCPU;
}

static int new_file(void)
{
	return SYS(open, scratch("f"), O_RDWR | O_CREAT | O_TRUNC, 0644);
}

static int write_too_much(void *fd)
{
	SYS(lseek, fd, LIMIT, 0);
	SYS(write, fd, "x", 1);
	return 3;
}

static int grow_too_much(void *fd)
{
	SYS(ftruncate, fd, LIMIT + 1);
	return 3;
}

static int killer_of(int status)
{
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static int sizes(void *unused)
{
	struct rlimit limit = { LIMIT, LIMIT };
	int fd = new_file(), null = SYS(open, "/dev/null", O_WRONLY, 0);
	int fds[2];

	(void)unused;
	SYS(setrlimit, RLIMIT_FSIZE, &limit);
	is(SYS(write, fd, buf, 10), 10,
	   "RLIMIT_FSIZE: a write below the limit");
	is(SYS(write, fd, buf, sizeof(buf)), LIMIT - 10,
	   "RLIMIT_FSIZE: a write across the limit is cut there");
	is(killer_of(in_child(write_too_much, (void *)fd)), XFSZ,
	   "RLIMIT_FSIZE: a write behind the limit kills by SIGXFSZ");
	is(killer_of(in_child(grow_too_much, (void *)fd)), XFSZ,
	   "RLIMIT_FSIZE: ftruncate behind the limit kills by SIGXFSZ");
	handle(XFSZ, tell, 0);
	is(SYS(write, fd, buf, 1), -EFBIG,
	   "RLIMIT_FSIZE: with a handler that write is refused");
	is(told, 1, "RLIMIT_FSIZE: the handler ran once");
	is(SYS(write, fd, buf, 0), 0,
	   "RLIMIT_FSIZE: a write of 0 bytes behind the limit is allowed");
	is(SYS(pwrite64, fd, buf, 1, 0, LIMIT, 0), -EFBIG,
	   "RLIMIT_FSIZE: pwrite64 behind the limit is refused");
	is(SYS(ftruncate, fd, LIMIT + 1), -EFBIG,
	   "RLIMIT_FSIZE: ftruncate behind the limit is refused");
	is(SYS(ftruncate, fd, LIMIT), 0,
	   "RLIMIT_FSIZE: ftruncate to the limit is allowed");
	is(told, 3, "RLIMIT_FSIZE: the handler ran once for each refusal");
	is(SYS(write, null, buf, sizeof(buf)), sizeof(buf),
	   "RLIMIT_FSIZE does not apply to a device");
	SYS(pipe, fds);
	is(SYS(write, fds[1], buf, LIMIT + 1), LIMIT + 1,
	   "RLIMIT_FSIZE does not apply to a pipe");
	return 0;
}

/* Runs until the kernel has enough of it. */
static int run_on(void *seconds)
{
	const struct rlimit *limit = seconds;

	SYS(setrlimit, RLIMIT_CPU, limit);
	while (told >= 0)
		run_for_a_while();
	return 0;
}

static int run_and_hear(void *seconds)
{
	struct rlimit now = { 0, 0 };

	handle(XCPU, tell, 0);
	SYS(setrlimit, RLIMIT_CPU, seconds);
	while (!told)
		run_for_a_while();
	SYS(ugetrlimit, RLIMIT_CPU, &now);
	return now.rlim_cur > 1 && now.rlim_max == RLIM_INFINITY ? 0 : 1;
}

static void times(void)
{
	struct rlimit soft = { 1, RLIM_INFINITY }, hard = { 1, 1 };

	is(killer_of(in_child(run_on, &soft)), XCPU,
	   "RLIMIT_CPU: a second of CPU time kills by SIGXCPU");
	is(killer_of(in_child(run_on, &hard)), LINUX_SIGKILL,
	   "RLIMIT_CPU: the hard limit kills by SIGKILL");
	is(in_child(run_and_hear, &soft), 0,
	   "RLIMIT_CPU: with a handler it goes on to the moved soft limit");
}

int main(void)
{
	scratch(""); /* it is ours, not the child's */
	is(in_child(sizes, NULL), 0,
	   "RLIMIT_FSIZE: the child that tested it ended well");
	SYS(unlink, scratch("f"));
	remove_scratch();
	times();
	return done();
}
