/*
 * see PID, see tables PID, see frames - draws an address space, its page tables,
 * or all of memory as a picture of 80 columns and 24 rows.
 *
 * At a terminal the picture is drawn five times a second, while other programs
 * run, until q is typed. Otherwise it is printed once. The program reads only
 * /proc: maps, pagemap, pagetable and walk of a process, kpageflags of the machine.
 */
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uapi/poll.h>
#include <uapi/termios.h>
#include <unistd.h>
#include "linux.h"
#include "maps.h"
#include "walk.h"

#define ROWS      24u /* of a serial terminal, which cannot be asked */
#define PERIOD_MS 200
#define CTRL_C    3

static bool live;     /* drawn again and again, in a terminal's colours */
static uint32_t left; /* rows of this picture that are free */

/* ---- rows -------------------------------------------------------- */

static uint32_t colour; /* the one in use; 0: the terminal's own */

static void use_colour(uint32_t wanted)
{
	if (live && colour != wanted)
		printf("\033[%lum", wanted ? 30 + wanted : 0);
	colour = wanted;
}

static void cell(char c, uint32_t wanted)
{
	use_colour(wanted);
	putchar(c);
}

/* Prints a row, or the rest of one. A caller that lists checks `left` first. */
static void row(const char *fmt, ...)
{
	va_list args;

	use_colour(0);
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	printf(live ? "\033[K\n" : "\n");
	left--;
}

/* Returns the name of a process, or "" if it has ended. */
static const char *name_of(pid_t pid)
{
	static char comm[20];
	char path[32];

	if (read_text(proc_path(path, pid, "comm"), comm, sizeof(comm)) < 0)
		comm[0] = '\0';
	comm[strcspn(comm, "\n")] = '\0';
	return comm;
}

/* ---- see PID: VMAs and their pages ------------------------------- */

#define VMA_CELLS 36u

/* Bits of a pagemap entry, as in Linux. */
#define PRESENT   (1ull << 63)
#define OF_FILE   (1ull << 61)
#define EXCLUSIVE (1ull << 56)

/* How many pages of each kind a cell stands for. */
struct pages {
	uint32_t own, shared, file;
};

static void count_page(uint64_t entry, struct pages *pages)
{
	if (!(entry & PRESENT))
		return;
	if (entry & EXCLUSIVE)
		pages->own++;
	else if (entry & OF_FILE)
		pages->file++;
	else
		pages->shared++;
}

static void show_pages(const struct pages *pages)
{
	if (pages->own)
		cell('#', 2);
	else if (pages->shared)
		cell('+', 3);
	else if (pages->file)
		cell('=', 6);
	else
		cell('.', 0);
}

/* Prints a VMA's cells. Returns how many of its pages are mapped. */
static uint32_t show_vma_pages(int pagemap, const struct map_entry *map)
{
	static uint64_t entries[256];
	uint32_t pages = (map->end - map->start) / PAGE_SIZE, mapped = 0;
	uint32_t per_cell = (pages + VMA_CELLS - 1) / VMA_CELLS, n = 0;
	struct pages some = { 0 };
	int got;

	lseek(pagemap, (off_t)(map->start / PAGE_SIZE * sizeof(entries[0])),
	      SEEK_SET);
	while (n < pages) {
		uint32_t want = pages - n < 256 ? pages - n : 256;

		got = read(pagemap, entries, want * sizeof(entries[0]));
		if (got <= 0)
			break;
		for (int i = 0; i < got / (int)sizeof(entries[0]); i++) {
			mapped += entries[i] >> 63;
			count_page(entries[i], &some);
			if (++n % per_cell && n < pages)
				continue;
			show_pages(&some);
			some = (struct pages){ 0 };
		}
	}
	return mapped;
}

static void show_vma(int pagemap, const struct map_entry *map)
{
	const char *name = strrchr(map->name, '/');
	uint32_t mapped;

	printf("%08lx %s %-14.14s ", map->start, map->rights,
	       name ? name + 1 : map->name);
	mapped = show_vma_pages(pagemap, map);
	row(" %lu of %lu", mapped, (map->end - map->start) / PAGE_SIZE);
}

/* Returns false if the process has ended, or has no address space. */
static bool see_process(pid_t pid)
{
	static struct map_entry maps[MAPS_MAX];
	struct mmu_context context;
	char path[32];
	int n = read_maps(pid, maps), pagemap;

	if (n <= 0 || !read_context(pid, &context))
		return false;
	pagemap = open(proc_path(path, pid, "pagemap"), O_RDONLY);
	row("%s[%d]: %d VMAs, ASID %lu, first-level table at 0x%08lx",
	    name_of(pid), (int)pid, n, context.asid, context.ttbr0 & ~0x3fffu);
	for (int i = 0; i < n; i++) {
		if (left <= 3 && n - i > 1) {
			row("and %d more", n - i);
			break;
		}
		if (maps[i].start < USER_END)
			show_vma(pagemap, &maps[i]);
	}
	close(pagemap);
	row("pages: # mapped here alone   + shared, copied on a write      = of a "
	    "file");
	row("       . not there; a cell of a large VMA is several pages");
	return true;
}

/* ---- see tables PID: both levels --------------------------------- */

#define ENTRIES   256u /* of a second-level table, each maps a page */
#define SLOT_SIZE (ENTRIES * PAGE_SIZE)
#define TEXT_SIZE 65536u

static char table_text[TEXT_SIZE]; /* /proc/PID/pagetable */

/*
 * Stores a letter for each entry of the slot, '.' for an empty one. Returns how
 * many are not empty.
 */
static uint32_t read_slot(uint32_t slot, char entries[ENTRIES])
{
	uint32_t start, last, used = 0;
	const char *line, *rights;

	memset(entries, '.', ENTRIES);
	/* After the title each line begins with its range of addresses. */
	for (line = strchr(table_text, '\n'); line;
	     line = strchr(line + 1, '\n')) {
		char *p = strstr(line, "0x");

		if (!p || strncmp(line, "\nkernel", 7) == 0)
			break;
		start = strtoul(p, &p, 16);
		last = strtoul(p + 1, &p, 16);
		rights = strstr(p, " r");
		for (uint32_t va = start; va < last; va += PAGE_SIZE) {
			if (va < slot || va - slot >= SLOT_SIZE || !rights)
				continue;
			entries[(va - slot) / PAGE_SIZE] = rights[2] == 'w' ?
				'w' :
				rights[3] == 'x' ? 'x' :
						   'r';
			used++;
		}
	}
	return used;
}

static uint32_t colour_of_right(char right)
{
	return right == 'w' ? 2 : right == 'x' ? 6 : right == 'r' ? 3 : 0;
}

/* Prints a slot's first-level descriptor: "0x60fc3421  table domain 1". */
static void show_first_level(pid_t pid, uint32_t slot, uint32_t used)
{
	char text[512], *level;

	text[0] = '\0';
	page_walk(pid, slot, text, sizeof(text));
	level = strstr(text, "TTBR0 + ");
	if (!level)
		return;
	level[strcspn(level, "\n")] = '\0';
	row("%s: %lu entries used", level, used);
}

/* Prints a slot, and the rows of its second-level table that are not empty. */
static void show_slot(pid_t pid, uint32_t slot)
{
	char entries[ENTRIES], *part;
	uint32_t used = read_slot(slot, entries);

	if (!used)
		return;
	show_first_level(pid, slot, used);
	for (part = entries; part < entries + ENTRIES; part += 64) {
		if (strspn(part, ".") >= 64 || left < 2)
			continue;
		printf("  0x%08lx ",
		       slot + (uint32_t)(part - entries) * PAGE_SIZE);
		for (int i = 0; i < 64; i++)
			cell(part[i], colour_of_right(part[i]));
		row("%s", "");
	}
}

static bool see_tables(pid_t pid)
{
	static struct map_entry maps[MAPS_MAX];
	struct mmu_context context;
	uint32_t shown = 0, slot;
	char path[32];
	int n = read_maps(pid, maps);

	if (n <= 0 || !read_context(pid, &context) ||
	    read_text(proc_path(path, pid, "pagetable"), table_text,
		      TEXT_SIZE) <= 0)
		return false;
	row("%s[%d]: first-level table at 0x%08lx, ASID %lu", name_of(pid),
	    (int)pid, context.ttbr0 & ~0x3fffu, context.asid);
	for (int i = 0; i < n; i++) {
		slot = maps[i].start & ~(SLOT_SIZE - 1);
		slot = slot < shown ? shown : slot;
		for (; slot < maps[i].end && slot < USER_END && left > 1;
		     slot += SLOT_SIZE) {
			show_slot(pid, slot);
			shown = slot + SLOT_SIZE;
		}
	}
	row("entries: w can be written to   x executed   r read   . none: an "
	    "access faults");
	return true;
}

/* ---- see frames: the owner of each frame ------------------------- */

#define FRAME_COLUMNS 64u
#define FRAME_ROWS    16u
#define PROCESSES     26u /* letters a to z; later ones share the last */
#define SHARED        (PROCESSES + 1)
#define KERNEL        (PROCESSES + 2)
#define NO_MEMORY     20 /* a bit of kpageflags */

/* Bits of kpageflags and their meaning: first match, otherwise FRAME_OTHER. */
static const struct {
	uint32_t bit;
	char letter;
	const char *what;
} kinds[] = {
	{ NO_MEMORY, ' ', "" },
	{ 26, 'T', "page tables" },
	{ 7, 'S', "slab" },
	{ 10, '.', "free" },
	{ 32, 'R', "image, reserved" },
	{ 3, 'C', "page cache" },
	{ 12, 'A', "programs" },
};

#define NR_KINDS    (sizeof(kinds) / sizeof(kinds[0]))
#define FREE_KIND   3u
#define FRAME_OTHER NR_KINDS /* stacks, vmalloc and others */

static uint32_t first_pfn, nr_frames;
static uint8_t *frames; /* KERNEL + kind, or the number of a process from 1 */
static pid_t processes[PROCESSES + 1];
static uint32_t nr_processes;

/* Returns false if memory ends before this frame. */
static bool flags_at(int kpageflags, uint32_t pfn, uint64_t *flags)
{
	lseek(kpageflags, (off_t)(pfn * sizeof(*flags)), SEEK_SET);
	return read(kpageflags, flags, sizeof(*flags)) == sizeof(*flags);
}

/*
 * Finds where memory begins and ends, in steps of a MiB. Returns false if
 * kpageflags shows none, or there is no memory for `frames`.
 */
static bool find_memory(int kpageflags)
{
	uint64_t flags;

	while (flags_at(kpageflags, first_pfn, &flags) &&
	       flags >> NO_MEMORY & 1)
		first_pfn += 256;
	while (flags_at(kpageflags, first_pfn + nr_frames, &flags) &&
	       !(flags >> NO_MEMORY & 1))
		nr_frames += 256;
	frames = malloc(nr_frames);
	return nr_frames && frames;
}

static void read_kinds(int kpageflags)
{
	static uint64_t flags[512];
	uint32_t n = 0, kind;
	int got;

	lseek(kpageflags, (off_t)(first_pfn * sizeof(flags[0])), SEEK_SET);
	while (n < nr_frames &&
	       (got = read(kpageflags, flags, sizeof(flags))) > 0) {
		for (int i = 0; i < got / 8 && n < nr_frames; i++) {
			for (kind = 0; kind < NR_KINDS; kind++)
				if (flags[i] >> kinds[kind].bit & 1)
					break;
			frames[n++] = (uint8_t)(KERNEL + kind);
		}
	}
}

/* Notes that process number `who` maps the frames of this VMA's pages. */
static void claim_pages(int pagemap, const struct map_entry *map, uint32_t who)
{
	static uint64_t entries[256];
	uint32_t addr = map->start, frame;
	int got = 1;

	lseek(pagemap, (off_t)(addr / PAGE_SIZE * sizeof(entries[0])),
	      SEEK_SET);
	while (addr < map->end && got > 0) {
		size_t want = (map->end - addr) / PAGE_SIZE;

		want = want < 256 ? want : 256;
		got = read(pagemap, entries, want * sizeof(entries[0]));
		addr += want * PAGE_SIZE;
		for (int i = 0; i < got / 8; i++) {
			frame = (uint32_t)entries[i] - first_pfn;
			if (!(entries[i] & PRESENT) || frame >= nr_frames)
				continue;
			frames[frame] =
				(uint8_t)(frames[frame] < KERNEL &&
							  frames[frame] != who ?
						  SHARED :
						  who);
		}
	}
}

static void claim_frames(pid_t pid)
{
	static struct map_entry maps[MAPS_MAX];
	char path[32];
	int n = read_maps(pid, maps);
	int pagemap = open(proc_path(path, pid, "pagemap"), O_RDONLY);

	if (n > 0 && nr_processes < PROCESSES)
		processes[++nr_processes] = pid;
	for (int i = 0; i < n && pagemap >= 0; i++)
		if (maps[i].start < USER_END)
			claim_pages(pagemap, &maps[i], nr_processes);
	if (pagemap >= 0)
		close(pagemap);
}

static char letter_of(uint32_t owner)
{
	if (owner == SHARED)
		return '+';
	if (owner <= PROCESSES)
		return (char)('a' + owner - 1);
	return owner - KERNEL < NR_KINDS ? kinds[owner - KERNEL].letter : 'K';
}

static uint32_t colour_of_owner(uint32_t owner)
{
	if (owner == KERNEL + FREE_KIND)
		return 0;
	return owner >= KERNEL ? 4 : owner == SHARED ? 5 : 1 + owner % 3;
}

/*
 * Returns the owner of most frames in [start, end); free only if all are free.
 * Adds each frame to totals.
 */
static uint32_t owner_of(uint32_t start, uint32_t end, uint32_t *totals)
{
	uint32_t counts[KERNEL + NR_KINDS + 1] = { 0 };
	uint32_t best = KERNEL + FREE_KIND, most = 0;

	for (uint32_t i = start; i < end; i++) {
		counts[frames[i]]++;
		totals[frames[i]]++;
	}
	for (uint32_t i = 0; i <= KERNEL + NR_KINDS; i++) {
		if (i != KERNEL + FREE_KIND && counts[i] > most) {
			most = counts[i];
			best = i;
		}
	}
	return best;
}

/* Prints what each letter stands for, and how many frames that is. */
static void show_totals(const uint32_t *totals)
{
	uint32_t column = 0;

	for (uint32_t i = 1; i <= KERNEL + NR_KINDS; i++) {
		char what[24] = "stacks, vmalloc";

		if (!totals[i] || i == KERNEL || !left)
			continue;
		if (i == SHARED)
			strcpy(what, "several processes");
		else if (i <= PROCESSES)
			snprintf(what, sizeof(what), "%.12s[%d]",
				 name_of(processes[i]), (int)processes[i]);
		else if (i < KERNEL + NR_KINDS)
			strcpy(what, kinds[i - KERNEL].what);
		cell(letter_of(i), colour_of_owner(i));
		use_colour(0);
		printf(" %-17.17s%6lu", what, totals[i]);
		if (++column % 3 == 0)
			row("%s", "");
		else
			printf(" ");
	}
	if (column % 3)
		row("%s", "");
}

static bool see_frames(pid_t unused)
{
	uint32_t totals[KERNEL + NR_KINDS + 1] = { 0 }, per_cell = 1;
	static struct listing list;
	int kpageflags = open("/proc/kpageflags", O_RDONLY);
	pid_t pid;

	(void)unused;
	if (kpageflags < 0 || (!frames && !find_memory(kpageflags)) ||
	    !open_listing(&list, "/proc"))
		return false;
	read_kinds(kpageflags);
	close(kpageflags);
	nr_processes = 0;
	while ((pid = next_process(&list)))
		claim_frames(pid);
	close_listing(&list);
	while (nr_frames / per_cell > FRAME_COLUMNS * FRAME_ROWS)
		per_cell *= 2;
	row("%lu frames of 4 KiB, %lu a letter: whose most are", nr_frames,
	    per_cell);
	for (uint32_t n = 0; n < nr_frames; n += per_cell) {
		uint32_t end = n + per_cell < nr_frames ? n + per_cell :
							  nr_frames;
		uint32_t owner = owner_of(n, end, totals);

		if (n / per_cell % FRAME_COLUMNS == 0)
			printf("0x%08lx ", (first_pfn + n) * PAGE_SIZE);
		cell(letter_of(owner), colour_of_owner(owner));
		if (end == nr_frames || end / per_cell % FRAME_COLUMNS == 0) {
			row("%s", "");
		}
	}
	show_totals(totals);
	return true;
}

/* ---- again and again --------------------------------------------- */

/* Waits for one period. Returns true if q or ^C was typed in it. */
static bool asked_to_end(void)
{
	struct pollfd keys = { .fd = STDIN_FILENO, .events = POLLIN };
	uint32_t end = uptime_ms() + PERIOD_MS;
	int32_t wait = PERIOD_MS;
	char key = 0;

	while (wait > 0 && linux_syscall(__NR_poll, &keys, 1, wait) > 0) {
		if (read(STDIN_FILENO, &key, 1) != 1 || key == 'q' ||
		    key == CTRL_C)
			return true;
		wait = (int32_t)(end - uptime_ms());
	}
	return false;
}

static bool draw(bool (*see)(pid_t pid), pid_t pid)
{
	bool there;

	left = ROWS - 1;
	if (live)
		printf("\033[H");
	there = see(pid);
	if (live)
		printf("\033[Jq ends");
	fflush(stdout);
	return there;
}

/* Draws until the process has ended, or q is typed. */
static void watch(bool (*see)(pid_t pid), pid_t pid)
{
	bool there;

	printf("\033[2J\033[?25l");
	do {
		there = draw(see, pid);
	} while (there && !asked_to_end());
	printf("\r\033[K\033[?25h");
	if (!there)
		printf("see: process %d has ended\n", (int)pid);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	static struct map_entry maps[MAPS_MAX];
	static char buffer[16384];
	struct ktermios before;
	bool (*see)(pid_t pid) = see_process;
	uint32_t pid = 0;

	if (argc == 2 && strcmp(argv[1], "frames") == 0)
		see = see_frames;
	else if (argc == 3 && strcmp(argv[1], "tables") == 0)
		see = see_tables;
	if (see != see_frames &&
	    (argc != (see == see_tables ? 3 : 2) ||
	     !parse_pid(argv[argc - 1], &pid))) {
		fprintf(stderr,
			"usage: see PID, see tables PID, or see "
			"frames   (ps lists processes)\n");
		return 2;
	}
	setvbuf(stdout, buffer, _IOFBF, sizeof(buffer));
	if (see != see_frames && read_maps((pid_t)pid, maps) <= 0) {
		fprintf(stderr, "see: no process %lu, or one without memory\n",
			pid);
		return 1;
	}
	live = isatty(STDOUT_FILENO) && enter_raw(STDIN_FILENO, ISIG, &before);
	if (live) {
		watch(see, (pid_t)pid);
		leave_raw(STDIN_FILENO, &before);
	} else {
		draw(see, (pid_t)pid);
	}
	return 0;
}
