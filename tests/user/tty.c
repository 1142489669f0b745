/*
 * The terminal and its session: who may read, write, set it, and who is told.
 */
#include <fcntl.h>
#include <uapi/signal.h>
#include <uapi/termios.h>
#include <uapi/time.h>
#include <uapi/wait.h>
#include "check.h"

#define STOPPED(sig)     ((sig) << 8 | 0x7f)
#define LINUX_O_NOCTTY   0400
#define LINUX_O_NONBLOCK 04000

static int tty;
static const char *tty_name = "/dev/ttyAMA0";

static int32_t foreground(pid_t pgrp)
{
	return SYS(ioctl, tty, TIOCSPGRP, &pgrp);
}

static int32_t get(uint32_t what)
{
	int32_t value = -1, err = SYS(ioctl, tty, what, &value);

	return err ? err : value;
}

static void nap(int ms)
{
	struct old_timespec32 time = { 0, ms * 1000000 };

	SYS(nanosleep, &time, 0);
}

/* fn in a process group of its own: wait's word when it stops or ends. */
static int in_background(int (*fn)(void))
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		SYS(setpgid, 0, 0);
		_exit(fn());
	}
	SYS(setpgid, pid, pid);
	SYS(wait4, pid, &status, WUNTRACED, 0);
	if ((status & 0x7f) == 0x7f) {
		SYS(kill, pid, SIGKILL);
		SYS(wait4, pid, 0, 0, 0);
	}
	return status;
}

static int read_tty(void)
{
	char c;

	return -SYS(read, tty, &c, 1);
}

static int read_ignoring(void)
{
	ignore(SIGTTIN);
	return read_tty();
}

static int read_blocking(void)
{
	set_mask(0, SIGNAL_BIT(SIGTTIN));
	return read_tty();
}

static int write_tty(void)
{
	return SYS(write, tty, "", 0) < 0;
}

static int write_byte(void)
{
	return SYS(write, tty, "\n", 1) != 1;
}

static int set_termios(void)
{
	struct ktermios termios;

	if (SYS(ioctl, tty, TCGETS, &termios) != 0)
		return 1;
	return -SYS(ioctl, tty, TCSETS, &termios);
}

static int set_ignoring(void)
{
	ignore(SIGTTOU);
	return set_termios();
}

static int take_foreground(void)
{
	return -foreground(getpid());
}

static int take_ignoring(void)
{
	ignore(SIGTTOU);
	return -foreground(getpid());
}

/* The middle process ends, and its child, in a group of its own, reads. */
static int orphan_reads(void)
{
	int ends[2], alive[2];
	unsigned char answer = 255;
	char c;
	pid_t pid;

	SYS(pipe, ends);
	SYS(pipe, alive);
	pid = fork();
	if (pid == 0) {
		if (fork() == 0) {
			SYS(setpgid, 0, 0);
			SYS(close, alive[1]);
			SYS(read, alive[0], &c, 1); /* until it is gone */
			nap(20);
			answer = (unsigned char)read_tty();
			SYS(write, ends[1], &answer, 1);
			_exit(0);
		}
		SYS(close, alive[0]);
		nap(20);
		_exit(0);
	}
	SYS(close, alive[0]);
	SYS(close, alive[1]);
	SYS(wait4, pid, 0, 0, 0);
	SYS(read, ends[0], &answer, 1);
	return answer;
}

static void tostop(bool on)
{
	struct ktermios termios;

	SYS(ioctl, tty, TCGETS, &termios);
	if (on)
		termios.c_lflag |= TOSTOP;
	else
		termios.c_lflag &= ~TOSTOP;
	SYS(ioctl, tty, TCSETS, &termios);
}

/* Whether the modem is to hang up at the end, which a line says by its modes. */
static void modes(void)
{
	struct ktermios termios;

	SYS(ioctl, tty, TCGETS, &termios);
	ok(termios.c_cflag & HUPCL && termios.c_cflag & CLOCAL,
	   "the line has HUPCL and CLOCAL");
	ok(termios.c_cc[VREPRINT] == 18 && termios.c_cc[VDISCARD] == 15,
	   "^R and ^O are keys at first");
}

static void ownership(void)
{
	pid_t me = getpid();

	is(get(TIOCGPGRP), -ENOTTY,
	   "TIOCGPGRP of another session's terminal is refused");
	is(get(TIOCGSID), -ENOTTY,
	   "TIOCGSID of another session's terminal is refused");
	is(foreground(me), -ENOTTY,
	   "TIOCSPGRP of another session's terminal is refused");
	is(SYS(ioctl, tty, TIOCNOTTY, 0), -ENOTTY,
	   "TIOCNOTTY of another session's terminal is refused");
	is(SYS(ioctl, tty, TIOCSCTTY, 1), 0,
	   "TIOCSCTTY by a session's leader makes it the terminal");
	is(SYS(ioctl, tty, TIOCSCTTY, 0), 0,
	   "TIOCSCTTY of the session's own terminal is accepted");
	ok(get(TIOCGPGRP) == me && get(TIOCGSID) == me,
	   "TIOCGPGRP and TIOCGSID return the leader's group and session");
	is(foreground(-1), -EINVAL, "TIOCSPGRP to a negative group is refused");
	is(foreground(30000), -ESRCH,
	   "TIOCSPGRP to a group that does not exist is refused");
	is(foreground(1), -EPERM,
	   "TIOCSPGRP to a group of another session is refused");
	is(SYS(ioctl, tty, TIOCSPGRP, 8), -EFAULT,
	   "TIOCSPGRP from an unmapped address is refused");
}

static void background(void)
{
	is(in_background(read_tty), STOPPED(SIGTTIN),
	   "a read in the background stops by SIGTTIN");
	is(in_background(read_ignoring), EIO << 8,
	   "with SIGTTIN ignored the read fails with EIO");
	is(in_background(read_blocking), EIO << 8,
	   "with SIGTTIN blocked the read fails with EIO");
	is(in_background(orphan_reads), EIO << 8,
	   "in an orphaned group the read fails with EIO");
	is(in_background(write_byte), 0,
	   "a write in the background is allowed");
	tostop(true);
	is(in_background(write_byte), STOPPED(SIGTTOU),
	   "with TOSTOP the write stops by SIGTTOU");
	is(in_background(write_tty), STOPPED(SIGTTOU),
	   "with TOSTOP a write of 0 bytes stops by SIGTTOU, too");
	tostop(false);
	is(in_background(set_termios), STOPPED(SIGTTOU),
	   "TCSETS in the background stops by SIGTTOU");
	is(in_background(set_ignoring), 0,
	   "with SIGTTOU ignored TCSETS succeeds");
	is(in_background(take_foreground), STOPPED(SIGTTOU),
	   "TIOCSPGRP in the background stops by SIGTTOU");
	is(in_background(take_ignoring), 0,
	   "with SIGTTOU ignored TIOCSPGRP succeeds");
	ok(get(TIOCGPGRP) != getpid(),
	   "TIOCGPGRP returns the new foreground group");
	ignore(SIGTTOU);
	is(foreground(getpid()), 0, "TIOCSPGRP back to the leader's group");
	by_default(SIGTTOU);
}

/* ---- without a terminal ------------------------------------------ */

static int open_own(void *arg)
{
	(void)arg;
	return -SYS(open, "/dev/tty", 2 | LINUX_O_NOCTTY | LINUX_O_NONBLOCK);
}

/* A member of the session in its foreground group, but not its leader. */
static int gives_it_up(void *arg)
{
	char stat[256];
	int fd, field;
	const char *p;

	(void)arg;
	is(SYS(ioctl, tty, TIOCNOTTY, 0), 0,
	   "TIOCNOTTY by a member of the session");
	is(SYS(ioctl, tty, TIOCNOTTY, 0), -ENOTTY,
	   "a second TIOCNOTTY is refused: it has no terminal");
	is(get(TIOCGSID), -ENOTTY, "TIOCGSID is refused to it");
	is(open_own(NULL), ENXIO, "open of /dev/tty is refused to it");
	is(WEXITSTATUS(in_child(open_own, NULL)), ENXIO,
	   "open of /dev/tty is refused to its children");
	is(in_background(set_termios), 0,
	   "its children are in no background: TCSETS succeeds");
	fd = SYS(open, "/proc/self/stat", O_RDONLY);
	stat[SYS(read, fd, stat, sizeof(stat) - 1)] = '\0';
	SYS(close, fd);
	p = strrchr(stat, ')');
	for (field = 2; p && field < 7; field++)
		p = strchr(p + 1, ' ');
	ok(p && strncmp(p, " 0 -1 ", 6) == 0,
	   "/proc/PID/stat shows no terminal for it");
	return 0;
}

static void member_leaves(void)
{
	checks_in_child(gives_it_up, NULL);
	ok(get(TIOCGSID) == getpid(), "the other members keep the terminal");
}

/* ---- the end of the session -------------------------------------- */

static int told[2];

static void tell(int sig, struct test_siginfo *info, void *ucontext)
{
	(void)sig, (void)info, (void)ucontext;
	write(told[1], "H", 1);
}

/* The leader ends while another group has the foreground. */
static int lead_and_leave(void *arg)
{
	int ends[2];
	pid_t pid;
	char c;

	(void)arg;
	SYS(setsid);
	if (SYS(ioctl, tty, TIOCSCTTY, 1) != 0)
		return 1;
	SYS(pipe, ends);
	pid = fork();
	if (pid == 0) {
		SYS(setpgid, 0, 0);
		handle(SIGHUP, tell, 0);
		write(ends[1], "r", 1);
		for (int i = 0; i < 10; i++)
			nap(2);
		_exit(0);
	}
	SYS(read, ends[0], &c, 1);
	return foreground(pid) == 0 ? 0 : 2;
}

static void session_ends(void)
{
	char got = 0;

	SYS(pipe, told);
	is(in_child(lead_and_leave, NULL), 0, "the leader of a session exits");
	read(told[0], &got, 1);
	ok(got == 'H', "the terminal's foreground group gets SIGHUP");
}

static int open_it(void *arg)
{
	(void)arg;
	SYS(setsid);
	ok(SYS(open, "/dev/console", 2) >= 0, "a leader opens /dev/console");
	is(SYS(open, "/dev/tty", 2), -ENXIO,
	   "that does not make it the session's terminal");
	ok(SYS(open, tty_name, 2) >= 0, "it opens the line by its own name");
	ok(SYS(open, "/dev/tty", 2) >= 0, "that does");
	return 0;
}

static int all(void *arg)
{
	(void)arg;
	SYS(setsid);
	tty = SYS(open, tty_name, 2 | LINUX_O_NOCTTY | LINUX_O_NONBLOCK);
	modes();
	ownership();
	background();
	member_leaves();
	session_ends();
	checks_in_child(open_it, NULL);
	return done();
}

int main(void)
{
	return in_child(all, NULL) ? 1 : 0;
}
