/*
 * FUTEX_WAKE_OP: changes a second word, and wakes waiters of both.
 */
#include <asm/uaccess.h>
#include <proc/proc.h>
#include <services/futex/internal.h>
#include <uapi/futex.h>

/* val3 of FUTEX_WAKE_OP, taken apart: what to do to the word, and to compare. */
#define OP(code)     ((code) >> 28 & 7u)
#define OP_SHIFTS    0x80000000u /* the operand is a bit's number */
#define CMP(code)    ((code) >> 24 & 15u)
#define OPARG(code)  ((s32)((code) << 8) >> 20)
#define CMPARG(code) ((s32)((code) << 20) >> 20)

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
		return -ENOSYS;
	}
}

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

/* Change the word at va in one step; *holds: the comparison with its old value. */
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
		old = seen;
	}
	return err;
}

/*
 * Change the word at va2, wake up to nr waiters of va, and, if the comparison
 * holds, nr2 of va2. Who waits is queued before it reads the word, so that none
 * is missed although no bucket is locked meanwhile.
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
