/*
 * services/tty/ldisc.c - the terminal's line discipline: the meaning of each
 * key.
 *
 * In canonical mode bytes gather in a line that can be edited, and reach
 * readers when it ends; in raw mode each byte does so at once. The echo goes
 * straight to the line.
 */
#include <services/tty/ldisc.h>
#include <string.h>
#include <uapi/signal.h>

#define RING_MASK (TTY_RING - 1)
#define DEL       0x7f
#define ROW       80u /* so many characters a key shows or erases at most */

/* Returns true if flag is set in c_lflag. */
static inline bool lflag(const struct tty *tty, u32 flag)
{
	return tty->termios.c_lflag & flag;
}

/* Returns true if byte is the control character cc, which may be off (0). */
static inline bool is_cc(const struct tty *tty, u32 cc, u8 byte)
{
	return byte && byte == tty->termios.c_cc[cc];
}

/* Returns true if byte ends a line in canonical mode. */
static bool is_line_end(const struct tty *tty, u8 byte)
{
	return byte == '\n' || is_cc(tty, VEOL, byte) ||
		(is_cc(tty, VEOL2, byte) && lflag(tty, IEXTEN));
}

/* Returns true if a line ends at position pos. */
static bool is_end(const struct tty *tty, u32 pos)
{
	pos &= RING_MASK;
	return tty->ends[pos / 32] >> (pos % 32) & 1;
}

/* Stores whether a line ends at position pos. */
static void set_end(struct tty *tty, u32 pos, bool ends)
{
	u32 bit = 1u << pos % 32, *word = &tty->ends[(pos & RING_MASK) / 32];

	*word = ends ? *word | bit : *word & ~bit;
}

/* ---- echo -------------------------------------------------------- */

/* Returns true if byte is echoed as ^X, which takes two columns. */
static bool shows_as_caret(const struct tty *tty, u8 byte)
{
	return lflag(tty, ECHOCTL) && (byte < ' ' || byte == DEL) &&
		byte != '\n' && byte != '\t';
}

/*
 * Shows a typed byte, if the modes want that. A newline can be echoed alone
 * (ECHONL), for a password prompt.
 */
static void echo(const struct tty *tty, u8 byte)
{
	char plain = (char)byte, caret[2] = { '^', (char)(byte ^ 0x40) };
	char out[2];

	if (!lflag(tty, ECHO) && !(byte == '\n' && lflag(tty, ECHONL)))
		return;
	if (shows_as_caret(tty, byte))
		tty_show(tty, caret, sizeof(caret));
	else
		tty_show(tty, out, ldisc_output(tty, &plain, 1, out));
}

/*
 * Removes the last character from the screen, and the ^ before it, if it had
 * one.
 */
static void echo_erase(const struct tty *tty, u8 byte)
{
	if (!lflag(tty, ECHO))
		return;
	tty_show(tty, "\b \b", 3);
	if (shows_as_caret(tty, byte))
		tty_show(tty, "\b \b", 3);
}

u32 ldisc_output(const struct tty *tty, const char *from, u32 n, char *to)
{
	bool crlf = (tty->termios.c_oflag & (OPOST | ONLCR)) == (OPOST | ONLCR);
	u32 i, bytes = 0;

	for (i = 0; i < n; i++) {
		if (from[i] == '\n' && crlf)
			to[bytes++] = '\r';
		to[bytes++] = from[i];
	}
	return bytes;
}

/* ---- the ring ---------------------------------------------------- */

void ldisc_flush(struct tty *tty)
{
	tty->committed = tty->tail = tty->head;
	tty_tell_master(tty, TIOCPKT_FLUSHREAD, 0);
}

void ldisc_new_lines(struct tty *tty, bool canonical)
{
	memset(tty->ends, 0, sizeof(tty->ends));
	tty->committed = tty->head;
	if (canonical && tty_readable(tty))
		set_end(tty, tty->head - 1, true);
	tty->literal = false;
}

void ldisc_stop(struct tty *tty, bool stop)
{
	if (tty->stopped == stop)
		return;
	tty->stopped = stop;
	tty_tell_master(tty, stop ? TIOCPKT_STOP : TIOCPKT_START,
			TIOCPKT_STOP | TIOCPKT_START);
}

/*
 * Appends byte to the input. Returns false if there is no room. Only a byte
 * that ends a line may use the last place: otherwise a full line could never be
 * ended, nor read.
 */
static bool put_in_line(struct tty *tty, u8 byte, bool ends_line)
{
	if (tty->head - tty->tail >= TTY_RING - !ends_line)
		return false;
	tty->ring[tty->head & RING_MASK] = byte;
	set_end(tty, tty->head, ends_line);
	tty->head++;
	return true;
}

/*
 * ^D: commits the line without a byte. At its start the reader gets 0 bytes,
 * which programs take for the end of the file.
 */
static void put_eof(struct tty *tty)
{
	if (put_in_line(tty, 0, true))
		tty->committed = tty->head;
}

/*
 * Erases the last byte of the line being typed. Committed bytes stay: a reader
 * may be taking them.
 */
static void erase_one(struct tty *tty)
{
	if (tty->head != tty->committed)
		echo_erase(tty, tty->ring[--tty->head & RING_MASK]);
}

/*
 * Where the line being typed begins, or its last row: a UART takes its time for
 * each byte, with interrupts off, and the cursor goes back in one row only.
 */
static u32 last_row(const struct tty *tty)
{
	return tty->head - min(tty->head - tty->committed, ROW);
}

/* ^U: erases the line, of which the screen has the last row. */
static void erase_line(struct tty *tty)
{
	for (u32 row = last_row(tty); tty->head != row;)
		erase_one(tty);
	tty->head = tty->committed;
}

/* ^W: erases the blanks before the cursor, then the word before them. */
static void erase_word(struct tty *tty)
{
	u32 row = last_row(tty);
	bool in_word = false;
	u8 last;

	while (tty->head != row) {
		last = tty->ring[(tty->head - 1) & RING_MASK];
		if (in_word && last == ' ')
			break;
		in_word = last != ' ';
		erase_one(tty);
	}
}

/* ---- one key ----------------------------------------------------- */

/* Returns the signal that byte stands for, or 0. */
static int key_signal(const struct tty *tty, u8 byte)
{
	if (!lflag(tty, ISIG))
		return 0;
	if (is_cc(tty, VINTR, byte))
		return SIGINT;
	if (is_cc(tty, VQUIT, byte))
		return SIGQUIT;
	return is_cc(tty, VSUSP, byte) ? SIGTSTP : 0;
}

/*
 * ^R: shows the line being typed anew, below what a program may have written
 * into it. The terminal echoes, or there is nothing to show.
 */
static void reprint(const struct tty *tty, u8 byte)
{
	echo(tty, byte);
	echo(tty, '\n');
	for (u32 pos = last_row(tty); pos != tty->head; pos++)
		echo(tty, tty->ring[pos & RING_MASK]);
}

/*
 * Handles the keys that edit the line. Returns false if byte is none of them.
 */
static bool edit_key(struct tty *tty, u8 byte)
{
	/* The backspace key sends DEL or ^H, depending on the terminal. */
	if (is_cc(tty, VERASE, byte) || byte == '\b') {
		erase_one(tty);
	} else if (is_cc(tty, VKILL, byte)) {
		erase_line(tty);
	} else if (is_cc(tty, VWERASE, byte) && lflag(tty, IEXTEN)) {
		erase_word(tty);
	} else if (is_cc(tty, VREPRINT, byte) && lflag(tty, IEXTEN) &&
		   lflag(tty, ECHO)) {
		reprint(tty, byte);
	} else if (is_cc(tty, VEOF, byte)) {
		put_eof(tty);
	} else {
		return false;
	}
	return true;
}

/*
 * Handles ^S and ^Q; with IXANY any key continues output. Returns true if byte
 * was one of the two, and is no input.
 */
static bool flow_key(struct tty *tty, u8 byte)
{
	if (!(tty->termios.c_iflag & IXON))
		return false;
	if (is_cc(tty, VSTART, byte)) {
		ldisc_stop(tty, false);
		return true;
	}
	if (is_cc(tty, VSTOP, byte)) {
		ldisc_stop(tty, true);
		return true;
	}
	if (tty->termios.c_iflag & IXANY)
		ldisc_stop(tty, false);
	return false;
}

/*
 * A signal's key also continues stopped output, and drops the input, unless
 * NOFLSH: it was typed for the program that the signal interrupts.
 */
static void receive_signal(struct tty *tty, u8 byte)
{
	if (tty->termios.c_iflag & IXON)
		ldisc_stop(tty, false);
	if (!lflag(tty, NOFLSH)) {
		ldisc_flush(tty);
		tty_tell_master(tty, TIOCPKT_FLUSHWRITE, 0);
	}
	echo(tty, byte);
}

/*
 * ^V: the next key is text. Shows ^ under the cursor, where that key will
 * appear.
 */
static void receive_quote(struct tty *tty)
{
	tty->literal = true;
	if (lflag(tty, ECHO) && lflag(tty, ECHOCTL))
		tty_show(tty, "^\b", 2);
}

/* The key after ^V is text, whatever it would do otherwise. */
static void receive_literal(struct tty *tty, u8 byte)
{
	tty->literal = false;
	if (put_in_line(tty, byte, false))
		echo(tty, byte);
}

/* IGNCR, ICRNL and INLCR. Returns false if *byte is dropped. */
static bool exchange_cr(u32 iflag, u8 *byte)
{
	if (*byte == '\r') {
		if (iflag & IGNCR)
			return false;
		if (iflag & ICRNL)
			*byte = '\n';
	} else if (*byte == '\n' && iflag & INLCR) {
		*byte = '\r';
	}
	return true;
}

int ldisc_receive(struct tty *tty, u8 byte)
{
	u32 iflag = tty->termios.c_iflag;
	bool ends_line;
	int sig;

	if (iflag & ISTRIP)
		byte &= 0x7f;
	/*
	 * Before all keys with a meaning: ^V takes it away from the next one.
	 */
	if (tty->literal) {
		receive_literal(tty, byte);
		return 0;
	}
	/* The other end edits, echoes and makes signals itself. */
	if (lflag(tty, EXTPROC)) {
		if (put_in_line(tty, byte, true))
			tty->committed = tty->head;
		return 0;
	}
	if (flow_key(tty, byte))
		return 0;
	sig = key_signal(tty, byte);
	if (sig) {
		receive_signal(tty, byte);
		return sig;
	}
	if (lflag(tty, ICANON) && lflag(tty, IEXTEN) &&
	    is_cc(tty, VLNEXT, byte)) {
		receive_quote(tty);
		return 0;
	}
	if (!exchange_cr(iflag, &byte))
		return 0;
	/*
	 * After CR and NL were exchanged: a VEOL of NL then matches the Return
	 * key.
	 */
	if (lflag(tty, ICANON) && edit_key(tty, byte))
		return 0;
	ends_line = is_line_end(tty, byte);
	if (!put_in_line(tty, byte, ends_line || !lflag(tty, ICANON)))
		return 0; /* the input is full: the key is lost, and not echoed */
	echo(tty, byte);
	if (ends_line || !lflag(tty, ICANON))
		tty->committed = tty->head;
	return 0;
}

u32 ldisc_take(struct tty *tty, char *to, u32 n, bool *end)
{
	bool canonical = lflag(tty, ICANON), ends, eof;
	u32 taken = 0;
	u8 byte = 0;

	for (*end = false; tty_readable(tty) && !*end; tty->tail++) {
		byte = tty->ring[tty->tail & RING_MASK];
		ends = canonical && !lflag(tty, EXTPROC) &&
			is_end(tty, tty->tail);
		eof = ends && !byte;
		/* A ^D behind the last byte is taken with it: it ends no other read. */
		if (taken == n && !eof)
			return taken;
		if (!eof)
			to[taken++] = (char)byte;
		*end = ends;
	}
	/* The other end, which edits, sends an end of file as it was typed. */
	if (canonical && lflag(tty, EXTPROC) && taken == 1 &&
	    is_cc(tty, VEOF, byte)) {
		*end = true;
		return 0;
	}
	return taken;
}
