/*
 * twins - two processes, one virtual address, two values.
 *
 * A parent forks A and B. Each writes a value of its own at the same address,
 * then reads it again and again without a system call, so that only the timer
 * can switch between the two. The parent waits until the kernel's switch record
 * shows SWITCHES such switches, and compares the page tables and ASIDs that the
 * MMU was given.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "claim.h"
#include "linux.h"
#include "maps.h"
#include "walk.h"

#define SWITCHES        100
#define TWINS           2
#define KERNEL_ADDR     0xc0010000u /* the kernel's first instruction */
#define TABLE_MASK      0xffffc000u /* TTBR0 without its attribute bits */
#define TRACE_BYTES     131072
#define NO_RECORD_LOOKS 1000000 /* of each twin, without a switch record */

/* The variable that both twins write. It fills a page, so nothing shares it. */
static volatile uint32_t value[PAGE_SIZE / 4]
	__attribute__((aligned(PAGE_SIZE)));

/* A page that the parent and both twins share: the twins report in it. */
struct report {
	volatile uint32_t looks[TWINS]; /* times the value was right */
	volatile uint32_t wrong[TWINS];
	volatile uint32_t stop;
};

static struct report *report;

struct twin {
	pid_t pid;
	uint32_t pfn;
	struct mmu_context context;
	char walk[1024]; /* of KERNEL_ADDR */
};

static struct twin twins[TWINS];

static uint32_t value_of(int i)
{
	return i == 0 ? 0xaaaaaaaa : 0xbbbbbbbb;
}

static void live(int i)
{
	value[0] = value_of(i);
	while (!report->stop) {
		if (value[0] == value_of(i))
			report->looks[i]++;
		else
			report->wrong[i]++;
	}
	_exit(0);
}

static void start_twins(void)
{
	report = mmap(NULL, PAGE_SIZE, PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (report == MAP_FAILED) {
		perror("twins: mmap");
		exit(1);
	}
	fflush(stdout);
	for (int i = 0; i < TWINS; i++) {
		twins[i].pid = fork();
		if (twins[i].pid < 0) {
			perror("twins: fork");
			report->stop = 1;
			exit(1);
		}
		if (twins[i].pid == 0)
			live(i);
	}
}

/* ---- the switch record ------------------------------------------- */

struct switches {
	uint32_t between; /* from one twin straight to the other */
	uint32_t to[TWINS];
	bool tables_right; /* TTBR0 was always the table of the new process */
	uint64_t until;    /* ns; later switches have not been counted */
};

static int twin_of(pid_t pid)
{
	for (int i = 0; i < TWINS; i++)
		if (twins[i].pid == pid)
			return i;
	return -1;
}

/*
 * Counts one line of the record, if it is a switch to a twin and new:
 * "12.345678901 switch 3 -> 4 ttbr0 0x60404000 contextidr 0x00000205"
 */
static void count_switch(const char *line, struct switches *count)
{
	const char *p = strstr(line, "switch ");
	char *end;
	pid_t from, to;
	uint32_t ttbr0;
	uint64_t when = strtoul(line, &end, 10) * 1000000000ull;

	when += strtoul(end + 1, NULL, 10);
	if (!p || when <= count->until)
		return;
	count->until = when;
	from = strtol(p + 7, &end, 10);
	to = strtol(end + 3, &end, 10);
	p = strstr(end, "ttbr0 ");
	ttbr0 = p ? strtoul(p + 6, NULL, 16) : 0;
	if (twin_of(to) < 0)
		return;
	count->to[twin_of(to)]++;
	count->between += twin_of(from) >= 0;
	if ((ttbr0 & TABLE_MASK) !=
	    (twins[twin_of(to)].context.ttbr0 & TABLE_MASK))
		count->tables_right = false;
}

/* Counts those since the last time: the record keeps only some hundreds. */
static void count_switches(struct switches *count)
{
	static char text[TRACE_BYTES];
	char *line, *next;

	if (read_text("/proc/trace", text, sizeof(text)) < 0)
		return;
	for (line = text; *line; line = next) {
		next = line + strcspn(line, "\n");
		if (*next)
			*next++ = '\0';
		count_switch(line, count);
	}
}

/* ---- looking ----------------------------------------------------- */

static void wait_for_first_looks(void)
{
	while (!report->looks[0] || !report->looks[1])
		sleep_ms(10);
}

static void look_at_twins(void)
{
	for (int i = 0; i < TWINS; i++) {
		struct twin *twin = &twins[i];

		if (!page_frame(twin->pid, value, &twin->pfn))
			twin->pfn = 0;
		read_context(twin->pid, &twin->context);
		if (page_walk(twin->pid, KERNEL_ADDR, twin->walk,
			      sizeof(twin->walk)) < 0)
			twin->walk[0] = '\0';
	}
}

static void show_twins(void)
{
	printf("                     process A       process B\n");
	printf("  pid             %12d    %12d\n", twins[0].pid, twins[1].pid);
	printf("  address           0x%08lx      0x%08lx\n", (uint32_t)value,
	       (uint32_t)value);
	printf("  value there       0x%08lx      0x%08lx\n", value_of(0),
	       value_of(1));
	printf("  its frame         0x%08lx      0x%08lx\n",
	       twins[0].pfn * PAGE_SIZE, twins[1].pfn * PAGE_SIZE);
	printf("  TTBR0             0x%08lx      0x%08lx\n",
	       twins[0].context.ttbr0, twins[1].context.ttbr0);
	printf("  ASID              %10lu      %10lu\n", twins[0].context.asid,
	       twins[1].context.asid);
}

static void check_twins(const struct switches *count)
{
	claim(count->between >= SWITCHES,
	      "the timer switched between them %lu times (at least %d)",
	      count->between, SWITCHES);
	claim(count->tables_right,
	      "at each switch TTBR0 was the table of the process that ran next");
	new_page();
	claim(twins[0].pfn && twins[1].pfn && twins[0].pfn != twins[1].pfn,
	      "same user address, different frames");
	claim((twins[0].context.ttbr0 & TABLE_MASK) !=
		      (twins[1].context.ttbr0 & TABLE_MASK),
	      "different first-level tables");
	claim(twins[0].context.asid && twins[1].context.asid &&
		      twins[0].context.asid != twins[1].context.asid,
	      "different ASIDs: their TLB entries cannot be mixed up");
	claim(twins[0].walk[0] && strcmp(twins[0].walk, twins[1].walk) == 0,
	      "same kernel address, same descriptor in both tables:");
	for (const char *line = twins[0].walk; *line;) {
		size_t length = strcspn(line, "\n");

		printf("      %.*s\n", (int)length, line);
		line += length + (line[length] == '\n');
	}
}

static void stop_twins(void)
{
	int status;

	report->stop = 1;
	for (int i = 0; i < TWINS; i++) {
		bool ended = waitpid(twins[i].pid, &status, 0) == twins[i].pid;

		claim(ended && status == 0, "process %c ended well", 'A' + i);
	}
	claim(report->looks[0] && report->looks[1] && !report->wrong[0] &&
		      !report->wrong[1],
	      "A read it %lu times, B %lu times; neither saw a wrong value",
	      report->looks[0], report->looks[1]);
}

/*
 * All programs share one record, and any can end it, as this one does in the end.
 * So it is begun again when it shows no further switch.
 */
static void keep_record(const struct switches *count)
{
	static uint64_t seen;

	if (count->until == seen)
		trace_select("switch");
	seen = count->until;
}

static void watch_switches(void)
{
	struct switches count = { .tables_right = true };

	wait_for_first_looks();
	look_at_twins();
	if (!claim(trace_select("switch"), "switches are being recorded"))
		return;
	do {
		sleep_ms(100);
		count_switches(&count);
		keep_record(&count);
	} while (count.between < SWITCHES);
	trace_select("none");
	show_twins();
	check_twins(&count);
}

int main(void)
{
	heading("Two processes, one address, two values");
	start_twins();
	if (on_pagewalk())
		watch_switches();
	else
		while (report->looks[0] < NO_RECORD_LOOKS ||
		       report->looks[1] < NO_RECORD_LOOKS)
			sleep_ms(10);
	claim(value[0] == 0, "the parent's own value at 0x%08lx is still 0",
	      (uint32_t)value);
	stop_twins();
	return claims_status();
}
