/*
 * Instructions and calls that end in a signal: breakpoints as GDB writes them,
 * undefined instructions, and ARM's own system calls that only old programs made.
 *
 * qemu-arm ends the program at some of them: breakpoints.expected holds what Linux
 * prints.
 */
#include <setjmp.h>
#include "check.h"

static jmp_buf back;
static volatile int32_t got_sig, got_code;
static volatile uint32_t got_addr, got_pc;

static void took(int sig, struct test_siginfo *info, void *ucontext)
{
	got_sig = sig;
	got_code = info->si_code;
	got_addr = info->si_addr;
	got_pc = ((uint32_t *)ucontext)[5 + 3 + 15]; /* uc_mcontext.arm_pc */
	longjmp(back, 1);
}

/* Each begins with the instruction, and returns if no signal comes. */
void arm_breakpoint(void), arm_undefined(void), arm_bkpt(void);
void thumb_breakpoint(void), thumb2_breakpoint(void), thumb_undefined(void);
void arm_call(uint32_t number), thumb_call(uint32_t number);

__asm__(".text\n"
	".arm\n"
	".balign 4\n"
	"arm_breakpoint:	.word	0xe7f001f0\n"
	"	bx	lr\n"
	"arm_bkpt:	bkpt	0\n"
	"	bx	lr\n"
	"arm_undefined:	.word	0xe7f000f0\n"
	"	bx	lr\n"
	".type	arm_call, %function\n"
	"arm_call:\n"
	"	push	{r7, lr}\n"
	"	mov	r7, r0\n"
	"arm_svc:	svc	0\n"
	"	pop	{r7, pc}\n"
	".thumb\n"
	".balign 4\n"
	".thumb_func\n"
	"thumb_breakpoint:	.hword	0xde01\n"
	"	bx	lr\n"
	".balign 4\n"
	".thumb_func\n"
	"thumb2_breakpoint:	.hword	0xf7f0, 0xa000\n"
	"	bx	lr\n"
	".balign 4\n"
	".thumb_func\n"
	"thumb_undefined:	.hword	0xde00\n"
	"	bx	lr\n"
	".balign 4\n"
	".thumb_func\n"
	"thumb_call:\n"
	"	push	{r7, lr}\n"
	"	mov	r7, r0\n"
	"thumb_svc:	svc	0\n"
	"	pop	{r7, pc}\n");
extern const uint8_t arm_svc[], thumb_svc[];

static void instruction(void (*run)(void), int sig, int code, const char *text)
{
	uint32_t at = (uint32_t)run & ~1u;

	got_sig = 0;
	if (!setjmp(back))
		run();
	ok(got_sig == sig && got_code == code, "%s: signal %ld, code %ld", text,
	   got_sig, got_code);
	ok(got_addr == at && got_pc == at,
	   "siginfo and the pc are that instruction's address");
}

/* The part number of /proc/cpuinfo. */
static uint32_t core_part(void)
{
	char text[1024] = "", *line;
	int fd = SYS(open, "/proc/cpuinfo", 0, 0);

	SYS(read, fd, text, sizeof(text) - 1);
	SYS(close, fd);
	line = strstr(text, "CPU part\t: ");
	return line ? strtoul(line + 11, NULL, 16) : 0;
}

/*
 * BKPT is a breakpoint only where the kernel can use the debug registers of the
 * core. It cannot on the emulated Cortex-A8 and A9.
 */
static void bkpt(void)
{
	bool usable = core_part() != 0xc08 && core_part() != 0xc09;

	got_sig = 0;
	if (!setjmp(back))
		arm_bkpt();
	ok(got_pc == (uint32_t)arm_bkpt,
	   "BKPT is a signal, with the pc at the instruction");
	if (usable)
		ok(got_sig == LINUX_SIGTRAP && got_code == 4,
		   "BKPT: the signal and code that this core gives");
	else
		ok(got_sig == LINUX_SIGBUS && got_code == 0,
		   "BKPT: the signal and code that this core gives");
}

/* Runs the instruction with the signal's default action. */
static int no_handler(void *run)
{
	by_default(LINUX_SIGTRAP);
	((void (*)(void))run)();
	return 0;
}

static void instructions(void)
{
	instruction(arm_breakpoint, LINUX_SIGTRAP, 1, "0xe7f001f0");
	instruction(thumb_breakpoint, LINUX_SIGTRAP, 1, "Thumb 0xde01");
	instruction(thumb2_breakpoint, LINUX_SIGTRAP, 1, "Thumb 0xf7f0a000");
	instruction(arm_undefined, LINUX_SIGILL, 1, "0xe7f000f0");
	instruction(thumb_undefined, LINUX_SIGILL, 1, "Thumb 0xde00");
	is(in_child(no_handler, (void *)arm_breakpoint), LINUX_SIGTRAP,
	   "without a handler a breakpoint ends the program");
}

/* addr: what siginfo must have as the address of the signal. */
static void call(void (*svc)(uint32_t), uint32_t number, int sig, int code,
		 const uint8_t *addr)
{
	got_sig = got_code = 0;
	if (!setjmp(back))
		svc(number);
	ok(got_sig == sig && got_code == code,
	   "call 0x%lx: signal %ld, code %ld", number, got_sig, got_code);
	if (sig)
		ok(got_addr == (uint32_t)addr,
		   "siginfo has the address of the instruction");
}

static void calls(void)
{
	call(arm_call, 0xf0000, LINUX_SIGSEGV, 1, NULL);
	call(arm_call, 0xf0001, LINUX_SIGTRAP, 1, arm_svc);
	ok(got_pc == (uint32_t)arm_svc,
	   "call 0xf0001: the pc is still at its instruction");
	call(thumb_call, 0xf0001, LINUX_SIGTRAP, 1, thumb_svc);
	call(arm_call, 0xf0003, LINUX_SIGILL, 4, arm_svc);
	ok(got_pc == (uint32_t)arm_svc + 4,
	   "call 0xf0003: the pc is behind its instruction");
	call(thumb_call, 0xf0004, LINUX_SIGILL, 4, thumb_svc);
	call(arm_call, 0xf0800, LINUX_SIGILL, 4, arm_svc);
	call(arm_call, 0x900000, LINUX_SIGILL, 4, arm_svc);
	call(arm_call, 0xffffffff, LINUX_SIGILL, 4, arm_svc);
	is(linux_syscall(0xf0007), -ENOSYS, "call 0xf0007 does not exist");
	is(linux_syscall(0xf07ff), -ENOSYS, "call 0xf07ff does not exist");
	is(linux_syscall(0xeffff), -ENOSYS, "call 0xeffff does not exist");
	is(linux_syscall(__ARM_NR_set_tls, 0x12345), 0, "set_tls");
	is(linux_syscall(__ARM_NR_get_tls), 0x12345,
	   "get_tls returns the word that was set");
}

int main(void)
{
	handle(LINUX_SIGILL, took, TEST_SA_SIGINFO | TEST_SA_NODEFER);
	handle(LINUX_SIGTRAP, took, TEST_SA_SIGINFO | TEST_SA_NODEFER);
	handle(LINUX_SIGBUS, took, TEST_SA_SIGINFO | TEST_SA_NODEFER);
	handle(LINUX_SIGSEGV, took, TEST_SA_SIGINFO | TEST_SA_NODEFER);
	instructions();
	bkpt();
	calls();
	return done();
}
