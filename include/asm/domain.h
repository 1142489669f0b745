/*
 * asm/domain.h - when the kernel may touch user memory: software PAN by domains.
 *
 * The tables put user pages into a domain of their own (mmu/desc.h). DACR
 * decides whether a domain's entries can be used at all, by the kernel as by
 * programs (DDI0406C B3.7.3):
 *
 *	in user mode		DACR_USER_OPEN: AP and XN of each entry decide
 *	in the kernel		DACR_USER_CLOSED: any access is a domain fault
 *	in mmu/uaccess.S	open for the length of one copy
 *
 * trap/entry.S closes at each entry from user mode and opens on the way back.
 * An exception in the kernel, above all a fault inside a copy, saves DACR in r5,
 * closes, and restores it on return. So the handler may sleep while other tasks
 * run, and a switch of tasks need not switch DACR. The TLB holds the number of an
 * entry's domain, not its rights: changes of DACR need no TLB maintenance.
 *
 * A domain is a client (its entries' AP and XN count) or closed. It is never a
 * manager: then the MMU would ignore AP and XN.
 *
 * In QEMU, unlike on hardware, the TLB holds a domain's rights, so each write of
 * DACR empties it. With such a write at each entry to the kernel no test could
 * notice a missing flush. CONFIG_PAN=0, for tests alone (make nopan), therefore
 * leaves user memory open and DACR as the boot wrote it.
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
	 * On the way out of an exception: \reg has the DACR to restore. No ISB is
	 * needed: the exception return is one (B3.15.5), and before it the
	 * kernel loads only from its own stack, which is in the other domain.
	 */
	.macro	user_restore reg
	.if	CONFIG_PAN
	mcr	p15, 0, \reg, c3, c0, 0
	.endif
	.endm
#endif
/* clang-format on */
#endif
