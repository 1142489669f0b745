/*
 * services/tty/tty.c - a terminal as a file: /dev/console and /dev/ttyAMA0, the
 * line that printk writes to; the slaves of pseudo-terminals; and /dev/tty, the
 * session's own terminal. Owns struct tty.
 */
#include <board/board.h>
#include <fs/fs.h>
#include <lib/printk.h>
#include <run/task.h>
#include <services/ids/ids.h>
#include <services/poll/async.h>
#include <services/poll/poll.h>
#include <services/signal/signal.h>
#include <services/tty/pty.h>
#include <services/tty/tty.h>
#include <time_units.h>
#include <uapi/poll.h>
#include <uapi/signal.h>

#define CHUNK      128 /* bytes moved at a time */
/*
 * How long after a BREAK a letter is the kernel's, not input. Linux waits as
 * long.
 */
#define BREAK_NSEC (5ull * NSEC_PER_SEC)

#define FIRST_TERMIOS                                                       \
	{                                                                   \
		.c_iflag = ICRNL | IXON, .c_oflag = OPOST | ONLCR,          \
		.c_cflag = B38400 | CS8 | CREAD | HUPCL | CLOCAL,           \
		.c_lflag = ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | \
			ECHOKE | IEXTEN,                                    \
		.c_cc = {                                                   \
			[VINTR] = 3,     [VQUIT] = 28,    [VERASE] = 127,   \
			[VKILL] = 21,    [VEOF] = 4,      [VTIME] = 0,      \
			[VMIN] = 1,      [VSTART] = 17,   [VSTOP] = 19,     \
			[VSUSP] = 26,    [VWERASE] = 23,  [VLNEXT] = 22,    \
			[VREPRINT] = 18, [VDISCARD] = 15,                   \
		},                                                          \
	}

/* The modes with which Linux starts a terminal. */
static const struct ktermios first_termios = FIRST_TERMIOS;

struct tty console_tty = {
	.lock = SPINLOCK_INIT,
	.termios = FIRST_TERMIOS,
	.winsize = { .ws_row = 24, .ws_col = 80 },
	.readable = WAIT_QUEUE_INIT(console_tty.readable),
	.writable = WAIT_QUEUE_INIT(console_tty.writable),
};

/* Linux sets these two for a line only: a pseudo-terminal has none. */
void tty_setup(struct tty *tty, struct pty *pty)
{
	tty->pty = pty;
	tty->termios = first_termios;
	tty->termios.c_cflag &= ~(HUPCL | CLOCAL);
	init_waitqueue_head(&tty->readable);
	init_waitqueue_head(&tty->writable);
}

/*
 * Returns the terminal of an open file. A device node outside /dev has no
 * private_data and is the console.
 */
static struct tty *file_tty(const struct file *file)
{
	return file->private_data ? file->private_data : &console_tty;
}

void tty_type(struct tty *tty, u8 byte)
{
	bool stopped;
	u32 flags;
	s32 pgrp;
	int sig;

	spin_lock_irqsave(&tty->lock, flags);
	stopped = tty->stopped;
	sig = ldisc_receive(tty, byte);
	stopped = stopped && !tty->stopped;
	pgrp = tty->pgrp;
	spin_unlock_irqrestore(&tty->lock, flags);
	if (stopped)
		tty_wake_output(tty);
	/*
	 * After the lock is released: the sending takes tasklist_lock, which is
	 * outside.
	 */
	if (sig && pgrp > 0)
		kill_pgrp_soon(pgrp, sig);
}

/*
 * BREAK and then a letter are a command to the kernel, as Linux's magic SysRq.
 * It runs here, in the interrupt, because no program may be able to run.
 * Returns true if c is part of a command, and no input.
 */
static bool is_question(u32 c)
{
	static u64 asked_until; /* 0: no BREAK before */
	u64 until = asked_until;

	asked_until = c == UART_BREAK ? ktime_ns() + BREAK_NSEC : 0;
	if (c == UART_BREAK)
		return true;
	/*
	 * Noise on the line may look like a BREAK: a key long after it is
	 * input.
	 */
	if (ktime_ns() >= until)
		return false;
	services_console_key((u8)c);
	return true;
}

/* The UART's interrupt received c, a byte or UART_BREAK. */
static void tty_receive(u32 c)
{
	if (is_question(c))
		return;
	tty_type(&console_tty, (u8)c);
	tty_wake_input(&console_tty);
}

/* ---- reading ----------------------------------------------------- */

/*
 * Waits for input, at most ns (UINT64_MAX: no limit). Returns 0, also after
 * that time, -EAGAIN (O_NONBLOCK) or -ERESTARTSYS.
 */
static int wait_input(struct file *file, struct tty *tty, u64 ns)
{
	struct wait_entry entry = { .task = current };
	int err = 0;

	if (tty_readable(tty) || READ_ONCE(tty->hung_up))
		return 0;
	if (file->f_flags & O_NONBLOCK)
		return -EAGAIN;
	for (;;) {
		/*
		 * In the queue before the look, so that a byte that comes after
		 * it wakes the task.
		 */
		prepare_to_wait(&tty->readable, &entry, TASK_INTERRUPTIBLE);
		if (tty_readable(tty) || ns == 0 || READ_ONCE(tty->hung_up))
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

/*
 * Copies readable input to the program. Returns the bytes, or -EFAULT; *end:
 * the read is complete.
 */
static s32 take_to_user(struct tty *tty, uaddr_t buf, u32 bytes, bool *end)
{
	char chunk[CHUNK];
	u32 done = 0, n, flags;

	do {
		spin_lock_irqsave(&tty->lock, flags);
		n = ldisc_take(tty, chunk, min(bytes - done, (u32)CHUNK), end);
		spin_unlock_irqrestore(&tty->lock, flags);
		/*
		 * Not under the lock, since the copy may fault. What cannot be
		 * copied is lost, as on Linux.
		 */
		if (copy_to_user(buf + done, chunk, n))
			return done ? (s32)done : -EFAULT;
		done += n;
	} while (n && !*end && done < bytes);
	if (tty->pty)
		pty_wake_master(tty->pty); /* there is room for typing */
	return (s32)done;
}

/*
 * Raw mode: sets *want to the bytes to wait for (VMIN) and *ns to the longest
 * wait for the next one (VTIME), after `done` bytes.
 */
static void raw_timing(const struct tty *tty, u32 done, u32 *want, u64 *ns)
{
	u32 vmin = tty->termios.c_cc[VMIN], vtime = tty->termios.c_cc[VTIME];

	*want = vmin;
	/*
	 * With VMIN the time is one between bytes: it starts at the first one.
	 */
	*ns = vtime && (done || !vmin) ? vtime * NSEC_PER_DECISEC :
					 (vmin ? UINT64_MAX : 0);
}

/*
 * Reads a line (canonical) or what VMIN and VTIME ask for (raw). A background
 * process is stopped by SIGTTIN instead.
 */
static s32 tty_read(struct file *file, uaddr_t buf, u32 bytes,
		    u64 *pos __unused_arg)
{
	struct tty *tty = file_tty(file);
	u32 done = 0, want = 1;
	u64 ns = UINT64_MAX;
	bool end = false;
	s32 n;

	if (READ_ONCE(tty->hung_up))
		return 0;
	n = tty_check_foreground(tty, SIGTTIN);

	if (n)
		return n;
	while (done < bytes && !end) {
		if (!(tty->termios.c_lflag & ICANON))
			raw_timing(tty, done, &want, &ns);
		/*
		 * In canonical mode `want` stays 1: take_to_user() has returned
		 * a line, or all that fits.
		 */
		if (done && done >= want)
			break;
		n = wait_input(file, tty, ns);
		if (!n && !tty_readable(tty))
			break; /* the time is over, or the line hung up */
		if (!n)
			n = take_to_user(tty, buf + done, bytes - done, &end);
		if (n < 0)
			return done ? (s32)done : n;
		done += (u32)n;
	}
	return (s32)done;
}

/* ---- writing ----------------------------------------------------- */

/*
 * Returns true if the caller may write now, until finish_writing(): no other
 * write is under way.
 */
static bool try_writing(struct tty *tty)
{
	bool free;
	u32 flags;

	spin_lock_irqsave(&tty->lock, flags);
	free = !tty->writing;
	/* Set in either case: it was true already, or the caller sets it. */
	tty->writing = true;
	spin_unlock_irqrestore(&tty->lock, flags);
	return free;
}

/*
 * Waits until no other write is under way, so that the output of two calls is
 * not mixed. Returns 0, -EAGAIN or -ERESTARTSYS.
 */
static int start_writing(struct file *file, struct tty *tty)
{
	int err;

	/*
	 * Not a sleeping lock: a signal must end the wait for a writer that was
	 * stopped by ^S.
	 */
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

/* Lets the next writer begin. */
static void finish_writing(struct tty *tty)
{
	u32 flags;

	spin_lock_irqsave(&tty->lock, flags);
	tty->writing = false;
	spin_unlock_irqrestore(&tty->lock, flags);
	wake_up(&tty->writable);
}

/*
 * Returns true if a writer need not wait: there is room for a chunk, or the
 * terminal has hung up and there never will be.
 */
static bool can_show(const struct tty *tty)
{
	if (READ_ONCE(tty->hung_up))
		return true;
	if (READ_ONCE(tty->stopped))
		return false;
	return !tty->pty || TTY_RING - pty_shown(tty->pty) >= PTY_ROOM;
}

/* Waits for room for a chunk: 0, -EAGAIN, -ERESTARTSYS or -EIO (hung up). */
static int wait_room(const struct file *file, struct tty *tty)
{
	int err = 0;

	if (!can_show(tty) && file->f_flags & O_NONBLOCK)
		return -EAGAIN;
	if (!can_show(tty))
		err = wait_event_interruptible(&tty->writable, can_show(tty));
	return !err && READ_ONCE(tty->hung_up) ? -EIO : err;
}

/* Puts one chunk, which fits, into the ring of the pseudo-terminal. */
static void put_to_pty(struct tty *tty, const char *s, u32 bytes)
{
	u32 flags;

	spin_lock_irqsave(&tty->lock, flags);
	pty_show(tty->pty, s, bytes);
	spin_unlock_irqrestore(&tty->lock, flags);
	pty_wake_master(tty->pty);
	/* The master gets the core before the ring is full. */
	cond_resched();
}

/*
 * Sends one chunk. At 38400 baud a character takes 260 us on the console's
 * line, so the core is given away after each.
 */
static void put_output(struct tty *tty, const char *s, u32 bytes)
{
	if (tty->pty) {
		put_to_pty(tty, s, bytes);
		return;
	}
	for (; bytes; bytes--, s++) {
		console_write(s, 1);
		cond_resched();
	}
}

/*
 * Writes all bytes in chunks. A signal ends the call between two of them, or a
 * long output could not be interrupted by ^C. Returns the bytes written, or
 * -errno if none.
 */
static s32 write_chunks(const struct file *file, struct tty *tty, uaddr_t buf,
			u32 bytes)
{
	char from[CHUNK], to[2 * CHUNK];
	u32 done, part;
	int err;

	for (done = 0; done < bytes; done += part) {
		err = signal_pending() ? -ERESTARTSYS : wait_room(file, tty);
		if (err)
			return done ? (s32)done : err;
		part = min(bytes - done, (u32)CHUNK);
		if (copy_from_user(from, buf + done, part))
			return done ? (s32)done : -EFAULT;
		put_output(tty, to, ldisc_output(tty, from, part, to));
	}
	return (s32)done;
}

/* With TOSTOP a background process is stopped by SIGTTOU instead. */
static s32 tty_write(struct file *file, uaddr_t buf, u32 bytes,
		     u64 *pos __unused_arg)
{
	struct tty *tty = file_tty(file);
	s32 ret = 0;

	if (READ_ONCE(tty->hung_up))
		return -EIO;
	/* Read without the lock: a change during the call may count or not. */
	if (tty->termios.c_lflag & TOSTOP)
		ret = tty_check_foreground(tty, SIGTTOU);
	if (!ret)
		ret = start_writing(file, tty);
	if (ret)
		return ret;
	ret = write_chunks(file, tty, buf, bytes);
	finish_writing(tty);
	return ret;
}

/*
 * The edges are read before the state, so that a change in between is not
 * missed.
 */
static u32 tty_poll(struct file *file, struct poll_edges *edges)
{
	const struct tty *tty = file_tty(file);
	u32 events = 0;

	*edges = tty->edges;
	if (READ_ONCE(tty->hung_up))
		return POLLIN | POLLRDNORM | POLLOUT | POLLWRNORM | POLLERR |
			POLLHUP;
	if (tty_readable(tty))
		events |= POLLIN | POLLRDNORM;
	if (can_show(tty))
		events |= POLLOUT | POLLWRNORM;
	return events;
}

/* ---- requests ---------------------------------------------------- */

/*
 * A request that changes tty: a background process is stopped by SIGTTOU
 * instead.
 */
static int change_tty(struct tty *tty, u32 cmd, u32 arg)
{
	int err = tty_check_foreground(tty, SIGTTOU);

	return err ? err : tty_settings(tty, cmd, arg);
}

static int tty_ioctl(struct file *file, u32 cmd, u32 arg)
{
	struct tty *tty = file_tty(file);

	/* Linux has this one exception for tcsetpgrp(3). */
	if (READ_ONCE(tty->hung_up))
		return cmd == TIOCSPGRP ? -ENOTTY : -EIO;
	switch (cmd) {
	case FIOASYNC:
		return poll_async_owned(file, &tty->edges.in, tty->pgrp, arg);
	case TCSETS:
	case TCSETSW:
	case TCSETSF:
	case TCSETA:
	case TCSETAW:
	case TCSETAF:
	case TCFLSH:
	case TCSBRK:
	case TCSBRKP:
	case TCXONC:
		return change_tty(tty, cmd, arg);
	case TIOCGPGRP:
		return tty_is_controlling(tty) ?
			put_user_u32((u32)tty->pgrp, arg) :
			-ENOTTY;
	case TIOCSCTTY:
		return tty_set_controlling(tty, file->f_mode & FMODE_READ,
					   arg == 1);
	case TIOCNOTTY:
		return tty_give_up(tty);
	case TIOCGSID:
		return tty_is_controlling(tty) ?
			put_user_u32((u32)tty->session, arg) :
			-ENOTTY;
	case FIONREAD:
		return put_user_u32(tty_readable(tty), arg);
	case TIOCSTI:
		return tty_type_for_program(tty, arg);
	case TIOCEXCL:
	case TIOCNXCL:
		WRITE_ONCE(tty->exclusive, cmd == TIOCEXCL);
		return 0;
	case TIOCGEXCL:
		return put_user_u32(tty->exclusive, arg);
	default:
		return tty_settings(tty, cmd, arg);
	}
}

/* The console has no state that depends on open files. */
static void tty_release(struct file *file)
{
	struct tty *tty = file_tty(file);

	if (tty->pty)
		pty_close_slave(tty->pty);
}

static const struct file_operations tty_fops = {
	.read = tty_read,
	.write = tty_write,
	.ioctl = tty_ioctl,
	.poll = tty_poll,
	.release = tty_release,
};

void tty_attach(struct tty *tty, struct file *file)
{
	file->private_data = tty;
	file->f_op = &tty_fops;
	if (!(file->f_flags & O_NOCTTY) && file->f_mode & FMODE_READ &&
	    tty_set_controlling(tty, true, false))
		return; /* a terminal of another session can be opened, too */
}

/* ---- the nodes --------------------------------------------------- */

/* As on Linux, only the line's own name makes it a session's terminal. */
static int console_open(struct inode *inode, struct file *file)
{
	if (!tty_may_open(&console_tty))
		return -EBUSY;
	if (inode->i_rdev == CONSOLE_DEV)
		tty_attach(&console_tty, file);
	else
		file->f_op = &tty_fops;
	return 0;
}

static const struct inode_operations console_node_ops = {
	.open = console_open,
};

/*
 * /dev/tty: opens the terminal of the caller's session; -ENXIO if it has none.
 */
static int own_tty_open(struct inode *inode, struct file *file)
{
	struct pty *pty;
	int err;

	if (current->left_tty)
		return -ENXIO;
	pty = pty_of_session(current->session);
	if (pty) {
		err = pty_open_slave(pty, file);
		return err == -EIO ? -ENXIO : err;
	}
	if (!tty_is_controlling(&console_tty))
		return -ENXIO;
	return console_open(inode, file);
}

static const struct inode_operations own_tty_node_ops = {
	.open = own_tty_open,
};

/* ---- the row ----------------------------------------------------- */

static void set_node_ops(const char *path, const struct inode_operations *ops)
{
	struct inode *node;

	if (path_lookup(AT_FDCWD, path, 0, &node))
		panic("tty: the device node %s is missing", path);
	node->i_op = ops;
	iput(node);
}

/* From here on typed bytes are input; those before are lost. */
static void tty_init(void)
{
	set_node_ops("/dev/tty", &own_tty_node_ops);
	set_node_ops("/dev/console", &console_node_ops);
	set_node_ops("/dev/ttyAMA0", &console_node_ops);
	pty_init();
	/* Last, since the interrupt may come at once. */
	uart_start_input(tty_receive);
}

/*
 * The child_changed of the service's row: a session whose leader has ended
 * loses its terminal, and the foreground gets SIGHUP. tasklist_lock is held.
 */
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
	{ "ptmx", MKDEV(5, 2), 0666, &ptmx_elsewhere_fops },
	{ "console", MKDEV(5, 1), 0600, &tty_fops },
	{ "ttyAMA0", CONSOLE_DEV, 0600, &tty_fops },
	{ NULL },
};

const struct service tty_service = {
	.devices = tty_devices,
	.init = tty_init,
	.child_changed = tty_child_changed,
};
