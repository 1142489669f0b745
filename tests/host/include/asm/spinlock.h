/*
 * asm/spinlock.h - for the host tests. One core runs: taking a held lock would
 * spin for ever, and is reported with both places; so is releasing a free one.
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

void host_spin_lock(spinlock_t *lock, const char *file, int line);
void host_spin_unlock(spinlock_t *lock, const char *file, int line);

#define spin_lock(lock)   host_spin_lock((lock), __FILE__, __LINE__)
#define spin_unlock(lock) host_spin_unlock((lock), __FILE__, __LINE__)

#endif
