/*
 * threads.h - tasks that share the program's address space.
 */
#ifndef THREADS_H
#define THREADS_H

#include <stdint.h>

struct thread {
	volatile int32_t tid; /* the kernel clears it when the thread ends */
	int32_t told;         /* the tid that CLONE_PARENT_SETTID stored */
	uint8_t *stack;
};

/*
 * Calls clone(2). The new task calls fn(arg) on its own stack, then exit(0). The
 * 64 bytes above `stack` must be mapped. Returns the task's tid, or -errno.
 */
int32_t start_thread(uint32_t flags, void *stack, int32_t *parent_tid,
		     uint32_t tls, volatile int32_t *child_tid,
		     void (*fn)(void *arg), void *arg);
/* Starts fn(arg) in a thread with thread pointer tls. Returns tid or -errno. */
int32_t run_thread(struct thread *thread, void (*fn)(void *), void *arg,
		   uint32_t tls);
/* Waits until the thread has ended: the kernel clears tid and wakes waiters. */
void join_thread(struct thread *thread);
/*
 * Runs fn(arg) in a process that shares this one's memory, as vfork's child does,
 * but on a stack of its own. Returns its pid after it has ended (the caller must
 * still wait for it), or -errno.
 */
int32_t run_vfork(void (*fn)(void *), void *arg);

#endif
