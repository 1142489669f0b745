/*
 * stress [SEED [load]] - forks, threads, signals, execs and want of memory together.
 *
 * Run as process 1 of a machine with little memory (tests/system/stress.t).
 * Workers of six kinds live at the same time, each for a while; those that are left
 * are killed. After each round the kernel has as many free pages, address spaces,
 * VMAs and tasks as after the round before, and its audit finds nothing.
 *
 * With `load`: one round without checks, in any process.
 */
#include <uapi/ucontext.h>
#include "check.h"
#include "maps.h"
#include "threads.h"

#define ROUNDS      2
#define WORKERS     9
#define ROUND_MS    600
#define ARENA       0x50000000u
#define ARENA_PAGES 64u
#define NR_THREADS  3
#define CHUNK       (512u * 1024)

static uint32_t state;
static uint32_t end_ms;
static volatile uint32_t handled;

static uint32_t rnd(void)
{
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state;
}

static bool time_left(void)
{
	return (int32_t)(end_ms - uptime_ms()) > 0;
}

/* ---- handlers ---------------------------------------------------- */

/*
 * Maps a page where the fault found no VMA, so that the instruction runs again. If
 * there is none to be had, skips the instruction.
 */
static void mend(int sig, struct test_siginfo *info, void *ucontext)
{
	struct ucontext *uc = ucontext;
	uint32_t va = info->si_addr & ~(PAGE - 1);
	int32_t got = -1;

	handled++;
	if (sig == LINUX_SIGSEGV && va >= ARENA &&
	    va < ARENA + ARENA_PAGES * PAGE)
		got = SYS(mmap2, va, PAGE, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	if (got != (int32_t)va)
		uc->uc_mcontext.arm_pc += 4;
}

static void count(int sig, struct test_siginfo *info, void *ucontext)
{
	(void)sig;
	(void)info;
	(void)ucontext;
	handled++;
}

static void store(uint32_t va)
{
	__asm__ volatile("str %0, [%0]" : : "r"(va) : "memory");
}

static uint32_t arena_page(void)
{
	return ARENA + rnd() % ARENA_PAGES * PAGE;
}

/* ---- the kinds of workers ---------------------------------------- */

/* One random change of the arena, or an access. */
static void disturb(void)
{
	uint32_t va = arena_page(), bytes = (1 + rnd() % 8) * PAGE;

	switch (rnd() % 8) {
	case 0:
		SYS(munmap, va, bytes);
		break;
	case 1:
		SYS(mprotect, va, bytes, PROT_READ);
		break;
	case 2:
		SYS(madvise, va, bytes, MADV_DONTNEED);
		break;
	case 3:
		SYS(mremap, va, PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
		    arena_page());
		break;
	default:
		store(va);
	}
}

static void thread_main(void *arg)
{
	(void)arg;
	while (time_left())
		disturb();
}

/* Threads that fault where others unmap; sometimes the process ends first. */
static void race(void)
{
	struct thread all[NR_THREADS];
	int started = 0;

	while (started < NR_THREADS &&
	       run_thread(&all[started], thread_main, NULL, 0) > 0)
		started++;
	if (rnd() % 2)
		end_ms -= ROUND_MS / 2;
	thread_main(NULL);
	if (rnd() % 2)
		return;
	while (started)
		join_thread(&all[--started]);
}

/* Children that write to what was their parent's; some are killed at it. */
static void fork_storm(void)
{
	while (time_left()) {
		pid_t pid = fork();

		if (pid == 0) {
			for (int i = 0; i < 40; i++)
				disturb();
			_exit(0);
		}
		disturb();
		if (pid > 0 && rnd() % 2)
			kill_process(pid, LINUX_SIGKILL);
		while (pid > 0 && SYS(wait4, pid, 0, 0, 0) == -EINTR)
			;
	}
}

/* Signals to a brother that faults as fast as it can. */
static void shoot(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		for (;;)
			disturb();
	}
	while (time_left() && pid > 0) {
		kill_process(pid, rnd() % 2 ? LINUX_SIGUSR1 : LINUX_SIGUSR2);
		if (rnd() % 4 == 0)
			sched_yield();
	}
	if (pid > 0)
		kill_process(pid, LINUX_SIGKILL);
}

static void execute(void *arg)
{
	char *argv[] = { "/bin/true", NULL };

	(void)arg;
	execve(argv[0], argv, environ);
	_exit(1);
}

/* execve after fork, in vfork's child, and in a thread of several. */
static void exec_storm(void)
{
	struct thread threads[2];

	while (time_left()) {
		pid_t pid = rnd() % 2 ? run_vfork(execute, NULL) : fork();

		if (pid == 0) {
			run_thread(&threads[0], thread_main, NULL, 0);
			if (run_thread(&threads[1], execute, NULL, 0) > 0)
				for (;;)
					disturb();
			execute(NULL);
		}
		while (pid > 0 && SYS(wait4, pid, 0, 0, 0) == -EINTR)
			;
	}
}

/* Takes all memory, until it is killed or time is up. */
static int take(void *arg)
{
	(void)arg;
	while (time_left()) {
		int32_t raw = SYS(mmap2, 0, CHUNK, PROT_READ | PROT_WRITE,
				  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if ((uint32_t)raw >= -4095u)
			break;
		memset((void *)raw, 1, CHUNK);
	}
	return 0;
}

/* Starts the next when that one is dead. */
static void want(void)
{
	while (time_left())
		in_child(take, NULL);
}

/* Shared pages, grown and given back by a family. */
static void share(void)
{
	uint32_t bytes = 64 * PAGE;
	uint8_t *p = (uint8_t *)SYS(mmap2, 0, bytes, PROT_READ | PROT_WRITE,
				    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if ((uint32_t)p >= -4095u)
		return;
	fork();
	fork();
	while (time_left()) {
		uint8_t *q = p + rnd() % 64 * PAGE;

		__asm__ volatile("strb %0, [%0]" : : "r"(q) : "memory");
		SYS(madvise, p, bytes, MADV_DONTNEED);
		disturb();
	}
}

/* ---- rounds ------------------------------------------------------ */

static void work(uint32_t n)
{
	static void (*const kinds[])(void) = {
		want, race, fork_storm, exec_storm, share, shoot,
	};

	handle(LINUX_SIGSEGV, mend, 0);
	handle(LINUX_SIGBUS, mend, 0);
	handle(LINUX_SIGUSR1, count, TEST_SA_RESTART);
	handle(LINUX_SIGUSR2, count, 0);
	end_ms = uptime_ms() + ROUND_MS;
	kinds[n % ARRAY_SIZE(kinds)]();
	_exit(0);
}

struct counts {
	uint32_t mms, areas, tasks, objects, kib;
};

static char text[8192];

static uint32_t number_after(const char *word)
{
	const char *p = strstr(text, word);

	return p ? strtoul(p + strlen(word), NULL, 10) : 0;
}

/* Objects in use, of all slab caches: the second column. */
static uint32_t all_objects(void)
{
	uint32_t sum = 0;
	char *line = text, *end;

	for (; (end = strchr(line, '\n')); line = end + 1)
		if (memcmp(line, "slabinfo", 8) != 0 && *line != '#')
			sum += strtoul(line + strcspn(line, " "), NULL, 10);
	return sum;
}

/*
 * Takes the figures after memory ran out, so that the page cache is empty. Pages of
 * slabs count as free, since it is chance which objects share a page. So do our own
 * pages.
 */
static void look(struct counts *now)
{
	end_ms = uptime_ms() + 60000;
	in_child(take, NULL);
	read_text("/proc/slabinfo", text, sizeof(text));
	now->mms = number_after("\nmm_struct ");
	now->areas = number_after("\nvm_area_struct ");
	now->tasks = number_after("\ntask_struct ");
	now->objects = all_objects();
	read_text("/proc/meminfo", text, sizeof(text));
	now->kib = number_after("MemFree:") + number_after("Slab:") +
		number_after("AnonPages:");
	printf("# %lu mms, %lu areas, %lu tasks; %lu objects, %lu KiB\n",
	       now->mms, now->areas, now->tasks, now->objects, now->kib);
}

static void end_everybody(void)
{
	SYS(kill, -1, LINUX_SIGKILL);
	/* Orphans are ours, as process 1. */
	while (SYS(wait4, -1, 0, 0, 0) > 0)
		;
}

static void one_round(void)
{
	fflush(stdout);
	for (uint32_t n = 0; n < WORKERS; n++) {
		rnd();
		if (fork() == 0)
			work(n);
	}
	sleep_ms(ROUND_MS + 100);
	end_everybody();
}

int main(int argc, char **argv)
{
	struct counts before, after;

	state = (argc > 1 ? strtoul(argv[1], NULL, 0) : 1) * 2654435761u | 1;
	one_round(); /* for what is made once */
	if (argc > 2)
		return 0;
	look(&before);
	for (int i = 0; i < ROUNDS; i++) {
		one_round();
		look(&after);
		is((int32_t)(after.mms - before.mms), 0,
		   "address spaces more than before the round");
		is((int32_t)(after.areas - before.areas), 0,
		   "VMAs more than before the round");
		is((int32_t)(after.tasks - before.tasks), 0,
		   "tasks more than before the round");
		is((int32_t)(after.objects - before.objects), 0,
		   "objects more");
		is((int32_t)(after.kib - before.kib), 0,
		   "KiB more free than before the round");
		is(audit(), 0,
		   "the audit of the kernel's structures finds no error");
	}
	/* Not by the reports of them, of which the kernel prints ten in 5 s. */
	read_text("/proc/vmstat", text, sizeof(text));
	printf("# %lu kills, for want of memory\n",
	       number_after("\noom_kill "));
	return done();
}
