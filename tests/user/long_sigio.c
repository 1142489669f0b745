/*
 * O_ASYNC on 2,000 open files of one FIFO, and a pipe whose owner is a group of
 * 2,000 processes. How long an event keeps others from running, and interrupts off,
 * is measured from outside (tests/bench/latency.py); this program checks that SIGIO
 * comes to all owners.
 */
#include <uapi/fcntl.h>
#include <uapi/resource.h>
#include <uapi/sched.h>
#include <uapi/signal.h>
#include "check.h"
#include "threads.h"

#define MANY     2000u
#define SIGIO_NO 29
/* A process that shares this one's memory. */
#define PROCESS  (CLONE_VM | LINUX_SIGCHLD)

static const uint32_t sigio_set[2] = { SIGNAL_BIT(SIGIO_NO), 0 };
static volatile uint32_t signals; /* SIGIO that have come */

static bool own(int fd, int32_t owner)
{
	return SYS(fcntl64, fd, F_SETOWN, owner) == 0 &&
		SYS(fcntl64, fd, F_SETFL, O_NONBLOCK | FASYNC) == 0;
}

static void count(int sig, struct test_siginfo *info, void *context)
{
	(void)sig;
	(void)info;
	(void)context;
	signals++;
}

/* The others run meanwhile. */
static void wait_for(uint32_t n)
{
	while (signals < n)
		SYS(sched_yield);
}

/* ---- files ------------------------------------------------------- */

static void many_files(void)
{
	struct rlimit64 most = { 4096, 4096 };
	const char *name = scratch("long_sigio");
	uint32_t armed = 0;
	int writer, fd = -1, last;

	SYS(prlimit64, 0, RLIMIT_NOFILE, &most, NULL);
	is(SYS(mknod, name, 0010600, 0), 0, "a FIFO is made");
	writer = SYS(open, name, O_RDWR | O_NONBLOCK, 0);
	handle(SIGIO_NO, count, TEST_SA_RESTART);
	for (uint32_t i = 0; i < MANY; i++) {
		fd = SYS(open, name, O_RDONLY | O_NONBLOCK, 0);
		armed += own(fd, i % 2 ? 0 : SYS(gettid));
	}
	is((int32_t)armed, MANY, "2,000 open files of it have O_ASYNC");
	is(SYS(write, writer, "x", 1), 1, "a byte is written");
	wait_for(1);
	ok(signals > 0, "the owner gets SIGIO");
	/* The file that was opened last, alone of all. */
	for (last = fd; --fd > writer;)
		SYS(fcntl64, fd, F_SETOWN, 0);
	own(last, SYS(getpid));
	signals = 0;
	SYS(write, writer, "x", 1);
	wait_for(1);
	ok(signals > 0, "the last file alone has an owner: it gets SIGIO, too");
	while (last >= writer)
		SYS(close, last--);
	SYS(unlink, name);
	remove_scratch();
}

/* ---- processes --------------------------------------------------- */

/* Ends when SIGIO comes. */
static void member(void *unused)
{
	(void)unused;
	SYS(rt_sigtimedwait, sigio_set, NULL, NULL, 8);
}

static int many_processes(void *unused)
{
	int fds[2];

	(void)unused;
	SYS(setpgid, 0, 0);
	set_mask(0, SIGNAL_BIT(SIGIO_NO));
	is((int32_t)start_many(MANY, PROCESS, member), MANY,
	   "2,000 processes join a group");
	SYS(pipe, fds);
	ok(own(fds[0], -SYS(getpid)), "the group owns a pipe");
	SYS(write, fds[1], "x", 1);
	is((int32_t)reap_all(), MANY, "each gets SIGIO for a byte, and ends");
	return 0;
}

/* ---- a group that is never the same ------------------------------ */

static int32_t groups[2];
static volatile bool over;

static void waits(void *unused)
{
	(void)unused;
	while (!over)
		SYS(sched_yield);
}

/* Joins one group, then the other, and lets the next process do so. */
static void moves(void *nr)
{
	for (uint32_t i = (uintptr_t)nr; !over; i++) {
		SYS(setpgid, 0, groups[i % 2]);
		SYS(sched_yield);
	}
}

/*
 * Whoever joins comes to the end of the group, so that a walk which lets others
 * run may never come there; the next owner would then wait for its SIGIO for ever.
 */
static int restless(void *unused)
{
	int of_group[2], mine[2];

	(void)unused;
	SYS(setpgid, 0, 0);
	set_mask(0, SIGNAL_BIT(SIGIO_NO));
	groups[0] = getpid();
	groups[1] = start_thread(PROCESS, pages(1) + PAGE - 64, NULL, 0, NULL,
				 waits, NULL);
	SYS(setpgid, groups[1], groups[1]);
	handle(SIGIO_NO, count, TEST_SA_RESTART);
	SYS(pipe, of_group);
	SYS(pipe, mine);
	is((int32_t)start_many(MANY, PROCESS, moves), MANY,
	   "2,000 processes change their group again and again");
	set_mask(1, SIGNAL_BIT(SIGIO_NO)); /* this process alone */
	own(of_group[0], -groups[1]);
	own(mine[0], getpid());
	signals = 0;
	SYS(write, of_group[1], "x", 1);
	SYS(write, mine[1], "x", 1);
	wait_for(1);
	ok(signals > 0, "a process gets SIGIO though the group comes first");
	over = true;
	is((int32_t)reap_all(), MANY + 1, "all of them end");
	return 0;
}

int main(void)
{
	many_files();
	checks_in_child(many_processes, NULL);
	checks_in_child(restless, NULL);
	return done();
}
