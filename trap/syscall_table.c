/*
 * syscall_table.c - numbers that startup/services.c has no function for.
 *
 * Owns which of them were named on the log. ARM's private calls, whose numbers
 * are far above the table's, are here too.
 */
#include <asm/atomic.h>
#include <syscalls.h>
#include <trap/internal.h>
#include <uapi/unistd.h>

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

/* ARM's own call: what TPIDRURO holds, for programs' thread-local data. */
static s32 set_tls(u32 value)
{
	current_thread_info()->tls = value;
	__asm__ volatile("mcr p15, 0, %0, c13, c0, 3" : : "r"(value));
	return 0;
}

s32 do_arm_private(struct pt_regs *regs)
{
	switch (regs->r[7]) {
	case __ARM_NR_cacheflush:
		return sys_cacheflush(regs->r[0], regs->r[1], regs->r[2]);
	case __ARM_NR_set_tls:
		return set_tls(regs->r[0]);
	default:
		return sys_ni_syscall(regs);
	}
}
