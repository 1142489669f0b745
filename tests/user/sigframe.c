/*
 * Ways to a handler and back: both kinds of frame, with and without a restorer,
 * stacks of their own, masks, waiting, and frames that lie.
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
	is(calls, 1, "ARM handler, old frame");
	install(LINUX_SIGUSR1, (uint32_t)thumb_count, 0, 0);
	raise_signal(LINUX_SIGUSR1);
	is(calls, 2, "Thumb handler, old frame");
	install(LINUX_SIGUSR1, (uint32_t)count_info, SA_SIGINFO, 0);
	raise_signal(LINUX_SIGUSR1);
	is(calls, 3, "ARM handler, with siginfo");
	is(last_sig, LINUX_SIGUSR1, "its signal");
}

static void masks(void)
{
	uint32_t usr1 = SIGNAL_BIT(LINUX_SIGUSR1);
	uint32_t usr2 = SIGNAL_BIT(LINUX_SIGUSR2);

	install(LINUX_SIGUSR1, (uint32_t)count, 0, usr2);
	raise_signal(LINUX_SIGUSR1);
	is((int32_t)seen, (int32_t)(usr1 | usr2), "blocked in the handler");
	is((int32_t)blocked_now(), 0, "and after it");
	install(LINUX_SIGUSR1, (uint32_t)count, SA_NODEFER, 0);
	raise_signal(LINUX_SIGUSR1);
	is((int32_t)seen, 0, "SA_NODEFER: not itself");
	calls = 0;
	install(LINUX_SIGUSR1, (uint32_t)count, SA_RESETHAND, 0);
	raise_signal(LINUX_SIGUSR1);
	is(calls, 1, "SA_RESETHAND: once");
	struct kernel_sigaction action;
	SYS(rt_sigaction, LINUX_SIGUSR1, 0, &action, 8);
	is((int32_t)action.sa_handler, SIG_DFL, "then the default");
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

	is(SYS(sigaltstack, &ss, &old), 0, "sigaltstack");
	is((int32_t)old.ss_flags, SS_DISABLE, "there was none before");
	install(LINUX_SIGUSR1, (uint32_t)where, SA_ONSTACK, 0);
	raise_signal(LINUX_SIGUSR1);
	ok(seen, "SA_ONSTACK runs on it");
	install(LINUX_SIGUSR1, (uint32_t)where, 0, 0);
	raise_signal(LINUX_SIGUSR1);
	ok(!seen, "others do not");
	is(in_child(overflow_handled, NULL), 42 << 8,
	   "a stack overflow is handled on it");
	is(in_child(overflow_unhandled, NULL) & 0x7f, LINUX_SIGSEGV,
	   "and kills without it");
	ss.ss_size = 100;
	is(SYS(sigaltstack, &ss, 0), -ENOMEM, "too small a stack");
	ss.ss_flags = 77;
	is(SYS(sigaltstack, &ss, 0), -EINVAL, "unknown flags");
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
	   "sigtimedwait: none there");
	is(SYS(rt_sigtimedwait, usr1, &info, short_time, 8), -EAGAIN,
	   "nor after a while");
	raise_signal(LINUX_SIGUSR1);
	is(SYS(rt_sigtimedwait, usr1, &info, 0, 8), LINUX_SIGUSR1,
	   "a pending one is taken");
	is(info.si_code, SI_USER, "si_code");
	is(calls, 0, "and not handled");
	raise_signal(LINUX_SIGUSR1);
	is(SYS(rt_sigsuspend, none, 8), -EINTR, "sigsuspend");
	is(calls, 1, "the handler ran");
	is((int32_t)blocked_now(), (int32_t)usr1[0], "the old mask is back");
	set_mask(2, 0);
	is(SYS(tkill, getpid(), LINUX_SIGUSR1), 0, "tkill");
	is(calls, 2, "calls");
}

static void groups(void)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0)
		for (;;)
			SYS(pause);
	is(SYS(setpgid, pid, pid), 0, "a child in a group of its own");
	is(SYS(kill, -pid, LINUX_SIGTERM), 0, "kill of the group");
	SYS(wait4, pid, &status, 0, 0);
	is(status, LINUX_SIGTERM, "ends the child, which paused");
	is(SYS(kill, -pid, 0), -ESRCH, "then the group is empty");
}

/* ---- frames that lie --------------------------------------------- */

/* Ask for SVC mode with interrupts off, in a frame of our own. */
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
	   "a frame that asks for kernel mode");
	install(LINUX_SIGUSR1, (uint32_t)harmless, SA_SIGINFO, 0);
	raise_signal(LINUX_SIGUSR1);
	is(calls, 1, "and alive");
	is(in_child(sigreturn_from_nowhere, NULL) & 0x7f, LINUX_SIGSEGV,
	   "sigreturn without a stack");
	is(in_child(sigreturn_crooked, NULL) & 0x7f, LINUX_SIGSEGV,
	   "sigreturn with a crooked stack");
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

/* Do what insn does at address, and come back behind it. */
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
	is((int32_t)fault.trap_no, 14, "a load from page 0: trap_no");
	is((int32_t)(fault.error_code & (FSR_WRITE | FSR_PREFETCH)), 0,
	   "error_code: neither a store nor a fetch");
	is((int32_t)fault.fault_address, 8, "its address");
	FAULT_AT("str	r3, [%1]", 12);
	is((int32_t)(fault.error_code & (FSR_WRITE | FSR_PREFETCH)), FSR_WRITE,
	   "a store: error_code");
	is((int32_t)fault.fault_address, 12, "its address");
	FAULT_AT("blx	%1", 16);
	ok((fault.error_code & (FSR_WRITE | FSR_PREFETCH)) == FSR_PREFETCH,
	   "a fetch: error_code");
	is((int32_t)fault.fault_address, 16, "its address");
	FAULT_AT(".inst	0xe7f000f0", 0);
	is(last_sig, LINUX_SIGILL, "an undefined instruction");
	is((int32_t)fault.trap_no, 6, "its trap_no");
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
