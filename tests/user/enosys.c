/*
 * System calls that do not exist: -ENOSYS, and the program goes on.
 */
#include "check.h"

int main(void)
{
	static const uint32_t numbers[] = { 17, 31, 32, 600, 1000, 0xffff };

	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		is(linux_syscall(numbers[i], 1, 2, 3), -ENOSYS, "call %lu",
		   numbers[i]);
		is(linux_syscall(numbers[i], -1, -1, -1), -ENOSYS,
		   "call %lu again", numbers[i]);
	}
	return done();
}
