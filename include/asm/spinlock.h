/*
 * asm/spinlock.h - the lock word: 0 free, 1 held (DDI0406C D7.3.1).
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

static inline void spin_lock(spinlock_t *lock)
{
	u32 tmp;

	__asm__ volatile("1:	ldrex	%0, [%1]\n"
			 "	teq	%0, #0\n"
			 "	wfene\n" /* until the holder's sev */
			 "	strexeq	%0, %2, [%1]\n"
			 "	teqeq	%0, #0\n"
			 "	bne	1b"
			 : "=&r"(tmp)
			 : "r"(&lock->held), "r"(1)
			 : "cc", "memory");
	dmb(); /* nothing of the critical section before the lock is ours */
}

static inline void spin_unlock(spinlock_t *lock)
{
	dmb(); /* all of the critical section before the lock is free */
	WRITE_ONCE(lock->held, 0);
	if (NR_CPUS > 1) {
		dsb(); /* the store is visible before waiters look again */
		__asm__ volatile("sev");
	}
}

#endif
