/*
 * Pseudo-terminals: what is written to the master is typed at the slave, what
 * the slave shows is read from the master; sessions, hang-ups and window sizes.
 */
#include <fcntl.h>
#include <uapi/poll.h>
#include <uapi/signal.h>
#include <uapi/stat.h>
#include <uapi/termios.h>
#include <uapi/time.h>
#include <uapi/wait.h>
#include "check.h"

#define LINUX_O_NOCTTY   0400
#define LINUX_O_NONBLOCK 04000
#define RDWR             2

static int master, slave;
static char name[32], text[8192];

static int32_t get(int fd, uint32_t what)
{
	int32_t value = -1, err = SYS(ioctl, fd, what, &value);

	return err ? err : value;
}

static int32_t open_pair(void)
{
	uint32_t number = 0, unlock = 0;

	master = SYS(open, "/dev/ptmx", RDWR | LINUX_O_NOCTTY, 0);
	SYS(ioctl, master, TIOCGPTN, &number);
	SYS(ioctl, master, TIOCSPTLCK, &unlock);
	sprintf(name, "/dev/pts/%u", (unsigned int)number);
	slave = SYS(open, name, RDWR | LINUX_O_NOCTTY, 0);
	return slave < 0 ? slave : master;
}

static void close_pair(void)
{
	SYS(close, slave);
	SYS(close, master);
}

/* Returns what can be read from fd at this moment; "" if nothing. */
static const char *read_from(int fd)
{
	int32_t n;

	memset(text, 0, sizeof(text));
	n = SYS(read, fd, text, sizeof(text) - 1);
	return n < 0 ? "(error)" : text;
}

static void type(const char *keys)
{
	SYS(write, master, keys, strlen(keys));
}

static int32_t events(int fd)
{
	struct pollfd p = { fd, POLLIN | POLLOUT, 0 };

	SYS(poll, &p, 1, 0);
	return p.revents;
}

static void set_modes(uint32_t iflag, uint32_t lflag, bool on)
{
	struct ktermios termios;

	SYS(ioctl, slave, TCGETS, &termios);
	termios.c_iflag = on ? termios.c_iflag | iflag :
			       termios.c_iflag & ~iflag;
	termios.c_lflag = on ? termios.c_lflag | lflag :
			       termios.c_lflag & ~lflag;
	SYS(ioctl, slave, TCSETS, &termios);
}

/* Breaks, which a pseudo-terminal cannot send, and the line discipline. */
static void disciplines(void)
{
	uint32_t number = 77;

	is(SYS(ioctl, slave, TCSBRKP, 10), 0, "TCSBRKP of the slave");
	is(SYS(ioctl, master, TCSBRKP, 10), 0, "TCSBRKP of the master");
	is(SYS(ioctl, slave, TIOCGETD, &number), 0, "TIOCGETD of the slave");
	is((int32_t)number, N_TTY, "it has the discipline of terminals");
	is(SYS(ioctl, slave, TIOCSETD, &number), 0, "TIOCSETD to the same");
	is(SYS(ioctl, slave, TIOCSETD, 8), -EFAULT,
	   "TIOCSETD from an unmapped address is refused");
	number = 29;
	is(SYS(ioctl, slave, TIOCSETD, &number), -EINVAL,
	   "TIOCSETD to an unknown one is refused");
}

static void making(void)
{
	uint32_t number = 77, locked = 0;
	struct kstat64 st;
	char link[64];

	master = SYS(open, "/dev/ptmx", RDWR | LINUX_O_NOCTTY, 0);
	ok(master >= 0, "open of /dev/ptmx makes a new terminal");
	is(SYS(ioctl, master, TIOCGPTN, &number), 0,
	   "TIOCGPTN of the master returns its number");
	sprintf(name, "/dev/pts/%u", (unsigned int)number);
	is(SYS(stat64, name, &st), 0, "the slave has a name in /dev/pts");
	ok(st.st_rdev == MKDEV(136, number),
	   "its device number is 136 and the terminal's number");
	is(get(master, TIOCGPTLCK), 1,
	   "TIOCGPTLCK: the slave is locked at first");
	is(SYS(open, name, RDWR | LINUX_O_NOCTTY), -EIO,
	   "open of a locked slave is refused");
	is(SYS(ioctl, master, TIOCSPTLCK, &locked), 0,
	   "TIOCSPTLCK unlocks the slave");
	slave = SYS(open, name, RDWR | LINUX_O_NOCTTY);
	ok(slave >= 0, "open of the slave");
	sprintf(link, "/proc/self/fd/%d", slave);
	read_from(slave >= 0 ? SYS(open, "/dev/null", 0) : 0);
	SYS(readlink, link, text, sizeof(text));
	ok(!strcmp(text, name),
	   "/proc/self/fd contains its name, for ttyname()");
	is(SYS(ioctl, slave, TIOCGPTN, &number), -ENOTTY,
	   "TIOCGPTN of the slave is refused");
	locked = SYS(ioctl, master, TIOCGPTPEER, RDWR | LINUX_O_NOCTTY);
	ok((int32_t)locked >= 0,
	   "TIOCGPTPEER opens the slave without its name");
	is(SYS(write, locked, "peer", 4), 4, "write to the slave opened so");
	ok(!strcmp(read_from(master), "peer"),
	   "the master reads that: it is the same terminal");
	SYS(close, locked);
	disciplines();
	close_pair();
	is(SYS(stat64, name, &st), -ENOENT,
	   "when all have closed it the name is gone");
}

static void set_end(uint32_t which, uint8_t key)
{
	struct ktermios termios;

	SYS(ioctl, slave, TCGETS, &termios);
	termios.c_cc[which] = key;
	SYS(ioctl, slave, TCSETS, &termios);
}

/* What ends a line is decided when it is typed. */
static void line_ends(void)
{
	set_modes(0, IEXTEN, true);
	type("a\26\nb\26;c\n");
	ok(!strcmp(read_from(slave), "a\nb;c\n"),
	   "a newline or VEOL2 after ^V ends no line");
	type("d;e\n");
	set_end(VEOL2, 0);
	ok(!strcmp(read_from(slave), "d;"), "a VEOL2 that was one does");
	ok(!strcmp(read_from(slave), "e\n"), "when it is none any more");
	type("abc\4d\n");
	is(SYS(read, slave, text, 3), 3, "a read of all before a ^D");
	ok(!strcmp(read_from(slave), "d\n"), "has taken the ^D, too");
	set_modes(0, ICANON, false);
	type("f\ng");
	set_modes(0, ICANON, true);
	ok(!strcmp(read_from(slave), "f\ng"),
	   "what was typed before ICANON is one line");
	set_modes(0, IEXTEN, false);
}

static void lines(void)
{
	open_pair();
	is(SYS(write, slave, "a\nb", 3), 3,
	   "the slave writes a line and a half");
	is(get(master, FIONREAD), 4,
	   "FIONREAD of the master: with a carriage return 4 bytes");
	ok(!strcmp(read_from(master), "a\r\nb"),
	   "the master reads them: newline became CR, newline");
	type("abX\177c\r");
	ok(!strcmp(read_from(slave), "abc\n"),
	   "a typed line is edited by DEL and read by the slave");
	ok(!strcmp(read_from(master), "abX\b \bc\r\n"),
	   "the keys are echoed to the master, DEL as BS, blank, BS");
	type("half");
	is(events(slave), POLLOUT, "half a typed line cannot be read: poll");
	type("\4");
	is(events(slave), POLLIN | POLLOUT, "^D makes it readable: poll");
	ok(!strcmp(read_from(slave), "half"), "the slave reads it without ^D");
	read_from(master);
	set_modes(0, ECHO, false);
	type("secret\n");
	is(events(master), POLLOUT,
	   "without ECHO nothing comes to the master: poll");
	ok(!strcmp(read_from(slave), "secret\n"),
	   "without ECHO the slave reads the line all the same");
	set_modes(0, ECHO, true);
	type("cd\22e\22\n");
	ok(!strcmp(read_from(slave), "cde\n"), "^R is no part of the line");
	ok(!strcmp(read_from(master), "cd^R\r\ncde^R\r\ncde\r\n"),
	   "it shows the line that is being typed anew");
	set_modes(0, ECHO, false);
	type("f\22g\17h\n");
	ok(!strcmp(read_from(slave), "f\22g\17h\n"),
	   "without ECHO ^R is a byte like others, and ^O always");
	set_end(VEOL2, ';');
	type("one;two;");
	ok(!strcmp(read_from(slave), "one;"), "VEOL2 ends a line");
	ok(!strcmp(read_from(slave), "two;"), "so that the next read begins");
	set_modes(0, IEXTEN, false);
	type("a;b\n");
	ok(!strcmp(read_from(slave), "a;b\n"), "without IEXTEN it does not");
	line_ends();
	set_modes(0, ICANON, false);
	type("x");
	ok(!strcmp(read_from(slave), "x"),
	   "without ICANON the slave reads each key at once");
	close_pair();
}

/* ^S and ^Q, and the same by TCXONC: output waits. */
static void flow(void)
{
	open_pair();
	SYS(fcntl64, slave, 4, RDWR | LINUX_O_NONBLOCK);
	SYS(fcntl64, master, 4, RDWR | LINUX_O_NONBLOCK);
	set_modes(0, ECHO, false);
	type("\23");
	is(SYS(write, slave, "a", 1), -EAGAIN,
	   "^S: a write to the slave is refused with O_NONBLOCK");
	is(events(slave), 0, "^S: poll reports no room");
	type("x");
	is(SYS(write, slave, "a", 1), -EAGAIN, "another key does not end ^S");
	type("\21");
	is(SYS(write, slave, "b", 1), 1, "^Q: a write to the slave succeeds");
	set_modes(IXANY, 0, true);
	type("\23y");
	is(SYS(write, slave, "c", 1), 1, "with IXANY any key ends ^S");
	type("\23\3");
	is(SYS(write, slave, "d", 1), 1, "^C always ends ^S");
	ok(!strcmp(read_from(master), "bcd"),
	   "the master reads what was written since then");
	type("z\n");
	ok(!strcmp(read_from(slave), "z\n"),
	   "^S, ^Q and the key for IXANY are not read by the slave");
	is(SYS(ioctl, slave, TCXONC, TCOOFF), 0, "TCXONC with TCOOFF");
	is(SYS(write, slave, "e", 1), -EAGAIN,
	   "it stops output: a write is refused");
	is(SYS(ioctl, slave, TCXONC, TCOON), 0, "TCXONC with TCOON");
	is(SYS(write, slave, "f", 1), 1, "it starts output: a write succeeds");
	is(SYS(ioctl, slave, TCXONC, TCION), 0, "TCXONC with TCION");
	ok(!strcmp(read_from(master), "f\21"), "it sends ^Q to the master");
	is(SYS(ioctl, slave, TCXONC, 4), -EINVAL, "TCXONC with 4 is refused");
	set_modes(IXON, 0, false);
	type("\23\n");
	ok(!strcmp(read_from(slave), "\23\n"),
	   "without IXON ^S is a key like others");
	close_pair();
}

/* The byte that the master's next read begins with; the rest is in text + 1. */
static int32_t packet(void)
{
	struct pollfd p = { master, POLLIN | POLLPRI, 0 };
	int32_t n;

	memset(text, 0, sizeof(text));
	SYS(poll, &p, 1, 1000);
	n = SYS(read, master, text, sizeof(text) - 1);
	/* News come alone, and are urgent. */
	if (n < 0 || (text[0] && (n != 1 || !(p.revents & POLLPRI))) ||
	    (!text[0] && p.revents & POLLPRI))
		return n < 0 ? n : 1000 + n;
	return text[0];
}

static void set_packet(uint32_t on)
{
	is(SYS(ioctl, master, TIOCPKT, &on), 0, "TIOCPKT with %u",
	   (unsigned)on);
	is(get(master, TIOCGPKT), (int32_t)on, "TIOCGPKT after it");
}

/* EXTPROC: the other end edits the line, and hears of changed modes. */
static void other_end_edits(void)
{
	set_modes(0, EXTPROC, true);
	is(packet(), TIOCPKT_IOCTL, "EXTPROC is set");
	set_modes(0, NOFLSH, true);
	is(packet(), TIOCPKT_IOCTL, "other modes are set while it is");
	type("a\177\3b");
	ok(!strcmp(read_from(slave), "a\177\3b"),
	   "with EXTPROC all keys are read at once, as they are");
	is(packet(), -EAGAIN, "and none is echoed");
	type("a\4");
	ok(!strcmp(read_from(slave), "a\4"), "so is ^D behind another");
	type("\4");
	is(SYS(read, slave, text, 8), 0, "^D alone ends the file");
	set_modes(0, EXTPROC | NOFLSH, false);
	is(packet(), TIOCPKT_IOCTL, "EXTPROC is taken away");
	set_modes(0, NOFLSH, true);
	set_modes(0, NOFLSH, false);
	is(packet(), -EAGAIN, "without it the modes are no news");
}

static void packets(void)
{
	uint32_t on = 1;

	open_pair();
	SYS(fcntl64, master, 4, RDWR | LINUX_O_NONBLOCK);
	set_modes(0, ECHO, false);
	is(SYS(ioctl, slave, TIOCPKT, &on), -ENOTTY,
	   "TIOCPKT of a slave is refused");
	is(SYS(ioctl, master, TIOCPKT, 8), -EFAULT,
	   "TIOCPKT from an unmapped address is refused");
	set_packet(1);
	is(packet(), -EAGAIN, "there is nothing to read at first");
	SYS(write, slave, "abc", 3);
	is(packet(), TIOCPKT_DATA, "the slave writes: data");
	ok(!strcmp(text + 1, "abc"), "they follow that byte");
	SYS(write, slave, "de", 2);
	SYS(ioctl, slave, TCXONC, TCOOFF);
	is(packet(), TIOCPKT_STOP, "TCOOFF: output stops, which comes first");
	is(packet(), TIOCPKT_DATA, "then data that were written before");
	SYS(ioctl, slave, TCXONC, TCOOFF);
	is(packet(), -EAGAIN, "TCOOFF again is no news");
	SYS(ioctl, slave, TCXONC, TCOON);
	is(packet(), TIOCPKT_START, "TCOON: output continues");
	SYS(ioctl, slave, TCXONC, TCOOFF);
	SYS(ioctl, slave, TCXONC, TCOON);
	is(packet(), TIOCPKT_START, "of TCOOFF and TCOON the last is news");
	SYS(ioctl, slave, TCFLSH, TCIFLUSH);
	is(packet(), TIOCPKT_FLUSHREAD, "TCFLSH of the slave's input");
	SYS(ioctl, slave, TCFLSH, TCOFLUSH);
	is(packet(), TIOCPKT_FLUSHWRITE, "TCFLSH of its output");
	SYS(ioctl, slave, TCFLSH, TCIOFLUSH);
	is(packet(), TIOCPKT_FLUSHREAD | TIOCPKT_FLUSHWRITE, "TCFLSH of both");
	set_modes(IXON, 0, false);
	is(packet(), TIOCPKT_NOSTOP, "without IXON ^S does not stop output");
	set_modes(IXON, 0, true);
	is(packet(), TIOCPKT_DOSTOP, "with IXON it does");
	type("\23");
	is(packet(), TIOCPKT_STOP, "^S is typed");
	type("\21");
	is(packet(), TIOCPKT_START, "^Q is typed");
	type("\3");
	is(packet(), TIOCPKT_FLUSHREAD | TIOCPKT_FLUSHWRITE, "^C is typed");
	other_end_edits();
	SYS(ioctl, slave, TCXONC, TCOOFF);
	set_packet(0);
	is(packet(), -EAGAIN, "news are not read without packet mode");
	SYS(ioctl, slave, TCXONC, TCOON);
	set_packet(1);
	is(packet(), -EAGAIN, "nor what happened before it");
	SYS(close, slave);
	is(packet(), -5 /* EIO */, "the slave is closed");
	SYS(close, master);
}

/* ^V (LNEXT): the key typed next is a byte without its special meaning. */
static void quoting(void)
{
	open_pair();
	type("a\26\3\26\177\n");
	ok(!strcmp(read_from(slave), "a\3\177\n"),
	   "^V makes the next key a byte: ^C, DEL");
	ok(!strcmp(read_from(master), "a^\b^C^\b^?\r\n"),
	   "they are echoed as ^C and ^?");
	set_modes(0, IEXTEN, false);
	type("\26\n");
	ok(!strcmp(read_from(slave), "\26\n"),
	   "without IEXTEN ^V is a key like others");
	read_from(master);
	set_modes(0, ECHOCTL, false);
	type("\2\n");
	ok(!strcmp(read_from(master), "\2\r\n"),
	   "without ECHOCTL a control character is echoed as it is");
	close_pair();
}

/* More bytes than a side holds pass through if the other side reads them. */
static void much(void)
{
	int32_t n, all = 0, status = -1;
	pid_t pid;

	open_pair();
	set_modes(0, ECHO | ICANON, false);
	pid = fork();
	if (pid == 0) {
		memset(text, 'm', sizeof(text));
		for (int i = 0; i < 8; i++)
			SYS(write, master, text, sizeof(text));
		_exit(0);
	}
	while (all < 8 * (int)sizeof(text) &&
	       (n = SYS(read, slave, text, sizeof(text))) > 0)
		all += n;
	is(all, 8 * sizeof(text),
	   "64 KiB are typed at the master and read by the slave");
	SYS(wait4, pid, &status, 0, 0);
	pid = fork();
	if (pid == 0) {
		memset(text, 's', sizeof(text));
		for (int i = 0; i < 8; i++)
			SYS(write, slave, text, sizeof(text));
		_exit(0);
	}
	for (all = 0; all < 8 * (int)sizeof(text) &&
	     (n = SYS(read, master, text, sizeof(text))) > 0;)
		all += n;
	is(all, 8 * sizeof(text),
	   "64 KiB are written by the slave and read by the master");
	SYS(wait4, pid, &status, 0, 0);
	close_pair();
}

static void ends(void)
{
	open_pair();
	SYS(write, slave, "last", 4);
	SYS(close, slave);
	ok(events(master) & POLLHUP,
	   "the slave is closed: poll of the master reports POLLHUP");
	ok(!strcmp(read_from(master), "last"),
	   "the master still reads what the slave has written");
	is(SYS(read, master, text, 1), -EIO,
	   "after that read of the master fails with EIO");
	slave = SYS(open, name, RDWR | LINUX_O_NOCTTY | LINUX_O_NONBLOCK);
	is(events(master), POLLOUT,
	   "the slave is opened again: poll reports no POLLHUP");
	is(SYS(read, slave, text, 1), -EAGAIN,
	   "read of the slave finds nothing typed");
	SYS(close, master);
	is(SYS(read, slave, text, 1), 0,
	   "the master is closed: read of the slave is at the end");
	is(SYS(write, slave, "x", 1), -EIO,
	   "the master is closed: write to the slave fails with EIO");
	is(get(slave, FIONREAD), -EIO,
	   "the master is closed: FIONREAD of the slave fails with EIO");
	ok(events(slave) & POLLHUP,
	   "the master is closed: poll of the slave reports POLLHUP");
	SYS(close, slave);
}

/* ---- a session on it --------------------------------------------- */

static volatile int seen;

/* TIOCEXCL: the terminal is opened by root alone. */
static int open_as_user(void *arg)
{
	uint32_t lock = 1;

	(void)arg;
	SYS(setuid32, 4321);
	is(SYS(open, name, RDWR | LINUX_O_NOCTTY), -EBUSY,
	   "TIOCEXCL: another user's open is refused");
	SYS(ioctl, master, TIOCSPTLCK, &lock);
	is(SYS(open, name, RDWR | LINUX_O_NOCTTY), -EBUSY,
	   "so it is while the slave is locked");
	lock = 0;
	SYS(ioctl, master, TIOCSPTLCK, &lock);
	is(SYS(ioctl, slave, TIOCSTI, "x"), -EPERM,
	   "TIOCSTI at a terminal that is not the user's own is refused");
	is(SYS(ioctl, slave, TIOCNXCL, 0), 0, "TIOCNXCL of the slave");
	is(get(slave, TIOCGEXCL), 0, "TIOCGEXCL after it");
	ok(SYS(open, name, RDWR | LINUX_O_NOCTTY) > 0,
	   "TIOCNXCL: another user's open succeeds");
	return 0;
}

static void sharing(void)
{
	int32_t again;

	open_pair();
	SYS(chmod, name, 0666);
	is(get(slave, TIOCGEXCL), 0, "TIOCGEXCL of the slave");
	is(SYS(ioctl, slave, TIOCEXCL, 0), 0, "TIOCEXCL of the slave");
	is(get(slave, TIOCGEXCL), 1, "TIOCGEXCL after it");
	again = SYS(open, name, RDWR | LINUX_O_NOCTTY);
	ok(again >= 0, "TIOCEXCL: root opens the slave all the same");
	SYS(close, again);
	checks_in_child(open_as_user, NULL);
	is(SYS(ioctl, slave, TIOCSTI, "o"), 0, "TIOCSTI of the slave by root");
	is(SYS(ioctl, slave, TIOCSTI, "\n"), 0, "TIOCSTI of a newline");
	is(SYS(ioctl, slave, TIOCSTI, 8), -EFAULT,
	   "TIOCSTI from an unmapped address is refused");
	ok(!strcmp(read_from(slave), "o\n"), "the slave reads what was typed");
	ok(!strcmp(read_from(master), "o\r\n"), "it was echoed, too");
	is(SYS(ioctl, master, TIOCEXCL, 0), 0, "TIOCEXCL of the master");
	is(get(slave, TIOCGEXCL), 0, "it is nothing to the slave");
	close_pair();
}

static void see(int sig, struct test_siginfo *info, void *ucontext)
{
	(void)info, (void)ucontext;
	seen = sig;
}

/* Fields 7 and 8 of /proc/PID/stat, by which ps knows it. */
static void stat_has_terminal(void)
{
	int fd = SYS(open, "/proc/self/stat", 0, 0), tty = 0, group = 0;
	unsigned int number = 0;

	read_from(fd);
	SYS(close, fd);
	sscanf(strrchr(text, ')'), ") %*c %*d %*d %*d %d %d", &tty, &group);
	SYS(ioctl, master, TIOCGPTN, &number);
	ok(tty == (int)MKDEV(136, number),
	   "/proc/PID/stat contains the terminal's device");
	is(group - getpid(), 0, "/proc/PID/stat contains its foreground group");
}

static int in_session(void *arg)
{
	struct kwinsize size = { 25, 80, 0, 0 };
	int own, again;

	(void)arg;
	SYS(setsid);
	is(SYS(open, "/dev/tty", RDWR), -ENXIO,
	   "a new session has no terminal: open of /dev/tty is refused");
	open_pair();
	is(get(slave, TIOCGSID), -ENOTTY,
	   "opened with O_NOCTTY the slave is not the session's terminal");
	is(get(master, TIOCGSID), -ENOTTY,
	   "TIOCGSID of the master is refused: it has no session");
	again = SYS(open, name, RDWR);
	is(get(slave, TIOCGSID) - getpid(), 0,
	   "opened without O_NOCTTY it is the session's terminal");
	is(get(master, TIOCGPGRP) - getpid(), 0,
	   "TIOCGPGRP of the master returns the foreground group");
	own = SYS(open, "/dev/tty", RDWR);
	ok(own >= 0, "open of /dev/tty opens that terminal");
	SYS(write, own, "own", 3);
	ok(!strcmp(read_from(master), "own"),
	   "the master reads what was written to it");
	stat_has_terminal();
	handle(SIGINT, see, 0);
	type("\3");
	is(seen, SIGINT,
	   "^C at the master sends SIGINT to the foreground group");
	seen = 0;
	is(SYS(ioctl, master, TIOCSIG, SIGINT), 0, "TIOCSIG of the master");
	is(seen, SIGINT, "it does the same");
	is(SYS(ioctl, master, TIOCSIG, SIGHUP), -EINVAL,
	   "TIOCSIG with a signal of no key is refused");
	is(SYS(ioctl, slave, TIOCSIG, SIGINT), -ENOTTY,
	   "TIOCSIG of the slave is refused");
	ok(!strcmp(read_from(master), "^C"), "^C is echoed as ^C");
	handle(SIGWINCH, see, 0);
	is(SYS(ioctl, master, TIOCSWINSZ, &size), 0,
	   "TIOCSWINSZ of the master to another size");
	is(seen, SIGWINCH, "it sends SIGWINCH to the foreground group");
	size.ws_row = 0;
	SYS(ioctl, slave, TIOCGWINSZ, &size);
	is(size.ws_row, 25, "TIOCGWINSZ of the slave returns the new size");
	seen = 0;
	SYS(ioctl, slave, TIOCSWINSZ, &size);
	is(seen, 0, "TIOCSWINSZ to the same size sends no signal");
	handle(SIGHUP, see, 0);
	SYS(close, master);
	is(seen, SIGHUP, "close of the master sends SIGHUP");
	is(SYS(open, "/dev/tty", RDWR), -ENXIO,
	   "after that /dev/tty cannot be opened");
	SYS(close, own);
	SYS(close, again);
	SYS(close, slave);
	open_pair();
	is(SYS(ioctl, slave, TIOCSCTTY, 0), 0,
	   "TIOCSCTTY makes another terminal the session's");
	close_pair();
	return 0;
}

/* ---- System V's requests ----------------------------------------- */

static void termio(void)
{
	struct ktermios before, after;
	struct ktermio io;

	open_pair();
	SYS(ioctl, slave, TCGETS, &before);
	memset(&io, 0x55, sizeof(io));
	is(SYS(ioctl, slave, TCGETA, &io), 0, "TCGETA of the slave");
	ok(io.c_iflag == (uint16_t)before.c_iflag &&
		   io.c_oflag == (uint16_t)before.c_oflag &&
		   io.c_cflag == (uint16_t)before.c_cflag &&
		   io.c_lflag == (uint16_t)before.c_lflag && !io.c_line,
	   "it returns the low halves of the modes");
	ok(!memcmp(io.c_cc, before.c_cc, sizeof(io.c_cc)),
	   "and the first eight characters");
	ok(!((uint8_t *)&io)[17], "and clears the 18th byte");
	io.c_lflag = ISIG | ICANON | NOFLSH;
	io.c_cc[VEOF] = 'x';
	is(SYS(ioctl, slave, TCSETA, &io), 0, "TCSETA");
	SYS(ioctl, slave, TCGETS, &after);
	ok((uint16_t)after.c_lflag == io.c_lflag && after.c_cc[VEOF] == 'x',
	   "it changes these");
	ok(after.c_lflag >> 16 == before.c_lflag >> 16 &&
		   !memcmp(after.c_cc + 8, before.c_cc + 8,
			   sizeof(after.c_cc) - 8),
	   "and nothing that it does not move");
	type("ab\n");
	is(SYS(ioctl, slave, TCSETAW, &io), 0, "TCSETAW");
	is(get(slave, FIONREAD), 3, "it keeps the input");
	is(SYS(ioctl, slave, TCSETAF, &io), 0, "TCSETAF");
	is(get(slave, FIONREAD), 0, "it drops the input");
	is(SYS(ioctl, master, TCGETA, &io), 0, "TCGETA of the master");
	is(SYS(ioctl, slave, TCGETA, 16), -EFAULT,
	   "TCGETA to an unmapped address");
	is(SYS(ioctl, slave, TCSETA, 16), -EFAULT,
	   "TCSETA from an unmapped address");
	close_pair();
}

int main(void)
{
	SYS(mkdir, "/dev/pts", 0755); /* unless they are there */
	SYS(mount, "devpts", "/dev/pts", "devpts", 0, "mode=620");
	making();
	lines();
	flow();
	packets();
	quoting();
	much();
	ends();
	termio();
	sharing();
	checks_in_child(in_session, NULL);
	return done();
}
