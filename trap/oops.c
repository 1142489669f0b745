/*
 * The report of a fault in the kernel itself, the oops; then the machine ends.
 */
#include <asm/cp15.h>
#include <asm/irqflags.h>
#include <lib/backtrace.h>
#include <stdio.h>
#include <trap/internal.h>

#define STACK_WORDS 32u

static const char *mode_name(u32 cpsr)
{
	switch (cpsr & PSR_MODE_MASK) {
	case PSR_MODE_USR:
		return "user";
	case PSR_MODE_FIQ:
		return "FIQ";
	case PSR_MODE_IRQ:
		return "IRQ";
	case PSR_MODE_SVC:
		return "SVC";
	case PSR_MODE_ABT:
		return "abort";
	case PSR_MODE_UND:
		return "undefined";
	case PSR_MODE_SYS:
		return "system";
	default:
		return "unknown mode";
	}
}

/* Symbols for pc and lr first: they usually name the bug. */
static void show_regs(const struct pt_regs *regs)
{
	char where[64], caller[64];

	format_symbol(regs->pc, where, sizeof(where));
	format_symbol(regs->lr, caller, sizeof(caller));
	pr_emerg("  pc  %08x  %s\n", (unsigned int)regs->pc, where);
	pr_emerg("  lr  %08x  %s\n", (unsigned int)regs->lr, caller);
	pr_emerg("  sp  %08x  cpsr %08x (%s mode%s, IRQs %s)\n",
		 (unsigned int)regs->sp, (unsigned int)regs->cpsr,
		 mode_name(regs->cpsr), regs->cpsr & PSR_T ? ", Thumb" : "",
		 regs->cpsr & PSR_I ? "off" : "on");
	for (unsigned int i = 0; i < 12; i += 4)
		/* clang-format off */
		pr_emerg("  r%-2u %08x  r%-2u %08x  r%-2u %08x  r%-2u %08x\n",
			 i, (unsigned int)regs->r[i],
			 i + 1, (unsigned int)regs->r[i + 1],
			 i + 2, (unsigned int)regs->r[i + 2],
			 i + 3, (unsigned int)regs->r[i + 3]);
	/* clang-format on */
	pr_emerg("  r12 %08x\n", (unsigned int)regs->r[12]);
}

/*
 * True if the word at va can be read without a fault: a fault in the report
 * would end it. Device memory counts as readable; a stack never lies there.
 */
static bool readable(u32 va)
{
	struct pt_walk walk;

	if (va < PAGE_OFFSET)
		return false;
	walk_va(current_pgd(), va, &walk);
	return walk.mapped;
}

/*
 * sp may be the very thing that is wrong: every word is checked, and the dump
 * ends at the first that is not mapped.
 */
static void show_stack(u32 sp)
{
	char line[16 + 4 * 9 + 1];

	pr_emerg("stack:\n");
	sp &= ~3u;
	for (unsigned int i = 0; i < STACK_WORDS; i += 4) {
		const u32 *word = (const u32 *)(uintptr_t)sp + i;
		unsigned int used = 0;

		for (unsigned int k = 0; k < 4 && readable(sp + 4 * (i + k));
		     k++)
			used++;
		/* The stack ends where its mapping does. */
		if (used < 4)
			break;
		snprintf(line, sizeof(line), "%08x %08x %08x %08x",
			 (unsigned int)word[0], (unsigned int)word[1],
			 (unsigned int)word[2], (unsigned int)word[3]);
		pr_emerg("  %08x: %s\n", (unsigned int)(sp + 4 * i), line);
	}
}

/* info is NULL where no abort led here, as for an undefined instruction. */
static void show_abort(const struct abort_info *info)
{
	if (!info)
		return;
	pr_emerg("  %s of %08x: %s (FSR %03x)\n",
		 info->kind == ABORT_PREFETCH ?
			 "fetch" :
			 (info->write ? "write" : "read"),
		 (unsigned int)info->far, abort_cause_name(info->cause),
		 (unsigned int)info->fsr);
}

/* Takes no lock: the task that faulted may hold any of them. */
void die(const char *what, struct pt_regs *regs, const struct abort_info *info)
{
	static unsigned int reports;

	local_irq_disable();
	/* The fault may have happened inside printk. */
	printk_bust_lock();
	if (reports++) /* the report itself faulted */
		panic_after_report("%s, while reporting an oops", what);
	pr_emerg("Oops: %s\n", what);
	show_abort(info);
	pr_emerg("in task %s, pid %d\n", current->comm, (int)current->pid);
	show_regs(regs);
	show_stack(regs->sp);
	/* Late, because a corrupt table makes this the most fragile part. */
	if (info && info->address_valid)
		show_pte(current_pgd(), info->far);
	dump_stack(regs);
	/* Plain panic() would print a backtrace again, of this function. */
	panic_after_report("%s", what);
}

/*
 * Runs on a small stack of its own (entry.S). The fault registers are read
 * here, because the frame could not be built in the usual way.
 */
void do_stack_overflow(struct pt_regs *regs)
{
	struct abort_info info;
	u32 dfsr = read_dfsr(), dfar = read_dfar();

	/*
	 * The overflow itself is an abort on the unmapped guard below the
	 * stack.
	 */
	info = decode_abort(dfsr, dfar, ABORT_DATA);
	pr_emerg("the kernel stack of this task, %08x-%08x, is used up\n",
		 (unsigned int)(uintptr_t)current->stack,
		 (unsigned int)(uintptr_t)current->stack + THREAD_SIZE);
	die("kernel stack overflow", regs, &info);
}
