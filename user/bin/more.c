/*
 * more [FILE ...] - text a screen at a time. At --more-- Enter shows a line more,
 * q ends, any other key shows the next screen. A line that is wider than the screen
 * is broken between words. Not at a terminal it is cat.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "linux.h"

#define ROWS    24 /* of a serial terminal, which cannot be asked */
#define COLUMNS 80
#define INDENT  4 /* of what continues a line */

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

/* Prints a row, after a question if the screen is full. Returns false after q. */
static bool put_row(const char *row, int bytes)
{
	if (!left && keys >= 0 && !go_on())
		return false;
	printf("%.*s\n", bytes, row);
	left--;
	return true;
}

/*
 * Prints of a row that is full what lies before its last blank, and moves the rest
 * to the next row. Returns the bytes of that, or -1 after q.
 */
static int break_row(char row[COLUMNS])
{
	int words = COLUMNS, rest;

	while (words > INDENT && row[words - 1] != ' ')
		words--;
	if (words == INDENT)
		words = COLUMNS; /* one long word */
	if (!put_row(row, words))
		return -1;
	rest = COLUMNS - words;
	memmove(row + INDENT, row + words, (size_t)rest);
	memset(row, ' ', INDENT);
	return INDENT + rest;
}

/* Shows a file. Returns false if q was typed. */
static bool show(FILE *file)
{
	static char row[COLUMNS];
	int c, used = 0;

	while ((c = getc(file)) != EOF && used >= 0) {
		if (keys < 0)
			putchar(c);
		else if (c == '\n')
			used = put_row(row, used) ? 0 : -1;
		else if (used < COLUMNS || (used = break_row(row)) >= 0)
			row[used++] = (char)c;
	}
	return used == 0 || (used > 0 && put_row(row, used));
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
