/*
 * The texts of /proc for an address space of very many VMAs: each line is there
 * once, and other tasks run while one reads them.
 */
#include <fcntl.h>
#include <uapi/mman.h>
#include <uapi/signal.h>
#include <uapi/time.h>
#include "check.h"

#define VMAS   12000u
#define NAP_MS 20
#define TICKS_MS \
	30 /* three of the scheduler's: a task that wakes may wait for a slice */

static char buf[16384];

static uint32_t now_ms(void)
{
	struct old_timespec32 time;

	SYS(clock_gettime, 1, &time);
	return (uint32_t)time.tv_sec * 1000 + (uint32_t)time.tv_nsec / 1000000;
}

static uint32_t nap(void)
{
	struct old_timespec32 time = { 0, NAP_MS * 1000000 };
	uint32_t start = now_ms();

	SYS(nanosleep, &time, 0);
	return now_ms() - start;
}

/* Neighbours with different rights: each page is a VMA of its own. */
static uint8_t *make_vmas(void)
{
	uint8_t *base = pages_with(VMAS, PROT_READ,
				   MAP_PRIVATE | MAP_ANONYMOUS);

	for (uint32_t i = 0; i < VMAS; i += 2)
		SYS(mprotect, base + i * PAGE, PAGE, PROT_NONE);
	return base;
}

struct scan {
	uint32_t next;  /* the address of the VMA that comes next */
	uint32_t found; /* VMAs of make_vmas(), in order */
	uint32_t bytes;
	char line[32]; /* the beginning of this one */
	uint32_t column;
};

static void end_of_line(struct scan *scan)
{
	char *end;
	uint32_t va;

	scan->line[scan->column < sizeof(scan->line) ? scan->column :
						       sizeof(scan->line) - 1] =
		0;
	scan->column = 0;
	va = strtoul(scan->line, &end, 16);
	if (end != scan->line + 8 || *end != '-' || va != scan->next)
		return;
	scan->next += PAGE;
	scan->found++;
}

static void scan_bytes(struct scan *scan, const char *text, uint32_t n)
{
	scan->bytes += n;
	for (; n; n--, text++) {
		if (*text == '\n') {
			end_of_line(scan);
			continue;
		}
		if (scan->column < sizeof(scan->line))
			scan->line[scan->column] = *text;
		scan->column++;
	}
}

/* Reads all of it by n bytes; returns the last read's result. */
static int32_t read_all(const char *path, uint32_t n, struct scan *scan)
{
	int fd = SYS(open, path, O_RDONLY, 0);
	int32_t got;

	while ((got = SYS(read, fd, buf, n)) > 0)
		scan_bytes(scan, buf, (uint32_t)got);
	SYS(close, fd);
	return got;
}

static void every_vma_once(const char *path, uint8_t *base, uint32_t n)
{
	struct scan scan = { .next = (uint32_t)(uintptr_t)base };

	is(read_all(path, n, &scan), 0, "%s can be read to its end by %u bytes",
	   path, (unsigned int)n);
	is((int32_t)scan.found, VMAS, "each VMA is there once, in order");
	printf("# %s: %u bytes\n", path, (unsigned int)scan.bytes);
}

/* A file position that moves back: the text is made again, from any place on. */
static void at_a_place(const char *path)
{
	static char first[500], again[500];
	int fd = SYS(open, path, O_RDONLY, 0);
	uint32_t at = 300000;

	SYS(pread64, fd, first, sizeof(first), 0, at, 0);
	is(SYS(pread64, fd, again, 10, 0, 0, 0), 10,
	   "%s: its beginning can be read again", path);
	is(SYS(pread64, fd, again, sizeof(again), 0, at, 0), sizeof(again),
	   "%s: bytes far behind that can be read alone", path);
	ok(!memcmp(first, again, sizeof(first)),
	   "%s: they are the same as before", path);
	SYS(close, fd);
}

/* Bounds how long a nap takes beside a task that reads the file all the time. */
static void beside_a_reader(const char *path)
{
	struct scan scan = { 0 };
	pid_t pid = fork();
	uint32_t ms, worst = 0;

	if (pid == 0)
		for (;;)
			read_all(path, sizeof(buf), &scan);
	for (int i = 0; i < 10; i++) {
		ms = nap();
		worst = ms > worst ? ms : worst;
	}
	SYS(kill, pid, SIGKILL);
	SYS(wait4, pid, 0, 0, 0);
	ok(worst < NAP_MS + TICKS_MS, "other tasks run while %s is read", path);
	printf("# the longest nap of %d ms took %u ms\n", NAP_MS,
	       (unsigned int)worst);
}

int main(void)
{
	static const char *const shared[] = {
		"/proc/self/maps", "/proc/self/smaps",  "/proc/self/pagetable",
		"/proc/vmstat",    "/proc/pagetypemap", "/proc/vmallocinfo",
	};
	uint8_t *base = make_vmas();

	every_vma_once("/proc/self/maps", base, 1000);
	every_vma_once("/proc/self/maps", base, sizeof(buf));
	every_vma_once("/proc/self/smaps", base, sizeof(buf));
	at_a_place("/proc/self/maps");
	at_a_place("/proc/self/smaps");
	for (uint32_t i = 0; i < ARRAY_SIZE(shared); i++)
		beside_a_reader(shared[i]);
	return done();
}
