/*
 * walk PID ADDRESS - the page-table walk the MMU does for that address in
 * that process, step by step. The kernel tells: /proc/PID/walk.
 */
#include <errno.h>
#include <stdio.h>
#include "linux.h"
#include "walk.h"

int main(int argc, char **argv)
{
	static char text[1024];
	uint32_t pid, addr;

	if (argc != 3 || !parse_pid(argv[1], &pid) ||
	    !parse_address(argv[2], &addr)) {
		fprintf(stderr,
			"usage: walk PID ADDRESS, as in walk 1 "
			"0x10000   (ps lists processes; self is walk "
			"itself)\n");
		return 2;
	}
	if (page_walk((pid_t)pid, addr, text, sizeof(text)) < 0) {
		if (errno == ENOENT)
			fprintf(stderr, "walk: no process %lu\n", pid);
		else
			perror("walk");
		return 1;
	}
	fputs(text, stdout);
	return 0;
}
