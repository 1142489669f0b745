/*
 * asm/atomic.h for the host tests: the compiler's own atomics.
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

static inline s32 atomic_add_return(s32 n, atomic_t *v)
{
	return __atomic_add_fetch(&v->counter, n, __ATOMIC_SEQ_CST);
}

static inline void atomic_add(s32 n, atomic_t *v)
{
	atomic_add_return(n, v);
}

static inline void atomic_inc(atomic_t *v)
{
	atomic_add(1, v);
}

static inline s32 atomic_add_return_release(s32 n, atomic_t *v)
{
	return atomic_add_return(n, v);
}

static inline bool atomic_add_unless_bits(s32 n, u32 bits, atomic_t *v)
{
	if ((u32)v->counter & bits)
		return false;
	atomic_add(n, v);
	return true;
}

static inline bool atomic_dec_and_test(atomic_t *v)
{
	return atomic_add_return(-1, v) == 0;
}

static inline s32 atomic_dec_return_relaxed(atomic_t *v)
{
	return atomic_add_return(-1, v);
}

static inline bool atomic_dec_above_one(atomic_t *v)
{
	if (atomic_read(v) <= 1)
		return false;
	atomic_add(-1, v);
	return true;
}

static inline u32 cmpxchg(u32 *p, u32 old, u32 new)
{
	__atomic_compare_exchange_n(p, &old, new, false, __ATOMIC_SEQ_CST,
				    __ATOMIC_SEQ_CST);
	return old;
}

static inline void atomic_or(u32 bits, u32 *p)
{
	__atomic_fetch_or(p, bits, __ATOMIC_SEQ_CST);
}

static inline void atomic_andnot(u32 bits, u32 *p)
{
	__atomic_fetch_and(p, ~bits, __ATOMIC_SEQ_CST);
}

#endif
