/*
 * sockets.h - what the tests of sockets of AF_UNIX share.
 */
#ifndef SOCKETS_H
#define SOCKETS_H

#include <uapi/poll.h>
#include <uapi/socket.h>
#include "check.h"

#define FAMILY 2u /* bytes before the path */

static inline int pair(int type, int fds[2])
{
	return SYS(socketpair, AF_UNIX, type, 0, fds);
}

/* The events that poll reports for fd now, of all that it can report. */
static inline int ready(int fd)
{
	struct pollfd f = { fd, POLLIN | POLLOUT | POLLRDHUP, 0 };

	SYS(poll, &f, 1, 0);
	return f.revents;
}

static inline int option(int fd, int name)
{
	int value = -1, bytes = sizeof(value);
	int32_t err = SYS(getsockopt, fd, SOL_SOCKET, name, &value, &bytes);

	return err ? err : value;
}

/*
 * An address of that path, or of "@name", which is in no directory. Returns its
 * bytes.
 */
static inline uint32_t address(struct sockaddr_un *addr, const char *path)
{
	memset(addr, 0, sizeof(*addr));
	addr->sun_family = AF_UNIX;
	strcpy(addr->sun_path, path);
	if (path[0] != '@')
		return FAMILY + strlen(path) + 1;
	addr->sun_path[0] = '\0';
	return FAMILY + strlen(path);
}

static inline int bind_to(int fd, const char *path)
{
	struct sockaddr_un addr;
	uint32_t bytes = address(&addr, path);

	return SYS(bind, fd, &addr, bytes);
}

static inline int connect_to(int fd, const char *path)
{
	struct sockaddr_un addr;
	uint32_t bytes = address(&addr, path);

	return SYS(connect, fd, &addr, bytes);
}

#endif
