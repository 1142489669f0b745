/*
 * walk.h - what Pagewalk tells programs beyond Linux: contexts, walks, trace.
 */
#ifndef WALK_H
#define WALK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* How the MMU knows an address space: /proc/PID/context. */
struct mmu_context {
	uint32_t ttbr0; /* physical address of its first-level table */
	uint32_t asid;
	uint32_t generation;
	uint32_t users, count; /* mm_users, mm_count; the asking left out */
};

/* False: no such task, or none with an address space. pid may be a thread's. */
bool read_context(pid_t pid, struct mmu_context *context);

/* Text of the walk for addr in pid's tables. Its length, or -1. */
int page_walk(pid_t pid, uint32_t addr, char *text, uint32_t bytes);

/* "switch", "fault" ... or "none". False: this kernel has no trace. */
bool trace_select(const char *kinds);

#endif
