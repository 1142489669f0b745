/*
 * maps PID - the areas of a process's address space, and how much of each is
 * really there. Without PID: its own.
 */
#include <stdio.h>
#include "linux.h"
#include "maps.h"

int main(int argc, char **argv)
{
	static struct map_entry maps[MAPS_MAX];
	char remark[40];
	uint32_t pid = 0;
	int n;

	if (argc > 2 || (argc == 2 && !parse_pid(argv[1], &pid))) {
		fprintf(stderr, "usage: maps [PID]   (ps lists them)\n");
		return 2;
	}
	n = read_maps((pid_t)pid, maps);
	if (n < 0) {
		fprintf(stderr, "maps: no process %lu\n", pid);
		return 1;
	}
	if (n == 0)
		printf("  a kernel thread: no user address space\n");
	for (int i = 0; i < n; i++) {
		uint32_t bytes = maps[i].end - maps[i].start;

		snprintf(remark, sizeof(remark), "%lu of %lu pages present",
			 present_pages((pid_t)pid, (void *)maps[i].start,
				       bytes),
			 bytes / PAGE_SIZE);
		print_map(&maps[i], remark);
	}
	return 0;
}
