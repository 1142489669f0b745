/*
 * services/tty/pty.c - /dev/ptmx and /dev/pts: creating pseudo-terminals, and
 * the master's side of each.
 *
 * The slave's side is a struct tty like the console's (tty.c), with the same
 * line discipline. A pty lives as long as either side is open. When the master
 * closes, the slave hangs up; when the last slave closes, the master reads what
 * was shown, and then gets -EIO until a slave is opened again.
 */
#include <proc/proc.h>
#include <run/task.h>
#include <services/poll/async.h>
#include <services/poll/poll.h>
#include <services/signal/signal.h>
#include <services/tty/pty.h>
#include <services/tty/tty.h>
#include <stdio.h>
#include <string.h>
#include <uapi/poll.h>
#include <uapi/signal.h>

#define MAX_PTYS 256 /* bounds walks with interrupts off */
#define CHUNK    128 /* bytes moved at a time, on the stack */

static spinlock_t ptys_lock = SPINLOCK_INIT; /* taken outside a tty's lock */
/* clang-format off */
/* ptys_lock; by number */
static TAILQ_HEAD(, pty) ptys = TAILQ_HEAD_INITIALIZER(ptys);
/* clang-format on */
static struct inode *pts_dir; /* constant after pty_init() */

static const struct file_operations master_fops;

static struct pty *file_pty(const struct file *file)
{
	return file->private_data;
}

/* ---- which there are --------------------------------------------- */

/*
 * Gives pty the lowest free number and its first user, the master: 0, or
 * -ENOSPC beyond MAX_PTYS.
 */
static int number_pty(struct pty *pty)
{
	u32 number = 0, flags;
	struct pty *other;

	spin_lock_irqsave(&ptys_lock, flags);
	/*
	 * The list is sorted by number: the first gap is the lowest free one.
	 */
	TAILQ_FOREACH(other, &ptys, link) {
		if (other->number != number)
			break;
		number++;
	}
	if (number < MAX_PTYS) {
		pty->number = number;
		pty->users = 1;
		if (other)
			TAILQ_INSERT_BEFORE(other, pty, link);
		else
			TAILQ_INSERT_TAIL(&ptys, pty, link);
	}
	spin_unlock_irqrestore(&ptys_lock, flags);
	return number < MAX_PTYS ? 0 : -ENOSPC;
}

/* Returns pty number with a user for the caller, or NULL. */
static struct pty *pty_get(u32 number)
{
	struct pty *pty;
	u32 flags;

	spin_lock_irqsave(&ptys_lock, flags);
	TAILQ_FOREACH(pty, &ptys, link)
		if (pty->number == number)
			break;
	if (pty)
		pty->users++;
	spin_unlock_irqrestore(&ptys_lock, flags);
	return pty;
}

struct pty *pty_of_session(s32 session)
{
	struct pty *pty;
	u32 flags;

	/* 0 is the session of terminals that control none: it finds nothing. */
	spin_lock_irqsave(&ptys_lock, flags);
	TAILQ_FOREACH(pty, &ptys, link)
		if (session && READ_ONCE(pty->tty.session) == session)
			break;
	if (pty)
		pty->users++;
	spin_unlock_irqrestore(&ptys_lock, flags);
	return pty;
}

void pty_put(struct pty *pty)
{
	bool last;
	u32 flags;

	spin_lock_irqsave(&ptys_lock, flags);
	last = --pty->users == 0;
	if (last)
		TAILQ_REMOVE(&ptys, pty, link);
	spin_unlock_irqrestore(&ptys_lock, flags);
	if (last)
		kfree(pty);
}

/* ---- the slave --------------------------------------------------- */

int pty_open_slave(struct pty *pty, struct file *file)
{
	int err = tty_may_open(&pty->tty) ? 0 : -EBUSY;
	u32 flags;

	spin_lock_irqsave(&pty->tty.lock, flags);
	/*
	 * Under the lock: a master that closes now either counts this slave or
	 * refuses it.
	 */
	if (!err && (pty->locked || pty->tty.hung_up))
		err = -EIO;
	if (!err) {
		pty->slaves++;
		pty->was_open = true;
	}
	spin_unlock_irqrestore(&pty->tty.lock, flags);
	if (err) {
		pty_put(pty);
		return err;
	}
	tty_attach(&pty->tty, file);
	return 0;
}

void pty_close_slave(struct pty *pty)
{
	u32 flags;

	spin_lock_irqsave(&pty->tty.lock, flags);
	pty->slaves--;
	spin_unlock_irqrestore(&pty->tty.lock, flags);
	/* Before the user is dropped, which may free pty. */
	pty_wake_master(pty);
	pty_put(pty);
}

/*
 * The number in the node finds the pty: the master may have closed, and a new
 * one got it.
 */
static int pts_open(struct inode *inode, struct file *file)
{
	struct pty *pty = pty_get(MINOR(inode->i_rdev));

	return pty ? pty_open_slave(pty, file) : -EIO;
}

static const struct inode_operations pts_node_ops = { .open = pts_open };

/* ---- reading what it shows --------------------------------------- */

/*
 * Returns true if the slave was open and all of its files are closed. Before
 * its first open the master just waits for output.
 */
static bool slave_is_gone(const struct pty *pty)
{
	return READ_ONCE(pty->was_open) && !READ_ONCE(pty->slaves);
}

/*
 * Returns true if a read of the master does not wait: there is output, or an
 * end.
 */
static bool can_read(const struct pty *pty)
{
	return pty_shown(pty) || pty_news(pty) || slave_is_gone(pty);
}

/* Takes at most `bytes` bytes that the slave has shown; returns how many. */
static u32 take_shown(struct pty *pty, char *to, u32 bytes)
{
	u32 n = 0, flags;

	spin_lock_irqsave(&pty->tty.lock, flags);
	while (n < bytes && pty_shown(pty))
		to[n++] = (char)pty->ring[pty->tail++ % TTY_RING];
	spin_unlock_irqrestore(&pty->tty.lock, flags);
	return n;
}

/*
 * Packet mode: stores at buf the byte that each read begins with, and adds 1 to
 * *done. Returns true if data follows, false if the byte is the read's only one.
 */
static bool tell_news(struct pty *pty, uaddr_t buf, u32 *done, int *err)
{
	u32 flags;
	char news;

	spin_lock_irqsave(&pty->tty.lock, flags);
	news = (char)pty->news;
	pty->news = 0;
	spin_unlock_irqrestore(&pty->tty.lock, flags);
	if (!news && !pty_shown(pty))
		return true; /* the slave is gone: -EIO */
	if (copy_to_user(buf, &news, 1))
		*err = -EFAULT;
	++*done;
	return !news && !*err;
}

/* Returns the bytes read, or -EIO after the last slave has closed, as Linux. */
static s32 master_read(struct file *file, uaddr_t buf, u32 bytes,
		       u64 *pos __unused_arg)
{
	struct pty *pty = file_pty(file);
	char chunk[CHUNK];
	u32 done = 0, n;
	int err;

	if (!can_read(pty) && file->f_flags & O_NONBLOCK)
		return -EAGAIN;
	err = wait_event_interruptible(&pty->readable, can_read(pty));
	if (err)
		return err;
	if (pty->packet && bytes && !tell_news(pty, buf, &done, &err))
		return err ? err : (s32)done;
	for (; done < bytes; done += n) {
		n = take_shown(pty, chunk, min(bytes - done, (u32)CHUNK));
		if (!n)
			break;
		/*
		 * Not under the lock, since the copy may fault. What cannot be
		 * copied is lost.
		 */
		if (copy_to_user(buf + done, chunk, n))
			return done ? (s32)done : -EFAULT;
		/* There is room again for tasks that write to the slave. */
		tty_wake_output(&pty->tty);
	}
	return done || !bytes ? (s32)done : -EIO;
}

/* ---- typing ------------------------------------------------------ */

/*
 * Returns true if the slave can take a typed byte: input that is not read yet
 * must not be lost, so the master waits. A line without an end always can:
 * editing it needs keys, and its excess is dropped.
 */
static bool can_type(const struct pty *pty)
{
	const struct tty *tty = &pty->tty;

	return READ_ONCE(tty->head) - READ_ONCE(tty->tail) < TTY_RING - 1 ||
		!tty_readable(tty);
}

/*
 * Types n bytes at the slave. Returns how many, or -EAGAIN or -ERESTARTSYS if
 * none.
 */
static s32 type_bytes(struct file *file, const char *keys, u32 n)
{
	struct pty *pty = file_pty(file);
	int err;

	for (u32 i = 0; i < n; i++) {
		if (!can_type(pty)) {
			/* The reader makes the room that this waits for. */
			tty_wake_input(&pty->tty);
			if (file->f_flags & O_NONBLOCK)
				return i ? (s32)i : -EAGAIN;
			err = wait_event_interruptible(&pty->writable,
						       can_type(pty));
			if (err)
				return i ? (s32)i : err;
		}
		tty_type(&pty->tty, (u8)keys[i]);
	}
	return (s32)n;
}

/* Types the program's bytes at the slave, in chunks that fit the stack. */
static s32 master_write(struct file *file, uaddr_t buf, u32 bytes,
			u64 *pos __unused_arg)
{
	struct pty *pty = file_pty(file);
	char chunk[CHUNK];
	u32 done = 0, part;
	s32 n;

	while (done < bytes) {
		part = min(bytes - done, (u32)CHUNK);
		if (copy_from_user(chunk, buf + done, part))
			return done ? (s32)done : -EFAULT;
		n = type_bytes(file, chunk, part);
		if (n > 0)
			done += (u32)n;
		tty_wake_input(&pty->tty);
		if (n < (s32)part)
			return done ? (s32)done : n;
		/* give_way() is true if the task is being killed. */
		if (give_way())
			break;
	}
	return (s32)done;
}

/*
 * The edges are read before the state, so that a change in between is not
 * missed.
 */
static u32 master_poll(struct file *file, struct poll_edges *edges)
{
	const struct pty *pty = file_pty(file);
	u32 events = 0;

	*edges = pty->edges;
	if (can_read(pty))
		events |= POLLIN | POLLRDNORM;
	if (pty_news(pty))
		events |= POLLPRI;
	if (slave_is_gone(pty))
		events |= POLLHUP;
	if (can_type(pty))
		events |= POLLOUT | POLLWRNORM;
	return events;
}

/* ---- requests ---------------------------------------------------- */

/* TIOCSPTLCK: 0 unlocks the slave, as unlockpt(3) does. */
static int set_locked(struct pty *pty, uaddr_t arg)
{
	u32 locked, flags;
	int err = get_user_u32(&locked, arg);

	if (err)
		return err;
	spin_lock_irqsave(&pty->tty.lock, flags);
	pty->locked = locked;
	spin_unlock_irqrestore(&pty->tty.lock, flags);
	return 0;
}

/* TIOCPKT: starts or ends packet mode. News begin with its start. */
static int set_packet(struct pty *pty, uaddr_t arg)
{
	u32 packet, flags;
	int err = get_user_u32(&packet, arg);

	if (err)
		return err;
	spin_lock_irqsave(&pty->tty.lock, flags);
	if (!pty->packet)
		pty->news = 0;
	pty->packet = packet;
	spin_unlock_irqrestore(&pty->tty.lock, flags);
	return 0;
}

/*
 * TIOCGPTPEER: opens the slave without its name, which may mean another
 * terminal in another mount. Returns a descriptor or -errno.
 */
static s32 open_peer(const struct pty *pty, u32 flags)
{
	struct file *file;
	int err = file_open_inode(pty->node, flags, &file);

	return err ? err : open_fd(file, flags);
}

/* Drops the output that the master has not read. Returns 0. */
static int drop_shown(struct pty *pty)
{
	u32 flags;

	spin_lock_irqsave(&pty->tty.lock, flags);
	pty->tail = pty->head;
	spin_unlock_irqrestore(&pty->tty.lock, flags);
	tty_wake_output(&pty->tty);
	return 0;
}

static int master_ioctl(struct file *file, u32 cmd, u32 arg)
{
	struct pty *pty = file_pty(file);

	switch (cmd) {
	case FIOASYNC:
		return poll_async_owned(file, &pty->edges.in, 0, arg);
	case TIOCGPTN:
		return put_user_u32(pty->number, arg);
	case TIOCSPTLCK:
		return set_locked(pty, arg);
	case TIOCGPTLCK:
		return put_user_u32(pty->locked, arg);
	case TIOCPKT:
		return set_packet(pty, arg);
	case TIOCGPKT:
		return put_user_u32(pty->packet, arg);
	case TIOCSIG:
		return tty_signal(&pty->tty, arg);
	case TIOCGPTPEER:
		return open_peer(pty, arg);
	case FIONREAD:
		return put_user_u32(pty_shown(pty), arg);
	case TIOCGPGRP:
		return put_user_u32((u32)pty->tty.pgrp, arg);
	case TIOCGSID:
		return pty->tty.session ?
			put_user_u32((u32)pty->tty.session, arg) :
			-ENOTTY;
	/* A master is opened once in any case. */
	case TIOCEXCL:
	case TIOCNXCL:
		return 0;
	/* A master controls no session. */
	case TIOCSCTTY:
	case TIOCNOTTY:
		return -ENOTTY;
	/*
	 * The master's input is what the slave has shown. Its own output has
	 * arrived: only the slave can drop that, as its input.
	 */
	case TCFLSH:
		if (arg > TCIOFLUSH)
			return -EINVAL;
		return arg == TCOFLUSH ? 0 : drop_shown(pty);
	default:
		return tty_settings(&pty->tty, cmd, arg);
	}
}

/* ---- a new one, and its end -------------------------------------- */

/*
 * Removes /dev/pts/N and drops the master's reference to it. root may have
 * unlinked the name, or given it to another file, which must stay.
 */
static void remove_node(struct pty *pty)
{
	struct inode *dropped = NULL;
	struct dir_entry *entry;
	char name[12];
	u32 n;

	n = (u32)snprintf(name, sizeof(name), "%u", pty->number);
	down_write(&pts_dir->i_lock);
	entry = ramfs_find_entry(pts_dir, name, n);
	if (entry && entry->inode == pty->node &&
	    ramfs_drop_entry(pts_dir, entry, &dropped))
		dropped = NULL;
	up_write(&pts_dir->i_lock);
	iput(dropped);
	iput(pty->node);
}

/* Creates /dev/pts/N, owned by the caller's user: 0 or -errno. */
static int make_node(struct pty *pty)
{
	struct inode *node = ramfs_inode(S_IFCHR | 0620);
	char name[12];
	u32 n;
	int err;

	if (!node)
		return -ENOMEM;
	node->i_op = &pts_node_ops;
	node->i_rdev = MKDEV(PTS_MAJOR, pty->number);
	/*
	 * The user who opened /dev/ptmx owns the slave, so that grantpt(3)
	 * needs no set-uid helper.
	 */
	node->i_uid = current_cred()->fsuid;
	node->i_gid = current_cred()->fsgid;
	n = (u32)snprintf(name, sizeof(name), "%u", pty->number);
	err = ramfs_link(pts_dir, name, n, node, true);
	if (err)
		iput(node);
	else
		pty->node = node;
	return err;
}

/*
 * Opening /dev/ptmx creates a pseudo-terminal, whose master the file becomes.
 */
static int ptmx_open(struct inode *inode __unused_arg, struct file *file)
{
	struct pty *pty = kzalloc(sizeof(*pty), GFP_KERNEL);
	int err;

	if (!pty)
		return -ENOMEM;
	tty_setup(&pty->tty, pty);
	init_waitqueue_head(&pty->readable);
	init_waitqueue_head(&pty->writable);
	/*
	 * The slave cannot be opened until the program has set the node's owner
	 * and mode: grantpt(3), then unlockpt(3).
	 */
	pty->locked = true;
	err = number_pty(pty);
	if (err) {
		kfree(pty);
		return err;
	}
	err = make_node(pty);
	if (err) {
		pty_put(pty);
		return err;
	}
	file->private_data = pty;
	file->f_op = &master_fops;
	return 0;
}

/*
 * Sends SIGHUP to the leader of session (0: none), whose terminal is gone, and
 * SIGCONT, in case it is stopped.
 */
static void tell_leader(s32 session)
{
	u32 flags = tasklist_lock();
	struct task_struct *leader = session ? find_task(session) : NULL;

	/* Looked up by number: the leader may have ended before. */
	if (leader) {
		send_sig_process(leader, SIGHUP);
		send_sig_process(leader, SIGCONT);
	}
	tasklist_unlock(flags);
}

/* The master closes: the slave hangs up for good. */
static void master_release(struct file *file)
{
	struct pty *pty = file_pty(file);
	s32 session;
	u32 flags;

	spin_lock_irqsave(&pty->tty.lock, flags);
	pty->tty.hung_up = true;
	session = pty->tty.session;
	spin_unlock_irqrestore(&pty->tty.lock, flags);
	/*
	 * hung_up is set before: an open of the node that is under way fails.
	 */
	remove_node(pty);
	tty_wake_input(&pty->tty);
	tty_wake_output(&pty->tty);
	tell_leader(session);
	pty_put(pty);
}

static const struct file_operations master_fops = {
	.read = master_read,
	.write = master_write,
	.ioctl = master_ioctl,
	.poll = master_poll,
	.release = master_release,
};

/* ---- boot -------------------------------------------------------- */

static const struct inode_operations ptmx_node_ops = { .open = ptmx_open };
const struct file_operations ptmx_elsewhere_fops;

void pty_init(void)
{
	struct inode *dev, *ptmx;

	pts_dir = ramfs_inode(S_IFDIR | 0755);
	/* At boot this cannot fail but for a broken image. */
	if (!pts_dir || path_lookup(AT_FDCWD, "/dev", LOOKUP_FOLLOW, &dev) ||
	    path_lookup(AT_FDCWD, "/dev/ptmx", 0, &ptmx))
		panic("pty: /dev/ptmx is missing, or memory for /dev/pts");
	if (ramfs_link(dev, "pts", 3, pts_dir, true))
		panic("pty: cannot create /dev/pts");
	ptmx->i_op = &ptmx_node_ops;
	iput(ptmx);
	iput(dev);
}
