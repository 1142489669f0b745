/*
 * services/tty/ldisc.h - a terminal and its line discipline.
 *
 * tty.c is the file that programs open, ldisc.c the line discipline (the
 * meaning of each key). The console is one terminal; the others are
 * pseudo-terminals (pty.h).
 */
#ifndef SERVICES_TTY_LDISC_H
#define SERVICES_TTY_LDISC_H

#include <file.h>
#include <sched.h>
#include <spinlock.h>
#include <types.h>
#include <uapi/termios.h>

#define TTY_RING 4096u /* bytes of input; a power of two */

struct pty;

struct tty {
	struct pty *pty; /* constant; NULL: the console */
	spinlock_t lock; /* irqs off: the receive interrupt takes it, too */
	/* lock */
	struct ktermios termios;
	struct kwinsize winsize;
	s32 session; /* session that it controls; 0: none */
	s32 pgrp;    /* foreground process group; 0: none */
	/*
	 * Input: positions count bytes since boot. [tail, committed) may be
	 * read, [committed, head) is the line being typed.
	 */
	u32 head, committed, tail;
	u8 ring[TTY_RING];
	/* A bit set: a line ends with this byte, or before it if it is 0: ^D */
	u32 ends[TTY_RING / 32];
	bool stopped; /* output waits, after ^S or TCXONC */
	bool literal; /* ^V was typed: the next key is text */
	bool hung_up; /* the master was closed; never cleared */
	bool writing; /* a write() is under way: other writers wait */
	struct poll_edges edges; /* for poll(); see poll_wake() */
	/* no lock */
	bool exclusive; /* TIOCEXCL: only CAP_SYS_ADMIN opens it again */
	/* the queues' own locks */
	struct wait_queue_head readable;
	struct wait_queue_head
		writable; /* until `writing` is false, or there is room */
};

/*
 * Puts bytes on the terminal's line, an echo or output (line.c): the console
 * waits for each byte to be sent, a pseudo-terminal drops what does not fit.
 * Hold tty->lock.
 */
void tty_show(const struct tty *tty, const char *s, u32 bytes);

/*
 * For a pseudo-terminal's master in packet mode (TIOCPKT): these TIOCPKT_* bits
 * are news, which replace those in `old`. Hold tty->lock; then wake the master.
 * (line.c)
 */
void tty_tell_master(const struct tty *tty, u8 news, u8 old);

/* ---- ldisc.c; hold tty->lock ------------------------------------- */

/*
 * Handles one byte that came from the line: input, echo or editing. Returns the
 * signal that it stands for, which the caller sends after releasing the lock,
 * or 0.
 */
int ldisc_receive(struct tty *tty, u8 byte);
/*
 * Takes at most n readable bytes, in canonical mode up to the end of a line,
 * and returns how many. Sets *end if the read is complete, however many it
 * asked for.
 */
u32 ldisc_take(struct tty *tty, char *to, u32 n, bool *end);
/* Stops output or lets it continue; the caller wakes the writers. */
void ldisc_stop(struct tty *tty, bool stop);
/*
 * Before ICANON or EXTPROC changes: all that was typed can be read, in canonical
 * mode as one line.
 */
void ldisc_new_lines(struct tty *tty, bool canonical);
/* Drops all input, whether it is readable or still being edited. */
void ldisc_flush(struct tty *tty);
/*
 * Converts n bytes of output as c_oflag asks for; `to` has room for 2 * n.
 * Returns how many it has written there.
 */
u32 ldisc_output(const struct tty *tty, const char *from, u32 n, char *to);

/*
 * Returns the number of readable bytes. Without the lock it may be out of date:
 * look again under it, or after prepare_to_wait().
 */
static inline u32 tty_readable(const struct tty *tty)
{
	return READ_ONCE(tty->committed) - READ_ONCE(tty->tail);
}

#endif
