/*
 * complete.h - the names that Tab offers: programs, files, what a shell adds.
 */
#ifndef COMPLETE_H
#define COMPLETE_H

#include <stdbool.h>
#include "edit.h"

/* Is the word that begins there a command: first in the line, or behind | ; &? */
bool is_command(const char *line, size_t word);

/* One candidate, if it begins with the prefix; it gets a blank behind it. */
void add_name(struct names *names, const char *name, const char *prefix);

/*
 * What the word of line that ends at `at` may become: a program of /bin, if it
 * is a command without a slash, or a file. *word: where it begins. The caller
 * frees each name and the list.
 */
struct names complete_word(const char *line, size_t at, size_t *word);

#endif
