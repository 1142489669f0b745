/*
 * services/tty/pty.h - pseudo-terminals: a terminal whose line is another file.
 *
 * What is written to the master (an open /dev/ptmx) is typed at the slave
 * (/dev/pts/N), a terminal like any other; the master reads what the slave shows.
 */
#ifndef SERVICES_TTY_PTY_H
#define SERVICES_TTY_PTY_H

#include <fs/fs.h>
#include <services/tty/ldisc.h>

#define PTS_MAJOR 136
#define PTY_ROOM  (2 * 128u) /* what a writer puts out at a time */

struct pty {
	struct tty tty; /* the slave's side; its lock guards what follows */
	bool locked;    /* TIOCSPTLCK: the slave cannot be opened */
	bool was_open;  /* the slave has been */
	u32 slaves;     /* open files of the slave */
	u32 head, tail; /* of ring: [tail, head) is what the master can read */
	u8 ring[TTY_RING];
	struct poll_edges edges; /* of the master */
	/* constant */
	u32 number;
	struct inode *node; /* /dev/pts/N; a reference, the master's */
	/* ptys_lock */
	TAILQ_ENTRY(pty) link;
	u32 users; /* open files of either side */
	/* their own */
	struct wait_queue_head readable, writable; /* the master's */
};

/* ---- pty.c ------------------------------------------------------- */

/* Make /dev/pts, and have /dev/ptmx make terminals. */
void pty_init(void);
/* A node of that number elsewhere makes no terminals. */
extern const struct file_operations ptmx_elsewhere_fops;
/*
 * The pseudo-terminal that is the session's, with a user (pty_put it), or NULL.
 */
struct pty *pty_of_session(s32 session);
/* file, just opened, is one more of the slave: its user becomes the file's. */
int __must_check pty_open_slave(struct pty *pty, struct file *file);
void pty_close_slave(struct pty *pty);
void pty_put(struct pty *pty);

/* ---- line.c ------------------------------------------------------ */

/* Show bytes, as many as there is room for. tty.lock held. */
void pty_show(struct pty *pty, const char *s, u32 bytes);
/* The master is to look: there is output, or room, or an end. */
void pty_wake_master(struct pty *pty);

static inline u32 pty_shown(const struct pty *pty)
{
	return READ_ONCE(pty->head) - READ_ONCE(pty->tail);
}

#endif
