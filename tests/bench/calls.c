/*
 * System calls that do little: the way in and out, files, pipes.
 */
#include <fcntl.h>
#include <stdio.h>
#include <uapi/time.h>
#include <unistd.h>
#include "bench.h"
#include "linux.h"

static uint8_t buffer[PAGE];

static void reads(int fd, uint32_t bytes, const char *name)
{
	lseek(fd, 0, SEEK_SET);
	must(read(fd, buffer, bytes) == (int)bytes, "read");
	begin();
	for (uint32_t i = 0; i < PAGES; i++)
		call6(__NR_pread64, (uint32_t)fd, address(buffer), bytes, 0, 0,
		      0);
	report(name, end(), PAGES);
}

/* Each sets the file's time of change. */
static void writes(void)
{
	int fd = open("/tmp/bench", O_RDWR | O_CREAT, 0600);

	must(fd >= 0 && write(fd, buffer, 1) == 1, "a file in /tmp");
	begin();
	for (uint32_t i = 0; i < CALLS; i++)
		call6(__NR_pwrite64, (uint32_t)fd, address(buffer), 1, 0, 0, 0);
	report("write() 1 byte to a file", end(), CALLS);
	close(fd);
	unlink("/tmp/bench");
}

static void pipes(const int fd[2], uint32_t bytes, const char *name)
{
	begin();
	for (uint32_t i = 0; i < CALLS; i++) {
		call3(__NR_write, (uint32_t)fd[1], address(buffer), bytes);
		call3(__NR_read, (uint32_t)fd[0], address(buffer), bytes);
	}
	report(name, end(), CALLS);
}

void bench_calls(void)
{
	int fd = open(self, O_RDONLY), ends[2];
	struct old_timespec32 ts;

	begin();
	for (uint32_t i = 0; i < CALLS; i++)
		call1(__NR_getppid, 0);
	report("null system call", end(), CALLS);
	begin();
	for (uint32_t i = 0; i < CALLS; i++)
		call3(__NR_clock_gettime, CLOCK_MONOTONIC, address(&ts), 0);
	report("clock_gettime", end(), CALLS);
	begin();
	for (uint32_t i = 0; i < CALLS; i++)
		call3(__NR_gettimeofday, address(&ts), 0, 0);
	report("gettimeofday", end(), CALLS);
	must(fd >= 0 && pipe(ends) == 0, "open and pipe");
	reads(fd, PAGE, "read() 4 KiB from page cache");
	reads(fd, 1, "read() 1 byte");
	writes();
	pipes(ends, PAGE, "pipe write + read 4 KiB");
	pipes(ends, 1, "pipe write + read 1 byte");
	close(ends[0]);
	close(ends[1]);
	close(fd);
}
