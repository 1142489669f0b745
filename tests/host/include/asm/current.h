/*
 * asm/current.h - for the host tests: `current` is a variable that tests set;
 * host_thread is a task that does nothing.
 */
#ifndef ASM_CURRENT_H
#define ASM_CURRENT_H

struct thread_info;

extern struct thread_info *host_current;

static inline struct thread_info *current_thread_info(void)
{
	return host_current;
}

#endif
