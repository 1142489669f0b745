/*
 * asm/domain.h - when the kernel may touch user memory: software PAN by domains.
 *
 * The tables put user pages into a domain of their own (mmu/desc.h). DACR
 * decides whether a domain's entries can be used, by privileged accesses and
 * fetches as by those of programs (DDI0406C B3.7.3):
 *
 *	in user mode		DACR_USER_OPEN: AP and XN of each entry decide
 *	in the kernel		DACR_USER_CLOSED: any access is a domain fault
 *	in mmu/uaccess.S	open for the length of one copy
 *
 * trap/entry.S closes at each entry from user mode and opens on the way back.
 * An exception in the kernel, a fault inside a copy above all, keeps what was
 * in force in r5, closes, and puts it back; so the handler may sleep and other
 * tasks run, and no task has a DACR to switch. The TLB holds the number of an
 * entry's domain, not its rights: changes of DACR need no TLB maintenance.
 *
 * Never a manager: that would ignore AP and XN.
 *
 * QEMU's TLB does hold a domain's rights, so a write of DACR empties it; with
 * one at each entry to the kernel no missing flush would show. CONFIG_PAN=0,
 * for tests alone (make nopan), leaves user memory open and DACR as boot wrote
 * it.
 */
#ifndef ASM_DOMAIN_H
#define ASM_DOMAIN_H

#include <config.h>

#define DOMAIN_KERNEL       0
#define DOMAIN_USER         1
#define DACR_CLIENT(domain) (1 << (2 * (domain))) /* B4.1.43 */

#define DACR_USER_OPEN (DACR_CLIENT(DOMAIN_KERNEL) | DACR_CLIENT(DOMAIN_USER))
#if CONFIG_PAN
#define DACR_USER_CLOSED DACR_CLIENT(DOMAIN_KERNEL)
#else
#define DACR_USER_CLOSED DACR_USER_OPEN
#endif

/* clang-format off */
#ifdef __ASSEMBLER__
/* \tmp is clobbered; flags are not. */
	.macro	user_open tmp
	.if	CONFIG_PAN
	mov	\tmp, #DACR_USER_OPEN
	mcr	p15, 0, \tmp, c3, c0, 0
	isb				@ in force before the first access
	.endif
	.endm

	.macro	user_close tmp
	.if	CONFIG_PAN
	mov	\tmp, #DACR_USER_CLOSED
	mcr	p15, 0, \tmp, c3, c0, 0
	isb				@ from the next instruction on, not later
	.endif
	.endm

	/*
	 * On the way out of an exception, with what is to be in force in \reg.
	 * No ISB: the exception return is one (B3.15.5), and what the kernel
	 * still loads before it is its own stack, in the other domain.
	 */
	.macro	user_restore reg
	.if	CONFIG_PAN
	mcr	p15, 0, \reg, c3, c0, 0
	.endif
	.endm
#endif
/* clang-format on */
#endif
