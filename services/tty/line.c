/*
 * services/tty/line.c - where a terminal's output goes: to the console's line,
 * or to the master of a pseudo-terminal; and waking the tasks that wait for
 * either.
 */
#include <lib/printk.h>
#include <services/poll/poll.h>
#include <services/tty/pty.h>
#include <services/tty/tty.h>

/*
 * The excess is dropped: an echo may come from the master's own write(), which
 * cannot wait for the master to read.
 */
void pty_show(struct pty *pty, const char *s, u32 bytes)
{
	bytes = min(bytes, TTY_RING - pty_shown(pty));
	for (; bytes; bytes--)
		pty->ring[pty->head++ % TTY_RING] = (u8)*s++;
}

/* All four at once: a spurious wake-up only makes a task look again. */
void pty_wake_master(struct pty *pty)
{
	wake_up(&pty->readable);
	wake_up(&pty->writable);
	poll_wake(&pty->edges.in);
	poll_wake(&pty->edges.out);
}

void tty_show(const struct tty *tty, const char *s, u32 bytes)
{
	if (tty->pty)
		pty_show(tty->pty, s, bytes);
	else
		console_write(s, bytes);
}

void tty_tell_master(const struct tty *tty, u8 news, u8 old)
{
	if (tty->pty && tty->pty->packet)
		tty->pty->news = (u8)((tty->pty->news & ~old) | news);
}

/* Called once after several bytes were typed, not per byte. */
void tty_wake_input(struct tty *tty)
{
	if (tty_readable(tty) || READ_ONCE(tty->hung_up)) {
		wake_up(&tty->readable);
		poll_wake(&tty->edges.in);
	}
	/* There is an echo to read, or a key was one of those for flow. */
	if (tty->pty && (pty_shown(tty->pty) || pty_news(tty->pty)))
		pty_wake_master(tty->pty);
}

void tty_wake_output(struct tty *tty)
{
	wake_up(&tty->writable);
	poll_wake(&tty->edges.out);
}
