/*
 * Which users may take a terminal for their session: a free one, one that another
 * session has, and one that is open for writing only. Run as root.
 */
#include <uapi/fcntl.h>
#include <uapi/signal.h>
#include <uapi/termios.h>
#include "check.h"

#define ALICE 1001

/* Opens a pty, whose name is written to the string; a slave that is free. */
static int open_pty(char slave[16])
{
	uint32_t number, unlocked = 0;
	int fd = SYS(open, "/dev/ptmx", O_RDWR | O_NOCTTY, 0);

	SYS(ioctl, fd, TIOCSPTLCK, &unlocked);
	SYS(ioctl, fd, TIOCGPTN, &number);
	sprintf(slave, "/dev/pts/%u", (unsigned)number);
	return fd;
}

static int steals(void *slave)
{
	int fd;

	SYS(setsid);
	fd = SYS(open, slave, O_RDWR | O_NOCTTY, 0);
	is(SYS(ioctl, fd, TIOCSCTTY, 0), -EPERM,
	   "TIOCSCTTY of another session's terminal is refused");
	SYS(setresuid32, ALICE, ALICE, ALICE);
	is(SYS(ioctl, fd, TIOCSCTTY, 1), -EPERM,
	   "TIOCSCTTY with an argument of 1 by a user is refused");
	return 0;
}

static int root_steals(void *slave)
{
	int fd;

	SYS(setsid);
	fd = SYS(open, slave, O_RDWR | O_NOCTTY, 0);
	is(SYS(ioctl, fd, TIOCSCTTY, 1), 0,
	   "TIOCSCTTY with an argument of 1 by root takes it");
	return 0;
}

static int only_writes(void *slave)
{
	int fd;

	SYS(setsid);
	fd = SYS(open, slave, O_WRONLY, 0);
	ok(fd >= 0, "a session's leader opens a terminal for writing only");
	is(SYS(open, "/dev/tty", O_RDWR, 0), -ENXIO,
	   "it has not become its controlling terminal");
	SYS(setresuid32, ALICE, ALICE, ALICE);
	is(SYS(ioctl, fd, TIOCSCTTY, 0), -EPERM,
	   "TIOCSCTTY of it by a user is refused");
	return 0;
}

static int terminals(void *arg)
{
	char first[16], second[16];
	int fd;

	(void)arg;
	open_pty(first);
	open_pty(second);
	ignore(SIGHUP);
	checks_in_child(only_writes, second);
	SYS(setsid);
	fd = SYS(open, first, O_RDWR, 0);
	is(SYS(ioctl, fd, TIOCSCTTY, 0), 0,
	   "TIOCSCTTY of the own controlling terminal is accepted");
	checks_in_child(steals, first);
	checks_in_child(root_steals, first);
	return 0;
}

int main(void)
{
	SYS(mkdir, "/dev/pts", 0755); /* unless they are there */
	SYS(mount, "devpts", "/dev/pts", "devpts", 0, 0);
	checks_in_child(terminals, 0);
	return done();
}
