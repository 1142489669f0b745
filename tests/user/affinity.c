/*
 * How many processors a program believes in: what sched_getaffinity answers, as
 * the C library asks it. One core is all there is, here and where Linux was
 * asked.
 *
 * qemu-arm answers with the host's cores: affinity.expected holds Linux's lines.
 */
#include "check.h"

int main(void)
{
	uint32_t mask[32] = { 0, 0x55555555 };

	is(SYS(sched_getaffinity, 0, sizeof(mask), mask), 4,
	   "one word of the mask means something");
	is((int32_t)mask[0], 1, "in it, the first processor");
	ok(mask[1] == 0x55555555, "the rest is as before");
	is(SYS(sched_getaffinity, getpid(), 4, mask), 4, "of itself by number");
	is(SYS(sched_getaffinity, 0, 0, mask), -EINVAL, "no room");
	is(SYS(sched_getaffinity, 0, 5, mask), -EINVAL, "no whole words");
	is(SYS(sched_getaffinity, 0, 4, 0), -EFAULT, "a bad address");
	is(SYS(sched_getaffinity, 0x7ffffff, 4, mask), -ESRCH, "no such task");
	mask[0] = 3;
	is(SYS(sched_setaffinity, 0, 4, mask), 0, "set: one that exists");
	mask[0] = 2;
	is(SYS(sched_setaffinity, 0, 4, mask), -EINVAL, "none that exists");
	is(SYS(sched_setaffinity, 0, 0, mask), -EINVAL, "an empty mask");
	is(SYS(sched_setaffinity, 0, 4, 0), -EFAULT, "a bad address");
	is(SYS(sched_setaffinity, 0x7ffffff, 4, mask), -ESRCH, "no such task");
	return done();
}
