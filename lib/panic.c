/*
 * The end, for our own errors: panic, BUG_ON, WARN_ON. Owns nothing.
 *
 * A panic says what happened and who called whom, then ends the machine:
 * status 255 where a semihosting host listens, else the core waits for ever.
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

/* A panic while panicking says so once and stops: the log may be the cause. */
static unsigned int panics;

static void __noreturn stop_machine(void)
{
	semihosting_exit(PANIC_STATUS);
	for (;;)
		wfi();
}

/* Say it, show the callers unless the reporter has, and stop. */
static void __noreturn vpanic(bool with_stack, const char *fmt, va_list args)
{
	static char text[256];

	local_irq_disable();
	printk_bust_lock();
	if (panics++) {
		pr_emerg("panic while reporting a panic; stopping here\n");
		stop_machine();
	}
	vsnprintf(text, sizeof(text), fmt, args);
	pr_emerg("Kernel panic: %s\n", text);
	if (with_stack)
		dump_stack(NULL);
	pr_emerg("---[ end of kernel panic: %s ]---\n", text);
	stop_machine();
}

void panic(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vpanic(true, fmt, args);
}

void panic_after_report(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vpanic(false, fmt, args);
}

void bug_at(const char *file, int line, const char *what)
{
	panic("kernel BUG at %s:%d: %s", file, line, what);
}

void warn_at(const char *file, int line, const char *what)
{
	pr_warn("WARNING at %s:%d: %s\n", file, line, what);
	dump_stack(NULL);
}
