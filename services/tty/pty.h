/*
 * services/tty/pty.h - pseudo-terminals: a terminal whose line is another file.
 *
 * Bytes written to the master (an open /dev/ptmx) are typed at the slave
 * (/dev/pts/N), a terminal like any other; the master reads what the slave
 * shows.
 */
#ifndef SERVICES_TTY_PTY_H
#define SERVICES_TTY_PTY_H

#include <fs/fs.h>
#include <services/tty/ldisc.h>

#define PTS_MAJOR 136
#define PTY_ROOM  (2 * 128u) /* a chunk's largest output */

struct pty {
	struct tty tty; /* the slave; its lock guards the following fields */
	bool locked;    /* the slave cannot be opened until TIOCSPTLCK */
	bool was_open;  /* the slave has been open */
	bool packet;    /* TIOCPKT: reads begin with a byte of TIOCPKT_* */
	u8 news;        /* TIOCPKT_* that the master has not read yet */
	u32 slaves;     /* open files of the slave */
	u32 head, tail; /* the master can read [tail, head) of ring */
	u8 ring[TTY_RING];
	struct poll_edges edges; /* for poll() of the master */
	/* constant */
	u32 number;
	struct inode *node; /* /dev/pts/N; the master has a reference */
	/* ptys_lock */
	TAILQ_ENTRY(pty) link;
	u32 users; /* open files of either side */
	/* the queues' own locks */
	struct wait_queue_head readable, writable; /* of the master */
};

/* ---- pty.c ------------------------------------------------------- */

/*
 * At boot: creates /dev/pts, and makes each open of /dev/ptmx create a
 * terminal. Panics without memory.
 */
void pty_init(void);
/*
 * A device node with ptmx's number outside /dev: opening it creates no
 * terminal.
 */
extern const struct file_operations ptmx_elsewhere_fops;
/*
 * Returns the pseudo-terminal that controls session, with a user that the
 * caller gives back by pty_put(), or NULL.
 */
struct pty *pty_of_session(s32 session);
/*
 * Makes file, which is being opened, an open file of the slave and takes over
 * the caller's user of pty. Returns 0, -EIO if the slave is locked or hung up,
 * or -EBUSY (TIOCEXCL).
 */
int __must_check pty_open_slave(struct pty *pty, struct file *file);
/*
 * An open file of the slave is closed: wakes the master, and drops the file's
 * user.
 */
void pty_close_slave(struct pty *pty);
/* Drops one user; the last one frees *pty. Takes ptys_lock. */
void pty_put(struct pty *pty);

/* ---- line.c ------------------------------------------------------ */

/*
 * Puts as many bytes as there is room for into the ring that the master reads.
 * Hold pty->tty.lock.
 */
void pty_show(struct pty *pty, const char *s, u32 bytes);
/*
 * Wakes readers, writers and pollers of the master: there is output, room, or
 * the slave was closed. Hold no lock.
 */
void pty_wake_master(struct pty *pty);

/* Returns how many bytes the master can read; out of date without the lock. */
static inline u32 pty_shown(const struct pty *pty)
{
	return READ_ONCE(pty->head) - READ_ONCE(pty->tail);
}

/* Returns what a master in packet mode reads next instead of data, or 0. */
static inline u8 pty_news(const struct pty *pty)
{
	return READ_ONCE(pty->packet) ? READ_ONCE(pty->news) : 0;
}

#endif
