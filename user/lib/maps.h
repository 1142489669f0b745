/*
 * maps.h - looking at an address space, a program's own or another's.
 *
 * The functions read /proc in Linux's formats: /proc/PID/maps (the VMAs) and
 * /proc/PID/pagemap (the frame of each page). pid 0 means the caller.
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

/*
 * Reads the VMAs, lowest first: MAPS_MAX at most, of the first 8 KiB of the file.
 * Returns how many, or -1 if there is no process.
 */
int read_maps(pid_t pid, struct map_entry maps[MAPS_MAX]);
/* Returns the VMA that contains addr, or NULL. */
const struct map_entry *find_map(const struct map_entry *maps, int n,
				 uint32_t addr);
/*
 * Prints one line, as `maps` and `layout` show it: the VMA and, unless it is empty,
 * the remark.
 */
void print_map(const struct map_entry *map, const char *remark);

/*
 * Stores in *pfn the frame that addr is mapped to. Returns false if no page is
 * mapped there yet.
 */
bool page_frame(pid_t pid, const volatile void *addr, uint32_t *pfn);
/* Returns how many pages of [addr, addr + bytes) are mapped. */
uint32_t present_pages(pid_t pid, const volatile void *addr, uint32_t bytes);

/*
 * Reads a text file of /proc into buf, NUL-terminated and cut to bytes - 1.
 * Returns its length, or -1.
 */
int read_text(const char *path, char *buf, uint32_t bytes);
/* Makes "/proc/self/maps" or "/proc/12/maps" in buf, which it returns. */
const char *proc_path(char buf[32], pid_t pid, const char *file);

/*
 * Returns true on Pagewalk, whose /proc has files that Linux's has not. Elsewhere
 * (Linux, qemu-arm) programs leave out what they cannot check.
 */
bool on_pagewalk(void);

#endif
