/*
 * Parses /proc/PID/maps and /proc/PID/pagemap.
 *
 * Reading needs neither malloc nor FILE buffers: it must not change the heap of the
 * process that it looks at, which may be its own.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "maps.h"

#define MAPS_TEXT 8192 /* bytes of /proc/PID/maps that are read */

const char *proc_path(char buf[32], pid_t pid, const char *file)
{
	if (pid)
		snprintf(buf, 32, "/proc/%d/%s", pid, file);
	else
		snprintf(buf, 32, "/proc/self/%s", file);
	return buf;
}

int read_text(const char *path, char *buf, uint32_t bytes)
{
	int fd = open(path, O_RDONLY), got;
	uint32_t used = 0;

	if (fd < 0)
		return -1;
	while (used < bytes - 1) {
		got = read(fd, buf + used, bytes - 1 - used);
		if (got <= 0)
			break;
		used += (uint32_t)got;
	}
	close(fd);
	buf[used] = '\0';
	return (int)used;
}

/* Parses "00010000-00014000 r-xp 00000000 00:01 12         /bin/layout". */
static void parse_map(char *line, struct map_entry *map)
{
	char *p = line, *name;

	map->start = strtoul(p, &p, 16);
	map->end = strtoul(p + 1, &p, 16);
	memcpy(map->rights, p + 1, 4);
	map->rights[4] = '\0';
	map->offset = strtoul(p + 6, &p, 16);
	name = strpbrk(p, "/[");
	snprintf(map->name, sizeof(map->name), "%s", name ? name : "");
}

int read_maps(pid_t pid, struct map_entry maps[MAPS_MAX])
{
	static char text[MAPS_TEXT];
	char path[32], *line, *next;
	int n = 0;

	if (read_text(proc_path(path, pid, "maps"), text, sizeof(text)) < 0)
		return -1;
	for (line = text; *line && n < MAPS_MAX; line = next) {
		next = line + strcspn(line, "\n");
		if (*next)
			*next++ = '\0';
		parse_map(line, &maps[n++]);
	}
	return n;
}

const struct map_entry *find_map(const struct map_entry *maps, int n,
				 uint32_t addr)
{
	for (int i = 0; i < n; i++)
		if (addr >= maps[i].start && addr < maps[i].end)
			return &maps[i];
	return NULL;
}

void print_map(const struct map_entry *map, const char *remark)
{
	printf("  %08lx-%08lx %s %6lu KiB  ", map->start, map->end, map->rights,
	       (map->end - map->start) / 1024);
	if (*remark)
		printf("%-16s %s\n", map->name, remark);
	else
		printf("%s\n", map->name);
}

/* pagemap has 8 bytes for each page: bit 63 present, bits 0 to 54 the pfn. */
#define PAGEMAP_PRESENT (1ull << 63)
#define PAGEMAP_PFN     ((1ull << 55) - 1)

static int open_pagemap(pid_t pid, const volatile void *addr)
{
	char path[32];
	int fd = open(proc_path(path, pid, "pagemap"), O_RDONLY);

	if (fd >= 0)
		lseek(fd, (off_t)((uint32_t)addr / PAGE_SIZE * 8), SEEK_SET);
	return fd;
}

bool page_frame(pid_t pid, const volatile void *addr, uint32_t *pfn)
{
	uint64_t entry = 0;
	int fd = open_pagemap(pid, addr);

	if (fd < 0)
		return false;
	if (read(fd, &entry, sizeof(entry)) != sizeof(entry))
		entry = 0;
	close(fd);
	*pfn = (uint32_t)(entry & PAGEMAP_PFN);
	return entry & PAGEMAP_PRESENT;
}

uint32_t present_pages(pid_t pid, const volatile void *addr, uint32_t bytes)
{
	uint64_t entries[64];
	uint32_t left = (bytes + PAGE_SIZE - 1) / PAGE_SIZE, present = 0, want;
	int fd = open_pagemap(pid, addr), got;

	if (fd < 0)
		return 0;
	while (left) {
		want = left < 64 ? left : 64;
		got = read(fd, entries, want * sizeof(entries[0]));
		if (got < (int)sizeof(entries[0]))
			break;
		got /= (int)sizeof(entries[0]);
		for (int i = 0; i < got; i++)
			present += !!(entries[i] & PAGEMAP_PRESENT);
		left -= (uint32_t)got;
	}
	close(fd);
	return present;
}

bool on_pagewalk(void)
{
	static int known = -1;

	if (known < 0) {
		int fd = open("/proc/self/context", O_RDONLY);

		known = fd >= 0;
		if (known)
			close(fd);
	}
	return known;
}
