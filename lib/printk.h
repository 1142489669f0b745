/*
 * lib/printk.h - the kernel's log.
 *
 * printk formats one record (with nano's vsnprintf: nano is Newlib's small
 * variant) into the log ring, which /dev/kmsg and a gdb command can read back,
 * and hands it to the console hook that the board's driver sets. Before there
 * is a console the ring keeps the record, and register_console prints it.
 * printk may be called in any context, also in interrupt handlers and while an
 * oops is reported.
 *
 * Records begin with a level, as in Linux: KERN_ERR "text". A record without
 * one has the level of the record before it. `quiet` on the command line keeps
 * KERN_INFO and KERN_DEBUG off the console. Reports about programs (a fatal
 * fault, a call that does not exist, a process killed because memory ran out)
 * are KERN_INFO. A record begins a new line if a program has left one
 * unfinished.
 *
 * Nano's vsnprintf knows no %ll: a 64-bit number is printed in u32 parts.
 */
#ifndef LIB_PRINTK_H
#define LIB_PRINTK_H

#include <config.h>
#include <types.h>

#define KERN_EMERG   "\0010"
#define KERN_ERR     "\0013"
#define KERN_WARNING "\0014"
#define KERN_NOTICE  "\0015"
#define KERN_INFO    "\0016"
#define KERN_DEBUG   "\0017"

#define LOGLEVEL_ALL   8
#define LOGLEVEL_QUIET 6 /* notices and graver */

/*
 * Formats a record into the log and shows it. A text over 511 bytes is cut.
 * Never sleeps.
 */
void printk(const char *fmt, ...) __printf(1, 2);

#define pr_emerg(...)  printk(KERN_EMERG __VA_ARGS__)
#define pr_err(...)    printk(KERN_ERR __VA_ARGS__)
#define pr_warn(...)   printk(KERN_WARNING __VA_ARGS__)
#define pr_notice(...) printk(KERN_NOTICE __VA_ARGS__)
#define pr_info(...)   printk(KERN_INFO __VA_ARGS__)
#define pr_debug(...)  printk(KERN_DEBUG __VA_ARGS__)

/*
 * Sets the console, during the boot. write sends bytes to it unchanged, by
 * polling, and must work with interrupts off. Prints what the ring holds already.
 */
void register_console(void (*write)(const char *s, size_t bytes));
/*
 * Writes bytes as they are, for a tty, which adds its own carriage returns. The
 * caller serialises itself with other writers.
 */
void console_write(const char *s, size_t bytes);
/*
 * The same for text: adds the carriage return that terminals want before each
 * newline.
 */
void console_text(const char *s, size_t bytes);

/* Only records with a level below this reach the console; 8 = all. */
extern unsigned int console_loglevel;

/*
 * Stops all use of the log's lock, for panic, which may have interrupted
 * printk.
 */
void printk_bust_lock(void);

/* The time of records, in ticks since boot: the clock's interrupt counts them. */
#define LOG_TICK_USEC (1000000u / HZ)
extern u32 log_ticks;

#endif
