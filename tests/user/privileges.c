/*
 * Calls that are allowed for root, or within a limit, and what another user
 * gets from them. Run as root; each child becomes another user for good.
 *
 * qemu-arm answers with the host's kernel, whose settings are its own.
 */
#include <uapi/fcntl.h>
#include <uapi/mman.h>
#include <uapi/resource.h>
#include <uapi/sched.h>
#include <uapi/signal.h>
#include <uapi/stat.h>
#include <uapi/time.h>
#include <uapi/uio.h>
#include <uapi/userfaultfd.h>
#include <uapi/wait.h>
#include "check.h"
#include "threads.h"

#define ALICE 1001
#define BOB   1002

#define PR_GET_DUMPABLE 3
#define PR_SET_DUMPABLE 4

#define PR_SET_PDEATHSIG 1
#define PR_GET_PDEATHSIG 2

static void limit(uint32_t resource, uint32_t value)
{
	struct rlimit both = { value, value };

	SYS(setrlimit, resource, &both);
}

static void become(uint32_t user)
{
	SYS(setresgid32, user, user, user);
	SYS(setresuid32, user, user, user);
}

/* ---- the clock --------------------------------------------------- */

static int clocks(void *arg)
{
	struct old_timespec32 now = { 2000000000, 0 }, bad = { 1, -1 };
	struct old_timeval32 tv = { 2000000000, 0 }, bad_tv = { 1, 2000000 };
	struct kernel_timezone zone = { 0, 0 }, far_zone = { 901, 0 };
	uint32_t timex[64] = { 1 }, read_only[64] = { 0 };

	(void)arg;
	become(ALICE);
	is(SYS(clock_settime, CLOCK_REALTIME, &now), -EPERM,
	   "clock_settime by a user is refused");
	is(SYS(clock_settime, CLOCK_REALTIME, &bad), -EINVAL,
	   "an invalid time is refused before that");
	is(SYS(clock_settime, CLOCK_REALTIME, 8), -EFAULT,
	   "a time at an unmapped address is refused before that");
	is(SYS(clock_settime, CLOCK_MONOTONIC, &now), -EINVAL,
	   "clock_settime of CLOCK_MONOTONIC is refused as such");
	is(SYS(settimeofday, &tv, 0), -EPERM,
	   "settimeofday by a user is refused");
	is(SYS(settimeofday, &bad_tv, 0), -EINVAL,
	   "an invalid time is refused before that");
	is(SYS(settimeofday, 0, &zone), -EPERM,
	   "settimeofday of a time zone by a user is refused");
	is(SYS(settimeofday, 0, &far_zone), -EPERM,
	   "an invalid time zone is refused after that");
	is(SYS(adjtimex, timex), -EPERM,
	   "adjtimex by a user that changes something is refused");
	ok(SYS(adjtimex, read_only) >= 0,
	   "adjtimex by a user that only reads is allowed");
	read_only[0] = 0xa001;
	ok(SYS(adjtimex, read_only) >= 0,
	   "adjtimex reads what is left of adjtime()");
	return 0;
}

/* ---- the core's time --------------------------------------------- */

static int32_t choose(pid_t pid, int32_t policy, int32_t priority)
{
	return SYS(sched_setscheduler, pid, policy, &priority);
}

static int32_t choose_nice(int32_t policy, int32_t nice)
{
	struct sched_attr attr = { .size = 48 };

	attr.sched_policy = (uint32_t)policy;
	attr.sched_nice = nice;
	return SYS(sched_setattr, 0, &attr, 0);
}

static int no_real_time(void *arg)
{
	(void)arg;
	become(ALICE);
	is(choose(0, SCHED_FIFO, 1), -EPERM, "SCHED_FIFO by a user is refused");
	is(choose(0, SCHED_RR, 1), -EPERM, "SCHED_RR by a user is refused");
	is(choose(0, SCHED_FIFO, 0), -EINVAL,
	   "a wrong priority is refused before that");
	is(choose(4000000, SCHED_FIFO, 0), -ESRCH,
	   "a process that does not exist is refused before that");
	is(choose(0, SCHED_BATCH, 0), 0, "SCHED_BATCH by a user is allowed");
	is(choose(0, SCHED_NORMAL, 0), 0, "SCHED_NORMAL by a user is allowed");
	is(choose_nice(SCHED_NORMAL, 3), 0,
	   "sched_setattr to a higher nice value");
	is(choose_nice(SCHED_NORMAL, 2), -EPERM,
	   "sched_setattr to a lower nice value is refused");
	is(choose_nice(SCHED_IDLE, 3), 0, "SCHED_IDLE by a user is allowed");
	is(choose(0, SCHED_NORMAL, 0), -EPERM, "leaving SCHED_IDLE is refused");
	is(choose(0, SCHED_IDLE | (int)SCHED_RESET_ON_FORK, 0), 0,
	   "setting SCHED_RESET_ON_FORK is allowed");
	is(choose(0, SCHED_IDLE, 0), -EPERM,
	   "clearing SCHED_RESET_ON_FORK is refused");
	return 0;
}

static int with_limits(void *arg)
{
	(void)arg;
	limit(RLIMIT_RTPRIO, 10);
	limit(RLIMIT_NICE, 25);
	become(ALICE);
	is(choose(0, SCHED_FIFO, 10), 0,
	   "RLIMIT_RTPRIO 10: SCHED_FIFO with priority 10");
	is(choose(0, SCHED_RR, 11), -EPERM,
	   "RLIMIT_RTPRIO 10: priority 11 is refused");
	is(choose(0, SCHED_NORMAL, 0), 0, "back to SCHED_NORMAL");
	is(SYS(setpriority, PRIO_PROCESS, 0, -5), 0,
	   "RLIMIT_NICE 25: nice value -5");
	is(SYS(setpriority, PRIO_PROCESS, 0, -6), -EACCES,
	   "RLIMIT_NICE 25: nice value -6 is refused");
	is(SYS(nice, -1), -EPERM, "RLIMIT_NICE 25: nice() to -6 is refused");
	is(choose(0, SCHED_IDLE, 0), 0, "RLIMIT_NICE 25: SCHED_IDLE");
	is(choose(0, SCHED_NORMAL, 0), 0,
	   "RLIMIT_NICE 25: leaving it is allowed, as -5 is");
	is(choose(0, SCHED_FIFO, 7), 0,
	   "RLIMIT_RTPRIO 10: SCHED_FIFO with priority 7");
	limit(RLIMIT_RTPRIO, 0);
	is(choose(0, SCHED_FIFO, 7), 0,
	   "RLIMIT_RTPRIO 0 then: the same priority is kept");
	is(choose(0, SCHED_FIFO, 6), 0,
	   "RLIMIT_RTPRIO 0: a lower priority is allowed");
	is(choose(0, SCHED_FIFO, 7), -EPERM,
	   "RLIMIT_RTPRIO 0: a higher priority is refused");
	is(choose(0, SCHED_RR, 6), -EPERM,
	   "RLIMIT_RTPRIO 0: another real-time class is refused");
	return 0;
}

static __attribute__((noreturn)) int waits(void *arg)
{
	become((uint32_t)arg);
	for (;;)
		SYS(pause);
}

/* A child that has become that user. */
static pid_t sleeper(uint32_t user)
{
	pid_t pid = start_child(waits, (void *)user);
	char path[32];
	struct kstat64 s;

	sprintf(path, "/proc/%d", (int)pid);
	do
		SYS(sched_yield), SYS(stat64, path, &s);
	while (s.st_uid != user || s.st_gid != user);
	return pid;
}

static pid_t roots, alices;

static int others(void *arg)
{
	uint32_t mask = 1;
	struct sched_attr attr;

	(void)arg;
	become(ALICE);
	is(choose(roots, SCHED_BATCH, 0), -EPERM,
	   "sched_setscheduler of root's task by a user is refused");
	is(SYS(setpriority, PRIO_PROCESS, roots, 5), -EPERM,
	   "setpriority of root's task by a user is refused");
	is(SYS(sched_setaffinity, roots, 4, &mask), -EPERM,
	   "sched_setaffinity of root's task by a user is refused");
	is(choose(alices, SCHED_BATCH, 0), 0,
	   "sched_setscheduler of an own task");
	is(SYS(sched_setaffinity, alices, 4, &mask), 0,
	   "sched_setaffinity of an own task");
	is(SYS(sched_getscheduler, roots), 0,
	   "sched_getscheduler of root's task is allowed");
	is(SYS(sched_getattr, roots, &attr, 48, 0), 0,
	   "sched_getattr of root's task is allowed");
	is(SYS(getpriority, PRIO_PROCESS, roots), 20,
	   "getpriority of root's task is allowed");
	is(SYS(sched_getaffinity, roots, 4, &mask), 4,
	   "sched_getaffinity of root's task is allowed");
	return 0;
}

/* ---- looking into processes -------------------------------------- */

static int32_t reads(pid_t pid)
{
	static char there[4];
	char here[4];
	struct iovec32 local = { (uint32_t)here, 4 };
	struct iovec32 remote = { (uint32_t)there, 4 };

	return SYS(process_vm_readv, pid, &local, 1, &remote, 1, 0);
}

static int32_t opens(pid_t pid, const char *name)
{
	char path[40];
	int32_t fd;

	sprintf(path, "/proc/%d/%s", (int)pid, name);
	fd = SYS(open, path, O_RDONLY, 0);
	return fd < 0 ? fd : SYS(close, fd);
}

static int robust(pid_t pid)
{
	uint32_t head, bytes;

	return SYS(get_robust_list, pid, &head, &bytes);
}

/* start_code of /proc/PID/stat: 1 where it is not for the caller. */
static unsigned long start_code(pid_t pid)
{
	char path[32], text[512] = "", *at;
	int fd;

	sprintf(path, "/proc/%d/stat", (int)pid);
	fd = SYS(open, path, O_RDONLY, 0);
	SYS(read, fd, text, sizeof(text) - 1);
	SYS(close, fd);
	at = strrchr(text, ')');
	for (int n = 24; at && n; n--)
		at = strchr(at + 1, ' ');
	return at ? strtoul(at, NULL, 10) : 0;
}

/*
 * Two tasks of one user that were root before: each may still contain root's
 * secrets, so that neither may read the other until it calls execve.
 */
static int same_user(void *arg)
{
	pid_t child;

	(void)arg;
	is(SYS(prctl, PR_GET_DUMPABLE), 1, "PR_GET_DUMPABLE of root's process");
	become(ALICE);
	is(SYS(prctl, PR_GET_DUMPABLE), 0,
	   "PR_GET_DUMPABLE of one that has changed from root to a user");
	is(reads(alices), -EPERM,
	   "process_vm_readv of another such process is refused");
	is(opens(alices, "mem"), -EACCES, "open of its mem is refused");
	is(opens(alices, "maps"), -EACCES, "open of its maps is refused");
	is(opens(alices, "environ"), -EACCES, "open of its environ is refused");
	is(opens(alices, "auxv"), -EACCES, "open of its auxv is refused");
	is(opens(alices, "pagemap"), -EACCES, "open of its pagemap is refused");
	is(opens(alices, "fd"), -EACCES, "open of its fd is refused");
	is(robust(alices), -EPERM, "get_robust_list of it is refused");
	is(start_code(alices), 1, "its stat hides addresses");
	is(reads(getpid()), 4, "process_vm_readv of the process itself");
	is(opens(getpid(), "maps"), 0, "open of the process's own maps");
	is(opens(getpid(), "fd"), 0, "open of the process's own fd");
	is(opens(getpid(), "environ"), -EACCES,
	   "open of its own environ is refused: that is root's now");
	is(SYS(prctl, PR_SET_DUMPABLE, 1), 0, "PR_SET_DUMPABLE 1");
	is(opens(getpid(), "environ"), 0,
	   "open of its own environ is allowed then");
	child = start_child(waits, (void *)ALICE);
	is(reads(child), 4, "process_vm_readv of a child made then");
	is(opens(child, "environ"), 0, "open of the child's environ");
	is(robust(child), 0, "get_robust_list of the child");
	ok(start_code(child) > 1, "the child's stat shows addresses");
	kill_process(child, SIGKILL);
	SYS(wait4, child, 0, 0, 0);
	is(SYS(prctl, PR_SET_DUMPABLE, 2), -EINVAL,
	   "PR_SET_DUMPABLE 2 is refused");
	SYS(prctl, PR_SET_DUMPABLE, 0);
	is(SYS(prctl, PR_GET_DUMPABLE), 0,
	   "PR_GET_DUMPABLE after PR_SET_DUMPABLE 0");
	return 0;
}

/* The value belongs to the memory: whoever shares that has it, too. */
static void not_dumpable(void *arg)
{
	(void)arg;
	SYS(prctl, PR_SET_DUMPABLE, 0);
	for (;;)
		SYS(exit, 0);
}

static int32_t owner_of(pid_t pid, const char *name)
{
	char path[40];
	struct kstat64 s;
	int32_t err;

	sprintf(path, "/proc/%d/%s", (int)pid, name);
	err = SYS(stat64, path, &s);
	return err ? err : (int32_t)s.st_uid;
}

static int of_memory(void *arg)
{
	struct test_siginfo info;
	pid_t child;

	(void)arg;
	become(ALICE);
	SYS(prctl, PR_SET_DUMPABLE, 1);
	child = start_child(waits, (void *)ALICE);
	start_thread(CLONE_VM | CLONE_VFORK | SIGCHLD, pages(1) + PAGE - 64,
		     NULL, 0, NULL, not_dumpable, NULL);
	is(SYS(prctl, PR_GET_DUMPABLE), 0,
	   "PR_SET_DUMPABLE 0 by another task with the same memory");
	is(owner_of(getpid(), "stat"), 0, "root owns the process's stat then");
	is(opens(child, "environ"), 0, "a child made before is not changed");
	is(owner_of(child, "stat"), ALICE, "its user owns the child's stat");
	kill_process(child, SIGKILL);
	SYS(waitid, P_PID, child, &info, WEXITED | WNOWAIT, 0);
	is(owner_of(child, "stat"), 0, "root owns the stat of one that ended");
	is(owner_of(child, "task"), ALICE, "its user owns that one's list");
	reap_all();
	return 0;
}

static int executes(void *program)
{
	char *argv[] = { program, "dumpable", 0 }, *none[] = { 0 };

	SYS(prctl, PR_SET_DUMPABLE, 0);
	SYS(execve, program, argv, none);
	return 7;
}

/* As a set-user-ID program that asks for its user: access is no change. */
static int asks(void *arg)
{
	uint32_t death = 0;

	(void)arg;
	SYS(setresuid32, ALICE, 0, 0);
	SYS(prctl, PR_SET_PDEATHSIG, SIGUSR1);
	SYS(prctl, PR_SET_DUMPABLE, 1);
	SYS(access, "/", 0);
	SYS(prctl, PR_GET_PDEATHSIG, &death);
	is((int32_t)death, SIGUSR1, "access keeps PR_SET_PDEATHSIG's value");
	is(SYS(prctl, PR_GET_DUMPABLE), 1, "access keeps PR_SET_DUMPABLE's");
	SYS(setfsuid32, ALICE);
	SYS(prctl, PR_GET_PDEATHSIG, &death);
	is((int32_t)death, 0, "setfsuid clears PR_SET_PDEATHSIG's value");
	is(SYS(prctl, PR_GET_DUMPABLE), 0, "setfsuid clears the other, too");
	return 0;
}

static int other_user(void *arg)
{
	(void)arg;
	become(BOB);
	is(reads(alices), -EPERM,
	   "process_vm_readv of another user's process is refused");
	is(opens(alices, "maps"), -EACCES, "open of its maps is refused");
	is(robust(alices), -EPERM, "get_robust_list of it is refused");
	is(robust(4000000), -ESRCH,
	   "get_robust_list of a process that does not exist is refused");
	is(opens(alices, "status"), 0, "open of its status is allowed");
	return 0;
}

/*
 * pagemap of the own memory: a user sees what is present, but no frame number.
 */
static int frames(void *user)
{
	static volatile char here;
	uint64_t entry = 0;
	int fd;

	here = 1;
	if (user) {
		become(ALICE);
		SYS(prctl, PR_SET_DUMPABLE, 1);
	}
	fd = SYS(open, "/proc/self/pagemap", O_RDONLY, 0);
	is(SYS(pread64, fd, &entry, 8, 0, (uint32_t)&here / PAGE * 8, 0), 8,
	   "read of an own pagemap entry by %s", user ? "a user" : "root");
	ok(entry >> 63, "the entry shows that the page is present");
	ok(!user == !!(entry & 0x7fffffffffffff),
	   "the number of its frame is %s", user ? "hidden" : "shown");
	return 0;
}

/* The first line of a list that begins with an address; is it 0? */
static bool hides(const char *path)
{
	char text[9] = "";
	int fd = SYS(open, path, O_RDONLY, 0);

	SYS(read, fd, text, 8);
	SYS(close, fd);
	return !strcmp(text, "00000000");
}

static int32_t mode_of(const char *path)
{
	struct kstat64 s;
	int32_t err = SYS(stat64, path, &s);

	return err ? err : (int32_t)s.st_mode & 07777;
}

static int machine(void *arg)
{
	(void)arg;
	is(mode_of("/proc/slabinfo"), 0400,
	   "the mode of slabinfo is for root only");
	is(mode_of("/proc/vmallocinfo"), 0400,
	   "the mode of vmallocinfo is for root only");
	is(mode_of("/proc/self/mem"), 0600,
	   "the mode of mem is for the process's user");
	is(mode_of("/proc/sys/vm/unprivileged_userfaultfd"), 0644,
	   "the mode of a setting is readable for all");
	ok(!hides("/proc/kallsyms"), "root finds addresses in kallsyms");
	become(ALICE);
	ok(hides("/proc/kallsyms"), "a user finds zeroes there");
	ok(hides("/proc/iomem"), "a user finds zeroes in iomem");
	is(SYS(open, "/proc/sys/vm/unprivileged_userfaultfd", O_WRONLY, 0),
	   -EACCES, "a user's write to a setting is refused");
	is(SYS(open, "/proc/slabinfo", O_RDONLY, 0), -EACCES,
	   "a user's open of slabinfo is refused");
	return 0;
}

/* ---- files ------------------------------------------------------- */

static int file_of_root(void *path)
{
	uint8_t vec[2] = { 0, 0 }, *p;
	int fd = SYS(open, path, O_RDONLY, 0);

	p = (uint8_t *)SYS(mmap2, 0, 2 * PAGE, PROT_READ, MAP_SHARED, fd, 0);
	is(SYS(fcntl64, fd, F_SETFL, O_NOATIME), 0,
	   "F_SETFL with O_NOATIME by root on its file");
	become(ALICE);
	is(SYS(fcntl64, fd, F_SETFL, O_NOATIME | O_NONBLOCK), 0,
	   "F_SETFL by a user leaves that flag");
	is(SYS(fcntl64, fd, F_SETFL, 0), 0, "F_SETFL by a user clears it");
	is(SYS(fcntl64, fd, F_SETFL, O_NOATIME), -EPERM,
	   "F_SETFL by a user sets it again: refused");
	is(SYS(mincore, p, 2 * PAGE, vec), 0,
	   "mincore by a user of a file of root");
	ok(vec[0] == 1 && vec[1] == 1, "it reports every page as present");
	return 0;
}

static int pager(void *arg)
{
	(void)arg;
	ok(SYS(userfaultfd, 0) >= 0, "userfaultfd by root");
	become(ALICE);
	is(SYS(userfaultfd, 0), -EPERM, "userfaultfd by a user is refused");
	ok(SYS(userfaultfd, UFFD_USER_MODE_ONLY) >= 0,
	   "userfaultfd by a user with UFFD_USER_MODE_ONLY");
	return 0;
}

/* ---- programs of a user with too many ---------------------------- */

/* Returns what is wrong; the program that runs at last: 9. */
static int runs(void *path)
{
	char *argv[] = { path, "ran", 0 }, *none[] = { 0 };
	struct rlimit most = { 0, 10 };

	SYS(setrlimit, RLIMIT_NPROC, &most);
	if (SYS(setuid32, ALICE))
		return 1;
	if (SYS(execve, path, argv, none) != -EAGAIN)
		return 2;
	most.rlim_cur = 1;
	SYS(setrlimit, RLIMIT_NPROC, &most);
	if (SYS(execve, path, argv, none) != -EAGAIN)
		return 3;
	most.rlim_cur = 2;
	SYS(setrlimit, RLIMIT_NPROC, &most);
	SYS(execve, path, argv, none);
	return 4;
}

int main(int argc, char **argv)
{
	char path[64];

	if (argc > 1)
		return strcmp(argv[1], "dumpable") ?
			9 :
			10 + SYS(prctl, PR_GET_DUMPABLE);
	SYS(chmod, scratch(""), 0755);
	strcpy(path, scratch("f"));
	SYS(close, make_file(path, 2 * PAGE));
	roots = sleeper(0);
	alices = sleeper(ALICE);
	checks_in_child(clocks, 0);
	checks_in_child(no_real_time, 0);
	checks_in_child(with_limits, 0);
	checks_in_child(others, 0);
	checks_in_child(same_user, 0);
	checks_in_child(of_memory, 0);
	is(WEXITSTATUS(in_child(executes, argv[0])), 11,
	   "execve makes a process dumpable again");
	checks_in_child(asks, 0);
	checks_in_child(other_user, 0);
	checks_in_child(frames, 0);
	checks_in_child(frames, "a user");
	checks_in_child(machine, 0);
	checks_in_child(file_of_root, path);
	checks_in_child(pager, 0);
	is(WEXITSTATUS(in_child(runs, argv[0])), 9,
	   "who becomes a user with too many tasks runs no program, "
	   "until RLIMIT_NPROC is enough");
	kill_process(roots, SIGKILL);
	kill_process(alices, SIGKILL);
	SYS(wait4, roots, 0, 0, 0);
	SYS(wait4, alices, 0, 0, 0);
	SYS(unlink, path);
	remove_scratch();
	return done();
}
