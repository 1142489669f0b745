/*
 * arguments - prints its own arguments and environment.
 *
 * tests/system/boots.t boots it to see what of the command line reaches init.
 */
#include "check.h"

int main(int argc, char **argv)
{
	for (int i = 0; i < argc; i++)
		printf("argv[%d] %s\n", i, argv[i]);
	for (char **e = environ; *e; e++)
		printf("env %s\n", *e);
	return 0;
}
