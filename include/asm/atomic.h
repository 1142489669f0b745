/*
 * asm/atomic.h - counters and words shared between cores (DDI0406C A3.4).
 *
 * The compiler's atomics, on the target and in the host tests. For ARMv7 they
 * are LDREX/STREX loops, which work on Normal memory with the MMU on and, on
 * Cortex-A9, with ACTLR.SMP set (this core's caches are kept coherent with
 * those of others): nothing here may run before the MMU is on. Each comment
 * states the order. "Fully ordered" means after all earlier and before all
 * later accesses. The order comes from smp_mb() on both sides or on one, not
 * from the compiler's orders such as __ATOMIC_ACQUIRE: those emit a dmb even if
 * there is only one core.
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

/* A plain load and store of the word; no ordering. */
static inline s32 atomic_read(const atomic_t *v)
{
	return READ_ONCE(v->counter);
}

static inline void atomic_set(atomic_t *v, s32 n)
{
	WRITE_ONCE(v->counter, n);
}

/* v += n; no ordering. */
static inline void atomic_add(s32 n, atomic_t *v)
{
	__atomic_add_fetch(&v->counter, n, __ATOMIC_RELAXED);
}

static inline void atomic_inc(atomic_t *v)
{
	atomic_add(1, v);
}

/* v += n; returns the new value; fully ordered. */
static inline s32 atomic_add_return(s32 n, atomic_t *v)
{
	s32 val;

	smp_mb(); /* after what came before */
	val = __atomic_add_fetch(&v->counter, n, __ATOMIC_RELAXED);
	smp_mb(); /* before what follows */
	return val;
}

/* v += n; returns the new value; earlier accesses come before it. */
static inline s32 atomic_add_return_release(s32 n, atomic_t *v)
{
	s32 val;

	smp_mb(); /* after what came before */
	val = __atomic_add_fetch(&v->counter, n, __ATOMIC_RELAXED);
	barrier(); /* another task may change the guarded data from here on */
	return val;
}

/* v -= 1; true when that made it zero; fully ordered. */
static inline bool atomic_dec_and_test(atomic_t *v)
{
	return atomic_add_return(-1, v) == 0;
}

/* v += 1 or -= 1; returns the new value; no ordering. */
static inline s32 atomic_inc_return_relaxed(atomic_t *v)
{
	return __atomic_add_fetch(&v->counter, 1, __ATOMIC_RELAXED);
}

static inline s32 atomic_dec_return_relaxed(atomic_t *v)
{
	return __atomic_sub_fetch(&v->counter, 1, __ATOMIC_RELAXED);
}

/* If *p equals old, stores new. Returns the value found; fully ordered. */
static inline u32 cmpxchg(u32 *p, u32 old, u32 new)
{
	smp_mb(); /* after what came before */
	__atomic_compare_exchange_n(p, &old, new, false, __ATOMIC_RELAXED,
				    __ATOMIC_RELAXED);
	smp_mb(); /* before what follows */
	return old;
}

/* Set or clear bits of *p, atomically, no ordering. */
static inline void atomic_or(u32 bits, u32 *p)
{
	__atomic_fetch_or(p, bits, __ATOMIC_RELAXED);
}

static inline void atomic_andnot(u32 bits, u32 *p)
{
	__atomic_fetch_and(p, ~bits, __ATOMIC_RELAXED);
}

/*
 * Two operations that test the value before they change it:
 *
 * atomic_add_unless_bits: v += n, if v has none of these bits. Returns true if
 * it was added; later accesses then follow it.
 *
 * atomic_dec_above_one: v -= 1 if it is above 1. Returns true if it was; no
 * ordering.
 *
 * In C the test is a load of its own, and the exchange loads and compares again.
 * That would cost 4 instructions at each page fault, which takes the lock of an
 * address space, and 3 for each page that a child frees. So on ARM the LDREX loops
 * are written out, with the test between LDREX and STREX.
 */
#ifdef __arm__

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
	smp_mb(); /* the lock is taken before the guarded data is touched */
	return true;
has_one:
	return false;
}

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

#else

static inline bool atomic_add_unless_bits(s32 n, u32 bits, atomic_t *v)
{
	s32 val = atomic_read(v);

	do {
		if ((u32)val & bits)
			return false;
	} while (!__atomic_compare_exchange_n(&v->counter, &val, val + n, true,
					      __ATOMIC_ACQUIRE,
					      __ATOMIC_RELAXED));
	return true;
}

static inline bool atomic_dec_above_one(atomic_t *v)
{
	s32 val = atomic_read(v);

	do {
		if (val <= 1)
			return false;
	} while (!__atomic_compare_exchange_n(&v->counter, &val, val - 1, true,
					      __ATOMIC_RELAXED,
					      __ATOMIC_RELAXED));
	return true;
}

#endif

#endif
