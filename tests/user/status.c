/*
 * status KIND N - end in a chosen way, for the tests of whole boots.
 *
 *	status exit 7		exit status 7
 *	status signal 11	send itself signal 11; exit 11 if that does not end it
 *	status arguments ...	print the arguments, one a line, exit 0
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "linux.h"

int main(int argc, char **argv)
{
	int n = argc > 2 ? atoi(argv[2]) : 0;

	if (argc > 1 && strcmp(argv[1], "signal") == 0)
		kill_process(getpid(), n);
	for (int i = 0; i < argc; i++)
		printf("argument %d: %s\n", i, argv[i]);
	return n;
}
