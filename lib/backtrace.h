/*
 * lib/backtrace.h - who called whom, from the EHABI unwind tables that the
 * compiler writes; symbols from the table that the second link pass builds in
 * (tools/kallsyms.py).
 */
#ifndef LIB_BACKTRACE_H
#define LIB_BACKTRACE_H

#include <types.h>

struct pt_regs;

/* Print the call chain that led to regs (NULL: to the caller). Never faults. */
void dump_stack(const struct pt_regs *regs);

/* Is a function of that name among the callers? Inlined ones are not. */
bool called_from(const char *function);

/* "do_mmap+0x24" for a kernel text address; its hex value where unknown. */
void format_symbol(u32 va, char *buf, size_t bytes);

/* ---- lib/unwind.c: one step of dump_stack, and for tests --------- */

struct unwind_frame {
	u32 reg[16];   /* r0-r15; only r4-r15 mean something */
	u32 stack_low; /* no word outside [low, high) is read */
	u32 stack_high;
};

/* From a function to its caller. False: the tables end, or make no sense. */
bool __must_check unwind_frame(struct unwind_frame *frame);

#endif
