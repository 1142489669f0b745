/*
 * sleep SECONDS - wait so long; 0.5 is half a second.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include "linux.h"

int main(int argc, char **argv)
{
	uint32_t ms, digit = 100;
	char *end;

	if (argc != 2 || !isdigit((unsigned char)argv[1][0])) {
		fprintf(stderr, "usage: sleep SECONDS\n");
		return 2;
	}
	ms = strtoul(argv[1], &end, 10) * 1000;
	for (; *end && digit; digit /= 10)
		if (isdigit((unsigned char)*++end))
			ms += (uint32_t)(*end - '0') * digit;
		else
			break;
	sleep_ms(ms);
	return 0;
}
