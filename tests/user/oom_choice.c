/*
 * oom_choice - whom the lack of memory kills: who gives most back, as adjusted,
 * and whatever it waits for.
 *
 * Run as process 1 of a machine with little memory (tests/system/memory.t).
 */
#include <fcntl.h>
#include <uapi/mman.h>
#include <uapi/signal.h>
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

/* What the file says, or -errno. */
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

	is(adj_of(getpid()), 0, "nobody is adjusted");
	is(set_adj("300\n"), 0, "init says it gives more");
	is(in_child(adj_is, &adjusted), 0, "its child is adjusted as it is");
	is(set_adj("1001"), -EINVAL, "above 1000");
	is(set_adj("-1001"), -EINVAL, "below -1000");
	is(set_adj("much"), -EINVAL, "no number");
	is(adj_of(getpid()), 300, "what it was stays");
	is(set_adj("0"), 0, "not adjusted again");
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
 * It runs until it holds that, or has been killed. -1: no memory for a fork,
 * which fails and kills nobody.
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

static void tables_count(void)
{
	pid_t bystander = start(hold, 2, "0"), hogs[64];
	uint32_t n = 0, killed = 0;
	int32_t own = map_of(1);

	while (n < 64 && !killed) {
		hogs[n] = start(hold_tables, 2500, "0");
		if (hogs[n] > 0)
			n++;
		else /* the fault of who cannot be killed asks for memory */
			memset((void *)own, 1, MIB);
		for (uint32_t i = 0; i < n; i++)
			if (hogs[i] && !lives(hogs[i])) {
				hogs[i] = 0;
				killed++;
			}
		if (!lives(bystander))
			break;
	}
	ok(killed > 0,
	   "of those who fill the memory with tables one is killed");
	ok(lives(bystander), "not one who has more pages, but less in all");
	for (uint32_t i = 0; i < n; i++)
		if (hogs[i])
			end(hogs[i]);
	end(bystander);
}

static void adjustment_counts(void)
{
	pid_t never = start(hold, 24, "-1000"), first = start(hold, 2, "1000"),
	      grower = start(hold, 64, "0");

	ok(!lives(first), "a small one that says so dies first");
	ok(lives(never), "the largest that says so never");
	ok(!lives(grower), "then who takes all");
	end(never);
}

/* ---- victims that run no more ------------------------------------ */

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

static int fill(void *arg)
{
	uint32_t mib = *(uint32_t *)arg;

	memset((void *)map_of(mib), 1, mib * MIB);
	return 0;
}

/* Its memory is given to who asks for what is not free. */
static void gives(int (*fn)(uint32_t), const char *what)
{
	pid_t pid = start(fn, 32, "0");
	uint32_t mib = 32;
	int status = 0;

	is(in_child(fill, &mib), 0, "memory is there that %s had", what);
	waitpid(pid, &status, 0);
	is(status, LINUX_SIGKILL, "who was killed for it");
	while (SYS(wait4, -1, 0, 0, 0) > 0)
		continue; /* vfork's child is ours now */
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
	is(audit(), 0, "the kernel's audit of its structures");
	return done();
}
