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
	is(handle(LINUX_SIGUSR1, note, 0), 0,
	   "rt_sigaction installs a handler");
	is(raise_signal(LINUX_SIGUSR1), 0,
	   "kill sends the signal to this process");
	ok(calls == 1 && last_sig == LINUX_SIGUSR1, "the handler ran once");
	is(last_code, 0, "si_code is SI_USER");
	ignore(LINUX_SIGUSR1);
	raise_signal(LINUX_SIGUSR1);
	is(calls, 1, "an ignored signal runs no handler: calls so far");
	is(handle(LINUX_SIGKILL, note, 0), -EINVAL,
	   "a handler for SIGKILL is refused");
	is(handle(0, note, 0), -EINVAL, "a handler for signal 0 is refused");
	is(handle(65, note, 0), -EINVAL, "a handler for signal 65 is refused");
	is(raise_signal(0), 0,
	   "kill with signal 0 only checks that the process exists");
	is(raise_signal(65), -EINVAL, "kill with signal 65 is refused");
	is(SYS(kill, 30000, 0), -ESRCH,
	   "kill of a process that does not exist is refused");
}

static void blocked(void)
{
	uint32_t pending[2] = { 0, 0 };

	calls = 0;
	handle(LINUX_SIGUSR2, note, 0);
	set_mask(0, SIGNAL_BIT(LINUX_SIGUSR2));
	raise_signal(LINUX_SIGUSR2);
	raise_signal(LINUX_SIGUSR2);
	is(calls, 0, "a blocked signal runs no handler: calls");
	SYS(rt_sigpending, pending, 8);
	is((int32_t)pending[0], (int32_t)SIGNAL_BIT(LINUX_SIGUSR2),
	   "rt_sigpending reports it as pending");
	set_mask(1, SIGNAL_BIT(LINUX_SIGUSR2));
	is(calls, 1, "unblocked, the handler runs once for two signals: calls");
	is((int32_t)set_mask(0, 0), 0,
	   "the mask is empty again after the handler");
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
	is(page[100], 7,
	   "a handler that makes the page writable lets the store happen");
	is(calls, 1, "that handler was called once");
	is(last_sig, LINUX_SIGSEGV, "its signal is SIGSEGV");
	is(last_code, 2,
	   "si_code is SEGV_ACCERR: the page did not permit the store");
	ok(last_addr == (uint32_t)page + 100,
	   "si_addr is the address of the store");
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
	is(*page, 0,
	   "a handler that maps the missing page lets the load happen");
	is(last_code, 1, "si_code is SEGV_MAPERR: nothing was mapped");
	is(calls, 1, "that handler was called once");
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

/* Sends itself a signal with known values in registers; true if all survive. */
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
	ok(registers_survive(),
	   "core and VFP registers survive a handler that changes them");
	is(calls, 1, "the handler was called once");
	by_default(LINUX_SIGUSR1);
}

/*
 * Returns what read() of an empty pipe returns: a child sends SIGUSR1 while it
 * sleeps and writes a byte later.
 */
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
	is(interrupted_read(0), -EINTR,
	   "a signal with a handler ends a sleeping read");
	is(interrupted_read(TEST_SA_RESTART), 1,
	   "with SA_RESTART the read goes on and returns its byte");
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
	is(raise_signal(LINUX_SIGUSR1), 0,
	   "kill from ARM code with a handler in Thumb code");
	is(thumb_raise(), 0,
	   "kill from Thumb code with a handler in Thumb code");
	is(calls, 2, "the Thumb handler was called twice");
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
