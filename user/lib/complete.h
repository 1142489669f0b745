/*
 * complete.h - the names that Tab offers: programs, files, what a shell adds.
 */
#ifndef COMPLETE_H
#define COMPLETE_H

#include <stdbool.h>
#include "edit.h"

/* Returns true if the word there is a command: the first, or behind | ; or &. */
bool is_command(const char *line, size_t word);

/* Adds a name, with a blank behind it, if it begins with the prefix. */
void add_name(struct names *names, const char *name, const char *prefix);

/*
 * Returns what the word that ends at `at` may become: programs of /bin if it is a
 * command without a slash, otherwise files. Stores in *word where it begins. The
 * caller frees each name and the list.
 */
struct names complete_word(const char *line, size_t at, size_t *word);

#endif
