/*
 * /proc: the formats that Linux's tools parse, and that the files agree with
 * each other and with what the program did.
 */
#include <fcntl.h>
#include "check.h"
#include "maps.h"
#include "walk.h"

#define PM_FILE       (1ull << 61)
#define PM_PRESENT    (1ull << 63)
#define PM_PFN        ((1ull << 55) - 1)
#define PM_SOFT_DIRTY (1ull << 55) /* not on ARM */
#define STAT_FIELDS   52
#define NAME_COLUMN   49

static char text[16384], again[16384];

static int read_self(const char *file, char *buf, uint32_t bytes)
{
	char path[32];

	memset(buf, 0, bytes); /* its pages are there now */
	return read_text(proc_path(path, 0, file), buf, bytes);
}

/* ---- maps -------------------------------------------------------- */

/* Takes a line apart and prints it again: true if that gives the same bytes. */
static bool line_is_linux(const char *line)
{
	unsigned long start, end, offset, inode;
	unsigned int major, minor;
	char rights[5], made[80];
	int n;

	if (sscanf(line, "%lx-%lx %4s %lx %x:%x %lu", &start, &end, rights,
		   &offset, &major, &minor, &inode) != 7)
		return false;
	n = snprintf(made, sizeof(made), "%08lx-%08lx %s %08lx %02x:%02x %lu ",
		     start, end, rights, offset, major, minor, inode);
	if (memcmp(line, made, (size_t)n) != 0)
		return false;
	return line[n] == '\n' ||
		(line[NAME_COLUMN - 1] == ' ' &&
		 strchr("/[", line[NAME_COLUMN]));
}

static void test_maps(void)
{
	bool good = true;
	char *line = text;
	int n;

	read_self("maps", text, sizeof(text));
	for (n = 0; *line; n++) {
		good &= line_is_linux(line);
		line += strcspn(line, "\n") + 1;
	}
	ok(n >= 4 && good, "maps: every line has Linux's form");
	ok(strstr(text, "/proc\n") && strstr(text, "[stack]\n") &&
		   strstr(text, "[vectors]\n"),
	   "maps: it names the program, the stack and the vectors");
}

static void test_pieces(void)
{
	int fd = open("/proc/self/maps", O_RDONLY), got, used = 0;

	read_self("maps", text, sizeof(text));
	memset(again, 0, sizeof(again));
	while ((got = read(fd, again + used, 7)) > 0)
		used += got;
	ok(strcmp(text, again) == 0,
	   "maps: reads of seven bytes give the same text");
	lseek(fd, 0, SEEK_SET);
	got = read(fd, again, sizeof(again));
	ok(got == used, "maps: after lseek to 0 a read gives all of it again");
	close(fd);
}

/* ---- smaps ------------------------------------------------------- */

static unsigned long sum_of(const char *label)
{
	unsigned long sum = 0;
	const char *p = text;

	while ((p = strstr(p, label)) != NULL) {
		p += strlen(label);
		sum += strtoul(p, NULL, 10);
	}
	return sum;
}

static void test_smaps(void)
{
	unsigned long rss, anonymous;

	read_self("smaps", text, sizeof(text));
	rss = sum_of("\nRss:");
	anonymous = sum_of("\nAnonymous:");
	read_self("smaps_rollup", text, sizeof(text));
	ok(rss && sum_of("\nRss:") == rss,
	   "smaps_rollup: Rss is the sum of smaps's");
	read_self("status", text, sizeof(text));
	ok(sum_of("VmRSS:\t") == rss && sum_of("RssAnon:\t") == anonymous,
	   "status: VmRSS and RssAnon are the sums of smaps");
	read_self("statm", text, sizeof(text));
	ok(strtoul(strchr(text, ' '), NULL, 10) * 4 == rss,
	   "statm: its resident pages are the sum of smaps");
}

/* ---- pagemap, walk ----------------------------------------------- */

static uint64_t pagemap_of(const void *addr)
{
	int fd = open("/proc/self/pagemap", O_RDONLY);
	uint64_t entry = 0;

	lseek(fd, (off_t)((uintptr_t)addr / PAGE * 8), SEEK_SET);
	if (read(fd, &entry, 8) != 8)
		entry = 0;
	close(fd);
	return entry;
}

static void test_pagemap(void)
{
	uint8_t *private = pages(2), *shared;
	char wanted[32];
	uint64_t entry;
	int fd = open("/proc/self/pagemap", O_RDONLY);

	shared = pages_with(1, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS);
	private[0] = 1;
	shared[0] = 1;
	entry = pagemap_of(private);
	ok(entry & PM_PRESENT && !(entry & (PM_FILE | PM_SOFT_DIRTY)),
	   "pagemap: a written anonymous page is present, not a file's");
	ok(pagemap_of(private + PAGE) == 0,
	   "pagemap: an untouched page has no entry");
	ok(pagemap_of(shared) & PM_FILE,
	   "pagemap: a page of shared anonymous memory is a file's");
	is(SYS(read, fd, text, 7), -EINVAL,
	   "pagemap: a read of less than an entry is refused");
	close(fd);
	page_walk(0, (uint32_t)(uintptr_t) private, text, sizeof(text));
	snprintf(wanted, sizeof(wanted), "physical 0x%08lx,",
		 (unsigned long)((entry & PM_PFN) * PAGE));
	ok(strstr(text, wanted), "walk finds the frame that pagemap names");
	page_walk(0, 0, text, sizeof(text));
	ok(strstr(text, "not mapped"),
	   "walk of address 0 reports that it is not mapped");
}

/* ---- tasks ------------------------------------------------------- */

static int count_fields(const char *line)
{
	int n = 0;

	for (; *line; line++)
		n += *line == ' ' || *line == '\n';
	return n;
}

static void test_names(void)
{
	int n;

	read_self("stat", text, sizeof(text));
	is(count_fields(text), STAT_FIELDS, "stat: the number of its fields");
	read_self("comm", text, sizeof(text));
	ok(strcmp(text, "proc\n") == 0, "comm is the program's name");
	n = read_self("cmdline", text, sizeof(text));
	ok(n > 1 && text[n - 1] == '\0', "cmdline ends with a NUL");
	n = SYS(readlink, "/proc/self/exe", text, sizeof(text));
	ok(n > 5 && memcmp(text + n - 5, "/proc", 5) == 0,
	   "exe leads to the program");
}

static void test_zombie(void)
{
	char path[32];
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	do {
		read_text(proc_path(path, pid, "stat"), text, sizeof(text));
	} while (!strstr(text, ") Z "));
	is(read_text(proc_path(path, pid, "maps"), text, sizeof(text)), 0,
	   "maps of a zombie is empty");
	waitpid(pid, NULL, 0);
	is(SYS(open, path, O_RDONLY, 0), -ENOENT,
	   "maps of a process that was reaped does not exist");
}

/* Peaks, which only grow, and sums that exist for a whole process only. */
static void test_peaks(void)
{
	unsigned long size, peak, pss;

	SYS(munmap, pages(1000), 1000 * PAGE);
	read_self("status", text, sizeof(text));
	size = sum_of("VmSize:\t");
	peak = sum_of("VmPeak:\t");
	ok(peak >= size + 4000, "VmPeak remembers what was unmapped");
	ok(strstr(text, "\nVmPin:\t       0 kB\n") &&
		   strstr(text, "\nVmSwap:\t       0 kB\n"),
	   "status has the lines VmPin and VmSwap");
	read_self("smaps_rollup", text, sizeof(text));
	pss = sum_of("\nPss_Anon:") + sum_of("\nPss_File:") +
		sum_of("\nPss_Shmem:");
	ok(pss <= sum_of("\nPss:") && pss + 2 >= sum_of("\nPss:"),
	   "smaps_rollup: Pss is the sum of its parts");
}

/* A mapping's offset in bytes needs more than 32 bits: mmap2 takes pages. */
static void test_far_offset(void)
{
	int fd = open("/proc/self/exe", O_RDONLY);

	SYS(mmap2, 0, PAGE, PROT_READ, MAP_PRIVATE, fd, 0x123456);
	close(fd);
	read_self("maps", text, sizeof(text));
	ok(strstr(text, " r--p 123456000 "),
	   "maps: the offset of a mapping may be above 4 GiB");
}

static bool traced_mmap(void)
{
	static char trace[8192];
	char line[64];
	uint8_t *p;

	trace_select("vma");
	p = pages(3);
	trace_select("none");
	snprintf(line, sizeof(line), "[%d] vma mmap 0x%08lx - 0x%08lx;",
		 (int)getpid(), (uint32_t)p, (uint32_t)p + 3 * PAGE);
	SYS(munmap, p, 3 * PAGE);
	return read_text("/proc/trace", trace, sizeof(trace)) > 0 &&
		strstr(trace, line);
}

static void test_machine(void)
{
	read_text("/proc/audit", text, sizeof(text));
	ok(strstr(text, "ok\n") && !strstr(text, "FAILED"),
	   "audit: no structure has failed");
	ok(trace_select("fault,vma") && trace_select("none"),
	   "trace accepts kinds that exist");
	ok(!trace_select("nonsense"),
	   "trace refuses a kind that does not exist");
	ok(traced_mmap(),
	   "trace has a line for an mmap, with its process and range");
}

int main(void)
{
	test_maps();
	test_pieces();
	test_smaps();
	test_pagemap();
	test_names();
	test_zombie();
	test_machine();
	test_peaks();
	test_far_offset();
	return done();
}
