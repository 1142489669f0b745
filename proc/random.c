/*
 * Random numbers: for AT_RANDOM, address layout, and getrandom.
 *
 * xorshift64* (Vigna 2014), stirred with the clock at each call. No board
 * here has a known entropy source, so this keeps no secret from an attacker, and
 * under a deterministic emulator it repeats: docs/differences.md.
 */
#include <proc/proc.h>
#include <string.h>

static spinlock_t random_lock = SPINLOCK_INIT;
static u64 state = 0x9e3779b97f4a7c15ull; /* random_lock; never 0 */

/* Only the high half is used: the low bits of xorshift64* are weak. */
static u32 next_random(void)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (u32)((state * 0x2545f4914f6cdd1dull) >> 32);
}

/*
 * The clock is stirred in once for each call. The lock covers all of it, or two
 * callers could get the same bytes.
 */
void get_random_bytes(void *buf, u32 bytes)
{
	u8 *p = buf;
	u32 flags, part;

	spin_lock_irqsave(&random_lock, flags);
	state ^= wall_clock_ns();
	/* xorshift never leaves 0. */
	if (!state)
		state = 1;
	for (; bytes; bytes -= part, p += part) {
		u32 word = next_random();

		part = min(bytes, (u32)sizeof(word));
		memcpy(p, &word, part);
	}
	spin_unlock_irqrestore(&random_lock, flags);
}
