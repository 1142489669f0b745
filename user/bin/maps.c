/*
 * maps PID - the areas of a process's address space, and how much of each is
 * really there. Without PID: its own.
 */
#include <stdio.h>
#include <stdlib.h>
#include "maps.h"

int main(int argc, char **argv)
{
	static struct map_entry maps[MAPS_MAX];
	pid_t pid = argc > 1 ? atoi(argv[1]) : 0;
	int n = read_maps(pid, maps);
	char remark[40];

	if (n < 0) {
		fprintf(stderr, "maps: no process %s\n",
			argc > 1 ? argv[1] : "self");
		return 1;
	}
	if (n == 0)
		printf("  a kernel thread: no user address space\n");
	for (int i = 0; i < n; i++) {
		uint32_t bytes = maps[i].end - maps[i].start;

		snprintf(remark, sizeof(remark), "%lu of %lu pages present",
			 present_pages(pid, (void *)maps[i].start, bytes),
			 bytes / PAGE_SIZE);
		print_map(&maps[i], remark);
	}
	return 0;
}
