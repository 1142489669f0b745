/*
 * trap/internal.h - what the files of trap/ share with each other only.
 */
#ifndef TRAP_INTERNAL_H
#define TRAP_INTERNAL_H

#include <bug.h>
#include <lib/printk.h>
#include <proc/proc.h>
#include <trap/trap.h>

/*
 * A system call without a function: r7 of the frame names it. Said once for
 * each number on the log. Returns -ENOSYS. (syscall_table.c)
 */
s32 sys_ni_syscall(struct pt_regs *regs);
/* The calls from 0xf0000 up, ARM's own, and numbers past the table. */
s32 do_arm_private(struct pt_regs *regs);

void do_unexpected_vector(void) __noreturn;

/* The page that vectors_install fills, mapped where the core looks. */
void vectors_page_init(void);

/* Sort __ex_table, once. (extable.c) */
void extable_init(void);
/* Is the instruction at pc one whose fault has a fix-up? (extable.c) */
bool has_fixup(u32 pc);

/* Asynchronous aborts are about to be unmasked for the first time. (fault.c) */
extern bool first_unmask;

#endif
