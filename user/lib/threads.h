/*
 * threads.h - tasks that share the program's address space.
 */
#ifndef THREADS_H
#define THREADS_H

#include <stdint.h>

struct thread {
	volatile int32_t tid; /* the kernel clears it when the thread ends */
	int32_t told;         /* by CLONE_PARENT_SETTID */
	uint8_t *stack;
};

/*
 * clone; in the new task call fn(arg) on its own stack, then exit(0). 64 bytes
 * above `stack` must be the caller's.
 */
int32_t start_thread(uint32_t flags, void *stack, int32_t *parent_tid,
		     uint32_t tls, volatile int32_t *child_tid,
		     void (*fn)(void *arg), void *arg);
/* Start fn(arg) in a thread with that thread pointer: its tid, or -errno. */
int32_t run_thread(struct thread *thread, void (*fn)(void *), void *arg,
		   uint32_t tls);
/* Until the kernel has cleared tid and woken who waits for that. */
void join_thread(struct thread *thread);
/*
 * fn(arg) in a process that has this one's memory, as vfork's child has, on a
 * stack of its own: its pid once it has ended, to be waited for, or -errno.
 */
int32_t run_vfork(void (*fn)(void *), void *arg);

#endif
