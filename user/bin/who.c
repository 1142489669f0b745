/*
 * who FRAME, who PID ADDRESS - lists the processes that map a frame of memory. The
 * frame is given by its address, or by an address or a name (symbols.h) of a
 * process that maps it.
 *
 * As on Linux, /proc/kpageflags contains what the frame is used for,
 * /proc/kpagecount how many page-table entries map it, and /proc/PID/pagemap the
 * frame of each page of a process, so each process is searched.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "linux.h"
#include "maps.h"
#include "symbols.h"

/* Bits of kpageflags, and what a frame is called that has the bit: first match. */
static const struct {
	uint32_t bit;
	const char *what;
} kinds[] = {
	{ 20, "no memory that the kernel manages" },
	{ 24, "the zero page, which every untouched page reads" },
	{ 26, "page tables" },
	{ 7, "the kernel's objects (slab)" },
	{ 12, "memory of programs" },
	{ 3, "a page of a file, in the page cache" },
	{ 11, "memory that programs share" },
	{ 10, "free" },
	{ 32, "the kernel's image, or reserved at boot" },
};

static uint32_t wanted; /* frame number */
static uint32_t owners;

static uint64_t entry_of(const char *path, uint32_t pfn)
{
	uint64_t entry = 0;
	int fd = open(path, O_RDONLY);

	if (fd < 0) {
		perror(path);
		exit(1);
	}
	lseek(fd, (off_t)(pfn * sizeof(entry)), SEEK_SET);
	if (read(fd, &entry, sizeof(entry)) != sizeof(entry))
		entry = 1ull << 20;
	close(fd);
	return entry;
}

static const char *kind_of(uint64_t flags)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (flags >> kinds[i].bit & 1)
			return kinds[i].what;
	return "a page of the kernel's: a stack, vmalloc or another";
}

static void show_owner(pid_t pid, const struct map_entry *map, uint32_t addr,
		       uint64_t times)
{
	char path[32], comm[20] = "";

	if (read_text(proc_path(path, pid, "comm"), comm, sizeof(comm)) > 0)
		comm[strcspn(comm, "\n")] = '\0';
	printf("  %s[%d]  0x%08lx  %s  %s%s\n", comm, (int)pid, addr,
	       map->rights, map->name,
	       map->rights[1] == 'w' && map->rights[3] == 'p' && times > 1 ?
		       "  (copy on write)" :
		       "");
	owners++;
}

/* Shows each page of the VMA that is mapped to the wanted frame. */
static void search(pid_t pid, int pagemap, const struct map_entry *map,
		   uint64_t times)
{
	static uint64_t entries[256];
	uint32_t addr = map->start;
	int got;

	lseek(pagemap, (off_t)(addr / PAGE_SIZE * sizeof(entries[0])),
	      SEEK_SET);
	while (addr < map->end) {
		size_t want = (map->end - addr) / PAGE_SIZE;

		if (want > 256)
			want = 256;
		got = read(pagemap, entries, want * sizeof(entries[0]));
		if (got <= 0)
			return;
		for (int i = 0; i < got / (int)sizeof(entries[0]); i++) {
			if (entries[i] >> 63 && (uint32_t)entries[i] == wanted)
				show_owner(pid, map, addr, times);
			addr += PAGE_SIZE;
		}
	}
}

static void look_at(pid_t pid, uint64_t times)
{
	static struct map_entry maps[MAPS_MAX];
	char path[32];
	int n = read_maps(pid, maps);
	int pagemap = open(proc_path(path, pid, "pagemap"), O_RDONLY);

	for (int i = 0; i < n && pagemap >= 0; i++)
		if (maps[i].start < USER_END)
			search(pid, pagemap, &maps[i], times);
	if (pagemap >= 0)
		close(pagemap);
}

static void look_at_all(uint64_t times)
{
	static struct listing processes;
	pid_t pid;

	if (!open_listing(&processes, "/proc"))
		return;
	while ((pid = next_process(&processes)))
		look_at(pid, times);
	close_listing(&processes);
}

/*
 * Finds the wanted frame from the arguments. Returns false if they are wrong, so
 * that main prints the usage; exits if the address is not mapped.
 */
static bool find_frame(int argc, char **argv)
{
	uint32_t pid, addr;

	if (argc == 2 && parse_address(argv[1], &addr)) {
		wanted = addr / PAGE_SIZE;
		return true;
	}
	if (argc != 3 || !parse_pid(argv[1], &pid))
		return false;
	if (!find_address("who", argv[2], (pid_t)pid, &addr))
		exit(1);
	if (page_frame((pid_t)pid, (void *)addr, &wanted))
		return true;
	if (addr < USER_END)
		fprintf(stderr,
			"who: no page is mapped at 0x%08lx in process %lu\n",
			addr, pid);
	else
		fprintf(stderr,
			"who: 0x%08lx is an address of the kernel's; walk shows "
			"its frame\n",
			addr);
	exit(1);
}

int main(int argc, char **argv)
{
	uint64_t flags, times;

	if (!find_frame(argc, argv)) {
		fprintf(stderr,
			"usage: who FRAME, or who PID ADDRESS, as in who "
			"0x60123000,\n"
			"       who 1 0x10000 or who self main\n");
		return 2;
	}
	flags = entry_of("/proc/kpageflags", wanted);
	times = flags >> 20 & 1 ? 0 : entry_of("/proc/kpagecount", wanted);
	printf("frame 0x%08lx: %s, mapped %lu %s\n", wanted * PAGE_SIZE,
	       kind_of(flags), (uint32_t)times, times == 1 ? "time" : "times");
	if (times)
		look_at_all(times);
	return 0;
}
