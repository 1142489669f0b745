/*
 * What Tab offers: the entries of one directory that begin like the word.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "complete.h"
#include "linux.h"

#define SEPARATORS " \t|<>;&"
#define PATH_BYTES EDIT_MAX_BYTES

bool is_command(const char *line, size_t word)
{
	while (word && strchr(" \t", line[word - 1]))
		word--;
	return !word || strchr("|;&", line[word - 1]);
}

/* Adds a name made of two parts and a character; leaves it out without memory. */
static void add(struct names *names, const char *before, const char *name,
		char after)
{
	size_t bytes = strlen(before) + strlen(name) + 2;
	char **list = realloc(names->list,
			      (size_t)(names->nr + 1) * sizeof(list[0]));
	char *text = malloc(bytes);

	if (list)
		names->list = list;
	if (!list || !text) {
		free(text);
		return;
	}
	snprintf(text, bytes, "%s%s%c", before, name, after);
	names->list[names->nr++] = text;
}

void add_name(struct names *names, const char *name, const char *prefix)
{
	if (strncmp(name, prefix, strlen(prefix)) == 0)
		add(names, "", name, ' ');
}

static bool is_directory(const char *dir, const char *name)
{
	char path[PATH_BYTES];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Adds the entries of dir that begin with prefix, each behind `before`. */
static void add_entries(struct names *names, const char *dir,
			const char *before, const char *prefix)
{
	static struct listing entries;
	const char *name;

	if (!open_listing(&entries, dir))
		return;
	/* Hidden names, also . and .., only if the prefix begins with a dot. */
	while ((name = next_entry(&entries)))
		if (strncmp(name, prefix, strlen(prefix)) == 0 &&
		    (name[0] != '.' || prefix[0] == '.'))
			add(names, before, name,
			    is_directory(dir, name) ? '/' : ' ');
	close_listing(&entries);
}

struct names complete_word(const char *line, size_t at, size_t *word)
{
	char before[PATH_BYTES], prefix[PATH_BYTES];
	struct names names = { NULL, 0 };
	size_t begin = at, name;

	while (begin && !strchr(SEPARATORS, line[begin - 1]))
		begin--;
	for (name = at; name > begin && line[name - 1] != '/'; name--)
		continue;
	snprintf(before, sizeof(before), "%.*s", (int)(name - begin),
		 line + begin);
	snprintf(prefix, sizeof(prefix), "%.*s", (int)(at - name), line + name);
	*word = begin;
	if (!before[0] && is_command(line, begin))
		add_entries(&names, "/bin", "", prefix);
	else
		add_entries(&names, before[0] ? before : ".", before, prefix);
	return names;
}
