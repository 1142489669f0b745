/*
 * free - prints what the memory is used for, in KiB, from /proc/meminfo.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "maps.h"

static char text[2048];

static unsigned long kib(const char *name)
{
	const char *line = strstr(text, name);

	return line ? strtoul(line + strlen(name), NULL, 10) : 0;
}

int main(void)
{
	unsigned long total, unused, cached, slab;

	if (read_text("/proc/meminfo", text, sizeof(text)) <= 0) {
		perror("free: /proc/meminfo");
		return 1;
	}
	total = kib("MemTotal:");
	unused = kib("MemFree:");
	cached = kib("\nCached:");
	slab = kib("Slab:");
	printf("KiB of %lu\n", total);
	printf("%10lu  free\n", unused);
	printf("%10lu  pages of files\n", cached);
	printf("%10lu  anonymous pages of programs\n", kib("AnonPages:"));
	printf("%10lu  their page tables\n", kib("PageTables:"));
	printf("%10lu  kernel stacks\n", kib("KernelStack:"));
	printf("%10lu  the kernel's objects (slab)\n", slab);
	return 0;
}
