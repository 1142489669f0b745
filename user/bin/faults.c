/*
 * faults - the four cases of a page fault, each on its own.
 *
 *	1 no VMA at the address			SIGSEGV
 *	2 just below the stack				the stack grows
 *	3 inside a VMA, no page yet			a page appears
 *	4 page there, read-only, VMA writable		copy-on-write
 *
 * For each access the program prints how many faults it took (getrusage) and
 * the page's frame before and after it (/proc/self/pagemap). The head of
 * mm/memory.c draws the cases.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <uapi/auxvec.h>
#include <unistd.h>
#include "claim.h"
#include "linux.h"
#include "maps.h"

/* ---- measuring --------------------------------------------------- */

static volatile uint8_t warm_page[PAGE_SIZE]
	__attribute__((aligned(PAGE_SIZE)));

static int32_t faults_so_far(void)
{
	static struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_minflt + usage.ru_majflt;
}

enum access { READ, WRITE };

/*
 * Returns the faults of one access. Aligned, so that all its code is on one page
 * and no second fault for code is counted.
 */
static __attribute__((noinline, aligned(128))) int32_t count_access(
	volatile uint8_t *p, enum access access)
{
	int32_t before = faults_so_far();

	if (access == WRITE)
		*p = 0x5a;
	else
		(void)*p;
	return faults_so_far() - before;
}

/*
 * Returns the faults of one access. A first measurement, of another page, brings
 * in what the measuring itself needs, so that only p's fault is counted.
 */
static int32_t faults_of(volatile uint8_t *p, enum access access)
{
	count_access(warm_page, WRITE);
	return count_access(p, access);
}

/* An emulator's Linux adds faults of its own, so only Pagewalk's are compared. */
static bool exactly(int32_t faults, int32_t expected)
{
	return !on_pagewalk() || faults == expected;
}

/* Returns the frame number of p's page, or 0 if no page is mapped. */
static uint32_t frame(const volatile uint8_t *p)
{
	uint32_t pfn;

	return page_frame(0, p, &pfn) ? pfn : 0;
}

static void show(const char *access, int32_t faults, uint32_t before,
		 uint32_t after)
{
	char text[2][16] = { "none", "none" };

	if (before)
		snprintf(text[0], 16, "0x%08lx", before * PAGE_SIZE);
	if (after)
		snprintf(text[1], 16, "0x%08lx", after * PAGE_SIZE);
	printf("  %-34s %2ld fault%s  frame %10s -> %s\n", access, faults,
	       faults == 1 ? " " : "s", text[0], text[1]);
}

/* Makes, measures and shows one access; returns the frame after it. */
static uint32_t try(const char *what, volatile uint8_t *p, enum access access,
		    int32_t *faults)
{
	uint32_t before = frame(p);

	*faults = faults_of(p, access);
	show(what, *faults, before, frame(p));
	return frame(p);
}

static volatile uint8_t *new_pages(uint32_t n)
{
	void *p = mmap(NULL, n * PAGE_SIZE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED) {
		perror("faults: mmap");
		exit(1);
	}
	return p;
}

/* ---- case 1 ------------------------------------------------------ */

/* Returns the signal that killed a child which read p, or 0 if it survived. */
static int killer_of_reader(volatile uint8_t *p)
{
	int status = 0;
	pid_t pid;

	fflush(stdout); /* or the child would have a copy of the unwritten text */
	pid = fork();
	if (pid == 0) {
		(void)*p;
		_exit(0);
	}
	waitpid(pid, &status, 0);
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void case_no_vma(void)
{
	volatile uint8_t *p = new_pages(1);

	heading("Case 1: no VMA at the address");
	munmap((void *)p, PAGE_SIZE);
	note("A child reads 0x%08lx, which was just unmapped. The kernel reports:",
	     (uint32_t)p);
	claim(killer_of_reader(p) == LINUX_SIGSEGV,
	      "the child was killed by SIGSEGV; its parent goes on");
}

/* ---- case 2 ------------------------------------------------------ */

#define GROWTH_PAGES 40

static uint32_t stack_start(void)
{
	static struct map_entry maps[MAPS_MAX];
	int local;
	const struct map_entry *map;

	map = find_map(maps, read_maps(0, maps), (uint32_t)&local);
	return map ? map->start : 0;
}

static void case_stack_grows(void)
{
	uint32_t before = stack_start(), after;
	volatile uint8_t *below = (volatile uint8_t *)before - PAGE_SIZE;
	int32_t faults = 0;

	heading("Case 2: just below the stack");
	if (!on_pagewalk()) {
		note("(only shown on Pagewalk)");
		return;
	}
	note("The stack's VMA begins at 0x%08lx. %d pages below are written.",
	     before, GROWTH_PAGES);
	for (int i = 0; i < GROWTH_PAGES; i++)
		faults += faults_of(below - i * (int)PAGE_SIZE, WRITE);
	after = stack_start();
	note("%ld faults; now it begins at 0x%08lx.", faults, after);
	claim(faults == GROWTH_PAGES, "one fault a page");
	claim(before - after == GROWTH_PAGES * PAGE_SIZE,
	      "the VMA grew by exactly %d pages", GROWTH_PAGES);
	claim(frame(below), "and the first of them has a frame");
}

/* ---- case 3 ------------------------------------------------------ */

static void case_anonymous(void)
{
	volatile uint8_t *p = new_pages(3);
	uint32_t zero[2], own[2];
	int32_t faults[4];

	heading("Case 3a: inside a VMA, no page yet (anonymous memory)");
	zero[0] = try("read page 0", p, READ, &faults[0]);
	zero[1] = try("read page 1", p + PAGE_SIZE, READ, &faults[1]);
	own[0] = try("write page 0", p, WRITE, &faults[2]);
	own[1] = try("write page 2, never read", p + 2 * PAGE_SIZE, WRITE,
		     &faults[3]);
	for (int i = 0; i < 4; i++)
		if (!exactly(faults[i], 1))
			claim(false, "access %d took one fault", i);
	claim(p[PAGE_SIZE] == 0 && p[1] == 0 && p[2 * PAGE_SIZE + 1] == 0,
	      "all was zero");
	if (!on_pagewalk())
		return;
	claim(zero[0] && zero[0] == zero[1],
	      "both reads got the same frame: the shared zero page");
	claim(own[0] && own[0] != zero[0],
	      "the later write got a frame of its own");
	claim(own[1] && own[1] != zero[0] && own[1] != own[0],
	      "a write to a page never read gets its frame at once");
	claim(frame(p + PAGE_SIZE) == zero[1],
	      "page 1, only read, still shares the zero page");
}

static void case_file(void)
{
	int fd = open((const char *)getauxval(AT_EXECFN), O_RDONLY);
	volatile uint8_t *p;
	uint32_t cache, own;
	int32_t faults[2];

	heading("Case 3b: inside a VMA, no page yet (a private file mapping)");
	p = mmap(NULL, PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	if (!claim(p != MAP_FAILED, "this program's own file is mapped"))
		return;
	close(fd);
	cache = try("read", p, READ, &faults[0]);
	own = try("write", p, WRITE, &faults[1]);
	claim(exactly(faults[0], 1) && exactly(faults[1], 1),
	      "one fault each: the file's page, then a copy of it");
	claim(p[1] == 'E' && p[2] == 'L' && p[3] == 'F',
	      "the rest of the page is the file's");
	if (on_pagewalk())
		claim(cache && own && cache != own,
		      "the page cache keeps its frame for other readers");
	munmap((void *)p, PAGE_SIZE);
}

/* ---- case 4 ------------------------------------------------------ */

/* Bits of the child's exit status: what it found true of its own write. */
#define CHILD_SAW_PARENTS_FRAME 1
#define CHILD_ONE_FAULT         2
#define CHILD_OWN_FRAME         4

static void child_writes(volatile uint8_t *p, uint32_t parents_frame)
{
	uint32_t before = frame(p), after;
	int32_t faults;
	int saw = 0;

	after = try("the child writes", p, WRITE, &faults);
	if (!on_pagewalk() || before == parents_frame)
		saw |= CHILD_SAW_PARENTS_FRAME;
	if (exactly(faults, 1))
		saw |= CHILD_ONE_FAULT;
	if (!on_pagewalk() || (after && after != parents_frame))
		saw |= CHILD_OWN_FRAME;
	fflush(stdout);
	_exit(saw);
}

static void case_copy_on_write(void)
{
	volatile uint8_t *p = new_pages(1);
	uint32_t before, after;
	int32_t faults;
	int status = 0;
	pid_t pid;

	heading("Case 4: page there, read-only, VMA writable (after fork)");
	*p = 1;
	before = frame(p);
	fflush(stdout);
	pid = fork();
	if (pid == 0)
		child_writes(p, before);
	waitpid(pid, &status, 0);
	claim(WEXITSTATUS(status) & CHILD_SAW_PARENTS_FRAME,
	      "after fork both had the same frame");
	claim(WEXITSTATUS(status) & CHILD_ONE_FAULT, "one fault");
	claim(WEXITSTATUS(status) & CHILD_OWN_FRAME, "the child got a copy");
	claim(*p == 1, "the parent's page did not change");

	after = try("the parent, alone now, writes", p, WRITE, &faults);
	claim(exactly(faults, 1), "one fault");
	if (on_pagewalk())
		claim(after == before,
		      "no copy: the last owner keeps the frame");
}

int main(void)
{
	case_no_vma();
	new_page();
	case_stack_grows();
	case_anonymous();
	new_page();
	case_file();
	case_copy_on_write();
	return claims_status();
}
