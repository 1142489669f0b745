/*
 * walk PID ADDRESS - the page-table walk the MMU does for that address in
 * that process, step by step. The kernel tells: /proc/PID/walk.
 */
#include <stdio.h>
#include <stdlib.h>
#include "maps.h"
#include "walk.h"

int main(int argc, char **argv)
{
	static char text[1024];

	if (argc != 3) {
		fprintf(stderr, "usage: walk PID ADDRESS\n");
		return 2;
	}
	if (page_walk(atoi(argv[1]), strtoul(argv[2], NULL, 0), text,
		      sizeof(text)) < 0) {
		perror("walk");
		return 1;
	}
	fputs(text, stdout);
	return 0;
}
