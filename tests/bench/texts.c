/*
 * The files of /proc: of the machine, and of the process itself.
 *
 * What a process's own files tell grows with its VMAs and pages, so those of
 * a text are made here: 64 of each kind, which cannot merge.
 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
#include "bench.h"
#include "linux.h"

#define VMAS 64u
#define TEXT 16u /* pages */

static uint8_t *text;

/* From its beginning to its end, piece by piece as the kernel gives it. */
static uint32_t whole(int fd)
{
	uint32_t done = 0;
	int32_t n;

	do {
		n = call6(__NR_pread64, (uint32_t)fd, address(text + done),
			  TEXT * PAGE - done, 0, done, 0);
		done += n > 0 ? (uint32_t)n : 0;
	} while (n > 0);
	return done;
}

static void reads(const char *path)
{
	int fd = open(path, O_RDONLY);
	char name[64];

	must(fd >= 0 && whole(fd) > 0, path);
	snprintf(name, sizeof(name), "read() of %s", path);
	begin();
	for (uint32_t i = 0; i < LIVES; i++)
		whole(fd);
	report(name, end(), LIVES);
	close(fd);
}

/* The entries of n pages from p on. */
static void pagemap(const uint8_t *p, uint32_t n)
{
	int fd = open("/proc/self/pagemap", O_RDONLY);

	must(fd >= 0, "/proc/self/pagemap");
	begin();
	for (uint32_t i = 0; i < LIVES; i++)
		call6(__NR_pread64, (uint32_t)fd, address(text), n * 8, 0,
		      address(p) / PAGE * 8, 0);
	report_without_loop("read() of /proc/self/pagemap, a page", end(),
			    LIVES * n);
	close(fd);
}

void bench_texts(void)
{
	uint8_t *p;

	text = anonymous(TEXT);
	write_pages(text, TEXT);
	reads("/proc/meminfo");
	p = anonymous(2 * VMAS);
	for (uint32_t i = 0; i < VMAS; i++)
		call3(__NR_mprotect, address(p + 2 * i * PAGE), PAGE,
		      PROT_READ);
	read_pages(p, 2 * VMAS);
	for (uint32_t i = 0; i < VMAS; i++)
		write_pages(p + (2 * i + 1) * PAGE, 1);
	reads("/proc/self/stat");
	reads("/proc/self/status");
	reads("/proc/self/maps");
	reads("/proc/self/smaps");
	pagemap(p, 2 * VMAS);
	unmap(p, 2 * VMAS);
	unmap(text, TEXT);
}
