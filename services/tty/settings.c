/*
 * services/tty/settings.c - a terminal's settings: its modes, the size of its
 * window, and whether output is stopped.
 */
#include <fs/fs.h>
#include <services/signal/signal.h>
#include <services/tty/pty.h>
#include <services/tty/tty.h>
#include <string.h>
#include <uapi/signal.h>

/*
 * TCGETS: 0 or -EFAULT. Copied under the lock first, since the copy to the
 * program may fault.
 */
static int get_termios(struct tty *tty, uaddr_t arg)
{
	struct ktermios termios;
	u32 flags;

	spin_lock_irqsave(&tty->lock, flags);
	termios = tty->termios;
	spin_unlock_irqrestore(&tty->lock, flags);
	return copy_to_user(arg, &termios, sizeof(termios)) ? -EFAULT : 0;
}

/* TCSETS and its relatives: 0 or -EFAULT. flush: drops the input (TCSETSF). */
static int set_termios(struct tty *tty, uaddr_t arg, bool flush)
{
	struct ktermios termios;
	u32 flags;

	if (copy_from_user(&termios, arg, sizeof(termios)))
		return -EFAULT;
	spin_lock_irqsave(&tty->lock, flags);
	if (flush)
		ldisc_flush(tty);
	if (!(termios.c_lflag & ICANON))
		tty->committed = tty->head; /* raw mode has no lines */
	tty->termios = termios;
	if (!(termios.c_iflag & IXON))
		tty->stopped =
			false; /* ^Q is no longer a key that could continue it */
	tty->literal = false;
	spin_unlock_irqrestore(&tty->lock, flags);
	/* The new modes may complete a read: the raw one's, or another VMIN. */
	wake_up(&tty->readable);
	tty_wake_output(tty);
	return 0;
}

/*
 * TIOCSWINSZ: 0 or -EFAULT. The same size again is no change, and sends no
 * signal.
 */
static int set_winsize(struct tty *tty, uaddr_t arg)
{
	struct kwinsize size;

	if (copy_from_user(&size, arg, sizeof(size)))
		return -EFAULT;
	if (!memcmp(&size, &tty->winsize, sizeof(size)))
		return 0;
	tty->winsize = size;
	/* Full-screen programs of the foreground draw anew. */
	if (tty->pgrp > 0)
		kill_pgrp(tty->pgrp, SIGWINCH);
	return 0;
}

/*
 * TCFLSH: drops input. Output is sent while the writer waits, so there is none
 * to drop.
 */
static int flush_queues(struct tty *tty, u32 which)
{
	u32 flags;

	if (which > TCIOFLUSH)
		return -EINVAL;
	if (which == TCOFLUSH)
		return 0;
	spin_lock_irqsave(&tty->lock, flags);
	ldisc_flush(tty);
	spin_unlock_irqrestore(&tty->lock, flags);
	return 0;
}

/* Stops output, or continues it and wakes the writers. */
static void set_stopped(struct tty *tty, bool stopped)
{
	u32 flags;

	spin_lock_irqsave(&tty->lock, flags);
	tty->stopped = stopped;
	spin_unlock_irqrestore(&tty->lock, flags);
	if (!stopped)
		tty_wake_output(tty);
}

/*
 * TCXONC: stops or continues output here, or sends the character that asks the
 * other side for that.
 */
static int flow_control(struct tty *tty, u32 what)
{
	u32 flags;
	char c;

	switch (what) {
	case TCOOFF:
	case TCOON:
		set_stopped(tty, what == TCOOFF);
		return 0;
	case TCIOFF:
	case TCION:
		spin_lock_irqsave(&tty->lock, flags);
		c = (char)tty->termios.c_cc[what == TCIOFF ? VSTOP : VSTART];
		/* A terminal without such a character (0) sends nothing. */
		if (c)
			tty_show(tty, &c, 1);
		spin_unlock_irqrestore(&tty->lock, flags);
		/* After the lock is released: a pty's readers take it. */
		if (tty->pty)
			pty_wake_master(tty->pty);
		return 0;
	default:
		return -EINVAL;
	}
}

int tty_settings(struct tty *tty, u32 cmd, u32 arg)
{
	switch (cmd) {
	case TCGETS:
		return get_termios(tty, arg);
	case TCSETS:
	case TCSETSW: /* output is sent during write(): none is left to wait for */
	case TCSETSF:
		return set_termios(tty, arg, cmd == TCSETSF);
	case TCFLSH:
		return flush_queues(tty, arg);
	case TCSBRK:
		return 0;
	case TCXONC:
		return flow_control(tty, arg);
	case TIOCGWINSZ:
		return copy_to_user(arg, &tty->winsize, sizeof(tty->winsize)) ?
			-EFAULT :
			0;
	case TIOCSWINSZ:
		return set_winsize(tty, arg);
	case TIOCSPGRP:
		return tty_set_pgrp(tty, arg);
	case TIOCOUTQ:
		return put_user_u32(0, arg);
	default:
		return -ENOTTY;
	}
}
