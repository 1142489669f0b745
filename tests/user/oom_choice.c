/*
 * oom_choice - which process is killed when memory runs out: the one whose death
 * frees most, with its oom_score_adj counted, whatever it waits for.
 *
 * Run as process 1 of a machine with little memory (tests/system/memory.t).
 */
#include <fcntl.h>
#include <uapi/mman.h>
#include <uapi/signal.h>
#include <uapi/sysinfo.h>
#include <uapi/time.h>
#include "check.h"
#include "maps.h"
#include "threads.h"

#define MIB 0x100000u

static volatile uint32_t *ready; /* in memory of all */

static int32_t map_of(uint32_t mib)
{
	return SYS(mmap2, 0, mib * MIB, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
}

/* The value in the process's oom_score_adj, or -errno. */
static int32_t adj_of(pid_t pid)
{
	char path[40], text[16] = "";

	snprintf(path, sizeof(path), "/proc/%d/oom_score_adj", (int)pid);
	if (read_text(path, text, sizeof(text)) <= 0)
		return -ENOENT;
	return atoi(text);
}

static int32_t set_adj(const char *text)
{
	int fd = open("/proc/self/oom_score_adj", O_RDWR);
	int32_t got = SYS(write, fd, text, strlen(text));

	close(fd);
	return got < 0 ? got : 0;
}

static int adj_is(void *want)
{
	return adj_of(getpid()) != *(int *)want;
}

static void the_file(void)
{
	int adjusted = 300;

	is(adj_of(getpid()), 0, "oom_score_adj is 0 at first");
	is(set_adj("300\n"), 0, "a write of 300 to oom_score_adj");
	is(in_child(adj_is, &adjusted), 0, "a child of fork inherits it");
	is(set_adj("1001"), -EINVAL, "a value above 1000 is refused");
	is(set_adj("-1001"), -EINVAL, "a value below -1000 is refused");
	is(set_adj("much"), -EINVAL, "a value that is no number is refused");
	is(adj_of(getpid()), 300, "the value is unchanged by that");
	is(set_adj("0"), 0, "a write of 0 to oom_score_adj");
}

/* ---- who is killed ----------------------------------------------- */

static int hold(uint32_t mib)
{
	memset((void *)map_of(mib), 1, mib * MIB);
	++*ready;
	while (SYS(pause) == -EINTR)
		continue;
	return 1;
}

/* Reads one byte of each MiB: no page of its own, but 2500 tables of 1 KiB. */
static int hold_tables(uint32_t mib)
{
	int32_t raw = map_of(mib);

	for (uint32_t i = 0; i < mib; i++)
		(void)*(volatile uint8_t *)(raw + i * MIB);
	++*ready;
	while (SYS(pause) == -EINTR)
		continue;
	return 1;
}

/*
 * Starts a child and waits until it holds this memory or has been killed. Returns -1
 * if there is no memory for a fork, which kills nobody.
 */
static pid_t start(int (*fn)(uint32_t), uint32_t mib, const char *adj)
{
	uint32_t before = *ready;
	pid_t pid = fork();

	if (pid == 0)
		_exit(set_adj(adj) ? 1 : fn(mib));
	while (pid > 0 && *ready == before &&
	       SYS(wait4, pid, 0, WNOHANG, 0) == 0)
		SYS(sched_yield);
	return pid;
}

static bool lives(pid_t pid)
{
	return SYS(wait4, pid, 0, WNOHANG, 0) == 0;
}

static void end(pid_t pid)
{
	kill_process(pid, LINUX_SIGKILL);
	waitpid(pid, NULL, 0);
}

/* Ends those of the hogs that live; returns how many did not. */
static uint32_t end_hogs(const pid_t hogs[], uint32_t n)
{
	uint32_t killed = 0;

	for (uint32_t i = 0; i < n; i++) {
		killed += !lives(hogs[i]);
		end(hogs[i]);
	}
	return killed;
}

static uint32_t free_mib(void)
{
	struct sysinfo info;

	SYS(sysinfo, &info);
	return (uint32_t)((uint64_t)info.freeram * info.mem_unit / MIB);
}

static int fill(void *arg)
{
	uint32_t mib = *(uint32_t *)arg;

	memset((void *)map_of(mib), 1, mib * MIB);
	return 0;
}

/* A fork that finds no memory kills nobody; a page fault of ours does. */
static pid_t start_hog(void)
{
	int32_t own;
	pid_t pid;

	while ((pid = start(hold_tables, 2500, "0")) < 0) {
		own = map_of(1);
		memset((void *)own, 1, MIB);
		SYS(munmap, own, MIB);
	}
	return pid;
}

/*
 * 64 processes want more than twice the tables that fit into memory. Each kill must
 * give back all tables of its victim.
 */
static void tables_count(void)
{
	uint32_t mib = free_mib() - 1, killed;
	pid_t hogs[64], bystander;

	is(in_child(fill, &mib), 0,
	   "a child can have all free memory but a MiB");
	bystander = start(hold, 2, "0");
	for (uint32_t n = 0; n < ARRAY_SIZE(hogs); n++)
		hogs[n] = start_hog();
	ok(lives(bystander),
	   "a process with more pages, but less memory with its tables, lives");
	killed = end_hogs(hogs, ARRAY_SIZE(hogs));
	ok(killed >= ARRAY_SIZE(hogs) / 2,
	   "of 64 processes that fill the memory with tables most are killed");
	end(bystander);
	is(in_child(fill, &mib), 0, "a child can have all free memory again");
}

static void adjustment_counts(void)
{
	pid_t never = start(hold, 24, "-1000"), first = start(hold, 2, "1000"),
	      grower = start(hold, 64, "0");

	ok(!lives(first),
	   "the small one with oom_score_adj 1000 is killed first");
	ok(lives(never), "the largest one with oom_score_adj -1000 lives");
	ok(!lives(grower), "the one that takes all memory is killed then");
	end(never);
}

/* ---- victims that do not run ------------------------------------- */

static int hold_stopped(uint32_t mib)
{
	memset((void *)map_of(mib), 1, mib * MIB);
	++*ready;
	kill_process(getpid(), SIGSTOP);
	return 1;
}

static void borrow(void *arg)
{
	(void)arg;
	++*ready;
	for (;;)
		SYS(pause);
}

static int hold_in_vfork(uint32_t mib)
{
	memset((void *)map_of(mib), 1, mib * MIB);
	run_vfork(borrow, NULL);
	return 1;
}

/* fn's process is killed for a child that needs more than is free. */
static void gives(int (*fn)(uint32_t), const char *what)
{
	pid_t pid = start(fn, 32, "0");
	uint32_t mib = 32;
	int status = 0;

	is(in_child(fill, &mib), 0, "a child gets the memory that %s had",
	   what);
	waitpid(pid, &status, 0);
	is(status, LINUX_SIGKILL, "that one was killed by SIGKILL");
	while (SYS(wait4, -1, 0, 0, 0) > 0)
		continue; /* vfork's child, which process 1 has adopted */
}

int main(void)
{
	ready = (void *)pages_with(1, PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS);
	the_file();
	tables_count();
	adjustment_counts();
	gives(hold_stopped, "a stopped process");
	gives(hold_in_vfork, "a parent in vfork, and its child,");
	is(audit(), 0, "the audit of the kernel's structures finds no error");
	return done();
}
