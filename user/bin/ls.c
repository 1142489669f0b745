/*
 * ls - list directories; -l adds kind and size.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include "linux.h"

#define PATH_BYTES 256

static bool long_format;

static char kind(mode_t mode)
{
	if (S_ISDIR(mode))
		return 'd';
	if (S_ISCHR(mode))
		return 'c';
	if (S_ISLNK(mode))
		return 'l';
	return '-';
}

static void show(const char *dir, const char *name)
{
	char path[PATH_BYTES];
	struct stat st;

	if (!long_format) {
		printf("%s\n", name);
		return;
	}
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	if (stat(path, &st) < 0)
		printf("?          ? %s\n", name);
	else
		printf("%c%03lo %8ld %s\n", kind(st.st_mode),
		       (unsigned long)st.st_mode & 0777, (long)st.st_size,
		       name);
}

static int list(const char *path)
{
	static struct listing entries;
	const char *name;

	if (!open_listing(&entries, path)) {
		fprintf(stderr, "ls: %s: %s\n", path, strerror(errno));
		return 1;
	}
	while ((name = next_entry(&entries)))
		if (name[0] != '.')
			show(path, name);
	close_listing(&entries);
	if (entries.got < 0 && errno == ENOTDIR) {
		show(".", path);
		return 0;
	}
	return entries.got < 0;
}

int main(int argc, char **argv)
{
	int first = 1, status = 0;

	if (argc > 1 && strcmp(argv[1], "-l") == 0) {
		long_format = true;
		first = 2;
	}
	if (first == argc)
		return list(".");
	for (int i = first; i < argc; i++)
		status |= list(argv[i]);
	return status;
}
