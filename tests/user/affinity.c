/*
 * How many processors a program believes in: what sched_getaffinity answers, as
 * the C library asks it. One core is all there is, here and where Linux was
 * asked.
 *
 * qemu-arm answers with the host's cores: affinity.expected holds Linux's
 * lines.
 */
#include "check.h"

int main(void)
{
	uint32_t mask[32] = { 0, 0x55555555 };

	is(SYS(sched_getaffinity, 0, sizeof(mask), mask), 4,
	   "sched_getaffinity writes one word of the mask");
	is((int32_t)mask[0], 1, "the word contains the first processor");
	ok(mask[1] == 0x55555555, "the other words are unchanged");
	is(SYS(sched_getaffinity, getpid(), 4, mask), 4,
	   "sched_getaffinity of this process by its number");
	is(SYS(sched_getaffinity, 0, 0, mask), -EINVAL,
	   "sched_getaffinity into 0 bytes is refused");
	is(SYS(sched_getaffinity, 0, 5, mask), -EINVAL,
	   "sched_getaffinity into a part of a word is refused");
	is(SYS(sched_getaffinity, 0, 4, 0), -EFAULT,
	   "sched_getaffinity to address 0 is refused");
	is(SYS(sched_getaffinity, 0x7ffffff, 4, mask), -ESRCH,
	   "sched_getaffinity of a task that does not exist is refused");
	mask[0] = 3;
	is(SYS(sched_setaffinity, 0, 4, mask), 0,
	   "sched_setaffinity to a processor that exists");
	mask[0] = 2;
	is(SYS(sched_setaffinity, 0, 4, mask), -EINVAL,
	   "sched_setaffinity to one that does not exist is refused");
	is(SYS(sched_setaffinity, 0, 0, mask), -EINVAL,
	   "sched_setaffinity with an empty mask is refused");
	is(SYS(sched_setaffinity, 0, 4, 0), -EFAULT,
	   "sched_setaffinity from address 0 is refused");
	is(SYS(sched_setaffinity, 0x7ffffff, 4, mask), -ESRCH,
	   "sched_setaffinity of a task that does not exist is refused");
	return done();
}
