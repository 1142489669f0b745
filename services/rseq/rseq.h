/*
 * services/rseq/rseq.h - restartable sequences.
 */
#ifndef SERVICES_RSEQ_RSEQ_H
#define SERVICES_RSEQ_RSEQ_H

#include <service.h>
#include <trap/core_calls.h>
#include <types.h>

struct pt_regs;

extern const struct service rseq_service;

#define RSEQ_CALLS CALL(rseq)

s32 sys_rseq(uaddr_t rseq, u32 bytes, u32 flags, u32 sig);

/*
 * Prepares the running task, which has registered a structure, to go on in user mode
 * with regs, or to start a handler whose frame will hold them: if regs->pc is in a
 * critical section it becomes the abort address. Stores the core's number in the
 * structure. Returns 0, or -EFAULT or -EINVAL if the structure or the section is bad,
 * which is SIGSEGV. The caller holds no lock; may sleep.
 */
int __must_check rseq_resume(struct pt_regs *regs);

#endif
