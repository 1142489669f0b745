/*
 * ls [-la] [PATH ...] - what busybox's ls prints on Linux, without columns, and
 * with numbers for users and groups, which have no names here.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <uapi/stat.h>
#include "linux.h"

#define PATH_BYTES  256
#define HALF_A_YEAR (365 * 86400 / 2)

struct entry {
	char *path;
	size_t skip; /* bytes of the path that are not shown */
	struct kstat64 st;
};

struct entries {
	struct entry *list;
	size_t nr;
};

static bool long_format; /* -l */
static bool all;         /* -a */

static char kind(uint32_t mode)
{
	static const char kinds[] = "?pc?d?b?-?l?s???"; /* by S_IFMT's bits */

	return kinds[mode >> 12 & 15];
}

/* Stores "rwxr-xr-t" in text, which has room for ten bytes. */
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

/* Prints the time of a new file, the year of one that is old or in the future. */
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

static void show_long(const struct entry *entry)
{
	const struct kstat64 *st = &entry->st;
	char text[PATH_BYTES];
	int32_t n = 0;

	rights(st->st_mode, text);
	printf("%c%s %4lu %-8lu %-8lu ", kind(st->st_mode), text,
	       (unsigned long)st->st_nlink, (unsigned long)st->st_uid,
	       (unsigned long)st->st_gid);
	if (S_ISCHR(st->st_mode))
		printf("%4lu, %3lu ", (unsigned long)(st->st_rdev >> 8 & 0xfff),
		       (unsigned long)(st->st_rdev & 0xff));
	else
		printf("%9lu ", (unsigned long)st->st_size);
	put_time(st->st_mtime_sec);
	if (S_ISLNK(st->st_mode))
		n = linux_syscall(__NR_readlink, entry->path, text,
				  sizeof(text) - 1);
	printf("%s", entry->path + entry->skip);
	if (n > 0)
		printf(" -> %.*s", (int)n, text);
	putchar('\n');
}

/*
 * Adds dir/name, or name alone if dir is NULL. Returns 0, or 1 after a message if
 * there is no such file.
 */
static int add(struct entries *entries, const char *dir, const char *name)
{
	struct entry entry = { .skip = dir ? strlen(dir) + 1 : 0 };
	struct entry *list = realloc(entries->list,
				     (entries->nr + 1) * sizeof(entry));
	int32_t n;

	entry.path = malloc(entry.skip + strlen(name) + 1);
	if (!list || !entry.path) {
		fprintf(stderr, "ls: %s: no memory\n", name);
		exit(1);
	}
	entries->list = list;
	sprintf(entry.path, "%s%s%s", dir ? dir : "", dir ? "/" : "", name);
	/* Without -l the name of a link stands for what it leads to. */
	n = linux_syscall(dir || long_format ? __NR_lstat64 : __NR_stat64,
			  entry.path, &entry.st);
	if (n == 0) {
		list[entries->nr++] = entry;
		return 0;
	}
	fprintf(stderr, "ls: %s: %s\n", entry.path,
		strerror(errno_from_linux(-(int)n)));
	free(entry.path);
	return 1;
}

static int by_name(const void *a, const void *b)
{
	const struct entry *one = a, *two = b;

	return strcmp(one->path + one->skip, two->path + two->skip);
}

static void show(struct entries *entries, bool directories)
{
	for (size_t i = 0; i < entries->nr; i++) {
		struct entry *entry = &entries->list[i];

		if (S_ISDIR(entry->st.st_mode) && !directories)
			continue;
		if (long_format)
			show_long(entry);
		else
			printf("%s\n", entry->path + entry->skip);
	}
}

static void sort(struct entries *entries)
{
	qsort(entries->list, entries->nr, sizeof(entries->list[0]), by_name);
}

/* Linux counts blocks of 512 bytes, ls those of 1024. */
static void put_total(const struct entries *entries)
{
	uint64_t blocks = 0;

	for (size_t i = 0; i < entries->nr; i++)
		blocks += entries->list[i].st.st_blocks;
	printf("total %lu\n", (unsigned long)((blocks + 1) / 2));
}

static int list_directory(const char *dir)
{
	static struct listing listing;
	struct entries entries = { 0 };
	const char *name;
	int status = 0;

	if (!open_listing(&listing, dir)) {
		fprintf(stderr, "ls: %s: %s\n", dir, strerror(errno));
		return 1;
	}
	while ((name = next_entry(&listing)))
		if (name[0] != '.' || all)
			status |= add(&entries, dir, name);
	close_listing(&listing);
	sort(&entries);
	if (long_format)
		put_total(&entries);
	show(&entries, true);
	for (size_t i = 0; i < entries.nr; i++)
		free(entries.list[i].path);
	free(entries.list);
	return status;
}

/* Files first, then what is in directories, with its name if there are others. */
static int list(char **paths, int nr)
{
	struct entries named = { 0 };
	bool above = false;
	int status = 0;

	for (int i = 0; i < nr; i++)
		status |= add(&named, NULL, paths[i]);
	sort(&named);
	show(&named, false);
	for (size_t i = 0; i < named.nr; i++)
		above |= !S_ISDIR(named.list[i].st.st_mode);
	for (size_t i = 0; i < named.nr; i++) {
		if (!S_ISDIR(named.list[i].st.st_mode))
			continue;
		if (nr > 1)
			printf("%s%s:\n", above ? "\n" : "",
			       named.list[i].path);
		above = true;
		status |= list_directory(named.list[i].path);
	}
	return status;
}

/* Returns false for a letter that is no option. */
static bool parse_options(const char *letters)
{
	for (; *letters; letters++) {
		if (*letters == 'l')
			long_format = true;
		else if (*letters == 'a')
			all = true;
		else
			return false;
	}
	return true;
}

int main(int argc, char **argv)
{
	char *here[] = { "." };
	int first = 1;

	for (; first < argc && argv[first][0] == '-'; first++)
		if (!parse_options(argv[first] + 1)) {
			fprintf(stderr, "usage: ls [-la] [PATH ...]\n");
			return 1;
		}
	if (first == argc)
		return list(here, 1);
	return list(argv + first, argc - first);
}
