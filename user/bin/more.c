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
static int keys;            /* the terminal, for answers */

/* Asks for a key. Returns false after q. */
static bool go_on(void)
{
	struct ktermios before;
	char key = 'q';

	enter_raw(keys, 0, &before);
	printf("--more--");
	fflush(stdout);
	if (read(keys, &key, 1) != 1)
		key = 'q';
	printf("\r\033[K");
	leave_raw(keys, &before);
	left = key == '\n' || key == '\r' ? 1 : ROWS - 1;
	return key != 'q';
}

/* Returns how much of the text is the next row; a newline behind it is not. */
static int row_bytes(const char *text)
{
	int bytes = (int)strcspn(text, "\n");

	if (bytes <= COLUMNS)
		return bytes;
	for (bytes = COLUMNS; bytes > INDENT; bytes--)
		if (text[bytes - 1] == ' ')
			return bytes;
	return COLUMNS; /* one long word */
}

/* Shows a file. Returns false if q was typed. */
static bool show(FILE *file)
{
	char text[COLUMNS + 2]; /* a row and a newline, or more than a row */
	int used = 0, bytes;

	/* At the end of the file fgets leaves what continues the last line. */
	while (fgets(text + used, (int)sizeof(text) - used, file) || used) {
		if (!left && !go_on())
			return false;
		bytes = row_bytes(text);
		printf("%.*s\n", bytes, text);
		left--;
		used = (int)strlen(text) - bytes;
		if (!used || text[bytes] == '\n') {
			used = 0;
			continue;
		}
		memmove(text + INDENT, text + bytes, (size_t)used + 1);
		memset(text, ' ', INDENT);
		used += INDENT;
	}
	return true;
}

int main(int argc, char **argv)
{
	int status = 0;

	keys = open("/dev/tty", O_RDONLY);
	if (!isatty(STDOUT_FILENO) || keys < 0)
		execve("/bin/cat", argv, environ);
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
