/*
 * edit.h - a line typed at a terminal: arrows, history, Tab.
 *
 * Left, right, Home, End, Backspace and Delete edit; up and down bring earlier
 * lines back; ^A ^E ^B ^F ^P ^N do the same as in Emacs and bash; ^U, ^K and ^W
 * delete to the left, to the right, the word to the left; ^L clears the screen;
 * Tab completes. A line that is wider than the terminal moves sideways.
 *
 * The terminal is in raw mode only while a line is typed: programs find it as
 * it was.
 */
#ifndef EDIT_H
#define EDIT_H

#include <stddef.h>

#define EDIT_MAX_BYTES 512 /* of a line, with the '\0' at its end */

/* What edit_line returns. */
enum edited {
	EDIT_LINE,      /* a line, and Enter */
	EDIT_INTERRUPT, /* ^C: the line is dropped */
	EDIT_END,       /* ^D on an empty line, or the terminal is gone */
};

/* Names that could stand for a word, from malloc; see complete.h. */
struct names {
	char **list;
	int nr;
};

/*
 * Returns whole words that may replace the word of line that ends at `at`. Stores
 * in *word where in the line that word begins.
 */
typedef struct names (*edit_names_fn)(const char *line, size_t at,
				      size_t *word);

/*
 * Prints the prompt and reads a line from standard input, which is a terminal.
 * After EDIT_LINE `line` contains the line without its newline. Keys for which it
 * has no room are dropped, with a ring of the terminal's bell.
 */
enum edited edit_line(const char *prompt, char line[EDIT_MAX_BYTES],
		      edit_names_fn names);

#endif
