/*
 * To a handler and back.
 */
#include <stddef.h>
#include <uapi/signal.h>
#include <uapi/ucontext.h>
#include <unistd.h>
#include "bench.h"
#include "linux.h"

void linux_rt_sigreturn(void);
static uint8_t *page;

static void set_handler(uint32_t sig, uint32_t handler)
{
	struct kernel_sigaction act = {
		.sa_handler = handler,
		.sa_flags = SA_SIGINFO | SA_RESTORER,
		.sa_restorer = address((void *)linux_rt_sigreturn),
	};

	must(call6(__NR_rt_sigaction, sig, address(&act), 0, 8, 0, 0) == 0,
	     "rt_sigaction");
}

static void do_nothing(int sig, struct siginfo *info, void *context)
{
	(void)sig;
	(void)info;
	(void)context;
}

/* Go on behind the store that faulted. */
static void skip(int sig, struct siginfo *info, struct ucontext *context)
{
	(void)sig;
	(void)info;
	context->uc_mcontext.arm_pc += 4;
}

static void allow(int sig, struct siginfo *info, void *context)
{
	(void)sig;
	(void)info;
	(void)context;
	call3(__NR_mprotect, address(page), PAGE, PROT_READ | PROT_WRITE);
}

/* One ARM instruction: skip() counts on it. */
static inline void store(uint8_t *p)
{
	__asm__ volatile("strb %0, [%0]" : : "r"(p) : "memory");
}

void bench_signals(void)
{
	uint32_t pid = (uint32_t)call1(__NR_getpid, 0);

	set_handler(SIGUSR1, address((void *)do_nothing));
	begin();
	for (uint32_t i = 0; i < CALLS; i++)
		call3(__NR_kill, pid, SIGUSR1, 0);
	report("signal to self and back", end(), CALLS);
	page = anonymous(1);
	write_pages(page, 1);
	call3(__NR_mprotect, address(page), PAGE, PROT_READ);
	set_handler(SIGSEGV, address((void *)skip));
	begin();
	for (uint32_t i = 0; i < CALLS; i++)
		store(page);
	report("SIGSEGV to a handler and back (skip)", end(), CALLS);
	set_handler(SIGSEGV, address((void *)allow));
	begin();
	for (uint32_t i = 0; i < CALLS; i++) {
		call3(__NR_mprotect, address(page), PAGE, PROT_READ);
		store(page);
	}
	report("SIGSEGV, mprotect, retry", end(), CALLS);
	unmap(page, 1);
}
