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

/* Told once is enough; who tries more than these numbers is not listened to. */
#define MAX_NAMED 64u

static spinlock_t named_lock = SPINLOCK_INIT;
/* named_lock */
static u32 named[MAX_NAMED];
static u32 nr_named;

/* True for the first who asks about nr. */
static bool name_it(u32 nr)
{
	bool first;
	u32 i;

	spin_lock(&named_lock);
	for (i = 0; i < nr_named && named[i] != nr; i++)
		;
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
