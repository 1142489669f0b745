/*
 * The kernel's log. Owns the ring of the last LOG_BYTES bytes of log text, the
 * last LOG_RECORDS records' places in it, and the one console that shows it.
 *
 * log_head counts every byte ever logged; byte number n is in
 * log_ring[n % LOG_BYTES] while n >= log_head - LOG_BYTES. A character may take
 * 260 us on the line, so the console is written without the lock, from the ring
 * and with interrupts as the caller has them. One caller writes at a time, so
 * that lines do not mix: what others log meanwhile it writes too.
 */
#include <lib/log.h>
#include <lib/printk.h>
#include <spinlock.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define RECORD_BYTES 512 /* a longer record is cut */
#define LEVEL_MARK   '\001'

static spinlock_t log_lock = SPINLOCK_INIT;
/* log_lock */
char log_ring[LOG_BYTES];
u64 log_head;
static u64 console_pos;   /* the first byte the console has not shown */
static bool console_busy; /* somebody is writing to it */
struct log_place log_places[LOG_RECORDS];
u64 log_nr_records;
bool log_line_open;
static char record[RECORD_BYTES];
static u8 last_prio = 6;

u32 log_ticks;

/* constant after register_console() */
static void (*console)(const char *s, size_t bytes);

unsigned int console_loglevel = LOGLEVEL_ALL;
static bool lock_busted;
/* A program has begun a line on the console and not ended it. */
static bool in_programs_line;

static void write_bytes(const char *s, size_t bytes)
{
	if (console)
		console(s, bytes);
}

void console_write(const char *s, size_t bytes)
{
	write_bytes(s, bytes);
	if (bytes)
		in_programs_line = s[bytes - 1] != '\n';
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

u32 log_lock_irqsave(void)
{
	u32 flags = local_irq_save();

	if (!lock_busted)
		spin_lock(&log_lock);
	return flags;
}

void log_unlock_irqrestore(u32 flags)
{
	if (!lock_busted)
		spin_unlock(&log_lock);
	local_irq_restore(flags);
}

void printk_bust_lock(void)
{
	lock_busted = true;
}

/* Its text, which ends in last, is about to follow in the ring. */
static void place_record(u8 prio, char last)
{
	if (!log_line_open)
		log_places[log_nr_records++ % LOG_RECORDS] = (struct log_place){
			.start = (u32)log_head,
			.ticks = log_ticks,
			.prio = prio,
		};
	log_line_open = last != '\n';
}

static void log_record(const char *fmt, va_list args)
{
	u8 prio = last_prio;
	size_t bytes;
	bool hide;
	int want;

	if (fmt[0] == LEVEL_MARK) {
		prio = (u8)(fmt[1] - '0');
		fmt += 2;
	}
	want = vsnprintf(record, sizeof(record), fmt, args);
	if (want <= 0)
		return;
	bytes = min((size_t)want, sizeof(record) - 1);
	last_prio = prio;
	hide = (prio & 7) >= console_loglevel && console_pos == log_head;
	place_record(prio, record[bytes - 1]);
	ring_append(record, bytes);
	if (hide)
		console_pos = log_head;
}

u64 log_oldest(void)
{
	return log_head > LOG_BYTES ? log_head - LOG_BYTES : 0;
}

/* Of the log, in a line of its own. */
static void show_byte(char c)
{
	if (in_programs_line)
		write_bytes("\r\n", 2);
	in_programs_line = false;
	if (c == '\n')
		write_bytes("\r", 1);
	write_bytes(&c, 1);
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
		show_byte(c);
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
