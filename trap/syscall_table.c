/*
 * syscall_table.c - numbers that startup/services.c has no function for.
 *
 * Owns which of them were named on the log. ARM's private calls, whose numbers
 * are far above the table's, are here too.
 */
#include <spinlock.h>
#include <syscalls.h>
#include <trap/internal.h>
#include <uapi/unistd.h>

/*
 * Each number is printed once. After this many different ones no more are
 * printed: a program that tries them all must not fill the log.
 */
#define MAX_NAMED 64u

static spinlock_t named_lock = SPINLOCK_INIT;
/* named_lock */
static u32 named[MAX_NAMED];
static u32 nr_named;

/*
 * Returns true for the first caller with nr, while there is room to remember
 * it.
 */
static bool name_it(u32 nr)
{
	bool first;
	u32 i;

	spin_lock(&named_lock);
	for (i = 0; i < nr_named && named[i] != nr; i++)
		;
	/* A full table counts every further number as known. */
	first = i == nr_named && i < MAX_NAMED;
	if (first)
		named[nr_named++] = nr;
	spin_unlock(&named_lock);
	return first;
}

s32 sys_ni_syscall(struct pt_regs *regs)
{
	u32 nr = regs->r[7];

	if (name_it(nr))
		pr_info("%s[%d]: system call %u (0x%x) does not exist here: -ENOSYS\n",
			current->comm, (int)current->pid, (unsigned int)nr,
			(unsigned int)nr);
	return -ENOSYS;
}

/*
 * Sets what TPIDRURO holds, the base of a program's thread-local data. Kept in
 * thread_info as well, for the switch back to this task.
 */
static s32 set_tls(u32 value)
{
	current_thread_info()->tls = value;
	/*
	 * The switch loads it only when the task runs again; the caller reads
	 * it now.
	 */
	__asm__ volatile("mcr p15, 0, %0, c13, c0, 3" : : "r"(value));
	return 0;
}

/* ---- ARM's own calls --------------------------------------------- */

/* Unknown calls up to this number fail with -ENOSYS; above it is SIGILL. */
#define ARM_NR_LAST (__ARM_NR_BASE + 0x7ff)

static const struct user_trap branch_to_zero = {
	.sig = SIGSEGV,
	.code = SEGV_MAPERR,
	.what = "system call",
	.verdict =
		"the number stands for a branch to address 0, a NULL function",
};

static const struct user_trap breakpoint_call = {
	.sig = SIGTRAP,
	.code = TRAP_BRKPT,
	.what = "system call",
	.verdict = "it is a breakpoint, and no debugger or handler takes it",
};

static const struct user_trap bad_call = {
	.sig = SIGILL,
	.code = ILL_ILLTRP,
	.what = "system call",
	.verdict = "Linux defines no system call with this number",
};

/* The address of the svc; regs->pc is that of the next instruction. */
static uaddr_t svc_address(const struct pt_regs *regs)
{
	return regs->pc - (regs->cpsr & PSR_T ? 2 : 4);
}

/*
 * Numbers that Linux has no function for either, with Linux's signals. Returns
 * the value for r0.
 */
static s32 no_arm_private(struct pt_regs *regs)
{
	u32 nr = regs->r[7];

	if (nr < __ARM_NR_BASE)
		return sys_ni_syscall(regs);
	switch (nr) {
	case __ARM_NR_BASE:
		/* siginfo's address is 0, where the branch would have gone. */
		end_user_trap(&branch_to_zero, regs, 0, nr);
		return 0;
	case __ARM_NR_breakpoint:
		/*
		 * As for a breakpoint instruction: a debugger expects pc at it.
		 */
		regs->pc = svc_address(regs);
		end_user_trap(&breakpoint_call, regs, regs->pc, nr);
		/* r0 must survive: a debugger continues with it. */
		return (s32)regs->r[0];
	case __ARM_NR_usr26:
	case __ARM_NR_usr32:
		break;
	default:
		if (nr <= ARM_NR_LAST)
			return sys_ni_syscall(regs);
	}
	end_user_trap(&bad_call, regs, svc_address(regs), nr);
	/*
	 * If a handler takes it: Linux's arm_syscall returns 0, its bad_syscall
	 * leaves r0 as it was.
	 */
	return nr >> 16 == __ARM_NR_BASE >> 16 ? 0 : (s32)regs->r[0];
}

/*
 * A switch instead of a table: the numbers are sparse, and far above the
 * table's.
 */
s32 do_arm_private(struct pt_regs *regs)
{
	switch (regs->r[7]) {
	case __ARM_NR_cacheflush:
		return sys_cacheflush(regs->r[0], regs->r[1], regs->r[2]);
	case __ARM_NR_set_tls:
		return set_tls(regs->r[0]);
	case __ARM_NR_get_tls:
		return (s32)current_thread_info()->tls;
	default:
		return no_arm_private(regs);
	}
}
