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
	bool background; /* an & stood behind it */
};

enum parsed {
	EMPTY,
	RUNNABLE,
	WRONG, /* what is wrong has been printed */
};

/* Does every quote of the line have its other end? */
bool quotes_match(const char *line);

/*
 * The next pipeline of the line, whose bytes are written to; *line moves on,
 * behind the ; or & if there is one. free_pipeline() in every case.
 */
enum parsed parse_pipeline(char **line, struct pipeline *pipeline);
void free_pipeline(struct pipeline *pipeline);

#endif
