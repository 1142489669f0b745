/*
 * Resource limits are kept and inherited; resource usage is counted.
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

	is(SYS(setrlimit, RLIMIT_NOFILE, &lim), 0,
	   "setrlimit of RLIMIT_NOFILE");
	is(SYS(ugetrlimit, RLIMIT_NOFILE, &got), 0,
	   "ugetrlimit of RLIMIT_NOFILE");
	ok(got.rlim_cur == 70 && got.rlim_max == 80, "it returns what was set");
	is(SYS(prlimit64, 0, RLIMIT_NOFILE, &wide, &old), 0,
	   "prlimit64 sets new limits");
	ok(old.rlim_cur == 70 && old.rlim_max == 80, "it returns the old ones");
	is(in_child(inherited, NULL), 0,
	   "a child inherits its parent's limits");
	lim.rlim_cur = 81;
	is(SYS(setrlimit, RLIMIT_NOFILE, &lim), -EINVAL,
	   "a soft limit above the hard one is refused");
	is(SYS(prlimit64, 0, RLIMIT_NOFILE, 0, &old), 0,
	   "prlimit64 without new limits");
	ok(old.rlim_cur == 50 && old.rlim_max == 60,
	   "it returns the ones that were set before");
	lim = (struct rlimit){ RLIM_INFINITY, RLIM_INFINITY };
	is(SYS(setrlimit, RLIMIT_CPU, &lim), 0, "setrlimit to no limit");
	is(SYS(prlimit64, 0, RLIMIT_CPU, 0, &old), 0,
	   "prlimit64 of that limit");
	ok(old.rlim_cur == RLIM64_INFINITY && old.rlim_max == RLIM64_INFINITY,
	   "no limit is 64 bits wide there");
	is(SYS(ugetrlimit, RLIM_NLIMITS, &got), -EINVAL,
	   "ugetrlimit of an unknown resource is refused");
	is(SYS(ugetrlimit, RLIMIT_CPU, 8), -EFAULT,
	   "ugetrlimit to an unmapped address is refused");
	is(SYS(setrlimit, RLIMIT_CPU, 8), -EFAULT,
	   "setrlimit from an unmapped address is refused");
}

/* RLIMIT_NPROC and RLIMIT_MEMLOCK do not bind root. */
static int as_root(void *arg)
{
	struct rlimit one = { 1, 1 }, none = { 0, 0 };
	uint8_t *p = pages(4);
	int status;

	(void)arg;
	SYS(setrlimit, RLIMIT_NPROC, &one);
	status = in_child(inherited, NULL);
	is(WIFEXITED(status), 1, "root can fork with RLIMIT_NPROC 1");
	SYS(setrlimit, RLIMIT_MEMLOCK, &none);
	is(SYS(mlock, p, 4 * PAGE), 0, "root can mlock with RLIMIT_MEMLOCK 0");
	is(SYS(mlockall, 2), 0, "root can mlockall future mappings");
	p = (uint8_t *)SYS(mmap2, 0, 64 * PAGE, 3, 0x22, -1, 0);
	ok((uint32_t)p < -4095u, "mmap succeeds after that");
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
	is(SYS(getrusage, RUSAGE_SELF, &self), 0, "getrusage of this process");
	ok(self.ru_minflt - before >= 200,
	   "it counts a minor fault for each page touched");
	/* Linux counts a thread's pages by the 64. */
	ok(self.ru_maxrss >= 800 - 64 * 4,
	   "its ru_maxrss contains these pages");
	SYS(getrusage, RUSAGE_CHILDREN, &children);
	before = children.ru_minflt;
	in_child(touch_pages, NULL);
	is(SYS(getrusage, RUSAGE_CHILDREN, &children), 0,
	   "getrusage of the children");
	ok(children.ru_minflt - before >= 200,
	   "it counts the faults of a child that was waited for");
	is(SYS(getrusage, 5, &self), -EINVAL,
	   "getrusage of an unknown kind is refused");
	is(SYS(getrusage, RUSAGE_SELF, 8), -EFAULT,
	   "getrusage to an unmapped address is refused");
}

/* Returns this process's user time and system time in microseconds. */
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
	ok(user > kernel,
	   "a loop that seldom calls the kernel: most time is user time");
}

int main(void)
{
	limits();
	is(in_child(as_root, NULL), 0,
	   "the child that tested root's limits ended well");
	usage();
	user_time();
	return done();
}
