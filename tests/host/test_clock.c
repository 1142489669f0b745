/*
 * The clock's arithmetic: a counter of any frequency as nanoseconds, and the
 * way back, against numbers of 128 bits, which the host has and the core not.
 */
#include <board/counter.h>
#include "host.h"

typedef unsigned __int128 u128;

/* Divisors of 1 GHz, frequencies of boards, the lowest and the highest. */
static const u32 frequencies[] = {
	1,         32768,     1000000,   6144000,    13000000,  19200000,
	24000000,  25000000,  62500000,  100000000,  333000000, 333333333,
	399999999, 666666667, 999999999, 1000000000,
};

#define CENTURY_NS (3155760000ull * NSEC_PER_SEC)

/* The time after so many counts, rounded down. */
static u64 exact_ns(u64 count, u32 hz)
{
	return (u64)((u128)count * NSEC_PER_SEC / hz);
}

/* Counts of all sizes, up to a century's. */
#define for_each_count(count, hz)                             \
	for (u64 count = 0; exact_ns(count, hz) < CENTURY_NS; \
	     count += count / 50 + 1 + rnd_below(100))

/* Never behind the truth, ahead of it by one part in 10^9 at most. */
static void test_no_drift(void **state __unused_arg)
{
	for (size_t i = 0; i < ARRAY_SIZE(frequencies); i++) {
		struct count_rate rate = count_rate(frequencies[i]);

		for_each_count(count, rate.hz)
		{
			u64 exact = exact_ns(count, rate.hz);
			u64 ns = count_to_ns(count, &rate);

			assert_true(ns >= exact);
			assert_true(ns - exact <= exact / NSEC_PER_SEC + 1);
		}
	}
}

/* Also where the counter's low word overflows, and the product's. */
static void test_never_backward(void **state __unused_arg)
{
	for (size_t i = 0; i < ARRAY_SIZE(frequencies); i++) {
		struct count_rate rate = count_rate(frequencies[i]);

		for_each_count(count, rate.hz)
		{
			u64 at[] = { count, count << 32 >> 8, count | ~0u };

			for (size_t j = 0; j < ARRAY_SIZE(at); j++) {
				u64 ns, next;

				if (exact_ns(at[j], rate.hz) >= CENTURY_NS)
					continue;
				ns = count_to_ns(at[j], &rate);
				next = count_to_ns(at[j] + 1, &rate);
				assert_true(next >= ns + rate.ns);
				assert_true(next <= ns + rate.ns + 1);
			}
		}
	}
}

/*
 * An event comes when the clock shows its time, and two counts later at most.
 */
static void test_events(void **state __unused_arg)
{
	for (size_t i = 0; i < ARRAY_SIZE(frequencies); i++) {
		struct count_rate rate = count_rate(frequencies[i]);

		for (u64 ns = 0; ns < 1ull << 61; ns += ns / 50 + 1) {
			u64 at = count_to_ns(ns_to_count(ns, &rate), &rate);

			assert_true(at >= ns);
			assert_true(at - ns <=
				    ns / NSEC_PER_SEC + 2 * ((u64)rate.ns + 1));
		}
	}
}

/* Divisors of 1 GHz are exact. */
static void test_exact(void **state __unused_arg)
{
	static const u32 divisors[] = { 1, 8, 10, 16, 40, 1000 };

	for (size_t i = 0; i < ARRAY_SIZE(divisors); i++) {
		struct count_rate rate = count_rate((u32)NSEC_PER_SEC /
						    divisors[i]);

		for_each_count(count, rate.hz) assert_true(
			count_to_ns(count, &rate) == count * divisors[i]);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_drift),
		cmocka_unit_test(test_never_backward),
		cmocka_unit_test(test_events),
		cmocka_unit_test(test_exact),
	};

	return host_run(tests);
}
