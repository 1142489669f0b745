/*
 * pipeline.h - a line of the shell, taken apart.
 *
 *	command [argument ...] [< file] [> file] [>> file] [| command ...] [; or &]
 *
 * Words are separated by blanks; '...' and "..." keep theirs.
 */
#ifndef PIPELINE_H
#define PIPELINE_H

#include <stdbool.h>

#define WORDS_MAX    64
#define COMMANDS_MAX 8 /* in one pipeline */

struct command {
	char *words[WORDS_MAX + 1]; /* NULL at the end: argv */
	int nr_words;
	char *input, *output; /* files, or NULL */
	bool append;
};

struct pipeline {
	struct command commands[COMMANDS_MAX];
	int nr_commands;
	bool background; /* an & followed */
};

enum parsed {
	EMPTY,
	RUNNABLE,
	WRONG, /* what is wrong has been printed */
};

/* Returns true if each quote of the line is closed. */
bool quotes_match(const char *line);

/*
 * Parses the next pipeline of the line, whose bytes it changes, and moves *line
 * behind it and its ; or &. Call free_pipeline() whatever it returns.
 */
enum parsed parse_pipeline(char **line, struct pipeline *pipeline);
void free_pipeline(struct pipeline *pipeline);

#endif
