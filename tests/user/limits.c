/*
 * Limits are kept and handed on; usage is counted.
 */
#include <uapi/resource.h>
#include "check.h"

static int inherited(void *arg)
{
	struct rlimit now;

	(void)arg;
	SYS(ugetrlimit, RLIMIT_NOFILE, &now);
	return now.rlim_cur == 50 && now.rlim_max == 60 ? 0 : 1;
}

static void limits(void)
{
	struct rlimit lim = { 70, 80 }, got = { 0, 0 };
	struct rlimit64 wide = { 50, 60 }, old = { 0, 0 };

	is(SYS(setrlimit, RLIMIT_NOFILE, &lim), 0, "setrlimit");
	is(SYS(ugetrlimit, RLIMIT_NOFILE, &got), 0, "getrlimit");
	ok(got.rlim_cur == 70 && got.rlim_max == 80, "the same");
	is(SYS(prlimit64, 0, RLIMIT_NOFILE, &wide, &old), 0, "prlimit64");
	ok(old.rlim_cur == 70 && old.rlim_max == 80, "gives what was before");
	is(in_child(inherited, NULL), 0, "a child has its parent's");
	lim.rlim_cur = 81;
	is(SYS(setrlimit, RLIMIT_NOFILE, &lim), -EINVAL, "more than the most");
	is(SYS(prlimit64, 0, RLIMIT_NOFILE, 0, &old), 0, "asked only");
	ok(old.rlim_cur == 50 && old.rlim_max == 60, "nothing changed");
	lim = (struct rlimit){ RLIM_INFINITY, RLIM_INFINITY };
	is(SYS(setrlimit, RLIMIT_CPU, &lim), 0, "no limit");
	is(SYS(prlimit64, 0, RLIMIT_CPU, 0, &old), 0, "asked for, in 64 bits");
	ok(old.rlim_cur == RLIM64_INFINITY && old.rlim_max == RLIM64_INFINITY,
	   "has 64 bits too");
	is(SYS(ugetrlimit, RLIM_NLIMITS, &got), -EINVAL, "an unknown limit");
	is(SYS(ugetrlimit, RLIMIT_CPU, 8), -EFAULT, "to address 8");
	is(SYS(setrlimit, RLIMIT_CPU, 8), -EFAULT, "from address 8");
}

/* What bounds the processes and the locked memory of a user is not for user 0. */
static int as_root(void *arg)
{
	struct rlimit one = { 1, 1 }, none = { 0, 0 };
	uint8_t *p = pages(4);
	int status;

	(void)arg;
	SYS(setrlimit, RLIMIT_NPROC, &one);
	status = in_child(inherited, NULL);
	is(WIFEXITED(status), 1, "RLIMIT_NPROC 1: a child all the same");
	SYS(setrlimit, RLIMIT_MEMLOCK, &none);
	is(SYS(mlock, p, 4 * PAGE), 0, "RLIMIT_MEMLOCK 0: locked all the same");
	is(SYS(mlockall, 2), 0, "and what will be");
	p = (uint8_t *)SYS(mmap2, 0, 64 * PAGE, 3, 0x22, -1, 0);
	ok((uint32_t)p < -4095u, "memory, although all is locked");
	return 0;
}

static int touch_pages(void *arg)
{
	uint8_t *p = pages(200);

	(void)arg;
	for (uint32_t i = 0; i < 200; i++)
		p[i * PAGE] = 1;
	return 0;
}

static void usage(void)
{
	struct rusage self, children;
	int32_t before;

	SYS(getrusage, RUSAGE_SELF, &self);
	before = self.ru_minflt;
	touch_pages(NULL);
	is(SYS(getrusage, RUSAGE_SELF, &self), 0, "getrusage");
	ok(self.ru_minflt - before >= 200, "a fault for each page touched");
	/* Linux counts a thread's pages by the 64. */
	ok(self.ru_maxrss >= 800 - 64 * 4, "and it was resident");
	SYS(getrusage, RUSAGE_CHILDREN, &children);
	before = children.ru_minflt;
	in_child(touch_pages, NULL);
	is(SYS(getrusage, RUSAGE_CHILDREN, &children), 0, "of children");
	ok(children.ru_minflt - before >= 200, "when they were waited for");
	is(SYS(getrusage, 5, &self), -EINVAL, "of somebody unknown");
	is(SYS(getrusage, RUSAGE_SELF, 8), -EFAULT, "to address 8");
}

/* Microseconds since boot that ticks met us in: the program, the kernel. */
static void cpu_time(int64_t *user, int64_t *kernel)
{
	struct rusage ru;

	SYS(getrusage, RUSAGE_SELF, &ru);
	*user = ru.ru_utime_sec * 1000000ll + ru.ru_utime_usec;
	*kernel = ru.ru_stime_sec * 1000000ll + ru.ru_stime_usec;
}

/* A loop that seldom calls the kernel, for twenty ticks or more. */
static void user_time(void)
{
	int64_t user, kernel, user_before, kernel_before;

	cpu_time(&user_before, &kernel_before);
	do {
		for (volatile int i = 0; i < 3000000; i++)
			;
		cpu_time(&user, &kernel);
		user -= user_before;
		kernel -= kernel_before;
	} while (user + kernel < 200000);
	ok(user > kernel, "most time is spent by the program itself");
}

int main(void)
{
	limits();
	is(in_child(as_root, NULL), 0, "as user 0");
	usage();
	user_time();
	return done();
}
