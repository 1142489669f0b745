/*
 * ls - list directories; -l adds kind and size.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
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

static int list_entries(int fd, const char *dir)
{
	static uint64_t buf[256];
	int got;

	while ((got = getdents64(fd, buf, sizeof(buf))) > 0) {
		char *p = (char *)buf, *end = p + got;

		for (; p < end; p += ((struct linux_dirent64 *)p)->d_reclen) {
			const char *name = ((struct linux_dirent64 *)p)->d_name;

			if (name[0] != '.')
				show(dir, name);
		}
	}
	return got;
}

static int list(const char *path)
{
	int fd = open(path, O_RDONLY), ret;

	if (fd < 0) {
		fprintf(stderr, "ls: %s: %s\n", path, strerror(errno));
		return 1;
	}
	ret = list_entries(fd, path);
	close(fd);
	if (ret < 0 && errno == ENOTDIR) {
		show(".", path);
		return 0;
	}
	return ret < 0;
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
