/*
 * bench - what operations cost, in guest instructions.
 *
 * Run by tests/bench/bench.py under `-icount shift=0,sleep=off`, where one
 * instruction takes one nanosecond of the board's clock. Each operation is
 * repeated; the cost of the loop and of reading the clock is measured the same
 * way and taken off. One line an operation: "bench NAME INSTRUCTIONS".
 *
 * It is an ordinary Linux program: the same file, run by Linux on the same
 * emulated board, gives the figures to compare with.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uapi/time.h>
#include <unistd.h>
#include "bench.h"
#include "linux.h"

char *self;
static int64_t begun, clock_cost;
static int64_t loop_cost; /* of CALLS rounds */

static int64_t now(void)
{
	struct old_timespec32 ts;

	call3(__NR_clock_gettime, CLOCK_MONOTONIC, address(&ts), 0);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

void begin(void)
{
	begun = now();
}

int64_t end(void)
{
	return now() - begun - clock_cost;
}

void must(int good, const char *what)
{
	if (good)
		return;
	printf("bench: %s failed\n", what);
	exit(1);
}

/* One place in the program: plugin/count.c waits for it. */
__attribute__((noinline)) void report_without_loop(const char *name,
						   int64_t total,
						   uint32_t times)
{
	printf("bench %-38s %9lu\n", name,
	       (uint32_t)((total + times / 2) / times));
}

void report(const char *name, int64_t total, uint32_t times)
{
	report_without_loop(name, total - loop_cost * times / CALLS, times);
}

/* The clock's own cost first: end() takes it off from then on. */
static void calibrate(void)
{
	begin();
	for (uint32_t i = 0; i < CALLS; i++)
		now();
	clock_cost = end() / CALLS;
	begin();
	for (uint32_t i = 0; i < CALLS; i++)
		__asm__ volatile("" : : : "memory");
	loop_cost = end();
	begin();
	for (uint32_t i = 0; i < CALLS; i++)
		__asm__ volatile(".rept 12\n\tnop\n\t.endr" : : : "memory");
	report("calibration (12 instructions)", end(), CALLS);
}

uint8_t *anonymous(uint32_t n)
{
	return mmap(NULL, n * PAGE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

uint8_t *shared(uint32_t n)
{
	return mmap(NULL, n * PAGE, PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}

uint8_t *map_file(uint32_t n, int fd)
{
	uint8_t *p = mmap(NULL, n * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE,
			  fd, 0);

	must(p != MAP_FAILED, "mmap of a file");
	return p;
}

/* Memory that is not free as the first program begins, kernel and all. */
static void memory(void)
{
	char text[256], *field;
	int fd = open("/proc/meminfo", O_RDONLY);
	int bytes = read(fd, text, sizeof(text) - 1);

	must(bytes > 0, "/proc/meminfo");
	text[bytes] = '\0';
	field = strstr(text, "MemFree:");
	must(field != NULL, "MemFree");
	printf("memory free %lu KiB\n", strtoul(field + 8, NULL, 10));
	close(fd);
}

struct group {
	const char *name;
	void (*run)(void);
};

static const struct group groups[] = {
	{ "calls", bench_calls },
	{ "lives", bench_lives }, /* while the program is small: up to tasks */
	{ "little", bench_little },
	{ "texts", bench_texts },
	{ "tasks", bench_tasks },
	{ "faults", bench_faults },
	{ "areas", bench_areas },
	{ "switches", bench_switches },
	{ "signals", bench_signals },
	{ "regions", bench_regions }, /* leaves VMAs behind */
};

/* bench [GROUP]: all of them, or the one to look at closer. */
int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "exit") == 0)
		return 0;
	self = argv[0];
	setvbuf(stdout, NULL, _IONBF, 0);
	memory();
	calibrate();
	for (uint32_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		if (argc < 2 || strcmp(argv[1], groups[i].name) == 0)
			groups[i].run();
	return 0;
}
