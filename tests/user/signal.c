/*
 * Signals: handled, blocked, and what a handler may do about a fault.
 */
#include "check.h"

static volatile int calls, last_sig, last_code;
static volatile uint32_t last_addr;

static void note(int sig, struct test_siginfo *info, void *ucontext)
{
	(void)ucontext;
	calls++;
	last_sig = sig;
	last_code = info->si_code;
	last_addr = info->si_addr;
}

static int32_t raise_signal(int sig)
{
	return SYS(kill, getpid(), sig);
}

static void handled(void)
{
	calls = 0;
	is(handle(LINUX_SIGUSR1, note, 0), 0, "rt_sigaction");
	is(raise_signal(LINUX_SIGUSR1), 0, "kill");
	ok(calls == 1 && last_sig == LINUX_SIGUSR1, "the handler ran once");
	is(last_code, 0, "si_code SI_USER");
	ignore(LINUX_SIGUSR1);
	raise_signal(LINUX_SIGUSR1);
	is(calls, 1, "ignored: calls");
	is(handle(LINUX_SIGKILL, note, 0), -EINVAL,
	   "SIGKILL cannot be handled");
	is(handle(0, note, 0), -EINVAL, "signal 0 neither");
	is(handle(65, note, 0), -EINVAL, "nor 65");
	is(raise_signal(0), 0, "kill with 0 only asks");
	is(raise_signal(65), -EINVAL, "kill with 65");
	is(SYS(kill, 30000, 0), -ESRCH, "kill of nobody");
}

static void blocked(void)
{
	uint32_t pending[2] = { 0, 0 };

	calls = 0;
	handle(LINUX_SIGUSR2, note, 0);
	set_mask(0, SIGNAL_BIT(LINUX_SIGUSR2));
	raise_signal(LINUX_SIGUSR2);
	raise_signal(LINUX_SIGUSR2);
	is(calls, 0, "blocked: calls");
	SYS(rt_sigpending, pending, 8);
	is((int32_t)pending[0], (int32_t)SIGNAL_BIT(LINUX_SIGUSR2), "pending");
	set_mask(1, SIGNAL_BIT(LINUX_SIGUSR2));
	is(calls, 1, "unblocked: calls, for two signals");
	is((int32_t)set_mask(0, 0), 0, "the mask is empty again");
	by_default(LINUX_SIGUSR2);
}

/* ---- faults ------------------------------------------------------ */

static volatile uint8_t *page;

static void make_writable(int sig, struct test_siginfo *info, void *ucontext)
{
	note(sig, info, ucontext);
	SYS(mprotect, page, PAGE, PROT_READ | PROT_WRITE);
}

static void repaired(void)
{
	page = pages_with(1, PROT_READ, MAP_PRIVATE);
	calls = 0;
	handle(LINUX_SIGSEGV, make_writable, 0);
	page[100] = 7;
	is(page[100], 7, "a handler repairs the fault, the store happens");
	is(calls, 1, "calls");
	is(last_sig, LINUX_SIGSEGV, "signal");
	is(last_code, 2, "si_code SEGV_ACCERR");
	ok(last_addr == (uint32_t)page + 100, "si_addr is the address");
	by_default(LINUX_SIGSEGV);
	SYS(munmap, page, PAGE);
}

static void map_it(int sig, struct test_siginfo *info, void *ucontext)
{
	note(sig, info, ucontext);
	SYS(mmap2, page, PAGE, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
}

static void provided(void)
{
	page = pages(1);
	SYS(munmap, page, PAGE);
	calls = 0;
	handle(LINUX_SIGSEGV, map_it, 0);
	is(*page, 0, "a handler maps what was missing");
	is(last_code, 1, "si_code SEGV_MAPERR");
	is(calls, 1, "calls");
	by_default(LINUX_SIGSEGV);
}

static int fault_while_blocked(void *p)
{
	handle(LINUX_SIGSEGV, note, 0);
	set_mask(0, SIGNAL_BIT(LINUX_SIGSEGV));
	*(volatile uint8_t *)p = 1;
	return 0;
}

static int fault_while_ignored(void *p)
{
	ignore(LINUX_SIGSEGV);
	*(volatile uint8_t *)p = 1;
	return 0;
}

static void not_escaped(void)
{
	uint8_t *p = pages_with(1, PROT_READ, MAP_PRIVATE);

	is(in_child(fault_while_blocked, p) & 0x7f, LINUX_SIGSEGV,
	   "a fault whose signal is blocked kills");
	is(in_child(fault_while_ignored, p) & 0x7f, LINUX_SIGSEGV,
	   "a fault whose signal is ignored kills");
}

/* ---- registers and sleep ----------------------------------------- */

static void spoil(int sig, struct test_siginfo *info, void *ucontext)
{
	note(sig, info, ucontext);
	__asm__ volatile("mov r4, #0\n\tmov r8, #0\n\t"
			 "vmov.i32 q0, #0\n\tvmov.i32 q8, #0\n\t"
			 "cmp r4, #1"
			 :
			 :
			 : "r4", "r8", "q0", "q8", "cc");
}

/* kill(pid, sig) with known values in registers; true if they are unharmed. */
static bool registers_survive(void)
{
	uint32_t good;

	__asm__ volatile("mov	r4, #41\n\t"
			 "mov	r8, #42\n\t"
			 "vmov.i32 q8, #43\n\t"
			 "mov	r7, %[nr]\n\t"
			 "mov	r0, %[pid]\n\t"
			 "mov	r1, %[sig]\n\t"
			 "svc	0\n\t"
			 "vmov	r1, s0\n\t"
			 "vmov	r2, r3, d16\n\t"
			 "cmp	r4, #41\n\t"
			 "cmpeq	r8, #42\n\t"
			 "cmpeq	r2, #43\n\t"
			 "cmpeq	r3, #43\n\t"
			 "moveq	%[good], #1\n\t"
			 "movne	%[good], #0"
			 : [good] "=r"(good)
			 : [nr] "i"(__NR_kill), [pid] "r"(getpid()),
			   [sig] "i"(LINUX_SIGUSR1)
			 : "r0", "r1", "r2", "r3", "r4", "r7", "r8", "q0", "q8",
			   "cc", "memory");
	return good;
}

static void transparent(void)
{
	calls = 0;
	handle(LINUX_SIGUSR1, spoil, 0);
	ok(registers_survive(), "core and VFP registers survive a handler");
	is(calls, 1, "calls");
	by_default(LINUX_SIGUSR1);
}

/* What read() of a quiet pipe says when a child's end interrupts it. */
static int32_t interrupted_read(uint32_t flags)
{
	int fds[2], ready[2];
	pid_t parent = getpid(), pid;
	int32_t result;
	char c = 0;

	SYS(pipe, fds);
	SYS(pipe, ready);
	handle(LINUX_SIGUSR1, note, flags);
	pid = fork();
	if (pid == 0) {
		sleep_ms(100);
		SYS(kill, parent, LINUX_SIGUSR1);
		sleep_ms(100);
		SYS(write, fds[1], "x", 1);
		_exit(0);
	}
	result = SYS(read, fds[0], &c, 1);
	SYS(wait4, pid, 0, 0, 0);
	for (int i = 0; i < 2; i++) {
		SYS(close, fds[i]);
		SYS(close, ready[i]);
	}
	by_default(LINUX_SIGUSR1);
	return result;
}

static void sleeping(void)
{
	is(interrupted_read(0), -EINTR, "a signal ends a sleeping read");
	is(interrupted_read(TEST_SA_RESTART), 1, "unless SA_RESTART");
}

/* ---- Thumb ------------------------------------------------------- */

static __attribute__((target("thumb"), noinline)) void thumb_handler(
	int sig, struct test_siginfo *info, void *ucontext)
{
	note(sig, info, ucontext);
}

static __attribute__((target("thumb"), noinline)) int32_t thumb_raise(void)
{
	return raise_signal(LINUX_SIGUSR1);
}

static void thumb(void)
{
	calls = 0;
	handle(LINUX_SIGUSR1, thumb_handler, 0);
	is(raise_signal(LINUX_SIGUSR1), 0, "a Thumb handler, from ARM code");
	is(thumb_raise(), 0, "and from Thumb code");
	is(calls, 2, "calls");
	by_default(LINUX_SIGUSR1);
}

int main(void)
{
	handled();
	blocked();
	repaired();
	provided();
	not_escaped();
	transparent();
	sleeping();
	thumb();
	return done();
}
