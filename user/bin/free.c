/*
 * free - prints what the memory is used for, in KiB, from /proc/meminfo.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "maps.h"

static const char *const rows[][2] = {
	{ "MemTotal:", "KiB, of which" },
	{ "MemFree:", "free" },
	{ "\nCached:", "pages of files" },
	{ "AnonPages:", "anonymous pages of programs" },
	{ "PageTables:", "their page tables" },
	{ "KernelStack:", "kernel stacks" },
	{ "Slab:", "the kernel's objects (slab)" },
};

int main(void)
{
	char text[2048], *line;

	if (read_text("/proc/meminfo", text, sizeof(text)) <= 0) {
		perror("free: /proc/meminfo");
		return 1;
	}
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		line = strstr(text, rows[i][0]);
		if (line)
			printf("%10lu  %s\n",
			       strtoul(line + strlen(rows[i][0]), NULL, 10),
			       rows[i][1]);
	}
	return 0;
}
