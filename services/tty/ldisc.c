/*
 * services/tty/ldisc.c - the terminal's line discipline: what each key does.
 *
 * Canonical: bytes gather in a line that can be edited, and reach readers when
 * it ends. Raw: each byte at once. Echo goes straight to the line.
 */
#include <services/tty/ldisc.h>
#include <uapi/signal.h>

#define RING_MASK (TTY_RING - 1)
#define DEL       0x7f

static inline bool lflag(const struct tty *tty, u32 flag)
{
	return tty->termios.c_lflag & flag;
}

/* Is byte the control character cc, and that one not switched off? */
static inline bool is_cc(const struct tty *tty, u32 cc, u8 byte)
{
	return byte && byte == tty->termios.c_cc[cc];
}

static bool is_eof_mark(const struct tty *tty, u32 pos)
{
	pos &= RING_MASK;
	return tty->eof[pos / 32] >> (pos % 32) & 1;
}

/* ---- echo -------------------------------------------------------- */

/* Does the byte show as ^X, two columns? */
static bool shows_as_caret(const struct tty *tty, u8 byte)
{
	return lflag(tty, ECHOCTL) && (byte < ' ' || byte == DEL) &&
		byte != '\n' && byte != '\t';
}

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
}

/* False: full. The last place is for what ends a line. */
static bool put_in_line(struct tty *tty, u8 byte, bool ends_line)
{
	u32 pos = tty->head & RING_MASK;

	if (tty->head - tty->tail >= TTY_RING - !ends_line)
		return false;
	tty->ring[pos] = byte;
	tty->eof[pos / 32] &= ~(1u << (pos % 32));
	tty->head++;
	return true;
}

static void put_eof(struct tty *tty)
{
	u32 pos = tty->head & RING_MASK;

	if (!put_in_line(tty, 0, true))
		return;
	tty->eof[pos / 32] |= 1u << (pos % 32);
	tty->committed = tty->head;
}

static void erase_one(struct tty *tty)
{
	if (tty->head != tty->committed)
		echo_erase(tty, tty->ring[--tty->head & RING_MASK]);
}

/* The blanks before the cursor, then the word before them. */
static void erase_word(struct tty *tty)
{
	bool in_word = false;
	u8 last;

	while (tty->head != tty->committed) {
		last = tty->ring[(tty->head - 1) & RING_MASK];
		if (in_word && last == ' ')
			break;
		in_word = last != ' ';
		erase_one(tty);
	}
}

/* ---- one key ----------------------------------------------------- */

/* Returns the signal of byte, or 0. */
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

/* Keys that edit the line; false: byte is not one. */
static bool edit_key(struct tty *tty, u8 byte)
{
	/* A terminal's backspace key sends one of two: both erase. */
	if (is_cc(tty, VERASE, byte) || byte == '\b') {
		erase_one(tty);
	} else if (is_cc(tty, VKILL, byte)) {
		while (tty->head != tty->committed)
			erase_one(tty);
	} else if (is_cc(tty, VWERASE, byte) && lflag(tty, IEXTEN)) {
		erase_word(tty);
	} else if (is_cc(tty, VEOF, byte)) {
		put_eof(tty);
	} else {
		return false;
	}
	return true;
}

/* ^S and ^Q; with IXANY any key is as good as ^Q. True: byte is no input. */
static bool flow_key(struct tty *tty, u8 byte)
{
	if (!(tty->termios.c_iflag & IXON))
		return false;
	if (is_cc(tty, VSTART, byte)) {
		tty->stopped = false;
		return true;
	}
	if (is_cc(tty, VSTOP, byte)) {
		tty->stopped = true;
		return true;
	}
	if (tty->termios.c_iflag & IXANY)
		tty->stopped = false;
	return false;
}

static void receive_signal(struct tty *tty, u8 byte)
{
	if (tty->termios.c_iflag & IXON)
		tty->stopped = false;
	if (!lflag(tty, NOFLSH))
		ldisc_flush(tty);
	echo(tty, byte);
}

/* ^V: shows ^ under the cursor, where the key will be. */
static void receive_quote(struct tty *tty)
{
	tty->literal = true;
	if (lflag(tty, ECHO) && lflag(tty, ECHOCTL))
		tty_show(tty, "^\b", 2);
}

/* The key after ^V, whatever else it would do. */
static void receive_literal(struct tty *tty, u8 byte)
{
	tty->literal = false;
	if (put_in_line(tty, byte, false))
		echo(tty, byte);
}

int ldisc_receive(struct tty *tty, u8 byte)
{
	u32 iflag = tty->termios.c_iflag;
	bool ends_line;
	int sig;

	if (iflag & ISTRIP)
		byte &= 0x7f;
	if (tty->literal) {
		receive_literal(tty, byte);
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
	if (byte == '\r') {
		if (iflag & IGNCR)
			return 0;
		if (iflag & ICRNL)
			byte = '\n';
	} else if (byte == '\n' && iflag & INLCR) {
		byte = '\r';
	}
	if (lflag(tty, ICANON) && edit_key(tty, byte))
		return 0;
	ends_line = byte == '\n' || is_cc(tty, VEOL, byte);
	if (!put_in_line(tty, byte, ends_line || !lflag(tty, ICANON)))
		return 0; /* nobody reads: the key is lost, unechoed */
	echo(tty, byte);
	if (ends_line || !lflag(tty, ICANON))
		tty->committed = tty->head;
	return 0;
}

u32 ldisc_take(struct tty *tty, char *to, u32 n, bool *end)
{
	bool canonical = lflag(tty, ICANON);
	u32 taken = 0;
	u8 byte;

	*end = false;
	while (taken < n && tty_readable(tty) && !*end) {
		*end = is_eof_mark(tty, tty->tail);
		byte = tty->ring[tty->tail++ & RING_MASK];
		if (*end)
			break; /* no byte of its own */
		to[taken++] = (char)byte;
		*end = canonical && (byte == '\n' || is_cc(tty, VEOL, byte));
	}
	return taken;
}
