/*
 * Unaligned accesses: the core does single words itself, the kernel several
 * words, and nobody an exclusive.
 */
#include "check.h"

static uint8_t room[64] __attribute__((aligned(8)));
static uint8_t *crooked = room + 1;

static void fill(void)
{
	for (uint32_t i = 0; i < 8; i++)
		memcpy(crooked + 4 * i, &(uint32_t){ 100 + i }, 4);
}

static uint32_t word(uint32_t n)
{
	uint32_t val;

	memcpy(&val, crooked + 4 * n, 4);
	return val;
}

static void single(void)
{
	uint32_t val;

	fill();
	__asm__ volatile("ldr %0, [%1]" : "=r"(val) : "r"(crooked) : "memory");
	is((int32_t)val, 100, "ldr");
	__asm__ volatile("strh %0, [%1]" : : "r"(7), "r"(crooked) : "memory");
	is((int32_t)(word(0) & 0xffff), 7, "strh");
}

static void arm_multiple(void)
{
	register uint32_t a __asm__("r4"), b __asm__("r5"), c __asm__("r6");
	uint8_t *p = crooked;

	fill();
	__asm__ volatile("ldmia %0!, {r4, r5, r6}"
			 : "+r"(p), "=r"(a), "=r"(b), "=r"(c)
			 :
			 : "memory");
	ok(a == 100 && b == 101 && c == 102, "ldmia");
	is(p - crooked, 12, "its writeback");
	__asm__ volatile("stmdb %0!, {r4, r5}"
			 : "+r"(p)
			 : "r"(a), "r"(b)
			 : "memory");
	ok(word(1) == 100 && word(2) == 101, "stmdb");
	is(p - crooked, 4, "its writeback");
	__asm__ volatile("ldrd r4, r5, [%2, #8]"
			 : "=r"(a), "=r"(b)
			 : "r"(crooked)
			 : "memory");
	ok(a == 101 && b == 103, "ldrd");
	__asm__ volatile("strd r4, r5, [%2]"
			 :
			 : "r"(a), "r"(b), "r"(crooked)
			 : "memory");
	ok(word(0) == 101 && word(1) == 103, "strd");
}

static __attribute__((target("thumb"), noinline)) void thumb_multiple(void)
{
	register uint32_t a __asm__("r4"), b __asm__("r5");
	register uint8_t *p __asm__("r6");

	fill();
	p = crooked;
	__asm__ volatile("ldmia r6!, {r4, r5}"
			 : "+r"(p), "=r"(a), "=r"(b)
			 :
			 : "memory");
	ok(a == 100 && b == 101, "16-bit ldmia");
	p = crooked + 8;
	__asm__ volatile("ldrd r5, r4, [r6, #4]"
			 : "=r"(a), "=r"(b)
			 : "r"(p)
			 : "memory");
	ok(b == 103 && a == 104, "ldrd of any two registers");
	__asm__ volatile("cmp	r3, r3\n\t"
			 "itte	eq\n\t"
			 "ldrdeq r4, r5, [r6]\n\t"
			 "ldrdeq r4, r5, [r6, #8]\n\t"
			 "movne	r4, #0"
			 : "=r"(a), "=r"(b)
			 : "r"(p)
			 : "memory", "cc");
	ok(a == 104 && b == 105, "in an IT block");
}

static int load_exclusive(void *p)
{
	uint32_t val;

	__asm__ volatile("ldrex %0, [%1]" : "=r"(val) : "r"(p) : "memory");
	return (int)val;
}

static int load_past_end(void *p)
{
	__asm__ volatile("ldmia %0, {r4, r5}"
			 :
			 : "r"(p)
			 : "r4", "r5", "memory");
	return 0;
}

static void refused(void)
{
	uint8_t *p = pages(2);

	SYS(munmap, p + PAGE, PAGE);
	is(in_child(load_exclusive, crooked) & 0x7f, LINUX_SIGBUS, "ldrex");
	is(in_child(load_past_end, p + PAGE - 6) & 0x7f, LINUX_SIGSEGV,
	   "ldmia past the end of the page");
}

int main(void)
{
	single();
	arm_multiple();
	thumb_multiple();
	refused();
	return done();
}
