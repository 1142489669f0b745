/*
 * brk: the heap's end, moved up and down.
 */
#include "check.h"

static uint32_t set_break(uint32_t addr)
{
	return (uint32_t)SYS(brk, addr);
}

int main(void)
{
	uint32_t start, grown;
	uint8_t *heap;

	ok(true, "stdio has its buffer from the heap");
	start = set_break(0);
	ok(start != 0, "brk(0) tells where the break is");
	ok(set_break(0) == start, "and does not move it");
	start = (start + PAGE - 1) & ~(PAGE - 1);
	ok(set_break(start) == start, "up to a page");
	grown = start + 10 * PAGE;
	ok(set_break(grown) == grown, "ten pages more");
	heap = (uint8_t *)start;
	ok(heap[0] == 0 && heap[10 * PAGE - 1] == 0, "they are zero");
	memset(heap, 0x77, 10 * PAGE);
	ok(set_break(start + PAGE) == start + PAGE, "nine pages fewer");
	ok(heap[0] == 0x77, "what is left is left");
	is(killed_reading(heap + PAGE), LINUX_SIGSEGV, "what is gone is gone");
	ok(set_break(grown) == grown, "up again");
	ok(heap[PAGE] == 0 && heap[0] == 0x77, "new pages are zero");
	ok(set_break(1) == grown, "below the program: refused, not moved");
	ok(set_break(0xfffff000) == grown, "into the kernel: refused");
	ok(set_break(grown + 1) == grown + 1, "by one byte");
	heap[10 * PAGE] = 5;
	ok(heap[10 * PAGE] == 5, "is good for the whole page");
	ok(set_break(start) == start, "and all the way down");
	return done();
}
