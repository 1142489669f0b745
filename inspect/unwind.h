/*
 * inspect/unwind.h - one step from a function to its caller, for stack.c and
 * tests.
 */
#ifndef INSPECT_UNWIND_H
#define INSPECT_UNWIND_H

#include <types.h>

struct unwind_frame {
	u32 reg[16];   /* r0-r15; only r4-r15 mean something */
	u32 stack_low; /* no word outside [low, high) is read */
	u32 stack_high;
};

/* From a function to its caller. False: the tables end, or make no sense. */
bool __must_check unwind_frame(struct unwind_frame *frame);

#endif
