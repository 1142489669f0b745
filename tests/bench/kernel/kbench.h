/*
 * tests/bench/kernel/kbench.h - one measurement inside the kernel: set up,
 * begin(), the operation many times, end(). The kernel's own half of
 * tests/bench/bench.h.
 *
 * begin() and end() read the board's clock, which steps a nanosecond an
 * instruction under `-icount shift=0`. What the two calls cost themselves is
 * taken off by end(), what a plain loop costs by report(). Interrupts are off
 * in between: no tick is counted.
 */
#ifndef TESTS_BENCH_KBENCH_H
#define TESTS_BENCH_KBENCH_H

#include <types.h>

#define CALLS 1000u

void begin(void);
s64 end(void);
/*
 * One line, "bench NAME, STATE INSTRUCTIONS": what `times` rounds of a plain
 * loop cost each, rounded. Rounds that were not such a loop (pages of one call)
 * say so.
 */
void report(const char *name, const char *state, s64 total, u32 times);
void report_without_loop(const char *name, const char *state, s64 total,
			 u32 times);
/* The operation failed: its figure would mean nothing. */
void must(bool good, const char *what);

/* The kernel's own memory, as it is now; state goes into the names. */
void bench_memory(const char *state);
/* What needs memory in large blocks only. */
void bench_whole_memory(const char *state);
/* 10^6 random allocations and frees. What is held then stays held. */
void fragment_memory(void);
/* Give it all back. */
void release_memory(void);
/* Pages of the largest free block. */
u32 largest_free_block(void);

#endif
