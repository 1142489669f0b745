/*
 * maps.h - a program looks at address spaces, its own and others'.
 *
 * All by reading /proc, in Linux's formats: /proc/PID/maps (the VMAs) and
 * /proc/PID/pagemap (the frame behind each page). pid 0 means the caller.
 */
#ifndef MAPS_H
#define MAPS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define PAGE_SIZE 4096u
#define USER_END  0xc0000000u /* TASK_SIZE: the kernel begins here */

struct map_entry {
	uint32_t start, end; /* [start, end) */
	uint32_t offset;     /* of start within the file, bytes */
	char rights[5];      /* "r-xp" */
	char name[64];       /* file, "[heap]", "[stack]", or "" */
};

#define MAPS_MAX 64

/* Read the VMAs, lowest first. How many, or -1 (no such process). */
int read_maps(pid_t pid, struct map_entry maps[MAPS_MAX]);
/* The entry that addr lies in, or NULL. */
const struct map_entry *find_map(const struct map_entry *maps, int n,
				 uint32_t addr);
/* One line, as `maps` and `layout` show it. */
void print_map(const struct map_entry *map, const char *remark);

/* The frame behind addr: true and *pfn, or false if there is no page yet. */
bool page_frame(pid_t pid, const volatile void *addr, uint32_t *pfn);
/* Pages of [addr, addr + bytes) that are there. */
uint32_t present_pages(pid_t pid, const volatile void *addr, uint32_t bytes);

/*
 * A /proc text file, whole, into buf, NUL-terminated, cut to bytes - 1.
 * Its length, or -1.
 */
int read_text(const char *path, char *buf, uint32_t bytes);
/* "/proc/self/maps" or "/proc/12/maps" into buf[32]; returns buf. */
const char *proc_path(char buf[32], pid_t pid, const char *file);

/*
 * True on Pagewalk, which tells programs more than Linux does. Elsewhere (Linux,
 * qemu-arm) programs leave out what they could not check.
 */
bool on_pagewalk(void);

#endif
