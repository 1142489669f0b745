/*
 * Reads /proc/slabinfo.
 */
#include <stdlib.h>
#include <string.h>
#include "maps.h"
#include "slabs.h"

int read_slabs(struct slab_count slabs[SLABS_MAX])
{
	static char text[8192];
	char *line = text, *end;
	int found = 0;

	if (read_text("/proc/slabinfo", text, sizeof(text)) <= 0)
		return -1;
	for (; found < SLABS_MAX && (end = strchr(line, '\n'));
	     line = end + 1) {
		struct slab_count *slab = &slabs[found];
		size_t bytes = strcspn(line, " ");

		/* The first line is the version, the second the title. */
		if (line == text || *line == '#' || bytes >= sizeof(slab->name))
			continue;
		memcpy(slab->name, line, bytes);
		slab->name[bytes] = '\0';
		slab->objects = strtoul(line + bytes, NULL, 10);
		found++;
	}
	return found;
}
