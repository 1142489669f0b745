/*
 * What is for root, or for whom a limit lets, and what another user gets in its
 * place. Run as root; each child becomes another user for good.
 *
 * qemu-arm answers with the host's kernel, whose settings are its own.
 */
#include <uapi/fcntl.h>
#include <uapi/mman.h>
#include <uapi/resource.h>
#include <uapi/sched.h>
#include <uapi/signal.h>
#include <uapi/stat.h>
#include <uapi/termios.h>
#include <uapi/time.h>
#include <uapi/uio.h>
#include <uapi/userfaultfd.h>
#include "check.h"

#define ALICE 1001
#define BOB   1002

#define PR_GET_DUMPABLE 3
#define PR_SET_DUMPABLE 4

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
	   "a user sets the clock");
	is(SYS(clock_settime, CLOCK_REALTIME, &bad), -EINVAL,
	   "to what is no time");
	is(SYS(clock_settime, CLOCK_REALTIME, 8), -EFAULT, "from address 8");
	is(SYS(clock_settime, CLOCK_MONOTONIC, &now), -EINVAL,
	   "the clock that nobody sets");
	is(SYS(settimeofday, &tv, 0), -EPERM, "settimeofday");
	is(SYS(settimeofday, &bad_tv, 0), -EINVAL, "no time");
	is(SYS(settimeofday, 0, &zone), -EPERM, "the time zone");
	is(SYS(settimeofday, 0, &far_zone), -EPERM, "one that is none");
	is(SYS(adjtimex, timex), -EPERM, "adjtimex, to change");
	ok(SYS(adjtimex, read_only) >= 0, "adjtimex, to ask");
	read_only[0] = 0xa001;
	ok(SYS(adjtimex, read_only) >= 0, "how much of adjtime() is left");
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
	is(choose(0, SCHED_FIFO, 1), -EPERM, "a user's real-time class");
	is(choose(0, SCHED_RR, 1), -EPERM, "the other one");
	is(choose(0, SCHED_FIFO, 0), -EINVAL, "a wrong priority comes first");
	is(choose(4000000, SCHED_FIFO, 0), -ESRCH, "nobody before that");
	is(choose(0, SCHED_BATCH, 0), 0, "a batch is less");
	is(choose(0, SCHED_NORMAL, 0), 0, "and back");
	is(choose_nice(SCHED_NORMAL, 3), 0, "a worse nice value");
	is(choose_nice(SCHED_NORMAL, 2), -EPERM, "a better one");
	is(choose_nice(SCHED_IDLE, 3), 0,
	   "what runs when nobody else wants to");
	is(choose(0, SCHED_NORMAL, 0), -EPERM, "that is for good");
	is(choose(0, SCHED_IDLE | (int)SCHED_RESET_ON_FORK, 0), 0,
	   "children are to be normal");
	is(choose(0, SCHED_IDLE, 0), -EPERM, "that is for good, too");
	return 0;
}

static int with_limits(void *arg)
{
	(void)arg;
	limit(RLIMIT_RTPRIO, 10);
	limit(RLIMIT_NICE, 25);
	become(ALICE);
	is(choose(0, SCHED_FIFO, 10), 0, "RLIMIT_RTPRIO 10: as much");
	is(choose(0, SCHED_RR, 11), -EPERM, "not more");
	is(choose(0, SCHED_NORMAL, 0), 0, "normal");
	is(SYS(setpriority, PRIO_PROCESS, 0, -5), 0, "RLIMIT_NICE 25: -5");
	is(SYS(setpriority, PRIO_PROCESS, 0, -6), -EACCES, "not -6");
	is(SYS(nice, -1), -EPERM, "not by nice, either");
	is(choose(0, SCHED_IDLE, 0), 0, "idle");
	is(choose(0, SCHED_NORMAL, 0), 0, "and back, for -5 may be had");
	is(choose(0, SCHED_FIFO, 7), 0, "7 of 10");
	limit(RLIMIT_RTPRIO, 0);
	is(choose(0, SCHED_FIFO, 7), 0,
	   "the limit falls: it keeps what it has");
	is(choose(0, SCHED_FIFO, 6), 0, "and may have less");
	is(choose(0, SCHED_FIFO, 7), -EPERM, "not again more");
	is(choose(0, SCHED_RR, 6), -EPERM, "nor the other class");
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
	is(choose(roots, SCHED_BATCH, 0), -EPERM, "the class of root's task");
	is(SYS(setpriority, PRIO_PROCESS, roots, 5), -EPERM, "its nice value");
	is(SYS(sched_setaffinity, roots, 4, &mask), -EPERM, "its cores");
	is(choose(alices, SCHED_BATCH, 0), 0, "the class of one's own");
	is(SYS(sched_setaffinity, alices, 4, &mask), 0, "its cores");
	is(SYS(sched_getscheduler, roots), 0, "to ask is for all");
	is(SYS(sched_getattr, roots, &attr, 48, 0), 0, "all of it");
	is(SYS(getpriority, PRIO_PROCESS, roots), 20, "the nice value");
	is(SYS(sched_getaffinity, roots, 4, &mask), 4, "the cores");
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

/* Of one user: a task that was root may know root's secrets until it execs. */
static int same_user(void *arg)
{
	pid_t child;

	(void)arg;
	is(SYS(prctl, PR_GET_DUMPABLE), 1, "root may be looked into");
	become(ALICE);
	is(SYS(prctl, PR_GET_DUMPABLE), 0, "who was root may not");
	is(reads(alices), -EPERM, "another such task's memory");
	is(opens(alices, "mem"), -EACCES, "the same as a file");
	is(opens(alices, "maps"), -EACCES, "where it is");
	is(opens(alices, "environ"), -EACCES, "its environment");
	is(opens(alices, "auxv"), -EACCES, "its auxiliary vector");
	is(opens(alices, "pagemap"), -EACCES, "its pages");
	is(opens(alices, "fd"), -EACCES, "its files");
	is(robust(alices), -EPERM, "its locks");
	is(start_code(alices), 1, "/proc/PID/stat hides places");
	is(reads(getpid()), 4, "one's own memory is one's own");
	is(opens(getpid(), "maps"), 0, "and where it is");
	is(opens(getpid(), "fd"), 0, "and its files");
	is(opens(getpid(), "environ"), -EACCES, "but this is root's now");
	is(SYS(prctl, PR_SET_DUMPABLE, 1), 0, "it may say that all is well");
	is(opens(getpid(), "environ"), 0, "then it may");
	child = start_child(waits, (void *)ALICE);
	is(reads(child), 4, "and its child's memory");
	is(opens(child, "environ"), 0, "and environment");
	is(robust(child), 0, "and locks");
	ok(start_code(child) > 1, "places, too");
	kill_process(child, SIGKILL);
	SYS(wait4, child, 0, 0, 0);
	is(SYS(prctl, PR_SET_DUMPABLE, 2), -EINVAL, "2 is not to be chosen");
	SYS(prctl, PR_SET_DUMPABLE, 0);
	is(SYS(prctl, PR_GET_DUMPABLE), 0, "closed again");
	return 0;
}

static int other_user(void *arg)
{
	(void)arg;
	become(BOB);
	is(reads(alices), -EPERM, "another user's memory");
	is(opens(alices, "maps"), -EACCES, "and where it is");
	is(robust(alices), -EPERM, "and locks");
	is(robust(4000000), -ESRCH, "nobody's");
	is(opens(alices, "status"), 0, "not what all may know");
	return 0;
}

/* The frames of one's own memory: all is there but which they are. */
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
	   "pagemap is read by %s", user ? "a user" : "root");
	ok(entry >> 63, "the page is there");
	ok(!user == !!(entry & 0x7fffffffffffff), "its frame is %s",
	   user ? "hidden" : "told");
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
	is(mode_of("/proc/slabinfo"), 0400, "the kernel's objects are root's");
	is(mode_of("/proc/vmallocinfo"), 0400, "its mappings");
	is(mode_of("/proc/self/mem"), 0600, "a process's memory its user's");
	is(mode_of("/proc/sys/vm/unprivileged_userfaultfd"), 0644,
	   "settings all may read");
	ok(!hides("/proc/kallsyms"), "root sees where functions are");
	become(ALICE);
	ok(hides("/proc/kallsyms"), "a user does not");
	ok(hides("/proc/iomem"), "nor where devices are");
	is(SYS(open, "/proc/sys/vm/unprivileged_userfaultfd", O_WRONLY, 0),
	   -EACCES, "nor may he write settings");
	is(SYS(open, "/proc/slabinfo", O_RDONLY, 0), -EACCES,
	   "nor read what is root's");
	return 0;
}

/* ---- files ------------------------------------------------------- */

static int file_of_root(void *path)
{
	uint8_t vec[2] = { 0, 0 }, *p;
	int fd = SYS(open, path, O_RDONLY, 0);

	p = (uint8_t *)SYS(mmap2, 0, 2 * PAGE, PROT_READ, MAP_SHARED, fd, 0);
	is(SYS(fcntl64, fd, F_SETFL, O_NOATIME), 0, "root's O_NOATIME");
	become(ALICE);
	is(SYS(fcntl64, fd, F_SETFL, O_NOATIME | O_NONBLOCK), 0,
	   "a user leaves it as it is");
	is(SYS(fcntl64, fd, F_SETFL, 0), 0, "he may take it away");
	is(SYS(fcntl64, fd, F_SETFL, O_NOATIME), -EPERM, "not set it again");
	is(SYS(mincore, p, 2 * PAGE, vec), 0, "mincore of a file not his own");
	ok(vec[0] == 1 && vec[1] == 1, "shows all as there");
	return 0;
}

static int pager(void *arg)
{
	(void)arg;
	ok(SYS(userfaultfd, 0) >= 0, "root's pager, for all accesses");
	become(ALICE);
	is(SYS(userfaultfd, 0), -EPERM, "a user's");
	ok(SYS(userfaultfd, UFFD_USER_MODE_ONLY) >= 0,
	   "one that cannot stop the kernel");
	return 0;
}

/* ---- a terminal -------------------------------------------------- */

/* Opens a pty, whose name is written to the string; a slave that is free. */
static int open_pty(char slave[16])
{
	uint32_t number, unlocked = 0;
	int fd = SYS(open, "/dev/ptmx", O_RDWR | O_NOCTTY, 0);

	SYS(ioctl, fd, TIOCSPTLCK, &unlocked);
	SYS(ioctl, fd, TIOCGPTN, &number);
	sprintf(slave, "/dev/pts/%u", (unsigned)number);
	return fd;
}

static int steals(void *slave)
{
	int fd;

	SYS(setsid);
	fd = SYS(open, slave, O_RDWR | O_NOCTTY, 0);
	is(SYS(ioctl, fd, TIOCSCTTY, 0), -EPERM, "another session's terminal");
	become(ALICE);
	is(SYS(ioctl, fd, TIOCSCTTY, 1), -EPERM, "a user steals it");
	return 0;
}

static int root_steals(void *slave)
{
	int fd;

	SYS(setsid);
	fd = SYS(open, slave, O_RDWR | O_NOCTTY, 0);
	is(SYS(ioctl, fd, TIOCSCTTY, 1), 0, "root does");
	return 0;
}

static int only_writes(void *slave)
{
	int fd;

	SYS(setsid);
	fd = SYS(open, slave, O_WRONLY, 0);
	ok(fd >= 0, "a terminal to write to only");
	is(SYS(open, "/dev/tty", O_RDWR, 0), -ENXIO,
	   "does not become one's own");
	become(ALICE);
	is(SYS(ioctl, fd, TIOCSCTTY, 0), -EPERM, "nor when a user asks");
	return 0;
}

static int terminals(void *arg)
{
	char first[16], second[16];
	int fd;

	(void)arg;
	open_pty(first);
	open_pty(second);
	ignore(SIGHUP);
	checks_in_child(only_writes, second);
	SYS(setsid);
	fd = SYS(open, first, O_RDWR, 0);
	is(SYS(ioctl, fd, TIOCSCTTY, 0), 0, "one's own terminal, again");
	checks_in_child(steals, first);
	checks_in_child(root_steals, first);
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
		return 9;
	SYS(mkdir, "/dev/pts", 0755); /* unless they are there */
	SYS(mount, "devpts", "/dev/pts", "devpts", 0, 0);
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
	checks_in_child(other_user, 0);
	checks_in_child(frames, 0);
	checks_in_child(frames, "a user");
	checks_in_child(machine, 0);
	checks_in_child(file_of_root, path);
	checks_in_child(pager, 0);
	checks_in_child(terminals, 0);
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
