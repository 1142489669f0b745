/*
 * trap/core_calls.h - how a row of sys_call_table is written.
 *
 * The table belongs to startup/services.c, the one file that knows the services;
 * vector_swi (entry.S) indexes it by the number in r7.
 */
#ifndef TRAP_CORE_CALLS_H
#define TRAP_CORE_CALLS_H

#include <syscalls.h>
#include <uapi/unistd.h>

typedef void syscall_fn(void);

extern syscall_fn *const sys_call_table[NR_SYSCALLS];

/* Wrappers in entry.S: they pass the caller's frame as the only argument. */
void sys_fork_with_regs(void);
void sys_vfork_with_regs(void);
void sys_clone_with_regs(void);
void sys_execve_with_regs(void);
void sys_ni_syscall_with_regs(void);

/*
 * Arguments are words in registers; only the function called knows their types.
 */
#define ROW(number, function) \
	[__NR_##number] = (syscall_fn *)(uintptr_t)(function)
#define CALL(name) ROW(name, sys_##name)
#define REGS(name) ROW(name, sys_##name##_with_regs)

/* Fills every row with "does not exist"; the rows after it override it. */
#pragma GCC diagnostic ignored "-Woverride-init"
#define NO_CALL [0 ... NR_SYSCALLS - 1] = sys_ni_syscall_with_regs

/* clang-format off */
#define CORE_CALLS \
	/* tasks */ \
	CALL(exit), CALL(exit_group), REGS(fork), REGS(vfork), REGS(clone), \
	REGS(execve), CALL(wait4), CALL(sched_yield), \
	CALL(nanosleep), CALL(getrusage), \
	/* memory */ \
	CALL(brk), CALL(mmap2), CALL(munmap), CALL(mprotect), CALL(mremap), \
	/* files */ \
	CALL(read), CALL(write), CALL(open), CALL(openat), CALL(close), \
	CALL(lseek), CALL(fstat64), CALL(ioctl)
/* clang-format on */

#endif
