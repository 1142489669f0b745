/*
 * Signal frames: both kinds, with and without a restorer, the alternate stack,
 * masks, rt_sigtimedwait and rt_sigsuspend, and frames that were tampered with.
 */
#include <uapi/ucontext.h>
#include "check.h"

static volatile int calls, last_sig;
static volatile uint32_t seen; /* what the handler looked at */

static int32_t install(int sig, uint32_t handler, uint32_t flags, uint32_t mask)
{
	struct kernel_sigaction action = {
		.sa_handler = handler,
		.sa_flags = flags, /* no SA_RESTORER: the kernel's code */
		.sa_mask = { mask, 0 },
	};

	return SYS(rt_sigaction, sig, &action, 0, 8);
}

static int32_t raise_signal(int sig)
{
	return SYS(kill, getpid(), sig);
}

static uint32_t blocked_now(void)
{
	uint32_t set[2] = { 0, 0 };

	SYS(rt_sigprocmask, 0, 0, set, 8);
	return set[0];
}

static void count(int sig)
{
	calls++;
	last_sig = sig;
	seen = blocked_now();
}

static __attribute__((target("thumb"), noinline)) void thumb_count(int sig)
{
	count(sig);
}

static void count_info(int sig, struct siginfo *info, struct ucontext *uc)
{
	count(sig);
	if (info->si_signo != sig || info->si_pid != getpid() ||
	    uc->uc_mcontext.arm_pc == 0)
		calls = -100;
}

static void without_restorer(void)
{
	calls = 0;
	install(LINUX_SIGUSR1, (uint32_t)count, 0, 0);
	raise_signal(LINUX_SIGUSR1);
	is(calls, 1, "an ARM handler without SA_SIGINFO ran: calls");
	install(LINUX_SIGUSR1, (uint32_t)thumb_count, 0, 0);
	raise_signal(LINUX_SIGUSR1);
	is(calls, 2, "a Thumb handler without SA_SIGINFO ran: calls");
	install(LINUX_SIGUSR1, (uint32_t)count_info, SA_SIGINFO, 0);
	raise_signal(LINUX_SIGUSR1);
	is(calls, 3, "an ARM handler with SA_SIGINFO ran: calls");
	is(last_sig, LINUX_SIGUSR1, "the handler's argument is the signal");
}

static void masks(void)
{
	uint32_t usr1 = SIGNAL_BIT(LINUX_SIGUSR1);
	uint32_t usr2 = SIGNAL_BIT(LINUX_SIGUSR2);

	install(LINUX_SIGUSR1, (uint32_t)count, 0, usr2);
	raise_signal(LINUX_SIGUSR1);
	is((int32_t)seen, (int32_t)(usr1 | usr2),
	   "in the handler the signal itself and sa_mask are blocked");
	is((int32_t)blocked_now(), 0, "after the handler nothing is blocked");
	install(LINUX_SIGUSR1, (uint32_t)count, SA_NODEFER, 0);
	raise_signal(LINUX_SIGUSR1);
	is((int32_t)seen, 0, "SA_NODEFER: the signal itself is not blocked");
	calls = 0;
	install(LINUX_SIGUSR1, (uint32_t)count, SA_RESETHAND, 0);
	raise_signal(LINUX_SIGUSR1);
	is(calls, 1, "SA_RESETHAND: the handler runs once");
	struct kernel_sigaction action;
	SYS(rt_sigaction, LINUX_SIGUSR1, 0, &action, 8);
	is((int32_t)action.sa_handler, SIG_DFL,
	   "after that the action is the default");
}

/* ---- the alternate stack ----------------------------------------- */

static uint8_t stack[16384] __attribute__((aligned(8)));

static void where(int sig)
{
	uint8_t here;

	count(sig);
	seen = &here >= stack && &here < stack + sizeof(stack);
}

static int overflow(void *depth)
{
	volatile uint8_t frame[4096];

	frame[0] = 1;
	if (calls < 0)
		return 0;
	return overflow((uint8_t *)depth + 1) + frame[0];
}

static void say_and_exit(int sig)
{
	(void)sig;
	_exit(42);
}

static int overflow_handled(void *arg)
{
	install(LINUX_SIGSEGV, (uint32_t)say_and_exit, SA_ONSTACK, 0);
	return overflow(arg);
}

static int overflow_unhandled(void *arg)
{
	install(LINUX_SIGSEGV, (uint32_t)say_and_exit, 0, 0);
	return overflow(arg);
}

static void alternate(void)
{
	struct sigaltstack ss = { (uint32_t)stack, 0, sizeof(stack) }, old;

	is(SYS(sigaltstack, &ss, &old), 0, "sigaltstack sets a stack");
	is((int32_t)old.ss_flags, SS_DISABLE, "there was none before");
	install(LINUX_SIGUSR1, (uint32_t)where, SA_ONSTACK, 0);
	raise_signal(LINUX_SIGUSR1);
	ok(seen, "a handler with SA_ONSTACK runs on it");
	install(LINUX_SIGUSR1, (uint32_t)where, 0, 0);
	raise_signal(LINUX_SIGUSR1);
	ok(!seen, "a handler without SA_ONSTACK does not");
	is(in_child(overflow_handled, NULL), 42 << 8,
	   "with SA_ONSTACK a handler runs when the stack overflows");
	is(in_child(overflow_unhandled, NULL) & 0x7f, LINUX_SIGSEGV,
	   "without it an overflow of the stack kills");
	ss.ss_size = 100;
	is(SYS(sigaltstack, &ss, 0), -ENOMEM,
	   "a stack smaller than MINSIGSTKSZ is refused");
	ss.ss_flags = 77;
	is(SYS(sigaltstack, &ss, 0), -EINVAL, "unknown flags are refused");
}

/* ---- waiting ----------------------------------------------------- */

static void waiting(void)
{
	uint32_t none[2] = { 0, 0 }, usr1[2] = { SIGNAL_BIT(LINUX_SIGUSR1), 0 };
	int32_t no_time[2] = { 0, 0 }, short_time[2] = { 0, 20000000 };
	struct siginfo info;

	calls = 0;
	install(LINUX_SIGUSR1, (uint32_t)count, 0, 0);
	set_mask(0, usr1[0]);
	is(SYS(rt_sigtimedwait, usr1, &info, no_time, 8), -EAGAIN,
	   "rt_sigtimedwait without time and without a signal");
	is(SYS(rt_sigtimedwait, usr1, &info, short_time, 8), -EAGAIN,
	   "rt_sigtimedwait for a short time without a signal");
	raise_signal(LINUX_SIGUSR1);
	is(SYS(rt_sigtimedwait, usr1, &info, 0, 8), LINUX_SIGUSR1,
	   "rt_sigtimedwait takes a pending signal");
	is(info.si_code, SI_USER, "the signal's si_code is SI_USER");
	is(calls, 0, "no handler ran for it");
	raise_signal(LINUX_SIGUSR1);
	is(SYS(rt_sigsuspend, none, 8), -EINTR,
	   "rt_sigsuspend ends when a handler has run");
	is(calls, 1, "the handler ran once");
	is((int32_t)blocked_now(), (int32_t)usr1[0],
	   "the mask is the one before rt_sigsuspend");
	set_mask(2, 0);
	is(SYS(tkill, getpid(), LINUX_SIGUSR1), 0,
	   "tkill of the process's only thread");
	is(calls, 2, "the handler has run twice");
}

static void groups(void)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0)
		for (;;)
			SYS(pause);
	is(SYS(setpgid, pid, pid), 0,
	   "setpgid puts a child into a group of its own");
	is(SYS(kill, -pid, LINUX_SIGTERM), 0, "kill of that group");
	SYS(wait4, pid, &status, 0, 0);
	is(status, LINUX_SIGTERM,
	   "the child, which paused, was killed by SIGTERM");
	is(SYS(kill, -pid, 0), -ESRCH,
	   "kill of a group without members is refused");
}

/* ---- frames that were tampered with ------------------------------ */

/* A handler that changes its frame: SVC mode with interrupts off. */
static void become_kernel(int sig, struct siginfo *info, struct ucontext *uc)
{
	(void)sig;
	(void)info;
	uc->uc_mcontext.arm_cpsr |= 0x1df;
}

static void harmless(int sig, struct siginfo *info, struct ucontext *uc)
{
	(void)info;
	(void)uc;
	count(sig);
}

static int sigreturn_from_nowhere(void *arg)
{
	(void)arg;
	__asm__ volatile("mov	sp, #0x100\n\t"
			 "mov	r7, #173\n\tsvc	0"
			 :
			 :
			 : "r7", "memory");
	return 0;
}

static int sigreturn_crooked(void *arg)
{
	(void)arg;
	__asm__ volatile("sub	sp, sp, #1024\n\t"
			 "bic	sp, sp, #7\n\t"
			 "add	sp, sp, #4\n\t"
			 "mov	r7, #119\n\tsvc	0"
			 :
			 :
			 : "r7", "memory");
	return 0;
}

static int ask_for_kernel_mode(void *arg)
{
	(void)arg;
	install(LINUX_SIGUSR1, (uint32_t)become_kernel, SA_SIGINFO, 0);
	raise_signal(LINUX_SIGUSR1);
	return 0;
}

static void lies(void)
{
	calls = 0;
	is(in_child(ask_for_kernel_mode, NULL) & 0x7f, LINUX_SIGSEGV,
	   "a frame that asks for kernel mode kills");
	install(LINUX_SIGUSR1, (uint32_t)harmless, SA_SIGINFO, 0);
	raise_signal(LINUX_SIGUSR1);
	is(calls, 1, "a handler that leaves its frame alone still returns");
	is(in_child(sigreturn_from_nowhere, NULL) & 0x7f, LINUX_SIGSEGV,
	   "sigreturn with an unmapped stack kills");
	is(in_child(sigreturn_crooked, NULL) & 0x7f, LINUX_SIGSEGV,
	   "sigreturn with an unaligned stack kills");
}

/* ---- what a frame says of a fault -------------------------------- */

#define FSR_WRITE    0x800u      /* the access was a store */
#define FSR_PREFETCH 0x80000000u /* it was a fetch: Linux's own bit */

static struct sigcontext fault; /* of the last one */
static uint32_t go_on_at;

static void note_fault(int sig, struct siginfo *info, struct ucontext *uc)
{
	(void)info;
	fault = uc->uc_mcontext;
	last_sig = sig;
	uc->uc_mcontext.arm_pc = go_on_at;
}

/* Executes insn, which faults at address, and goes on behind it. */
#define FAULT_AT(insn, address)                           \
	__asm__ volatile("adr	r2, 1f\n\t"                 \
			 "str	r2, [%0]\n\t" insn "\n\t" \
			 "1:"                             \
			 :                                \
			 : "r"(&go_on_at), "r"(address)   \
			 : "r2", "r3", "lr", "memory")

static __attribute__((target("arm"), noinline)) void make_faults(void)
{
	FAULT_AT("ldr	r3, [%1]", 8);
	is((int32_t)fault.trap_no, 14, "a load from address 8: trap_no");
	is((int32_t)(fault.error_code & (FSR_WRITE | FSR_PREFETCH)), 0,
	   "a load from address 8: error_code is no store's, no fetch's");
	is((int32_t)fault.fault_address, 8,
	   "a load from address 8: fault_address");
	FAULT_AT("str	r3, [%1]", 12);
	is((int32_t)(fault.error_code & (FSR_WRITE | FSR_PREFETCH)), FSR_WRITE,
	   "a store to address 12: error_code");
	is((int32_t)fault.fault_address, 12,
	   "a store to address 12: fault_address");
	FAULT_AT("blx	%1", 16);
	ok((fault.error_code & (FSR_WRITE | FSR_PREFETCH)) == FSR_PREFETCH,
	   "a branch to address 16: error_code is a fetch's");
	is((int32_t)fault.fault_address, 16,
	   "a branch to address 16: fault_address");
	FAULT_AT(".inst	0xe7f000f0", 0);
	is(last_sig, LINUX_SIGILL, "an undefined instruction raises SIGILL");
	is((int32_t)fault.trap_no, 6, "an undefined instruction: trap_no");
}

static void fault_frames(void)
{
	install(LINUX_SIGSEGV, (uint32_t)note_fault, SA_SIGINFO, 0);
	install(LINUX_SIGILL, (uint32_t)note_fault, SA_SIGINFO, 0);
	make_faults();
}

int main(void)
{
	without_restorer();
	masks();
	alternate();
	waiting();
	groups();
	lies();
	fault_frames();
	return done();
}
