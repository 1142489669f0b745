/*
 * map_desc.h - one row of a board's table of things to map at boot.
 */
#ifndef MAP_DESC_H
#define MAP_DESC_H

#include <types.h>

enum map_type {
	MT_MEMORY_RW, /* Normal write-back, kernel rw, XN */
	MT_MEMORY_RO, /* Normal write-back, kernel ro, XN */
	MT_MEMORY_RX, /* Normal write-back, kernel ro, executable */
	MT_DEVICE,    /* Device, shareable, XN */
	MT_UNCACHED,  /* Normal non-cacheable, XN */
	MT_NR
};

struct map_desc {
	u32 va;         /* page-aligned, PAGE_OFFSET or above */
	phys_addr_t pa; /* page-aligned */
	u32 bytes;      /* a multiple of PAGE_SIZE */
	enum map_type type;
	const char *name; /* for the boot log: "uart", "gic" */
};

#endif
