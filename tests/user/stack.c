/*
 * The stack: grows when used, down to its limit and no further.
 */
#include <uapi/auxvec.h>
#include <uapi/resource.h>
#include "check.h"

#define FRAME 4096u

/* Use depth * FRAME bytes of stack, writing on each page. */
static __attribute__((noinline)) uint32_t use(uint32_t depth)
{
	volatile uint8_t frame[FRAME];

	frame[0] = (uint8_t)depth;
	if (depth == 0)
		return 0;
	return use(depth - 1) + (frame[0] == (uint8_t)depth);
}

static int use_in_child(void *arg)
{
	uint32_t depth = (uint32_t)arg;

	return use(depth) == depth ? 0 : 1;
}

static int jump_down(void *arg)
{
	volatile uint8_t *below = (volatile uint8_t *)&arg;

	__asm__("sub %0, %0, #65536" : "+r"(below));
	*below = 1;
	return *below - 1;
}

int main(void)
{
	struct rlimit limit = { 0, 0 };

	is(SYS(ugetrlimit, RLIMIT_STACK, &limit), 0,
	   "RLIMIT_STACK can be read");
	ok(limit.rlim_cur == 8 * 1024 * 1024, "the limit is 8 MiB");
	is(in_child(use_in_child, (void *)16), 0,
	   "a program may use 64 KiB of stack");
	is(in_child(use_in_child, (void *)1800), 0,
	   "a program may use 7 MiB of stack");
	is(in_child(use_in_child, (void *)2100) & 0x7f, LINUX_SIGSEGV,
	   "more than 8 MiB of stack kills");
	is(in_child(jump_down, NULL), 0,
	   "a store 64 KiB below the frame makes the stack grow");
	is(use_in_child((void *)500), 0, "this process itself uses 2 MiB");
	return done();
}
