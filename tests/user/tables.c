/*
 * A new process has the descriptors of its parent and no others, whatever was
 * in the memory of its table before: here a table that had grown, whose
 * descriptors were closed one by one.
 */
#include <uapi/fcntl.h>
#include "check.h"

#define MANY 100

static int end_at_once(void *unused)
{
	(void)unused;
	return 0;
}

static int grow_and_close(void *unused)
{
	int fd;

	(void)unused;
	for (fd = 3; fd < MANY; fd++)
		SYS(dup2, 0, fd);
	while (--fd >= 3)
		SYS(close, fd);
	in_child(end_at_once, NULL); /* fork sees how far the table is used */
	return 0;
}

static int count_open(void *unused)
{
	int open = 0;

	(void)unused;
	for (int fd = 3; fd < MANY; fd++)
		open += SYS(fcntl64, fd, F_GETFD, 0) != -EBADF;
	return open;
}

int main(void)
{
	for (int fd = 3; fd < MANY; fd++)
		SYS(close, fd);
	is(in_child(count_open, NULL), 0,
	   "a first child has three descriptors open");
	is(in_child(grow_and_close, NULL), 0,
	   "a process that opened 100 descriptors has ended");
	is(in_child(count_open, NULL), 0,
	   "the next child has three descriptors again");
	return done();
}
