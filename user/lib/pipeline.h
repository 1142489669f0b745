/*
 * pipeline.h - a line of the shell, taken apart:
 *
 *	command [argument ...] [< file] [> file] [>> file] [| command ...] [; or &]
 *
 * Words are separated by blanks; '...' and "..." keep theirs.
 */
#ifndef PIPELINE_H
#define PIPELINE_H

#include <stdbool.h>
#include "edit.h"

#define WORDS_MAX    64
#define COMMANDS_MAX 8 /* in one pipeline */

struct command {
	char *words[WORDS_MAX + 1]; /* NULL at the end: argv */
	int nr_words;
	char *input, *output; /* files, or NULL */
	bool append;
};

struct pipeline {
	const char *line; /* what is not parsed yet */
	struct command commands[COMMANDS_MAX];
	int nr_commands;
	bool background;                /* an & followed */
	char text[EDIT_MAX_BYTES];      /* as typed, without the ; or & */
	char *unused;                   /* the first free byte of bytes */
	char bytes[2 * EDIT_MAX_BYTES]; /* the words, each with its '\0' */
};

/*
 * Parses the next pipeline of a line of less than EDIT_MAX_BYTES. If there is
 * none, nr_commands is 0. If it is wrong, prints why, drops the rest of the line
 * and returns false.
 */
bool parse_pipeline(struct pipeline *pipeline);

#endif
