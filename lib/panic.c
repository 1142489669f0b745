/*
 * How the kernel ends after an error of its own: panic, BUG_ON, WARN_ON. Owns
 * nothing.
 *
 * A panic prints its reason and the call chain, then ends the machine: status
 * 255 if there is a semihosting host, else the core waits forever.
 */
#include <asm/barrier.h>
#include <asm/irqflags.h>
#include <bug.h>
#include <lib/backtrace.h>
#include <lib/printk.h>
#include <lib/semihosting.h>
#include <stdarg.h>
#include <stdio.h>

#define PANIC_STATUS 255

/*
 * Counts panics: a second one, inside the report of the first, only stops the
 * machine, because printing may be what fails.
 */
static unsigned int panics;

/* Never returns, even if no semihosting host takes the exit. */
static void __noreturn stop_machine(void)
{
	semihosting_exit(PANIC_STATUS);
	/*
	 * Not a reset: the report must stay on the console. An interrupt ends
	 * WFI, even a masked one.
	 */
	for (;;)
		wfi();
}

/*
 * Prints the reason and, unless the caller's report has them, the callers; then
 * stops the machine.
 */
static void __noreturn vpanic(bool with_stack, const char *fmt, va_list args)
{
	/* Static: the stack may be what ran out. */
	static char text[256];

	/* No other task may run on what is broken. */
	local_irq_disable();
	/* The panic may have come from inside printk, which holds its lock. */
	printk_bust_lock();
	if (panics++) {
		pr_emerg("panic while reporting a panic; stopping here\n");
		stop_machine();
	}
	vsnprintf(text, sizeof(text), fmt, args);
	pr_emerg("Kernel panic: %s\n", text);
	if (with_stack)
		dump_stack(NULL);
	/*
	 * Again at the end: a long backtrace may have scrolled the first line
	 * away.
	 */
	pr_emerg("---[ end of kernel panic: %s ]---\n", text);
	stop_machine();
}

/*
 * For an error found in the middle of the code; the call chain shows how the
 * kernel came there.
 */
void panic(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vpanic(true, fmt, args);
}

/*
 * For trap/oops.c, whose report already has a backtrace, of the interrupted
 * code.
 */
void panic_after_report(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vpanic(false, fmt, args);
}

/*
 * BUG_ON's slow path, out of line: the macro costs a compare and a branch where
 * it stands.
 */
void bug_at(const char *file, int line, const char *what)
{
	panic("kernel BUG at %s:%d: %s", file, line, what);
}

/*
 * Returns, because the caller can continue; the line on the log is for the
 * developer.
 */
void warn_at(const char *file, int line, const char *what)
{
	pr_warn("WARNING at %s:%d: %s\n", file, line, what);
	dump_stack(NULL);
}
