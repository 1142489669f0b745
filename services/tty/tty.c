/*
 * services/tty/tty.c - the console as a file: /dev/console, /dev/tty,
 * /dev/ttyAMA0.
 *
 * There is one terminal: the line that printk writes to. Owns struct tty.
 */
#include <board/board.h>
#include <fs/fs.h>
#include <lib/printk.h>
#include <run/task.h>
#include <services/ids/ids.h>
#include <services/poll/poll.h>
#include <services/signal/signal.h>
#include <services/tty/ldisc.h>
#include <services/tty/tty.h>
#include <time_units.h>
#include <uapi/poll.h>
#include <uapi/signal.h>

#define CHUNK      128 /* bytes moved at a time */
/* A letter after a BREAK is none of the programs' for so long. */
#define BREAK_NSEC (5ull * NSEC_PER_SEC)

static struct tty console_tty = {
	.lock = SPINLOCK_INIT,
	.termios = {		/* what Linux starts a serial console with */
		.c_iflag = ICRNL,
		.c_oflag = OPOST | ONLCR,
		.c_cflag = B38400 | CS8 | CREAD | CLOCAL,
		.c_lflag = ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL |
			ECHOKE | IEXTEN,
		.c_cc = {
			[VINTR] = 3, [VQUIT] = 28, [VERASE] = 127,
			[VKILL] = 21, [VEOF] = 4, [VTIME] = 0, [VMIN] = 1,
			[VSUSP] = 26, [VWERASE] = 23,
		},
	},
	.winsize = { .ws_row = 24, .ws_col = 80 },
	.readable = WAIT_QUEUE_INIT(console_tty.readable),
	.writable = WAIT_QUEUE_INIT(console_tty.writable),
};

/*
 * BREAK and then a letter, soon, is a question to the kernel, as Linux's magic
 * SysRq: it is answered here, in the interrupt, for no program may be able to.
 * True: c is part of one, and no input.
 */
static bool is_question(u32 c)
{
	static u64 asked_until; /* 0: there was no BREAK */
	u64 until = asked_until;

	asked_until = c == UART_BREAK ? ktime_ns() + BREAK_NSEC : 0;
	if (c == UART_BREAK)
		return true;
	if (ktime_ns() >= until)
		return false;
	services_console_key((u8)c);
	return true;
}

static void tty_receive(u32 c)
{
	struct tty *tty = &console_tty;
	u32 flags;
	s32 pgrp;
	int sig;

	if (is_question(c))
		return;
	spin_lock_irqsave(&tty->lock, flags);
	sig = ldisc_receive(tty, (u8)c);
	pgrp = tty->pgrp;
	spin_unlock_irqrestore(&tty->lock, flags);
	if (sig && pgrp > 0)
		kill_pgrp(pgrp, sig);
	if (tty_readable(tty)) {
		wake_up(&tty->readable);
		poll_wake(&tty->edges.in);
	}
}

/* ---- whose it is ------------------------------------------------- */

static bool is_controlling(const struct tty *tty)
{
	return tty->session && tty->session == current->session;
}

/* 0, -EIO or -ERESTARTSYS: see job_control_check. */
static int check_foreground(const struct tty *tty, int sig)
{
	return is_controlling(tty) ? job_control_check(tty->pgrp, sig) : 0;
}

static void set_owner(struct tty *tty, s32 session, s32 pgrp)
{
	u32 flags;

	spin_lock_irqsave(&tty->lock, flags);
	tty->session = session;
	tty->pgrp = pgrp;
	spin_unlock_irqrestore(&tty->lock, flags);
}

/*
 * The leader of a session ends. If the terminal is that session's, it is
 * nobody's now: returns its foreground group, to be told, otherwise 0.
 */
static s32 tty_leave(s32 session)
{
	struct tty *tty = &console_tty;
	s32 pgrp = tty->pgrp;

	if (tty->session != session)
		return 0;
	set_owner(tty, 0, 0);
	return pgrp;
}

/* TIOCSCTTY; steal: take it from another session. */
static int set_controlling(struct tty *tty, bool steal)
{
	s32 session = current->session;

	if (session != current->tgid)
		return -EPERM;
	if (tty->session == session)
		return 0;
	if (tty->session && !steal)
		return -EPERM;
	set_owner(tty, session, current->pgrp);
	return 0;
}

/* TIOCNOTTY: a session's leader gives it up, for all of the session. */
static int give_up(struct tty *tty)
{
	s32 pgrp;

	if (!is_controlling(tty))
		return -ENOTTY;
	if (tty->session != current->tgid)
		return 0;
	pgrp = tty_leave(tty->session);
	if (pgrp)
		kill_pgrp(pgrp, SIGHUP);
	send_sig_current(SIGHUP);
	send_sig_current(SIGCONT);
	return 0;
}

/* ---- reading ----------------------------------------------------- */

/*
 * Wait for input, at most ns: 0 (then there may still be none, if the time is
 * over), -EAGAIN or -ERESTARTSYS.
 */
static int wait_input(struct file *file, struct tty *tty, u64 ns)
{
	struct wait_entry entry = { .task = current };
	int err = 0;

	if (tty_readable(tty))
		return 0;
	if (file->f_flags & O_NONBLOCK)
		return -EAGAIN;
	for (;;) {
		prepare_to_wait(&tty->readable, &entry, TASK_INTERRUPTIBLE);
		if (tty_readable(tty) || ns == 0)
			break;
		if (signal_pending()) {
			err = -ERESTARTSYS;
			break;
		}
		ns = schedule_timeout(ns);
	}
	finish_wait(&tty->readable, &entry);
	return err;
}

/* Move what is there. *end: the read is complete. */
static s32 take_to_user(struct tty *tty, uaddr_t buf, u32 bytes, bool *end)
{
	char chunk[CHUNK];
	u32 done = 0, n, flags;

	do {
		spin_lock_irqsave(&tty->lock, flags);
		n = ldisc_take(tty, chunk, min(bytes - done, (u32)CHUNK), end);
		spin_unlock_irqrestore(&tty->lock, flags);
		if (copy_to_user(buf + done, chunk, n))
			return done ? (s32)done : -EFAULT;
		done += n;
	} while (n && !*end && done < bytes);
	return (s32)done;
}

/* VMIN and VTIME: how many bytes to wait for, and how long for each. */
static void raw_timing(const struct tty *tty, u32 done, u32 *want, u64 *ns)
{
	u32 vmin = tty->termios.c_cc[VMIN], vtime = tty->termios.c_cc[VTIME];

	*want = vmin;
	/* With VMIN the clock starts at the first byte. */
	*ns = vtime && (done || !vmin) ? vtime * NSEC_PER_DECISEC :
					 (vmin ? UINT64_MAX : 0);
}

static s32 tty_read(struct file *file, uaddr_t buf, u32 bytes,
		    u64 *pos __unused_arg)
{
	struct tty *tty = &console_tty;
	u32 done = 0, want = 1;
	u64 ns = UINT64_MAX;
	bool end = false;
	s32 n = check_foreground(tty, SIGTTIN);

	if (n)
		return n;
	while (done < bytes && !end) {
		if (!(tty->termios.c_lflag & ICANON))
			raw_timing(tty, done, &want, &ns);
		if (done && done >= want)
			break;
		n = wait_input(file, tty, ns);
		if (!n && !tty_readable(tty))
			break; /* the time is over */
		if (!n)
			n = take_to_user(tty, buf + done, bytes - done, &end);
		if (n < 0)
			return done ? (s32)done : n;
		done += (u32)n;
	}
	return (s32)done;
}

/* ---- writing ----------------------------------------------------- */

/* True: the line is the caller's, until finish_writing. */
static bool try_writing(struct tty *tty)
{
	bool free;
	u32 flags;

	spin_lock_irqsave(&tty->lock, flags);
	free = !tty->writing;
	tty->writing = true;
	spin_unlock_irqrestore(&tty->lock, flags);
	return free;
}

/*
 * What one call writes is not mixed with another's: the others wait for its
 * end. 0, -EAGAIN or -ERESTARTSYS.
 */
static int start_writing(struct file *file, struct tty *tty)
{
	int err;

	while (!try_writing(tty)) {
		if (file->f_flags & O_NONBLOCK)
			return -EAGAIN;
		err = wait_event_interruptible(&tty->writable,
					       !READ_ONCE(tty->writing));
		if (err)
			return err;
	}
	return 0;
}

static void finish_writing(struct tty *tty)
{
	u32 flags;

	spin_lock_irqsave(&tty->lock, flags);
	tty->writing = false;
	spin_unlock_irqrestore(&tty->lock, flags);
	wake_up(&tty->writable);
}

/* At 38400 baud a character takes 260 us: the others may run after each. */
static void put_output(const char *s, u32 bytes)
{
	for (; bytes; bytes--, s++) {
		console_write(s, 1);
		cond_resched();
	}
}

/* The line is the caller's. A signal ends the call between two chunks. */
static s32 write_chunks(const struct tty *tty, uaddr_t buf, u32 bytes)
{
	char from[CHUNK], to[2 * CHUNK];
	u32 done, part;

	for (done = 0; done < bytes; done += part) {
		if (signal_pending())
			return done ? (s32)done : -ERESTARTSYS;
		part = min(bytes - done, (u32)CHUNK);
		if (copy_from_user(from, buf + done, part))
			return done ? (s32)done : -EFAULT;
		put_output(to, ldisc_output(tty, from, part, to));
	}
	return (s32)done;
}

static s32 tty_write(struct file *file, uaddr_t buf, u32 bytes,
		     u64 *pos __unused_arg)
{
	struct tty *tty = &console_tty;
	s32 ret = 0;

	if (tty->termios.c_lflag & TOSTOP)
		ret = check_foreground(tty, SIGTTOU);
	if (!ret)
		ret = start_writing(file, tty);
	if (ret)
		return ret;
	ret = write_chunks(tty, buf, bytes);
	finish_writing(tty);
	return ret;
}

static u32 tty_poll(struct file *file __unused_arg, struct poll_edges *edges)
{
	*edges = console_tty.edges;
	return (tty_readable(&console_tty) ? POLLIN | POLLRDNORM : 0) |
		POLLOUT | POLLWRNORM;
}

/* ---- settings ---------------------------------------------------- */

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
	spin_unlock_irqrestore(&tty->lock, flags);
	wake_up(&tty->readable);
	return 0;
}

static int set_pgrp(struct tty *tty, uaddr_t arg)
{
	int err = check_foreground(tty, SIGTTOU);
	s32 session;
	u32 pgrp;

	if (err)
		return err == -EIO ? -ENOTTY : err;
	if (!is_controlling(tty))
		return -ENOTTY;
	err = get_user_u32(&pgrp, arg);
	if (err)
		return err;
	if ((s32)pgrp < 0)
		return -EINVAL;
	session = pgrp_session((s32)pgrp);
	if (session < 0)
		return session;
	if (session != tty->session)
		return -EPERM;
	set_owner(tty, session, (s32)pgrp);
	return 0;
}

static int set_winsize(struct tty *tty, uaddr_t arg)
{
	struct kwinsize size;

	if (copy_from_user(&size, arg, sizeof(size)))
		return -EFAULT;
	tty->winsize = size;
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

/* What the background may not do unasked. */
static int change_tty(struct tty *tty, u32 cmd, u32 arg)
{
	int err = check_foreground(tty, SIGTTOU);

	if (err)
		return err;
	switch (cmd) {
	case TCSETS:
	case TCSETSW: /* output is polled: it has drained */
	case TCSETSF:
		return set_termios(tty, arg, cmd == TCSETSF);
	case TCFLSH:
		return flush_queues(tty, arg);
	default: /* TCSBRK, TCXONC */
		return 0;
	}
}

static int tty_ioctl(struct file *file __unused_arg, u32 cmd, u32 arg)
{
	struct tty *tty = &console_tty;

	switch (cmd) {
	case TCSETS:
	case TCSETSW:
	case TCSETSF:
	case TCFLSH:
	case TCSBRK:
	case TCXONC:
		return change_tty(tty, cmd, arg);
	case TCGETS:
		return get_termios(tty, arg);
	case TIOCGWINSZ:
		return copy_to_user(arg, &tty->winsize, sizeof(tty->winsize)) ?
			-EFAULT :
			0;
	case TIOCSWINSZ:
		return set_winsize(tty, arg);
	case TIOCGPGRP:
		return is_controlling(tty) ? put_user_u32((u32)tty->pgrp, arg) :
					     -ENOTTY;
	case TIOCSPGRP:
		return set_pgrp(tty, arg);
	case TIOCSCTTY:
		return set_controlling(tty, arg == 1);
	case TIOCNOTTY:
		return give_up(tty);
	case TIOCGSID:
		return is_controlling(tty) ?
			put_user_u32((u32)tty->session, arg) :
			-ENOTTY;
	case FIONREAD:
		return put_user_u32(tty_readable(tty), arg);
	case TIOCOUTQ:
		return put_user_u32(0, arg);
	default:
		return -ENOTTY;
	}
}

static const struct file_operations tty_fops = {
	.read = tty_read,
	.write = tty_write,
	.ioctl = tty_ioctl,
	.poll = tty_poll,
};

/* ---- the row ----------------------------------------------------- */

static void tty_init(void)
{
	uart_start_input(tty_receive);
}

/* Without its leader the session loses its terminal. */
static bool tty_child_changed(enum child_change change,
			      struct task_struct *child,
			      struct task_struct *parent __unused_arg)
{
	s32 foreground;

	if (change != CHILD_EXITED || child->session != child->pid)
		return false;
	foreground = tty_leave(child->session);
	if (foreground)
		kill_pgrp_locked(foreground, SIGHUP);
	return false;
}

static const struct chrdev tty_devices[] = {
	{ "tty", MKDEV(5, 0), 0666, &tty_fops },
	{ "console", MKDEV(5, 1), 0600, &tty_fops },
	{ "ttyAMA0", MKDEV(204, 64), 0600, &tty_fops },
	{ NULL },
};

const struct service tty_service = {
	.devices = tty_devices,
	.init = tty_init,
	.child_changed = tty_child_changed,
};
