/*
 * slabs.h - how many objects the kernel holds, of each kind.
 */
#ifndef SLABS_H
#define SLABS_H

#include <stdint.h>

#define SLABS_MAX 64

struct slab_count {
	char name[20];    /* of the cache, as in /proc/slabinfo */
	uint32_t objects; /* in use */
};

/* Reads the caches of /proc/slabinfo. Returns how many, or -1 without the file. */
int read_slabs(struct slab_count slabs[SLABS_MAX]);

#endif
