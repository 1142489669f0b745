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

/* A copy: one to or from the program may fault, so no lock may be held then. */
static struct ktermios copy_termios(struct tty *tty)
{
	struct ktermios termios;
	u32 flags;

	spin_lock_irqsave(&tty->lock, flags);
	termios = tty->termios;
	spin_unlock_irqrestore(&tty->lock, flags);
	return termios;
}

/* TCGETS: 0 or -EFAULT. */
static int get_termios(struct tty *tty, uaddr_t arg)
{
	struct ktermios termios = copy_termios(tty);

	return copy_to_user(arg, &termios, sizeof(termios)) ? -EFAULT : 0;
}

/* TCGETA: 0 or -EFAULT. */
static int get_termio(struct tty *tty, uaddr_t arg)
{
	const struct ktermios termios = copy_termios(tty);
	struct ktermio termio;

	memset(&termio, 0, sizeof(termio)); /* the padding, too */
	termio.c_iflag = (uint16_t)termios.c_iflag;
	termio.c_oflag = (uint16_t)termios.c_oflag;
	termio.c_cflag = (uint16_t)termios.c_cflag;
	termio.c_lflag = (uint16_t)termios.c_lflag;
	termio.c_line = termios.c_line;
	memcpy(termio.c_cc, termios.c_cc, KTERMIO_NCC);
	return copy_to_user(arg, &termio, sizeof(termio)) ? -EFAULT : 0;
}

/* TCSETA's: what a struct termio has no room for stays as it is. */
static int read_termio(struct tty *tty, uaddr_t arg, struct ktermios *termios)
{
	struct ktermio termio;

	if (copy_from_user(&termio, arg, sizeof(termio)))
		return -EFAULT;
	*termios = copy_termios(tty);
	termios->c_iflag = (termios->c_iflag & ~0xffffu) | termio.c_iflag;
	termios->c_oflag = (termios->c_oflag & ~0xffffu) | termio.c_oflag;
	termios->c_cflag = (termios->c_cflag & ~0xffffu) | termio.c_cflag;
	termios->c_lflag = (termios->c_lflag & ~0xffffu) | termio.c_lflag;
	termios->c_line = termio.c_line;
	memcpy(termios->c_cc, termio.c_cc, KTERMIO_NCC);
	return 0;
}

/* After tty_tell_master(), with no lock held: a pty's readers take it. */
static void wake_master(const struct tty *tty)
{
	if (tty->pty)
		pty_wake_master(tty->pty);
}

/* Returns true if ^S and ^Q stop and continue output. */
static bool has_flow_keys(const struct ktermios *termios)
{
	return termios->c_iflag & IXON && termios->c_cc[VSTOP] == 'S' - '@' &&
		termios->c_cc[VSTART] == 'Q' - '@';
}

/*
 * TCSETS, TCSETA and their relatives: 0 or -EFAULT. Those that end in F drop
 * the input.
 */
static int set_termios(struct tty *tty, u32 cmd, uaddr_t arg)
{
	bool flush = cmd == TCSETSF || cmd == TCSETAF;
	struct ktermios termios;
	u32 flags;

	if (cmd >= TCSETA) {
		if (read_termio(tty, arg, &termios))
			return -EFAULT;
	} else if (copy_from_user(&termios, arg, sizeof(termios))) {
		return -EFAULT;
	}
	spin_lock_irqsave(&tty->lock, flags);
	if (flush)
		ldisc_flush(tty);
	if ((termios.c_lflag ^ tty->termios.c_lflag) & (ICANON | EXTPROC))
		ldisc_new_lines(tty, termios.c_lflag & ICANON);
	if ((termios.c_lflag | tty->termios.c_lflag) & EXTPROC)
		tty_tell_master(tty, TIOCPKT_IOCTL, 0);
	/* A remote terminal may stop output itself while the keys do. */
	if (has_flow_keys(&termios) != has_flow_keys(&tty->termios))
		tty_tell_master(tty,
				has_flow_keys(&termios) ? TIOCPKT_DOSTOP :
							  TIOCPKT_NOSTOP,
				TIOCPKT_DOSTOP | TIOCPKT_NOSTOP);
	tty->termios = termios;
	if (!(termios.c_iflag & IXON))
		/* ^Q is no longer a key that could continue it. */
		ldisc_stop(tty, false);
	spin_unlock_irqrestore(&tty->lock, flags);
	/* The new modes may complete a read: the raw one's, or another VMIN. */
	wake_up(&tty->readable);
	tty_wake_output(tty);
	wake_master(tty);
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
	spin_lock_irqsave(&tty->lock, flags);
	if (which != TCOFLUSH)
		ldisc_flush(tty);
	if (which != TCIFLUSH)
		tty_tell_master(tty, TIOCPKT_FLUSHWRITE, 0);
	spin_unlock_irqrestore(&tty->lock, flags);
	wake_master(tty);
	return 0;
}

/* Stops output, or continues it and wakes the writers. */
static void set_stopped(struct tty *tty, bool stopped)
{
	u32 flags;

	spin_lock_irqsave(&tty->lock, flags);
	ldisc_stop(tty, stopped);
	spin_unlock_irqrestore(&tty->lock, flags);
	if (!stopped)
		tty_wake_output(tty);
	wake_master(tty);
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
		wake_master(tty);
		return 0;
	default:
		return -EINVAL;
	}
}

/* TIOCSETD: there is one line discipline. 0, -EFAULT or -EINVAL. */
static int set_discipline(uaddr_t arg)
{
	u32 number;

	if (copy_from_user(&number, arg, sizeof(number)))
		return -EFAULT;
	return number == N_TTY ? 0 : -EINVAL;
}

int tty_settings(struct tty *tty, u32 cmd, u32 arg)
{
	switch (cmd) {
	case TCGETS:
		return get_termios(tty, arg);
	case TCSETS:
	case TCSETSW: /* output is sent during write(): none is left to wait for */
	case TCSETSF:
	case TCSETA:
	case TCSETAW:
	case TCSETAF:
		return set_termios(tty, cmd, arg);
	case TCGETA:
		return get_termio(tty, arg);
	case TCFLSH:
		return flush_queues(tty, arg);
	case TCSBRK:
	case TCSBRKP: /* no line here can be broken */
		return 0;
	case TIOCGETD:
		return put_user_u32(N_TTY, arg);
	case TIOCSETD:
		return set_discipline(arg);
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
