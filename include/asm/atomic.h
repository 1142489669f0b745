/*
 * asm/atomic.h - counters and words shared between cores (DDI0406C A3.4).
 *
 * LDREX/STREX work on Normal memory with the MMU on and, on Cortex-A9, with
 * ACTLR.SMP set: nothing here may run before paging. "Fully ordered" means
 * after all earlier and before all later accesses (dmb both sides); each says
 * what it orders. The host tests shadow this header with C11 atomics.
 */
#ifndef ASM_ATOMIC_H
#define ASM_ATOMIC_H

#include <asm/barrier.h>
#include <types.h>

typedef struct {
	s32 counter;
} atomic_t;

/* clang-format off */
#define ATOMIC_INIT(n)	{ (n) }
/* clang-format on */

static inline s32 atomic_read(const atomic_t *v)
{
	return READ_ONCE(v->counter);
}

static inline void atomic_set(atomic_t *v, s32 n)
{
	WRITE_ONCE(v->counter, n);
}

/* v += n; returns the new value; no ordering. */
static inline s32 atomic_add_return_relaxed(s32 n, atomic_t *v)
{
	s32 val, failed;

	__asm__ volatile("1:	ldrex	%0, [%3]\n"
			 "	add	%0, %0, %4\n"
			 "	strex	%1, %0, [%3]\n"
			 "	teq	%1, #0\n"
			 "	bne	1b"
			 : "=&r"(val), "=&r"(failed), "+Qo"(v->counter)
			 : "r"(&v->counter), "Ir"(n)
			 : "cc");
	return val;
}

/* v += n; no ordering. */
static inline void atomic_add(s32 n, atomic_t *v)
{
	atomic_add_return_relaxed(n, v);
}

static inline void atomic_inc(atomic_t *v)
{
	atomic_add(1, v);
}

/* v += n; returns the new value; fully ordered. */
static inline s32 atomic_add_return(s32 n, atomic_t *v)
{
	s32 val;

	dmb(); /* what this count guards was written before */
	val = atomic_add_return_relaxed(n, v);
	dmb(); /* what the new count allows is read after */
	return val;
}

/* v += n; returns the new value; earlier accesses come before it. */
static inline s32 atomic_add_return_release(s32 n, atomic_t *v)
{
	s32 val;

	dmb(); /* what a lock guards was done before the lock is given up */
	val = atomic_add_return_relaxed(n, v);
	barrier(); /* what it guards is another's now: no value is kept */
	return val;
}

/* v += n, if v has none of these bits. True: done, and later accesses follow. */
static inline bool atomic_add_unless_bits(s32 n, u32 bits, atomic_t *v)
{
	s32 val, failed;

	__asm__ goto volatile("1:	ldrex	%0, [%2]\n"
			      "	tst	%0, %4\n"
			      "	bne	%l[has_one]\n"
			      "	add	%0, %0, %3\n"
			      "	strex	%1, %0, [%2]\n"
			      "	teq	%1, #0\n"
			      "	bne	1b"
			      : "=&r"(val), "=&r"(failed)
			      : "r"(&v->counter), "Ir"(n), "Ir"(bits)
			      : "cc", "memory"
			      : has_one);
	dmb(); /* nothing that a lock guards is done before it is ours */
	return true;
has_one:
	return false;
}

/* v -= 1; true when that made it zero; fully ordered. */
static inline bool atomic_dec_and_test(atomic_t *v)
{
	return atomic_add_return(-1, v) == 0;
}

/* v -= 1; returns the new value; no ordering. */
static inline s32 atomic_dec_return_relaxed(atomic_t *v)
{
	s32 val, failed;

	__asm__ volatile("1:	ldrex	%0, [%3]\n"
			 "	sub	%0, %0, #1\n"
			 "	strex	%1, %0, [%3]\n"
			 "	teq	%1, #0\n"
			 "	bne	1b"
			 : "=&r"(val), "=&r"(failed), "+Qo"(v->counter)
			 : "r"(&v->counter)
			 : "cc");
	return val;
}

/* v -= 1 if it is above 1: true when it was; no ordering. */
static inline bool atomic_dec_above_one(atomic_t *v)
{
	s32 val, failed;

	__asm__ volatile("1:	ldrex	%0, [%3]\n"
			 "	subs	%0, %0, #1\n"
			 "	ble	2f\n"
			 "	strex	%1, %0, [%3]\n"
			 "	teq	%1, #0\n"
			 "	bne	1b\n"
			 "2:"
			 : "=&r"(val), "=&r"(failed), "+Qo"(v->counter)
			 : "r"(&v->counter)
			 : "cc");
	return val > 0;
}

/* If *p is old make it new. Returns what was found; fully ordered. */
static inline u32 cmpxchg(u32 *p, u32 old, u32 new)
{
	u32 found, failed;

	dmb(); /* earlier accesses before the exchange */
	__asm__ volatile("1:	ldrex	%0, [%3]\n"
			 "	mov	%1, #0\n"
			 "	teq	%0, %4\n"
			 "	strexeq	%1, %5, [%3]\n"
			 "	teq	%1, #0\n"
			 "	bne	1b"
			 : "=&r"(found), "=&r"(failed), "+Qo"(*p)
			 : "r"(p), "r"(old), "r"(new)
			 : "cc");
	dmb(); /* later accesses after it */
	return found;
}

/* Set or clear bits of *p, atomically, no ordering. */
static inline void atomic_or(u32 bits, u32 *p)
{
	u32 val, failed;

	__asm__ volatile("1:	ldrex	%0, [%3]\n"
			 "	orr	%0, %0, %4\n"
			 "	strex	%1, %0, [%3]\n"
			 "	teq	%1, #0\n"
			 "	bne	1b"
			 : "=&r"(val), "=&r"(failed), "+Qo"(*p)
			 : "r"(p), "Ir"(bits)
			 : "cc");
}

static inline void atomic_andnot(u32 bits, u32 *p)
{
	u32 val, failed;

	__asm__ volatile("1:	ldrex	%0, [%3]\n"
			 "	bic	%0, %0, %4\n"
			 "	strex	%1, %0, [%3]\n"
			 "	teq	%1, #0\n"
			 "	bne	1b"
			 : "=&r"(val), "=&r"(failed), "+Qo"(*p)
			 : "r"(p), "Ir"(bits)
			 : "cc");
}

#endif
