/*
 * pressure - several programs fill the memory at once, for a while.
 *
 * Run as process 1 of a machine with little memory (tests/system/memory.t).
 * Clean pages of files are dropped first. Then the largest process is killed, never a
 * smaller one, nor process 1. Those that live find their bytes unchanged, and when
 * all have ended as many pages are free as before.
 */
#include <fcntl.h>
#include <uapi/mman.h>
#include "check.h"
#include "maps.h"

#define MIB        (1024u * 1024)
#define CACHE_MIB  16u
#define STORMS     6u
#define GROWERS    4u
#define GROWER_MIB 24u /* all of them: more than there is */
#define HOLDER_MIB 40u /* most of what there is */

/* Shared by all: how many are as large as they will be, and whether all may end. */
static volatile struct {
	uint32_t grown, go;
} * shared;

static uint32_t kills; /* children that ended by SIGKILL */

/* ---- what the kernel says of itself ------------------------------ */

static uint32_t vmstat(const char *name)
{
	static char text[1024];
	const char *p;

	if (read_text("/proc/vmstat", text, sizeof(text)) <= 0)
		return 0;
	p = strstr(text, name);
	return p ? strtoul(p + strlen(name), NULL, 10) : 0;
}

static uint32_t oom_kills(void)
{
	return vmstat("oom_kill ");
}

/* ---- memory with contents ---------------------------------------- */

static uint32_t *page_of(void *p, uint32_t i)
{
	return (uint32_t *)p + i * (PAGE / 4);
}

static uint32_t mark(uint32_t i)
{
	return i * 2654435761u ^ (uint32_t)getpid();
}

/* Maps so much and fills it page by page; politely: others run in between. */
static void *grow(uint32_t mib, bool politely)
{
	int32_t raw = SYS(mmap2, 0, mib * MIB, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (raw < 0 && raw > -4096)
		_exit(1);
	for (uint32_t i = 0; i < mib * MIB / PAGE; i++) {
		*page_of((void *)raw, i) = mark(i);
		if (politely && i % 16 == 0)
			SYS(sched_yield);
	}
	return (void *)raw;
}

static bool intact(void *p, uint32_t mib)
{
	for (uint32_t i = 0; i < mib * MIB / PAGE; i++)
		if (*page_of(p, i) != mark(i))
			return false;
	return true;
}

/* ---- children ---------------------------------------------------- */

static pid_t start(int (*fn)(uint32_t mib), uint32_t mib)
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0)
		_exit(fn(mib));
	return pid;
}

/* The child's exit code, or 256 + the signal that killed it. */
static int end_of(pid_t pid)
{
	int status = 0;

	waitpid(pid, &status, 0);
	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	kills += WTERMSIG(status) == LINUX_SIGKILL;
	return 256 + WTERMSIG(status);
}

static int take(uint32_t mib)
{
	return !intact(grow(mib, false), mib);
}

static int take_politely(uint32_t mib)
{
	return !intact(grow(mib, true), mib);
}

/* Takes memory until it is killed, in pieces: one large one would be refused. */
static int take_all(uint32_t mib)
{
	while (grow(mib, false))
		;
	return 1;
}

static int take_all_later(uint32_t mib)
{
	while (!shared->go)
		SYS(sched_yield);
	return take_all(mib);
}

/* Holds its memory until all may end, and checks its bytes. */
static int hold(uint32_t mib)
{
	void *p = grow(mib, false);

	shared->grown++;
	while (!shared->go)
		SYS(sched_yield);
	return !intact(p, mib);
}

/* ---- the tests --------------------------------------------------- */

/* Pages of a hole in a file: clean, so they can be dropped and made again. */
static void fill_page_cache(void)
{
	static char buf[16384];
	int fd = open(scratch("clean"), O_RDWR | O_CREAT, 0600);

	ok(fd >= 0 && SYS(ftruncate, fd, CACHE_MIB * MIB) == 0,
	   "a file of 16 MiB is made");
	while (read(fd, buf, sizeof(buf)) > 0)
		;
	close(fd);
}

static void cache_goes_first(void)
{
	uint32_t stolen = vmstat("pgsteal_direct "), killed = oom_kills();
	uint32_t cached, free_mib;

	fill_page_cache();
	cached = vmstat("nr_file_pages ");
	ok(cached >= CACHE_MIB * MIB / PAGE,
	   "its pages are in the page cache after it was read");
	free_mib = vmstat("nr_free_pages ") / (MIB / PAGE);
	is(end_of(start(take, free_mib + CACHE_MIB / 2)), 0,
	   "a program that needs more than is free gets it");
	is(oom_kills() - killed, 0, "no process was killed for it");
	stolen = vmstat("pgsteal_direct ") - stolen;
	printf("# dropped %lu pages\n", stolen);
	/* free_mib has been rounded down. */
	ok(stolen > (CACHE_MIB / 2 - 1) * MIB / PAGE &&
		   vmstat("nr_file_pages ") < cached,
	   "pages of the cache were dropped for it");
}

static void largest_is_killed(void)
{
	pid_t small, large;
	uint32_t killed = oom_kills();

	shared->grown = shared->go = 0;
	small = start(hold, 4);
	large = start(hold, 8);
	while (shared->grown < 2)
		SYS(sched_yield);
	is(end_of(start(take_all, 1)), 256 + LINUX_SIGKILL,
	   "the program that takes all memory is killed");
	shared->go = 1;
	is(end_of(small), 0,
	   "a program with 4 MiB lives, and its pages are unchanged");
	is(end_of(large), 0,
	   "a program with 8 MiB lives, and its pages are unchanged");
	is(oom_kills() - killed, 1, "one process was killed");
}

/* The largest process is killed, not the one whose fault finds no memory. */
static void largest_not_last(void)
{
	pid_t holder, grower;

	shared->grown = shared->go = 0;
	holder = start(hold, HOLDER_MIB);
	while (shared->grown < 1)
		SYS(sched_yield);
	grower = start(take, GROWER_MIB);
	is(end_of(grower), 0,
	   "a program that asks for more than there is gets it");
	shared->go = 1;
	is(end_of(holder), 256 + LINUX_SIGKILL,
	   "if another one is larger: that one is killed");
}

/* Process 1 has most of the memory, but it must not be killed. */
static void init_is_spared(void)
{
	pid_t pid;
	void *p;

	shared->go = 0;
	pid = start(take_all_later, 1);
	p = grow(HOLDER_MIB, false);
	shared->go = 1;
	is(end_of(pid), 256 + LINUX_SIGKILL,
	   "process 1 is the largest: another one is killed");
	ok(intact(p, HOLDER_MIB), "the pages of process 1 are unchanged");
	SYS(munmap, p, HOLDER_MIB * MIB);
}

/*
 * Four processes together want more than there is; those that live get theirs.
 */
static void storm(void)
{
	pid_t pid[GROWERS];
	uint32_t lived = 0, before = kills, killed = oom_kills();
	bool odd = false;

	for (uint32_t i = 0; i < GROWERS; i++)
		pid[i] = start(take_politely, GROWER_MIB);
	for (uint32_t i = 0; i < GROWERS; i++) {
		int end = end_of(pid[i]);

		lived += end == 0;
		odd |= end != 0 && end != 256 + LINUX_SIGKILL;
	}
	ok(!odd && lived > 0 && lived < GROWERS,
	   "four that want 24 MiB each: some are killed, the others whole");
	is(oom_kills() - killed, kills - before,
	   "as many kills were counted in /proc/vmstat");
}

/* Returns the free pages once everything that can be dropped was dropped. */
static uint32_t settled_free_pages(void)
{
	is(end_of(start(take_all, 1)), 256 + LINUX_SIGKILL,
	   "a program that takes all memory empties the caches");
	return vmstat("nr_free_pages ");
}

int main(void)
{
	uint32_t before;

	shared = (void *)pages_with(1, PROT_READ | PROT_WRITE,
				    MAP_SHARED | MAP_ANONYMOUS);
	cache_goes_first();
	largest_is_killed();
	largest_not_last();
	init_is_spared();
	storm(); /* stacks, tables and slabs that are kept from now on */
	before = settled_free_pages();
	for (uint32_t i = 0; i < STORMS; i++)
		storm();
	is(settled_free_pages(), before, "as many pages are free as before");
	remove_scratch();
	is(audit(), 0, "the audit of the kernel's structures finds no error");
	printf("# killed %lu\n", kills);
	return done();
}
