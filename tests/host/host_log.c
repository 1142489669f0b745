/*
 * printk into a buffer, and BUG as a long jump.
 */
#include <inspect/internal.h>
#include <lib/backtrace.h>
#include <lib/printk.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <trace.h>
#include "host.h"

#define LOG_BYTES (1u << 20)
#define BUG_BYTES 512

jmp_buf host_bug_jmp;
bool host_bug_expected;
u32 host_warnings;
unsigned int console_loglevel = 8;

static char log_text[LOG_BYTES];
static size_t log_used;
static char bug_text[BUG_BYTES];

const char *host_log(void)
{
	return log_text;
}

void host_log_clear(void)
{
	log_used = 0;
	log_text[0] = '\0';
}

void host_expect_text(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("expected \"%s\" in:\n%s", part, text);
}

void expect_log(const char *text)
{
	host_expect_text(log_text, text);
}

static void append(const char *fmt, va_list args)
{
	int n;

	if (log_used > LOG_BYTES / 2)
		host_log_clear();
	n = vsnprintf(log_text + log_used, LOG_BYTES - log_used, fmt, args);
	if (n > 0)
		log_used = min(log_used + (size_t)n, (size_t)LOG_BYTES - 1);
}

/* Leaves out the level in front of the text, which tests do not look for. */
void printk(const char *fmt, ...)
{
	size_t start;
	va_list args;

	if (fmt[0] == '\001')
		fmt += 2;
	start = log_used;
	va_start(args, fmt);
	append(fmt, args);
	va_end(args);
	if (getenv("HOST_LOG"))
		fputs(log_text + (start < log_used ? start : 0), stderr);
}

static __noreturn void stop(void)
{
	if (host_bug_expected)
		longjmp(host_bug_jmp, 1);
	fprintf(stderr, "# kernel log:\n%s# unexpected: %s\n", log_text,
		bug_text);
	abort();
}

void panic(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(bug_text, sizeof(bug_text), fmt, args);
	va_end(args);
	stop();
}

void bug_at(const char *file, int line, const char *what)
{
	panic("BUG at %s:%d: %s", file, line, what);
}

void warn_at(const char *file, int line, const char *what)
{
	host_warnings++;
	printk("WARNING at %s:%d: %s\n", file, line, what);
}

const char *host_bug_text(void)
{
	return bug_text;
}

void format_symbol(u32 va, char *buf, size_t bytes)
{
	snprintf(buf, bytes, "%#x", va);
}

/* The one name for which called_from() returns true; a test sets it. */
const char *host_caller = "";

static bool host_called_from(const char *function)
{
	return strcmp(function, host_caller) == 0;
}

const struct stack_operations *stack_ops = &(const struct stack_operations){
	.called_from = host_called_from,
};

/* The host's stack has no frames that the kernel could unwind. */
void find_why(struct why *why, const char *past __unused_arg)
{
	*why = (struct why){ 0 };
}

/* For tests that do not link lib/trace.c: nothing is traced. */
__weak u32 trace_mask;

__weak void (*trace_sink)(enum trace_kind kind, u32 a, u32 b, u32 c, u32 d);
