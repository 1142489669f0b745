/*
 * spinlock.h - mutual exclusion between cores and with interrupt handlers.
 *
 * A spinlock is held for a few instructions and never across schedule(). Data
 * that an interrupt handler touches too is guarded by the _irqsave forms.
 * Locks are real LDREX/STREX locks even while one core runs. In host tests
 * <asm/spinlock.h> is shadowed and also checks for double locking.
 */
#ifndef SPINLOCK_H
#define SPINLOCK_H

#include <asm/irqflags.h>
#include <asm/spinlock.h>

/* For locks in memory that is not static. */
static inline void spin_lock_init(spinlock_t *lock)
{
	*lock = (spinlock_t)SPINLOCK_INIT;
}

/*
 * Disables interrupts on this core, then takes the lock: a handler that takes
 * the lock would otherwise wait for the very code that it interrupted. Pass flags
 * to spin_unlock_irqrestore().
 */
#define spin_lock_irqsave(lock, flags)      \
	do {                                \
		(flags) = local_irq_save(); \
		spin_lock(lock);            \
	} while (0)

/* Releases the lock first: an interrupt that was held back may need it at once. */
static inline void spin_unlock_irqrestore(spinlock_t *lock, u32 flags)
{
	spin_unlock(lock);
	local_irq_restore(flags);
}

#endif
