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
 * A system call without a function; r7 of the frame is its number. Prints each
 * number once on the log. Returns -ENOSYS. (syscall_table.c)
 */
s32 sys_ni_syscall(struct pt_regs *regs);
/*
 * ARM's own calls, from 0xf0000 up, and numbers past the table. Returns the
 * value for r0. (syscall_table.c)
 */
s32 do_arm_private(struct pt_regs *regs);

/* A vector that nothing in this kernel can cause was taken: panics. (trap.c) */
void do_unexpected_vector(void) __noreturn;

/*
 * Allocates the page that vectors_install fills, and maps it at VECTORS_BASE.
 * Boot only; panics if there is no memory. (vectors_page.c)
 */
void vectors_page_init(void);

/* Sorts __ex_table; call it once, before the first user copy. (extable.c) */
void extable_init(void);
/*
 * Returns true if the instruction at pc has a fix-up for a fault. (extable.c)
 */
bool has_fixup(u32 pc);

/*
 * True while trap_init unmasks asynchronous aborts for the first time: one that
 * is taken then is the loader's. (fault.c)
 */
extern bool first_unmask;

#endif
