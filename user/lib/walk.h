/*
 * walk.h - what Pagewalk shows programs beyond Linux: contexts, walks, trace.
 */
#ifndef WALK_H
#define WALK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* What the MMU uses for an address space, from /proc/PID/context. */
struct mmu_context {
	uint32_t ttbr0; /* physical address of its first-level table */
	uint32_t asid;
	uint32_t generation; /* counts how often the ASIDs began anew */
	/* references (docs/lives.md), less those that the reading takes */
	uint32_t users, count; /* mm_users, mm_count */
};

/*
 * Returns false if there is no such task, or it has no address space. pid may be a
 * thread's.
 */
bool read_context(pid_t pid, struct mmu_context *context);

/*
 * Stores the text of the walk for addr in pid's tables, NUL-terminated. Returns
 * its length, or -1.
 */
int page_walk(pid_t pid, uint32_t addr, char *text, uint32_t bytes);

/*
 * Selects the kinds of events that are recorded: "switch", "fault" ... or "none".
 * Returns false if this kernel has no trace.
 */
bool trace_select(const char *kinds);

#endif
