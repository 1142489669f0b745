/*
 * asm/current.h - the running task, from TPIDRPRW (DDI0406C B4.1.150).
 *
 * Privileged software alone can read or write that register; switch_to and
 * head.S write it.
 */
#ifndef ASM_CURRENT_H
#define ASM_CURRENT_H

struct thread_info;

static inline struct thread_info *current_thread_info(void)
{
	struct thread_info *ti;

	/* Not volatile: within one function the running task is the same. */
	__asm__("mrc p15, 0, %0, c13, c0, 4" : "=r"(ti));
	return ti;
}

#endif
