/*
 * inspect/unwind.h - one step from a function to its caller, for stack.c and
 * tests.
 */
#ifndef INSPECT_UNWIND_H
#define INSPECT_UNWIND_H

#include <types.h>

/* The registers of a function, as far as its callers need them. */
struct unwind_frame {
	u32 reg[16];   /* r0-r15, of which r4-r15 are valid */
	u32 stack_low; /* words outside [low, high) are not read */
	u32 stack_high;
};

/*
 * Replaces the registers of a function by its caller's. Returns false if the
 * tables end or make no sense.
 */
bool __must_check unwind_frame(struct unwind_frame *frame);

#endif
