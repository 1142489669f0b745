/*
 * What touching memory costs, and giving it back.
 */
#include <fcntl.h>
#include <stdio.h>
#include <uapi/mman.h>
#include <unistd.h>
#include "bench.h"
#include "linux.h"

#define FILE_PAGES 16u /* one window of 64 KiB */

/* Memory whose second-level table is there: p[-1] was touched. */
static uint8_t *prepared(uint32_t n)
{
	uint8_t *p = anonymous(n + 2 * PAGES);

	/* A whole table's worth before it, so that n pages share one. */
	p = (uint8_t *)((address(p) + PAGES * PAGE) & ~(PAGES * PAGE - 1));
	write_pages(p, 1);
	return p + PAGE;
}

static void anonymous_faults(void)
{
	uint32_t n = PAGES - 1;
	uint8_t *p = prepared(n);

	begin();
	read_pages(p, n);
	report("anonymous read fault", end(), n);
	begin();
	write_pages(p, n);
	report("write after that read", end(), n);
	p = prepared(n);
	begin();
	write_pages(p, n);
	report("anonymous write fault", end(), n);
	begin();
	unmap(p, n);
	report_without_loop("munmap, per touched page", end(), n);
}

static void write_scratch(const char *path)
{
	static uint8_t page[PAGE];
	int fd = open(path, O_CREAT | O_RDWR, 0600);

	must(fd >= 0, "open of a scratch file");
	for (uint32_t i = 0; i < PAGES; i++)
		write(fd, page, PAGE);
	close(fd);
}

static void file_faults(void)
{
	uint32_t n = PAGES;
	uint8_t *p;
	int fd;

	write_scratch("/tmp/pages");
	fd = open("/tmp/pages", O_RDWR);
	p = map_file(n, fd);
	begin();
	for (uint32_t i = 0; i < n; i += FILE_PAGES)
		read_pages(p + i * PAGE, 1);
	report_without_loop("file read fault, per page around", end(), n);
	begin();
	write_pages(p, n);
	report("write after read of a file page", end(), n);
	unmap(p, n);
	p = map_file(n, fd);
	begin();
	write_pages(p, n);
	report("file write fault (private copy)", end(), n);
	unmap(p, n);
	close(fd);
	unlink("/tmp/pages");
}

/* The file has one page: nothing around it can be mapped with it. */
static void lone_file_fault(void)
{
	static uint8_t page[PAGE];
	int fd = open("/tmp/page", O_CREAT | O_RDWR, 0600);
	volatile uint8_t *near = anonymous(2), *p;
	int64_t sum = 0;

	must(fd >= 0 && write(fd, page, PAGE) == (int)PAGE,
	     "a file of one page");
	write_pages(near, 1);
	for (uint32_t i = 0; i < PAGES; i++) {
		p = map_file(1, fd);
		begin();
		read_pages(p, 1);
		sum += end();
		unmap(p, 1);
	}
	report_without_loop("file read fault, one page", sum, PAGES);
	close(fd);
	unlink("/tmp/page");
}

static void copy_on_write(void)
{
	uint8_t *p = anonymous(PAGES);
	volatile int64_t *child = (int64_t *)shared(1);
	int32_t pid;

	*child = 0;
	write_pages(p, PAGES);
	pid = call1(__NR_fork, 0);
	if (pid == 0) {
		begin();
		write_pages(p, PAGES);
		*child = end();
		leave();
	}
	reap(pid);
	report("COW break in the child, per page", *child, PAGES);
	begin();
	write_pages(p, PAGES);
	report("COW reuse by the last owner, per page", end(), PAGES);
	unmap(p, PAGES);
}

static void stack_growth(void)
{
	volatile uint8_t *top = __builtin_frame_address(0);
	uint32_t skip = 16; /* what is there already */

	top = (uint8_t *)(address(top) & ~(PAGE - 1)) - skip * PAGE;
	*top = 1;
	begin();
	for (uint32_t i = 1; i <= PAGES; i++)
		top[-(int32_t)(i * PAGE)] = 1;
	report("stack growth fault", end(), PAGES);
}

void bench_faults(void)
{
	anonymous_faults();
	file_faults();
	lone_file_fault();
	copy_on_write();
	stack_growth();
}
