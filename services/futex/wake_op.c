/*
 * FUTEX_WAKE_OP: changes a second word, and wakes waiters of both.
 */
#include <asm/uaccess.h>
#include <proc/proc.h>
#include <services/futex/internal.h>
#include <uapi/futex.h>

/*
 * The fields of val3 of FUTEX_WAKE_OP: how to change the word, and what to
 * compare its old value with. Both operands are signed 12-bit numbers.
 */
#define OP(code)     ((code) >> 28 & 7u)
#define OP_SHIFTS    0x80000000u /* the operand is 1 << the given number */
#define CMP(code)    ((code) >> 24 & 15u)
#define OPARG(code)  ((s32)((code) << 8) >> 20)
#define CMPARG(code) ((s32)((code) << 20) >> 20)

/*
 * Computes the new value of the word by code: 0, or -ENOSYS for an unknown
 * operation.
 */
static int new_value(u32 code, u32 old, u32 *new)
{
	u32 arg = (u32)OPARG(code);

	if (code & OP_SHIFTS)
		arg = 1u << (arg & 31u);
	switch (OP(code)) {
	case FUTEX_OP_SET:
		*new = arg;
		return 0;
	case FUTEX_OP_ADD:
		*new = old + arg;
		return 0;
	case FUTEX_OP_OR:
		*new = old | arg;
		return 0;
	case FUTEX_OP_ANDN:
		*new = old & ~arg;
		return 0;
	case FUTEX_OP_XOR:
		*new = old ^ arg;
		return 0;
	default:
		/*
		 * The word stays as it was: a program can find out what the
		 * kernel knows.
		 */
		return -ENOSYS;
	}
}

/*
 * Sets *holds to the comparison of the old value with code's operand, as signed
 * numbers: 0, or -ENOSYS for an unknown one.
 */
static int compare(u32 code, u32 value, bool *holds)
{
	s32 old = (s32)value, arg = CMPARG(code);
	const bool results[] = {
		[FUTEX_OP_CMP_EQ] = old == arg,
		[FUTEX_OP_CMP_NE] = old != arg,
		[FUTEX_OP_CMP_LT] = old<arg, [FUTEX_OP_CMP_LE] = old <= arg,
					[FUTEX_OP_CMP_GT] = old>
			arg,
		[FUTEX_OP_CMP_GE] = old >= arg,
	};

	if (CMP(code) >= ARRAY_SIZE(results))
		return -ENOSYS;
	*holds = results[CMP(code)];
	return 0;
}

/*
 * Changes the word at va atomically as code asks, and compares its old value.
 * Returns 0, -EFAULT or -ENOSYS.
 */
static int change_word(uaddr_t va, u32 code, bool *holds)
{
	u32 old, new, seen;
	int err = get_user_u32(&old, va);

	while (!err) {
		err = new_value(code, old, &new);
		if (!err)
			err = cmpxchg_user_u32(va, old, new, &seen);
		if (!err && seen == old)
			return compare(code, old, holds);
		/*
		 * Another thread changed the word in between: again, from its
		 * value. Each turn means that some other thread made progress.
		 */
		old = seen;
	}
	return err;
}

/*
 * Both addresses are checked before the word changes, so that an error leaves
 * it as it was. A waiter is queued before it reads the word, so none is missed
 * although no bucket is locked between the steps.
 */
s32 futex_wake_op(uaddr_t va, uaddr_t va2, bool private, u32 nr, u32 nr2,
		  u32 code)
{
	struct futex_key key;
	u32 woken, woken2 = 0;
	bool holds = false;
	int err = futex_get_key(va, private, &key);

	if (!err)
		err = futex_get_key(va2, private, &key);
	if (!err)
		err = change_word(va2, code, &holds);
	if (!err)
		err = futex_wake(va, private, max(nr, 1u),
				 FUTEX_BITSET_MATCH_ANY, &woken);
	if (!err && holds)
		err = futex_wake(va2, private, max(nr2, 1u),
				 FUTEX_BITSET_MATCH_ANY, &woken2);
	return err ? err : (s32)(woken + woken2);
}
