/*
 * sleep SECONDS - wait so long; 0.5 is half a second.
 */
#include <stdio.h>
#include <stdlib.h>
#include "linux.h"

int main(int argc, char **argv)
{
	char *end;
	double seconds = argc == 2 ? strtod(argv[1], &end) : -1;

	if (seconds < 0 || *end) {
		fprintf(stderr, "usage: sleep SECONDS\n");
		return 2;
	}
	sleep_ms((uint32_t)(seconds * 1000));
	return 0;
}
