/*
 * The kernel's log. Owns the ring of the last LOG_BYTES bytes of log text and
 * the one console that shows it.
 *
 * log_head counts every byte ever logged; byte number n is in
 * log_ring[n % LOG_BYTES] while n >= log_head - LOG_BYTES. A character may take
 * 260 us on the line, so the console is written without the lock, from the ring
 * and with interrupts as the caller has them. One caller writes at a time, so
 * that lines do not mix: what others log meanwhile it writes too.
 */
#include <lib/printk.h>
#include <spinlock.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define LOG_BYTES    0x8000u
#define RECORD_BYTES 512 /* a longer record is cut */
#define LEVEL_MARK   '\001'

static spinlock_t log_lock = SPINLOCK_INIT;
/* log_lock */
static char log_ring[LOG_BYTES];
static u64 log_head;
static u64 console_pos;   /* the first byte the console has not shown */
static bool console_busy; /* somebody is writing to it */
static char record[RECORD_BYTES];
static unsigned int last_level = 6;

/* constant after register_console() */
static void (*console)(const char *s, size_t bytes);

unsigned int console_loglevel = LOGLEVEL_ALL;
static bool lock_busted;

void console_write(const char *s, size_t bytes)
{
	if (console)
		console(s, bytes);
}

void console_text(const char *s, size_t bytes)
{
	const char *newline;

	while ((newline = memchr(s, '\n', bytes))) {
		size_t line = (size_t)(newline - s);

		console_write(s, line);
		console_write("\r\n", 2);
		s += line + 1;
		bytes -= line + 1;
	}
	console_write(s, bytes);
}

static void ring_append(const char *s, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		log_ring[log_head++ % LOG_BYTES] = s[i];
}

static u32 log_lock_irqsave(void)
{
	u32 flags = local_irq_save();

	if (!lock_busted)
		spin_lock(&log_lock);
	return flags;
}

static void log_unlock_irqrestore(u32 flags)
{
	if (!lock_busted)
		spin_unlock(&log_lock);
	local_irq_restore(flags);
}

void printk_bust_lock(void)
{
	lock_busted = true;
}

static void log_record(const char *fmt, va_list args)
{
	unsigned int level = last_level;
	size_t bytes;
	bool hide;
	int want;

	if (fmt[0] == LEVEL_MARK) {
		level = (unsigned int)(fmt[1] - '0');
		fmt += 2;
	}
	want = vsnprintf(record, sizeof(record), fmt, args);
	if (want <= 0)
		return;
	bytes = min((size_t)want, sizeof(record) - 1);
	last_level = level;
	hide = level >= console_loglevel && console_pos == log_head;
	ring_append(record, bytes);
	if (hide)
		console_pos = log_head;
}

static u64 log_oldest(void)
{
	return log_head > LOG_BYTES ? log_head - LOG_BYTES : 0;
}

/* The console shows what it has not yet. */
static void flush_console(void)
{
	u32 flags = log_lock_irqsave();
	bool ours = console && (lock_busted || !console_busy);
	char c;

	console_busy |= ours;
	while (ours && console_pos < log_head) {
		console_pos = max(console_pos, log_oldest());
		c = log_ring[console_pos++ % LOG_BYTES];
		log_unlock_irqrestore(flags);
		if (c == '\n')
			console_write("\r", 1);
		console_write(&c, 1);
		flags = log_lock_irqsave();
	}
	console_busy &= !ours;
	log_unlock_irqrestore(flags);
}

void printk(const char *fmt, ...)
{
	va_list args;
	u32 flags;

	va_start(args, fmt);
	flags = log_lock_irqsave();
	log_record(fmt, args);
	log_unlock_irqrestore(flags);
	va_end(args);
	flush_console();
}

void register_console(void (*write)(const char *s, size_t bytes))
{
	console = write;
	flush_console();
}

size_t log_read(u64 *pos, char *buf, size_t bytes)
{
	u32 flags = log_lock_irqsave();
	size_t copied = 0;

	*pos = max(*pos, log_oldest());
	while (copied < bytes && *pos < log_head)
		buf[copied++] = log_ring[(*pos)++ % LOG_BYTES];
	log_unlock_irqrestore(flags);
	return copied;
}
