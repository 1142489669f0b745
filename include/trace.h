/*
 * trace.h - events of interest, into a ring that /proc/trace shows.
 *
 * trace_event costs one load and one branch while its kind is off. Kinds are
 * switched by `trace=switch,fault` on the command line and by writing the same
 * to /proc/trace. The ring (lib/trace.c) keeps the last TRACE_RING events.
 */
#ifndef TRACE_H
#define TRACE_H

#include <types.h>

enum trace_kind {
	TRACE_SWITCH, /* a: prev pid, b: next pid, c: TTBR0, d: CONTEXTIDR */
	TRACE_FAULT,  /* a: pid, b: address, c: FSR, d: vm_fault_t or signal */
	TRACE_VMA,    /* a: pid, b: start, c: end, d: enum trace_vma_op */
	TRACE_PAGE,   /* a: pfn, b: order, c: 1 = alloc, 0 = free, d: gfp */
	TRACE_SYNC, /* a: pid, b: address whose first-level entry was copied */
	TRACE_NR
};

enum trace_vma_op {
	TRACE_MMAP,
	TRACE_MUNMAP,
	TRACE_MPROTECT,
	TRACE_BRK,
	TRACE_GROW,
	TRACE_MREMAP
};

#define TRACE_RING 1024

struct trace_record {
	u64 ns; /* since boot */
	u32 kind;
	u32 a, b, c, d;
};

extern u32 trace_mask; /* bit per enum trace_kind */

void __trace_event(enum trace_kind kind, u32 a, u32 b, u32 c, u32 d);

static inline void trace_event(enum trace_kind kind, u32 a, u32 b, u32 c, u32 d)
{
	if (unlikely(trace_mask & (1u << kind)))
		__trace_event(kind, a, b, c, d);
}

/*
 * What events are stamped with: nanoseconds since boot; 0 until it is set. The
 * clock is the board's, above this floor. Any context may call it.
 */
void trace_set_clock(u64 (*clock)(void));

/* "switch,fault" -> mask; "" and "none" are 0, "all" is all. 0 or -EINVAL. */
int __must_check trace_parse(const char *list, u32 *mask);

/* "switch", "fault" ... */
const char *trace_kind_name(enum trace_kind kind);

/* Record number seq (0 = first since boot). False: gone or not yet there. */
bool trace_get(u64 seq, struct trace_record *rec);
/* How many were recorded since boot. */
u64 trace_count(void);

#endif
