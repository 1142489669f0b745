/*
 * An exclusive pair with the kernel between its halves: the store must fail, or
 * a context switch there could go unseen.
 */
#include <uapi/mman.h>
#include "check.h"

/* LDREX, a system call, STREX: 1 if the store failed. */
static unsigned int over_a_call(uint32_t *word)
{
	register uint32_t r7 __asm__("r7") = __NR_getpid;
	register uint32_t r0 __asm__("r0") = 0;
	uint32_t val, failed;

	__asm__ volatile("ldrex	%0, [%4]\n\t"
			 "svc	0\n\t"
			 "strex	%1, %0, [%4]"
			 : "=&r"(val), "=&r"(failed), "+r"(r0)
			 : "r"(r7), "r"(word)
			 : "memory");
	return failed;
}

/* The same around a load that faults and is served. */
static unsigned int over_a_fault(uint32_t *word, volatile uint32_t *fresh)
{
	uint32_t val, other, failed;

	__asm__ volatile("ldrex	%0, [%3]\n\t"
			 "ldr	%1, [%4]\n\t"
			 "strex	%2, %0, [%3]"
			 : "=&r"(val), "=&r"(other), "=&r"(failed)
			 : "r"(word), "r"(fresh)
			 : "memory");
	return failed;
}

int main(void)
{
	static uint32_t word = 7;
	uint32_t *fresh = (uint32_t *)SYS(mmap2, 0, 2 * PAGE, PROT_READ,
					  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	is((int32_t)over_a_fault(&word, fresh), 1,
	   "STREX fails after a page fault");
	is((int32_t)over_a_fault(&word, fresh), 0,
	   "STREX succeeds with nothing in between");
	is((int32_t)over_a_call(&word), 1, "STREX fails after a system call");
	is((int32_t)word, 7, "the word is unchanged");
	return done();
}
