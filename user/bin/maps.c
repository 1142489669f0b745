/*
 * maps [PID [ADDRESS]] - lists the VMAs of a process, or the one that contains an
 * address or a name (symbols.h), and how many pages of each are mapped. Without
 * PID it lists its own.
 */
#include <stdio.h>
#include "linux.h"
#include "maps.h"
#include "symbols.h"

static void show(pid_t pid, const struct map_entry *map)
{
	uint32_t bytes = map->end - map->start;
	char remark[40];

	snprintf(remark, sizeof(remark), "%lu of %lu pages present",
		 present_pages(pid, (void *)map->start, bytes),
		 bytes / PAGE_SIZE);
	print_map(map, remark);
}

/* Shows the VMA that contains the typed address. Returns the exit status. */
static int show_one(pid_t pid, const struct map_entry *maps, int n,
		    const char *word)
{
	const struct map_entry *map;
	uint32_t addr;

	if (!find_address("maps", word, pid, &addr))
		return 1;
	map = find_map(maps, n, addr);
	if (!map) {
		fprintf(stderr, "maps: no VMA of process %d holds 0x%08lx\n",
			(int)pid, addr);
		return 1;
	}
	printf("0x%08lx lies in\n", addr);
	show(pid, map);
	return 0;
}

int main(int argc, char **argv)
{
	static struct map_entry maps[MAPS_MAX];
	uint32_t pid = 0;
	int n;

	if (argc > 3 || (argc > 1 && !parse_pid(argv[1], &pid))) {
		fprintf(stderr,
			"usage: maps [PID [ADDRESS]], as in maps 1 or "
			"maps self main   (ps lists PIDs)\n");
		return 2;
	}
	n = read_maps((pid_t)pid, maps);
	if (n < 0) {
		fprintf(stderr, "maps: no process %lu\n", pid);
		return 1;
	}
	if (argc == 3)
		return show_one((pid_t)pid, maps, n, argv[2]);
	if (n == 0)
		printf("  a kernel thread: no user address space\n");
	for (int i = 0; i < n; i++)
		show((pid_t)pid, &maps[i]);
	return 0;
}
