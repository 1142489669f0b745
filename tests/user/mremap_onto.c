/*
 * mremap_onto - MREMAP_FIXED onto a mapping: either the move succeeds, or it
 * fails and both places are byte for byte as before. Nothing fails by itself;
 * tests/system/fail_alloc.t boots this program with each of the kernel's
 * allocations failing in turn.
 */
#include "check.h"

#define N 8u /* pages of each mapping; the middle half is moved */

/* Every byte of page i of p depends on i and on the seed. */
static void fill(uint8_t *p, uint8_t seed)
{
	for (uint32_t i = 0; i < N * PAGE; i++)
		p[i] = (uint8_t)(seed + i / PAGE + i % 251);
}

static bool filled(const uint8_t *p, uint8_t seed, uint32_t first, uint32_t end)
{
	for (uint32_t i = first * PAGE; i < end * PAGE; i++)
		if (p[i] != (uint8_t)(seed + i / PAGE + i % 251))
			return false;
	return true;
}

static bool there(const uint8_t *p, uint32_t n)
{
	uint8_t vec[N];

	return SYS(mincore, p, n * PAGE, vec) == 0;
}

static void check_moved(uint8_t *from, uint8_t *to)
{
	ok(filled(to, 1, 2, 6), "the target has the pages of the source");
	ok(!there(from + 2 * PAGE, 1) && !there(from + 5 * PAGE, 1),
	   "nothing is mapped at the source any more");
	ok(filled(from, 1, 0, 2) && filled(from, 1, 6, N) &&
		   filled(to, 100, 0, 2) && filled(to, 100, 6, N),
	   "mappings beside source and target stay");
}

static void check_failed(int32_t error, uint8_t *from, uint8_t *to)
{
	is(error, -ENOMEM, "the move fails for want of memory");
	ok(there(from, N) && filled(from, 1, 0, N), "the source is unchanged");
	ok(there(to, N) && filled(to, 100, 0, N), "the target is unchanged");
}

int main(void)
{
	uint8_t *from = pages(N), *to = pages(N + 1) + PAGE;
	int32_t got;

	fill(from, 1);
	fill(to, 100);
	got = SYS(mremap, from + 2 * PAGE, N / 2 * PAGE, N / 2 * PAGE,
		  MREMAP_MAYMOVE | MREMAP_FIXED, to + 2 * PAGE);
	if (got == (int32_t)(to + 2 * PAGE))
		check_moved(from, to);
	else
		check_failed(got, from, to);
	return done();
}
