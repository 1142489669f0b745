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

	ok(true, "(stdio takes its buffer from the heap before the test)");
	start = set_break(0);
	ok(start != 0, "brk(0) returns the break");
	ok(set_break(0) == start, "brk(0) does not move it");
	start = (start + PAGE - 1) & ~(PAGE - 1);
	ok(set_break(start) == start, "the break moves up to a page boundary");
	grown = start + 10 * PAGE;
	ok(set_break(grown) == grown, "the break moves up by ten pages");
	heap = (uint8_t *)start;
	ok(heap[0] == 0 && heap[10 * PAGE - 1] == 0, "the new pages are zero");
	memset(heap, 0x77, 10 * PAGE);
	ok(set_break(start + PAGE) == start + PAGE,
	   "the break moves down by nine pages");
	ok(heap[0] == 0x77, "the page that is left keeps its contents");
	is(killed_reading(heap + PAGE), LINUX_SIGSEGV,
	   "reading a page above the break kills");
	ok(set_break(grown) == grown, "the break moves up again");
	ok(heap[PAGE] == 0 && heap[0] == 0x77,
	   "the new pages are zero, not what was there before");
	ok(set_break(1) == grown,
	   "a break below the program is refused: it does not move");
	ok(set_break(0xfffff000) == grown, "a break in the kernel is refused");
	ok(set_break(grown + 1) == grown + 1, "the break moves up by one byte");
	heap[10 * PAGE] = 5;
	ok(heap[10 * PAGE] == 5, "the whole page around that byte can be used");
	ok(set_break(start) == start, "the break moves down to where it began");
	return done();
}
