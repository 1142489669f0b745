/*
 * realloc - a block that grows keeps its bytes, and realloc reads no others.
 *
 * Newlib's nano edition copied past the end of the old block, which is a fault
 * where that is the heap's end; user/lib/stubs.c has another.
 */
#include "check.h"

#define HOLE 10000u

/* The block at the heap's end moves into a hole below, larger than all above. */
static bool moves_down(void)
{
	char *hole = malloc(HOLE), *last = malloc(100);

	if (!hole || !last)
		return false;
	memset(last, 'x', 100);
	free(hole);
	last = realloc(last, HOLE);
	if (!last)
		return false;
	for (uint32_t i = 0; i < 100; i++)
		if (last[i] != 'x')
			return false;
	free(last);
	return true;
}

/* Grows by 112 bytes a time. */
static bool grows(void)
{
	uint8_t *block = NULL;

	for (uint32_t bytes = 112; bytes < 2 * HOLE; bytes += 112) {
		uint8_t *larger = realloc(block, bytes);

		if (!larger)
			return false;
		block = larger;
		memset(block + bytes - 112, (int)(bytes / 112), 112);
		for (uint32_t i = 0; i < bytes; i++)
			if (block[i] != (uint8_t)(i / 112 + 1))
				return false;
	}
	free(block);
	return true;
}

int main(void)
{
	bool moved = moves_down(); /* before stdio has blocks in the heap */
	char *block = realloc(NULL, 5), *smaller;
	uint32_t place = (uint32_t)block;

	ok(moved, "a block that moves down keeps its bytes");
	ok(grows(), "a block that grows keeps its bytes");
	ok(block, "realloc of NULL is malloc");
	memcpy(block, "abcd", 5);
	smaller = realloc(block, 2);
	ok((uint32_t)smaller == place && memcmp(smaller, "ab", 2) == 0,
	   "a block that becomes smaller stays where it is");
	ok(!realloc(smaller, 0), "realloc to size 0 frees the block");
	ok(!realloc(NULL, 0x7fffff00), "realloc to nearly 2 GiB returns NULL");
	return done();
}
