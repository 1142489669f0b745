/*
 * Pseudo-terminals: what is written to the master is typed at the slave, what the
 * slave shows is read from the master; sessions, hang-ups and window sizes.
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

/* What can be read from fd now; "" if nothing. */
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

static void making(void)
{
	uint32_t number = 77, locked = 0;
	struct kstat64 st;
	char link[64];

	master = SYS(open, "/dev/ptmx", RDWR | LINUX_O_NOCTTY, 0);
	ok(master >= 0, "/dev/ptmx makes a terminal");
	is(SYS(ioctl, master, TIOCGPTN, &number), 0, "which has a number");
	sprintf(name, "/dev/pts/%u", (unsigned int)number);
	is(SYS(stat64, name, &st), 0, "and a name");
	ok(st.st_rdev == MKDEV(136, number), "its device: 136, the number");
	is(get(master, TIOCGPTLCK), 1, "it is locked");
	is(SYS(open, name, RDWR | LINUX_O_NOCTTY), -EIO, "not to be opened");
	is(SYS(ioctl, master, TIOCSPTLCK, &locked), 0, "unlocked");
	slave = SYS(open, name, RDWR | LINUX_O_NOCTTY);
	ok(slave >= 0, "it is opened");
	sprintf(link, "/proc/self/fd/%d", slave);
	read_from(slave >= 0 ? SYS(open, "/dev/null", 0) : 0);
	SYS(readlink, link, text, sizeof(text));
	ok(!strcmp(text, name), "and knows its name, for ttyname()");
	is(SYS(ioctl, slave, TIOCGPTN, &number), -ENOTTY,
	   "the slave has no number");
	locked = SYS(ioctl, master, TIOCGPTPEER, RDWR | LINUX_O_NOCTTY);
	ok((int32_t)locked >= 0, "TIOCGPTPEER opens it without the name");
	is(SYS(write, locked, "peer", 4), 4, "this is the same terminal");
	ok(!strcmp(read_from(master), "peer"), "and the master reads it");
	SYS(close, locked);
	close_pair();
	is(SYS(stat64, name, &st), -ENOENT, "closed: the name is gone");
}

static void lines(void)
{
	open_pair();
	is(SYS(write, slave, "a\nb", 3), 3, "the slave writes two lines");
	is(get(master, FIONREAD), 4, "four bytes wait at the master");
	ok(!strcmp(read_from(master), "a\r\nb"), "with a carriage return");
	type("abX\177c\r");
	ok(!strcmp(read_from(slave), "abc\n"), "typed keys edit a line");
	ok(!strcmp(read_from(master), "abX\b \bc\r\n"), "and are echoed");
	type("half");
	is(events(slave), POLLOUT, "half a line cannot be read");
	type("\4");
	is(events(slave), POLLIN | POLLOUT, "^D ends it");
	ok(!strcmp(read_from(slave), "half"), "without a byte of its own");
	read_from(master);
	set_modes(0, ECHO, false);
	type("secret\n");
	is(events(master), POLLOUT, "no echo");
	ok(!strcmp(read_from(slave), "secret\n"), "but the line is read");
	set_modes(0, ICANON, false);
	type("x");
	ok(!strcmp(read_from(slave), "x"), "raw: a key at once");
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
	is(SYS(write, slave, "a", 1), -EAGAIN, "^S: output waits");
	is(events(slave), 0, "nor does poll say that it may be written");
	type("x");
	is(SYS(write, slave, "a", 1), -EAGAIN, "another key: it still waits");
	type("\21");
	is(SYS(write, slave, "b", 1), 1, "^Q: it goes on");
	set_modes(IXANY, 0, true);
	type("\23y");
	is(SYS(write, slave, "c", 1), 1, "with IXANY any key will do");
	type("\23\3");
	is(SYS(write, slave, "d", 1), 1, "^C does so always");
	ok(!strcmp(read_from(master), "bcd"), "what the master reads of it");
	type("z\n");
	ok(!strcmp(read_from(slave), "z\n"), "these keys are no input");
	is(SYS(ioctl, slave, TCXONC, TCOOFF), 0, "TCOOFF");
	is(SYS(write, slave, "e", 1), -EAGAIN, "stops output");
	is(SYS(ioctl, slave, TCXONC, TCOON), 0, "TCOON");
	is(SYS(write, slave, "f", 1), 1, "and it goes on");
	is(SYS(ioctl, slave, TCXONC, TCION), 0, "TCION");
	ok(!strcmp(read_from(master), "f\21"), "sends ^Q to the other side");
	is(SYS(ioctl, slave, TCXONC, 4), -EINVAL, "and 4 is unknown");
	set_modes(IXON, 0, false);
	type("\23\n");
	ok(!strcmp(read_from(slave), "\23\n"), "without IXON ^S is a key");
	close_pair();
}

/* ^V: what is typed next has no other meaning. */
static void quoting(void)
{
	open_pair();
	type("a\26\3\26\177\n");
	ok(!strcmp(read_from(slave), "a\3\177\n"), "^V ^C is a byte");
	ok(!strcmp(read_from(master), "a^\b^C^\b^?\r\n"), "shown as ^C");
	set_modes(0, IEXTEN, false);
	type("\26\n");
	ok(!strcmp(read_from(slave), "\26\n"), "without IEXTEN ^V is a key");
	read_from(master);
	set_modes(0, ECHOCTL, false);
	type("\2\n");
	ok(!strcmp(read_from(master), "\2\r\n"), "without ECHOCTL no ^X");
	close_pair();
}

/* More than either side holds goes through, when both sides go on. */
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
	is(all, 8 * sizeof(text), "64 KiB are typed and read");
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
	is(all, 8 * sizeof(text), "and 64 KiB are shown and read");
	SYS(wait4, pid, &status, 0, 0);
	close_pair();
}

static void ends(void)
{
	open_pair();
	SYS(write, slave, "last", 4);
	SYS(close, slave);
	ok(events(master) & POLLHUP, "no slave any more: POLLHUP");
	ok(!strcmp(read_from(master), "last"), "what it wrote is read");
	is(SYS(read, master, text, 1), -EIO, "and then: -EIO");
	slave = SYS(open, name, RDWR | LINUX_O_NOCTTY | LINUX_O_NONBLOCK);
	is(events(master), POLLOUT, "opened again");
	is(SYS(read, slave, text, 1), -EAGAIN, "nothing is typed");
	SYS(close, master);
	is(SYS(read, slave, text, 1), 0, "no master: the end of the file");
	is(SYS(write, slave, "x", 1), -EIO, "nobody to show it to");
	is(get(slave, FIONREAD), -EIO, "nor to ask");
	ok(events(slave) & POLLHUP, "POLLHUP");
	SYS(close, slave);
}

/* ---- a session on it --------------------------------------------- */

static volatile int seen;

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
	ok(tty == (int)MKDEV(136, number), "stat has its device");
	is(group - getpid(), 0, "and its foreground");
}

static int in_session(void *arg)
{
	struct kwinsize size = { 25, 80, 0, 0 };
	int own, again;

	(void)arg;
	SYS(setsid);
	is(SYS(open, "/dev/tty", RDWR), -ENXIO, "a session has no terminal");
	open_pair();
	is(get(slave, TIOCGSID), -ENOTTY, "O_NOCTTY: it is not the session's");
	is(get(master, TIOCGSID), -ENOTTY, "the master says nobody's");
	again = SYS(open, name, RDWR);
	is(get(slave, TIOCGSID) - getpid(), 0, "without: it is now");
	is(get(master, TIOCGPGRP) - getpid(), 0, "the foreground, by master");
	own = SYS(open, "/dev/tty", RDWR);
	ok(own >= 0, "/dev/tty is that one");
	SYS(write, own, "own", 3);
	ok(!strcmp(read_from(master), "own"), "and shows there");
	stat_has_terminal();
	handle(SIGINT, see, 0);
	type("\3");
	is(seen, SIGINT, "^C at the master: SIGINT");
	ok(!strcmp(read_from(master), "^C"), "shown as ^C");
	handle(SIGWINCH, see, 0);
	is(SYS(ioctl, master, TIOCSWINSZ, &size), 0, "the window changes");
	is(seen, SIGWINCH, "the foreground gets SIGWINCH");
	size.ws_row = 0;
	SYS(ioctl, slave, TIOCGWINSZ, &size);
	is(size.ws_row, 25, "and reads the size");
	seen = 0;
	SYS(ioctl, slave, TIOCSWINSZ, &size);
	is(seen, 0, "the same size: no signal");
	handle(SIGHUP, see, 0);
	SYS(close, master);
	is(seen, SIGHUP, "the master closes: SIGHUP");
	is(SYS(open, "/dev/tty", RDWR), -ENXIO, "and the terminal is lost");
	SYS(close, own);
	SYS(close, again);
	SYS(close, slave);
	open_pair();
	is(SYS(ioctl, slave, TIOCSCTTY, 0), 0, "another one may be had");
	close_pair();
	return 0;
}

int main(void)
{
	SYS(mkdir, "/dev/pts", 0755); /* unless they are there */
	SYS(mount, "devpts", "/dev/pts", "devpts", 0, "mode=620");
	making();
	lines();
	flow();
	quoting();
	much();
	ends();
	checks_in_child(in_session, NULL);
	return done();
}
