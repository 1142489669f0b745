/*
 * services/tty/settings.c - what programs set of a terminal: its modes, the size
 * of its window, and whether output goes on.
 */
#include <fs/fs.h>
#include <services/signal/signal.h>
#include <services/tty/pty.h>
#include <services/tty/tty.h>
#include <string.h>
#include <uapi/signal.h>

static int get_termios(struct tty *tty, uaddr_t arg)
{
	struct ktermios termios;
	u32 flags;

	spin_lock_irqsave(&tty->lock, flags);
	termios = tty->termios;
	spin_unlock_irqrestore(&tty->lock, flags);
	return copy_to_user(arg, &termios, sizeof(termios)) ? -EFAULT : 0;
}

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
		tty->committed = tty->head; /* a half line is input now */
	tty->termios = termios;
	if (!(termios.c_iflag & IXON))
		tty->stopped = false; /* nobody could type ^Q */
	tty->literal = false;
	spin_unlock_irqrestore(&tty->lock, flags);
	wake_up(&tty->readable);
	tty_wake_output(tty);
	return 0;
}

static int set_winsize(struct tty *tty, uaddr_t arg)
{
	struct kwinsize size;

	if (copy_from_user(&size, arg, sizeof(size)))
		return -EFAULT;
	if (!memcmp(&size, &tty->winsize, sizeof(size)))
		return 0;
	tty->winsize = size;
	if (tty->pgrp > 0)
		kill_pgrp(tty->pgrp, SIGWINCH);
	return 0;
}

/* Output is polled: there is none waiting that could be dropped. */
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

static void set_stopped(struct tty *tty, bool stopped)
{
	u32 flags;

	spin_lock_irqsave(&tty->lock, flags);
	tty->stopped = stopped;
	spin_unlock_irqrestore(&tty->lock, flags);
	if (!stopped)
		tty_wake_output(tty);
}

/* TCXONC: output stops or goes on here, or the other side is asked to. */
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
		if (c)
			tty_show(tty, &c, 1);
		spin_unlock_irqrestore(&tty->lock, flags);
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
	case TCSETSW: /* output is polled: it has drained */
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
