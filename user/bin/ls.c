/*
 * ls - list directories; -l: a line each, in the columns of Linux's busybox, with
 * numbers for users and groups, which have no names here.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <uapi/stat.h>
#include "linux.h"

#define PATH_BYTES  256
#define HALF_A_YEAR (365 * 86400 / 2)

static bool long_format;

static char kind(uint32_t mode)
{
	static const char kinds[] = "?pc?d?b?-?l?s???"; /* by S_IFMT's bits */

	return kinds[mode >> 12 & 15];
}

/* "rwxr-xr-t": text has room for ten. */
static void rights(uint32_t mode, char *text)
{
	strcpy(text, "rwxrwxrwx");
	for (int i = 0; i < 9; i++)
		if (!(mode & (0400u >> i)))
			text[i] = '-';
	if (mode & S_ISUID)
		text[2] = mode & 0100 ? 's' : 'S';
	if (mode & S_ISGID)
		text[5] = mode & 0010 ? 's' : 'S';
	if (mode & S_ISVTX)
		text[8] = mode & 0001 ? 't' : 'T';
}

/* The hour of what is new, the year of what is old or to come. */
static void put_time(uint32_t seconds)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	time_t when = (time_t)seconds, now = time(NULL);
	struct tm *tm = gmtime(&when);

	printf("%.3s %2d ", months + 3 * tm->tm_mon, tm->tm_mday);
	if (when <= now && when > now - HALF_A_YEAR)
		printf("%02d:%02d ", tm->tm_hour, tm->tm_min);
	else
		printf(" %4d ", 1900 + tm->tm_year);
}

static void show_long(const char *path, const char *name)
{
	char text[PATH_BYTES];
	struct kstat64 st;
	int32_t n = linux_syscall(__NR_lstat64, path, &st);

	if (n < 0) {
		fprintf(stderr, "ls: %s: %s\n", path,
			strerror(errno_from_linux(-(int)n)));
		return;
	}
	rights(st.st_mode, text);
	printf("%c%s %4lu %-8lu %-8lu ", kind(st.st_mode), text,
	       (unsigned long)st.st_nlink, (unsigned long)st.st_uid,
	       (unsigned long)st.st_gid);
	if (S_ISCHR(st.st_mode))
		printf("%4lu, %3lu ", (unsigned long)(st.st_rdev >> 8 & 0xfff),
		       (unsigned long)(st.st_rdev & 0xff));
	else
		printf("%9lu ", (unsigned long)st.st_size);
	put_time(st.st_mtime_sec);
	n = S_ISLNK(st.st_mode) ?
		linux_syscall(__NR_readlink, path, text, sizeof(text) - 1) :
		0;
	printf("%s%s%.*s\n", name, n > 0 ? " -> " : "", (int)n, text);
}

static void show(const char *dir, const char *name)
{
	char path[PATH_BYTES];

	if (!long_format) {
		printf("%s\n", name);
		return;
	}
	if (*dir)
		snprintf(path, sizeof(path), "%s/%s", dir, name);
	else
		snprintf(path, sizeof(path), "%s", name);
	show_long(path, name);
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
		show("", path);
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
