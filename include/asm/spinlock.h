/*
 * asm/spinlock.h - the lock word: 0 if free, else an address within the function
 * that took it (DDI0406C D7.3.1).
 */
#ifndef ASM_SPINLOCK_H
#define ASM_SPINLOCK_H

#include <asm/barrier.h>
#include <config.h>
#include <types.h>

typedef struct {
	u32 held;
} spinlock_t;

/* clang-format off */
#define SPINLOCK_INIT	{ 0 }
/* clang-format on */

/*
 * What a core does while the lock is held. With several cores WFE stops it
 * until the holder's SEV, in spin_unlock(). On the only core nobody can release
 * the lock while this one spins, because the kernel is not preempted and a
 * holder does not sleep. So an undefined instruction ends the machine, with a
 * report of both places (trap/undef.c); r0 is the lock. The assembler puts
 * subsection 1 behind all other code of the file, so that the usual way has no
 * branch that is taken.
 */
#define SPIN_DEADLOCK 0xe7f10cfc /* udf #0x10cc */
#if NR_CPUS > 1
#define SPIN_HELD "	wfene\n"
#else
#define SPIN_HELD                   \
	"	bne	2f\n	.subsection 1\n" \
	"2:	mov	r0, %2\n	udf	#0x10cc\n	.previous\n"
#endif

/*
 * Takes the lock. Never sleeps; the caller must not sleep until spin_unlock,
 * and turns interrupts off first if a handler takes this lock too.
 */
static inline void spin_lock(spinlock_t *lock)
{
	u32 tmp, here;

	__asm__ volatile("	mov	%1, pc\n"
			 "1:	ldrex	%0, [%2]\n"
			 "	teq	%0, #0\n" SPIN_HELD
			 "	strexeq	%0, %1, [%2]\n"
			 "	teqeq	%0, #0\n"
			 "	bne	1b"
			 : "=&r"(tmp), "=&r"(here)
			 : "r"(&lock->held)
			 : "cc", "memory");
	smp_mb(); /* the lock is taken before the critical section begins */
}

/* Releases the lock. Only the caller that took it may do so. */
static inline void spin_unlock(spinlock_t *lock)
{
	smp_mb(); /* all of the critical section before the lock is free */
	WRITE_ONCE(lock->held, 0);
	if (NR_CPUS > 1) {
		dsb(); /* the store is visible before waiters look again */
		__asm__ volatile("sev");
	}
}

#endif
