/*
 * more [FILE ...] - text a screen at a time. At --more-- Enter shows a line more,
 * q ends, any other key shows the next screen. Not at a terminal it is cat.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "linux.h"

#define ROWS 24 /* of a serial terminal, which cannot be asked */

static int left = ROWS - 1; /* rows until the next question */
static int keys = -1;       /* the terminal, for answers; -1: ask nothing */

/* Asks for a key. Returns false after q. */
static bool go_on(void)
{
	struct ktermios before;
	char key = 'q';

	if (!enter_raw(keys, 0, &before))
		return true;
	printf("--more--");
	fflush(stdout);
	if (read(keys, &key, 1) != 1)
		key = 'q';
	printf("\r\033[K");
	fflush(stdout);
	leave_raw(keys, &before);
	left = key == '\n' || key == '\r' ? 1 : ROWS - 1;
	return key != 'q';
}

/* Shows a file. Returns false if q was typed. */
static bool show(FILE *file)
{
	int c, column = 0;

	while ((c = getc(file)) != EOF) {
		if (!left && keys >= 0 && !go_on())
			return false;
		putchar(c);
		column++;
		if (c == '\n' || column == 80) {
			left--;
			column = 0;
		}
	}
	return true;
}

int main(int argc, char **argv)
{
	int status = 0;

	if (isatty(STDOUT_FILENO))
		keys = open("/dev/tty", O_RDONLY);
	if (argc == 1)
		show(stdin);
	for (int i = 1; i < argc; i++) {
		FILE *file = fopen(argv[i], "r");

		if (!file) {
			fprintf(stderr, "more: %s: %s\n", argv[i],
				strerror(errno));
			status = 1;
			continue;
		}
		if (!show(file))
			break;
		fclose(file);
	}
	return status;
}
