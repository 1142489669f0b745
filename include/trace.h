/*
 * trace.h - events that are recorded in a ring, which /proc/trace shows.
 *
 * trace_event costs one load and one branch while its kind is off. Kinds are
 * switched on by `trace=switch,fault` on the command line, or by writing
 * "switch,fault" to /proc/trace. The ring (inspect/trace.c) keeps the last
 * events, as many as trace_ring= on the command line states; the recorder adds
 * task, time and caller.
 */
#ifndef TRACE_H
#define TRACE_H

#include <types.h>

enum trace_kind {
	TRACE_SWITCH, /* a: prev pid, b: next pid, c: TTBR0, d: CONTEXTIDR */
	/*
	 * a: address, b: the page-table entry before, c: after the fault,
	 * d: address of the vm_area_struct, plus 1 if the access is a write
	 */
	TRACE_FAULT,
	TRACE_BAD, /* a fault that ends in a signal. a: address, b: FSR, c: signal */
	TRACE_VMA,  /* a: unused, b: start, c: end, d: enum trace_vma_op */
	TRACE_PAGE, /* a: pfn, b: order, c: 1 = alloc, 0 = free, d: gfp */
	TRACE_SYNC, /* a: address whose first-level entry was copied */
	TRACE_FORK, /* a: child, b: CLONE_* flags, c: pages, d: tables of both */
	TRACE_EXEC,  /* a: entry point, b: stack pointer */
	TRACE_EXIT,  /* a: status as for wait(2) */
	TRACE_FLUSH, /* a: start, b: end, c: ASID; 0: kernel entries */
	TRACE_ASID, /* all ASIDs were in use: they start again. a: the generation */
	TRACE_OOM, /* a: process that is killed */
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

extern u32 trace_mask; /* bit per enum trace_kind */

/*
 * The recorder of events whose kind is in trace_mask; set before the mask.
 * Called in any context.
 */
extern void (*trace_sink)(enum trace_kind kind, u32 a, u32 b, u32 c, u32 d);

static inline void trace_event(enum trace_kind kind, u32 a, u32 b, u32 c, u32 d)
{
	if (unlikely(trace_mask & (1u << kind)))
		trace_sink(kind, a, b, c, d);
}

#endif
