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

#include <stdbool.h>

#define EDIT_MAX_BYTES 512 /* of a line, with the '\0' at its end */

/*
 * Prints a prompt and reads a line, without its newline, from standard input,
 * which is a terminal. ^C drops what is typed and begins anew. Tab also offers
 * `commands`, which end with NULL. Keys for which line has no room are dropped,
 * with a ring of the terminal's bell. Returns false after ^D on an empty line, or
 * if the terminal is gone.
 */
bool edit_line(char line[EDIT_MAX_BYTES], const char *const *commands);

#endif
