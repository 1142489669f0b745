/*
 * services/tty/ldisc.h - a terminal, between its two halves: tty.c is the file
 * that programs open, ldisc.c the line discipline (what a key does). The console
 * is one; the others are pseudo-terminals (pty.h).
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
	spinlock_t lock; /* irqs off; the interrupt takes it too */
	/* lock */
	struct ktermios termios;
	struct kwinsize winsize;
	s32 session; /* whose terminal it is; 0: nobody's */
	s32 pgrp;    /* foreground process group; 0: none */
	/*
	 * Input: positions count bytes since boot. [tail, committed) may be
	 * read, [committed, head) is the line being typed.
	 */
	u32 head, committed, tail;
	u8 ring[TTY_RING];
	u32 eof[TTY_RING / 32];  /* bit: ^D, no byte, ends a read */
	bool stopped;            /* by ^S or TCXONC: output waits */
	bool literal;            /* ^V was typed: the next key is text */
	bool hung_up;            /* its line is gone, for good */
	bool writing;            /* a write is under way: the others wait */
	struct poll_edges edges; /* typed lines; see poll_wake */
	/* their own */
	struct wait_queue_head readable;
	struct wait_queue_head writable; /* until writing is over */
};

/* What was typed is shown, or any output. lock held. (line.c) */
void tty_show(const struct tty *tty, const char *s, u32 bytes);

/* ---- ldisc.c; lock held ------------------------------------------ */

/* One byte came from the line. Returns the signal it means, or 0. */
int ldisc_receive(struct tty *tty, u8 byte);
/*
 * Take readable bytes, at most n; in canonical mode up to the end of a line.
 * *end: the read is complete, whatever it asked for.
 */
u32 ldisc_take(struct tty *tty, char *to, u32 n, bool *end);
/* Forget all input. */
void ldisc_flush(struct tty *tty);
/* Output as c_oflag wants it: n bytes into to[2 * n]. Returns the bytes. */
u32 ldisc_output(const struct tty *tty, const char *from, u32 n, char *to);

static inline u32 tty_readable(const struct tty *tty)
{
	return READ_ONCE(tty->committed) - READ_ONCE(tty->tail);
}

#endif
