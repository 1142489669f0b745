/*
 * A program that reads its data with the other byte first (SETEND BE): the
 * order is a bit of its CPSR, survives signals and calls, and a handler starts
 * in the usual one, for it was compiled so. sigreturn takes the order from the
 * frame, but no bit that masks an exception.
 */
#include <uapi/ucontext.h>
#include "check.h"
#include "maps.h"

#define CPSR_E 0x200u
#define CPSR_A 0x100u

static const volatile uint32_t word = 0x01020304;
static volatile uint32_t cpsr_in_frame, flip;
/* A byte: what stores it may do so in either order. */
static volatile uint8_t handler_was_big;

static void look(int sig, struct siginfo *info, struct ucontext *uc)
{
	uint32_t cpsr;

	(void)sig;
	(void)info;
	__asm__ volatile("mrs %0, cpsr" : "=r"(cpsr));
	handler_was_big = (cpsr & CPSR_E) != 0;
	cpsr_in_frame = uc->uc_mcontext.arm_cpsr;
	uc->uc_mcontext.arm_cpsr ^= flip;
}

/*
 * What a load finds after SETEND, and after a signal that the call sends. No
 * load or store of the compiler's comes between.
 */
static __attribute__((target("arm"), noinline)) uint32_t read_after_signal(
	bool big)
{
	register uint32_t r7 __asm__("r7") = __NR_kill;
	register uint32_t r0 __asm__("r0") = (uint32_t)getpid();
	register uint32_t r1 __asm__("r1") = LINUX_SIGUSR1;
	uint32_t val;

	if (big)
		__asm__ volatile("setend be\n\tsvc 0\n\tldr %0, [%4]\n\t"
				 "setend le"
				 : "=&r"(val), "+r"(r0)
				 : "r"(r1), "r"(r7), "r"(&word)
				 : "memory");
	else
		__asm__ volatile("svc 0\n\tldr %0, [%4]\n\tsetend le"
				 : "=&r"(val), "+r"(r0)
				 : "r"(r1), "r"(r7), "r"(&word)
				 : "memory");
	return val;
}

/*
 * A Cortex-A8 whose loader has left Secure state cannot unmask them unless
 * SCR.AW allows it (DDI0406C B4.1.129): there it is as the loader left it.
 */
static uint32_t left_masked(void)
{
	static char text[2048];

	read_text("/proc/cpuinfo", text, sizeof(text));
	return strstr(text, ": 0xc08") ? cpsr_in_frame & CPSR_A : 0;
}

int main(void)
{
	uint32_t masked;
	struct kernel_sigaction action = {
		.sa_handler = (uint32_t)look,
		.sa_flags = SA_SIGINFO,
	};

	SYS(rt_sigaction, LINUX_SIGUSR1, &action, 0, 8);
	is((int32_t)read_after_signal(true), 0x04030201,
	   "big-endian data after a system call with a signal's handler");
	is(handler_was_big, 0, "the handler runs little-endian");
	ok(cpsr_in_frame & CPSR_E,
	   "the frame contains the interrupted code's E bit");
	is((int32_t)read_after_signal(false), 0x01020304,
	   "little-endian data after a system call with a handler");
	ok(!(cpsr_in_frame & CPSR_E), "the frame contains E clear");
	flip = CPSR_E;
	is((int32_t)read_after_signal(false), 0x04030201,
	   "a handler sets E in its frame: the code goes on big-endian");
	is((int32_t)read_after_signal(true), 0x01020304,
	   "a handler clears E in its frame: the code goes on little-endian");
	masked = left_masked();
	flip = CPSR_A;
	read_after_signal(false);
	ok((cpsr_in_frame & CPSR_A) == masked,
	   "asynchronous aborts are masked as they were at first");
	read_after_signal(false);
	ok((cpsr_in_frame & CPSR_A) == masked,
	   "a frame that asks for masked aborts has no effect");
	return done();
}
