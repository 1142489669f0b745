/*
 * The kernel's log. Owns the ring of the last LOG_BYTES bytes of log text, the
 * last LOG_RECORDS records' places in it, and the one console that shows it.
 *
 * log_head counts every byte ever logged; byte number n is in
 * log_ring[n % LOG_BYTES] while n >= log_head - LOG_BYTES. A character may take
 * 260 us on the line, so the console is written without the lock, from the ring
 * and with interrupts as the caller has them. One caller writes at a time, so
 * that lines do not mix; it also writes what others log meanwhile.
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
static bool console_busy; /* a caller is writing to it */
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

/* Before register_console there is no console; the ring keeps the text. */
static void write_bytes(const char *s, size_t bytes)
{
	if (console)
		console(s, bytes);
}

/*
 * Remembers whether a program's line is open, so that the log can begin one of
 * its own.
 */
void console_write(const char *s, size_t bytes)
{
	write_bytes(s, bytes);
	if (bytes)
		in_programs_line = s[bytes - 1] != '\n';
}

/*
 * Adds a carriage return before each newline. The driver gets whole lines,
 * because a call for each byte would cost more.
 */
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
	/* The rest has no newline, so the line stays open. */
	console_write(s, bytes);
}

/* Overwrites the oldest text. Hold log_lock. */
static void ring_append(const char *s, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		log_ring[log_head++ % LOG_BYTES] = s[i];
}

/* Interrupts are off, because handlers log, too. */
u32 log_lock_irqsave(void)
{
	u32 flags = local_irq_save();

	/*
	 * The holder may be the code that panicked: it will never release the
	 * lock.
	 */
	if (!lock_busted)
		spin_lock(&log_lock);
	return flags;
}

/* A lock that was busted is not released: this caller did not take it. */
void log_unlock_irqrestore(u32 flags)
{
	if (!lock_busted)
		spin_unlock(&log_lock);
	local_irq_restore(flags);
}

/* For good: only one core runs, with interrupts off, until the machine ends. */
void printk_bust_lock(void)
{
	lock_busted = true;
}

/*
 * Notes the place of a record whose text, ending in `last`, will be appended
 * next. Hold log_lock.
 */
static void place_record(u8 prio, char last)
{
	/*
	 * A text without newline is continued by the next one: both are one
	 * record, as in Linux.
	 */
	if (!log_line_open)
		log_places[log_nr_records++ % LOG_RECORDS] = (struct log_place){
			.start = (u32)log_head,
			.ticks = log_ticks,
			.prio = prio,
		};
	log_line_open = last != '\n';
}

/*
 * Formats one record into the ring. Hold log_lock, which also guards the
 * buffer: 512 bytes are too many for a stack that may be nearly full.
 */
static void log_record(const char *fmt, va_list args)
{
	u8 prio = last_prio;
	size_t bytes;
	bool hide;
	int want;

	/* Without a level the record continues with the last one's. */
	if (fmt[0] == LEVEL_MARK) {
		prio = (u8)(fmt[1] - '0');
		fmt += 2;
	}
	want = vsnprintf(record, sizeof(record), fmt, args);
	/* An empty text must not change the level of what follows. */
	if (want <= 0)
		return;
	/* vsnprintf returns the length it wanted; the buffer has less. */
	bytes = min((size_t)want, sizeof(record) - 1);
	last_prio = prio;
	/*
	 * Only if the console is up to date: skipping must not skip records of
	 * others before this one.
	 */
	hide = (prio & 7) >= console_loglevel && console_pos == log_head;
	place_record(prio, record[bytes - 1]);
	ring_append(record, bytes);
	if (hide)
		console_pos = log_head;
}

/* Hold log_lock. */
u64 log_oldest(void)
{
	return log_head > LOG_BYTES ? log_head - LOG_BYTES : 0;
}

/*
 * Shows one byte of the log. If a program has begun a line, the log begins one
 * of its own.
 */
static void show_byte(char c)
{
	if (in_programs_line)
		write_bytes("\r\n", 2);
	in_programs_line = false;
	/* Terminals want a carriage return before each newline. */
	if (c == '\n')
		write_bytes("\r", 1);
	write_bytes(&c, 1);
}

/*
 * Writes to the console what it has not shown yet, unless another caller is
 * doing that.
 */
static void flush_console(void)
{
	u32 flags = log_lock_irqsave();
	/*
	 * After a panic the busy writer never continues, so do not wait for it.
	 */
	bool ours = console && (lock_busted || !console_busy);
	char c;

	console_busy |= ours;
	while (ours && console_pos < log_head) {
		/*
		 * The ring may have overtaken a slow console: continue with
		 * what is left of it.
		 */
		console_pos = max(console_pos, log_oldest());
		c = log_ring[console_pos++ % LOG_BYTES];
		/*
		 * Unlocked for each byte: it takes up to 260 us, and interrupts
		 * must not wait that long.
		 */
		log_unlock_irqrestore(flags);
		show_byte(c);
		flags = log_lock_irqsave();
	}
	/*
	 * Under the lock, with nothing left to show: a text that is logged now
	 * is shown by its own caller.
	 */
	console_busy &= !ours;
	log_unlock_irqrestore(flags);
}

/*
 * The text is in the ring before anything is shown, so a console that hangs
 * loses nothing.
 */
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

/* Prints what was logged before there was a console. */
void register_console(void (*write)(const char *s, size_t bytes))
{
	console = write;
	flush_console();
}
