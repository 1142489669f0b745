/*
 * Reads /proc/PID/context and /proc/PID/walk, and writes to /proc/trace.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "maps.h"
#include "walk.h"

/* Returns the number behind `word` in text, or 0 without the word. */
static uint32_t number_after(const char *text, const char *word)
{
	const char *p = strstr(text, word);

	return p ? strtoul(p + strlen(word), NULL, 0) : 0;
}

bool read_context(pid_t pid, struct mmu_context *context)
{
	char path[32], text[128];

	if (read_text(proc_path(path, pid, "context"), text, sizeof(text)) <= 0)
		return false;
	context->ttbr0 = number_after(text, "ttbr0 ");
	context->asid = number_after(text, "asid ");
	context->generation = number_after(text, "generation ");
	context->users = number_after(text, "mm_users ");
	context->count = number_after(text, "mm_count ");
	return true;
}

int page_walk(pid_t pid, uint32_t addr, char *text, uint32_t bytes)
{
	char path[32], request[16];
	uint32_t used = 0;
	int fd = open(proc_path(path, pid, "walk"), O_RDWR), got = -1;
	int len = snprintf(request, sizeof(request), "0x%08lx", addr);

	if (fd < 0)
		return -1;
	if (write(fd, request, (size_t)len) == len) {
		lseek(fd, 0, SEEK_SET);
		while ((got = read(fd, text + used, bytes - 1 - used)) > 0)
			used += (uint32_t)got;
		text[used] = '\0';
	}
	close(fd);
	return got < 0 ? -1 : (int)used;
}

bool trace_select(const char *kinds)
{
	int fd = open("/proc/trace", O_WRONLY), done;

	if (fd < 0)
		return false;
	done = write(fd, kinds, strlen(kinds));
	close(fd);
	return done == (int)strlen(kinds);
}
