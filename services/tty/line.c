/*
 * services/tty/line.c - where a terminal's output goes: to the line of the console,
 * or to the master of a pseudo-terminal; and waking those who wait for either.
 */
#include <lib/printk.h>
#include <services/poll/poll.h>
#include <services/tty/pty.h>
#include <services/tty/tty.h>

void pty_show(struct pty *pty, const char *s, u32 bytes)
{
	bytes = min(bytes, TTY_RING - pty_shown(pty));
	for (; bytes; bytes--)
		pty->ring[pty->head++ % TTY_RING] = (u8)*s++;
}

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

void tty_wake_input(struct tty *tty)
{
	if (tty_readable(tty) || READ_ONCE(tty->hung_up)) {
		wake_up(&tty->readable);
		poll_wake(&tty->edges.in);
	}
	if (tty->pty && pty_shown(tty->pty)) /* an echo */
		pty_wake_master(tty->pty);
}

void tty_wake_output(struct tty *tty)
{
	wake_up(&tty->writable);
	poll_wake(&tty->edges.out);
}
