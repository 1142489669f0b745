/*
 * syscall_table.c - which function serves which number.
 *
 * Owns sys_call_table, read by vector_swi in entry.S, and the answer to calls
 * that do not exist. The functions are in proc/, mm/ and fs/ (syscalls.h).
 */
#include <asm/atomic.h>
#include <syscalls.h>
#include <uapi/unistd.h>

#include <trap/internal.h>

typedef void syscall_fn(void);

/* entry.S: the same with the caller's frame as the only argument. */
void sys_fork_with_regs(void);
void sys_vfork_with_regs(void);
void sys_clone_with_regs(void);
void sys_execve_with_regs(void);
void sys_sigreturn_with_regs(void);
void sys_rt_sigreturn_with_regs(void);
void sys_ni_syscall_with_regs(void);

extern syscall_fn *const sys_call_table[NR_SYSCALLS];

/* Arguments are words in registers: C's types matter to the callee alone. */
#define ROW(number, function) \
	[__NR_##number] = (syscall_fn *)(uintptr_t)(function)
#define CALL(name) ROW(name, sys_##name)
#define REGS(name) ROW(name, sys_##name##_with_regs)

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init" /* first row: the default */

/* clang-format off */
syscall_fn *const sys_call_table[NR_SYSCALLS] = {
	[0 ... NR_SYSCALLS - 1] = sys_ni_syscall_with_regs,

	/* tasks */
	CALL(exit), CALL(exit_group), REGS(fork), REGS(vfork), REGS(clone),
	REGS(execve), CALL(wait4), CALL(waitid),
	CALL(getpid), CALL(getppid), CALL(gettid), CALL(getpgid),
	CALL(getpgrp), CALL(setpgid), CALL(setsid), CALL(getsid),
	ROW(getuid, sys_getuid), ROW(geteuid, sys_getuid),
	ROW(getgid, sys_getuid), ROW(getegid, sys_getuid),
	ROW(getuid32, sys_getuid), ROW(geteuid32, sys_getuid),
	ROW(getgid32, sys_getuid), ROW(getegid32, sys_getuid),
	CALL(sched_yield), CALL(set_tid_address), CALL(set_robust_list),
	CALL(get_robust_list), CALL(prctl), CALL(futex),

	/* the machine, time, limits */
	CALL(uname), CALL(sysinfo), CALL(reboot), CALL(getrandom),
	CALL(nanosleep), CALL(clock_nanosleep), CALL(clock_gettime),
	CALL(getitimer), CALL(setitimer),
	CALL(clock_gettime64), CALL(clock_getres), CALL(gettimeofday),
	CALL(times), CALL(getrusage), ROW(ugetrlimit, sys_getrlimit),
	CALL(setrlimit), CALL(prlimit64),

	/* signals */
	CALL(kill), CALL(tkill), CALL(tgkill), CALL(rt_sigaction),
	CALL(rt_sigprocmask), CALL(rt_sigpending), CALL(rt_sigsuspend),
	CALL(rt_sigtimedwait), CALL(sigaltstack), CALL(pause),
	REGS(sigreturn), REGS(rt_sigreturn), CALL(restart_syscall),

	/* memory */
	CALL(brk), CALL(mmap2), CALL(munmap), CALL(mprotect), CALL(mremap),
	CALL(madvise), CALL(mincore), CALL(msync), CALL(mlock), CALL(mlock2),
	CALL(munlock), CALL(mlockall), CALL(munlockall),

	/* files */
	CALL(read), CALL(write), CALL(readv), CALL(writev), CALL(pread64),
	CALL(pwrite64), CALL(open), CALL(openat), CALL(creat), CALL(close),
	CALL(lseek), ROW(_llseek, sys_llseek), CALL(stat64), CALL(lstat64),
	CALL(fstat64), CALL(fstatat64), CALL(statx), CALL(access),
	CALL(faccessat), CALL(getdents64), CALL(chdir), CALL(fchdir),
	CALL(getcwd), CALL(mkdir), CALL(rmdir), CALL(unlink), CALL(unlinkat),
	CALL(rename), CALL(symlink), CALL(readlink), CALL(readlinkat),
	CALL(truncate), CALL(ftruncate), CALL(ftruncate64), CALL(pipe),
	CALL(pipe2), CALL(dup), CALL(dup2), CALL(dup3), CALL(fcntl64),
	CALL(ioctl), CALL(poll), CALL(sendfile64), CALL(umask), CALL(fsync),
	CALL(utimensat), CALL(chmod), CALL(statfs64),
};
/* clang-format on */

#pragma GCC diagnostic pop

/* ---- numbers without a function ------------------------------------------------ */

/* One bit a number: told once is enough. */
static u32 reported[NR_SYSCALLS / 32 + 1];

s32 sys_ni_syscall(struct pt_regs *regs)
{
	u32 nr = min(regs->r[7], (u32)NR_SYSCALLS);
	u32 bit = 1u << nr % 32;

	if (!(READ_ONCE(reported[nr / 32]) & bit)) {
		atomic_or(bit, &reported[nr / 32]);
		pr_notice(
			"%s[%d]: system call %u (0x%x) does not exist here: -ENOSYS\n",
			current->comm, (int)current->pid,
			(unsigned int)regs->r[7], (unsigned int)regs->r[7]);
	}
	return -ENOSYS;
}

s32 do_arm_private(struct pt_regs *regs)
{
	switch (regs->r[7]) {
	case __ARM_NR_cacheflush:
		return sys_cacheflush(regs->r[0], regs->r[1], regs->r[2]);
	case __ARM_NR_set_tls:
		return sys_set_tls(regs->r[0]);
	default:
		return sys_ni_syscall(regs);
	}
}
