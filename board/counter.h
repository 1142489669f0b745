/*
 * board/counter.h - for the clocks of board/: counts as nanoseconds, and back.
 */
#ifndef BOARD_COUNTER_H
#define BOARD_COUNTER_H

#include <sched.h> /* split_seconds(): ns as seconds and the rest */
#include <time_units.h>

/*
 * A counter of any frequency up to 1 GHz, as numbers to multiply with: the core
 * has no division of 64 bits. A count is ns + fraction / 2^32 nanoseconds, and
 * that is rounded up, by at most 2^-32 ns. So the clock is fast by less than
 * one part in 10^9, never slow: when the counter has reached ns_to_count(t),
 * the clock has reached t.
 */
struct count_rate {
	u32 hz, ns, fraction;
	u32 per_ns; /* counts in a nanosecond, in 2^-32; rounded down */
};

/* part / whole in 2^-32, rounded down; part < whole < 2^31. */
static inline u32 fraction_of(u32 part, u32 whole)
{
	u32 fraction = 0;

	for (unsigned int i = 0; i < 32; i++) {
		part *= 2;
		fraction = fraction * 2 + (part >= whole);
		part -= part >= whole ? whole : 0;
	}
	return fraction;
}

/* The rate of a counter of hz, 1 to 10^9. */
static inline struct count_rate count_rate(u32 hz)
{
	const u32 second = (u32)NSEC_PER_SEC;
	u32 left = second % hz;

	return (struct count_rate){
		.hz = hz,
		.ns = second / hz,
		.fraction = left ? fraction_of(left, hz) + 1 : 0,
		.per_ns = hz < second ? fraction_of(hz, second) : UINT32_MAX,
	};
}

/*
 * Multiplies by ns + fraction / 2^32. The product is exact but for the 32 bits
 * behind the point, which are cut off: so a higher count never becomes an earlier
 * time.
 */
static inline u64 count_to_ns(u64 count, const struct count_rate *rate)
{
	u32 low = (u32)count, high = (u32)(count >> 32);
	u64 part;

	if (!rate->fraction) /* 1 GHz or a divisor of it: most are */
		return count * rate->ns;
	part = ((u64)low * rate->fraction >> 32) + (u64)high * rate->fraction;
	return count * rate->ns + part;
}

/*
 * Returns the count that the counter has reached at ns, which is below 2^62. It is
 * never too early, and late by at most two counts and the error of the rate.
 */
static inline u64 ns_to_count(u64 ns, const struct count_rate *rate)
{
	/*
	 * In whole seconds and the rest: each product below then fits in 64
	 * bits.
	 */
	u32 nsec, sec = split_seconds(ns, &nsec);

	return (u64)sec * rate->hz + ((u64)nsec * rate->per_ns >> 32) + 2;
}

#endif
