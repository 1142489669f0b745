/*
 * Sockets of AF_UNIX with names, in a directory or in none: bind, listen, connect
 * and accept.
 */
#include <uapi/fcntl.h>
#include <uapi/stat.h>
#include "sockets.h"

static int listener(const char *path, int backlog)
{
	int fd = SYS(socket, AF_UNIX, SOCK_STREAM, 0);

	bind_to(fd, path);
	SYS(listen, fd, backlog);
	return fd;
}

static void name_of(int fd, bool peer, const char *want, const char *text)
{
	struct sockaddr_un addr, expected;
	uint32_t bytes = sizeof(addr), wanted = FAMILY;
	int32_t err = peer ? SYS(getpeername, fd, &addr, &bytes) :
			     SYS(getsockname, fd, &addr, &bytes);

	if (want)
		wanted = address(&expected, want);
	ok(!err && bytes == wanted && addr.sun_family == AF_UNIX &&
		   (!want || memcmp(&addr, &expected, wanted) == 0),
	   "%s", text);
}

static void connections(const char *path, const char *kind)
{
	int fd = SYS(socket, AF_UNIX, SOCK_STREAM, 0);
	int client = SYS(socket, AF_UNIX, SOCK_STREAM, 0), server;
	char buf[8];

	name_of(fd, false, NULL, "getsockname: a new socket has no name");
	is(connect_to(client, path) < 0, 1,
	   "%s: connect fails before it is bound", kind);
	is(SYS(listen, fd, 5), -EINVAL, "listen: a socket without a name");
	is(bind_to(fd, path), 0, "bind");
	name_of(fd, false, path, "getsockname: the name that was bound");
	is(bind_to(client, path), -EADDRINUSE,
	   "bind: another socket has this name");
	is(bind_to(fd, "@another"), -EINVAL,
	   "bind: this socket has a name already");
	is(connect_to(client, path), -ECONNREFUSED,
	   "connect: the socket does not listen yet");
	is(SYS(accept, fd, 0, 0), -EINVAL,
	   "accept: the socket does not listen yet");
	is(SYS(listen, fd, 1), 0, "listen");
	is(option(fd, SO_ACCEPTCONN), 1,
	   "SO_ACCEPTCONN is 1 for a listening socket");
	is(ready(fd), 0, "poll: no connection waits");
	is(ready(client), POLLOUT | POLLHUP,
	   "poll: a stream that is not connected");
	is(SYS(write, client, "x", 1), -ENOTCONN,
	   "write to a stream that is not connected");
	is(SYS(read, client, buf, 1), -EINVAL,
	   "read of a stream that is not connected");
	is(connect_to(client, path), 0, "connect");
	is(connect_to(client, path), -EISCONN,
	   "connect: the socket is connected already");
	is(ready(fd), POLLIN, "poll: a connection waits");
	is(SYS(write, client, "early", 5), 5,
	   "the client may write before accept");
	server = SYS(accept4, fd, 0, 0, SOCK_CLOEXEC);
	ok(server >= 0, "accept4");
	is(SYS(read, server, buf, 8), 5,
	   "the accepted socket reads what was written before");
	name_of(server, false, path,
		"getsockname: the accepted socket has the name");
	name_of(client, true, path, "getpeername: the client sees that name");
	name_of(server, true, NULL, "getpeername: the client has no name");
	SYS(close, server);
	is(SYS(read, client, buf, 8), 0,
	   "the client reads the end of the stream");
	SYS(close, client);
	SYS(close, fd);
}

static void backlog(void)
{
	int fd = listener("@backlog", 0), clients[3], server;

	for (int i = 0; i < 3; i++)
		clients[i] = SYS(socket, AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK,
				 0);
	is(connect_to(clients[0], "@backlog"), 0,
	   "connect: a backlog of 0 holds one connection");
	is(connect_to(clients[1], "@backlog"), -EAGAIN,
	   "connect: the second would wait");
	server = SYS(accept, fd, 0, 0);
	SYS(close, server);
	is(connect_to(clients[1], "@backlog"), 0,
	   "connect: there is room after an accept");
	SYS(close, fd);
	is(ready(clients[1]), POLLIN | POLLOUT | POLLERR | POLLHUP | POLLRDHUP,
	   "poll: the waiting client when the listener is closed");
	is(connect_to(clients[2], "@backlog"), -ECONNREFUSED,
	   "connect: the listener is closed");
	for (int i = 0; i < 3; i++)
		SYS(close, clients[i]);
}

static int connect_later(void *arg)
{
	int fd = SYS(socket, AF_UNIX, SOCK_STREAM, 0);

	(void)arg;
	sleep_ms(20);
	return connect_to(fd, "@waits") ? 1 : SYS(write, fd, "now", 3) != 3;
}

static void waiting(void)
{
	struct old_timeval32 {
		int32_t sec, usec;
	} soon = { 0, 20000 };
	int fd = listener("@waits", 5), server, status = -1;
	char buf[8];
	pid_t pid = start_child(connect_later, NULL);

	server = SYS(accept, fd, 0, 0);
	is(SYS(read, server, buf, 8), 3,
	   "accept and read wait for another process");
	SYS(wait4, pid, &status, 0, 0);
	is(status, 0, "which has connected and written");
	SYS(setsockopt, fd, SOL_SOCKET, SO_RCVTIMEO_OLD, &soon, sizeof(soon));
	is(SYS(accept, fd, 0, 0), -EAGAIN, "SO_RCVTIMEO ends an accept");
	SYS(close, server);
	SYS(close, fd);
}

static void paths(void)
{
	const char *path = scratch("socket");
	int fd = listener(path, 5),
	    client = SYS(socket, AF_UNIX, SOCK_STREAM, 0);
	struct kstat64 st;
	struct sockaddr_un addr;
	int dgram = SYS(socket, AF_UNIX, SOCK_DGRAM, 0);

	SYS(stat64, path, &st);
	is((int32_t)(st.st_mode & S_IFMT), S_IFSOCK,
	   "stat: the name in the directory is a socket");
	is(SYS(open, path, O_RDWR), -ENXIO, "open of that name");
	is(connect_to(dgram, path), -EPROTOTYPE,
	   "connect: a datagram socket to a stream's name");
	is(connect_to(client, "/proc"), -ECONNREFUSED,
	   "connect: /proc is no socket");
	is(connect_to(client, "/nothing"), -ENOENT,
	   "connect: a name that does not exist");
	is(bind_to(client, "/nothing/at"), -ENOENT,
	   "bind: a directory that does not exist");
	is(SYS(close, fd), 0, "close of a bound socket");
	is(connect_to(client, path), -ECONNREFUSED,
	   "connect: its name is left, without a socket");
	is(bind_to(client, path), -EADDRINUSE, "bind: the name is in use");
	SYS(unlink, path);
	is(bind_to(client, path), 0, "bind: it is free after unlink");
	SYS(unlink, path);
	addr.sun_family = AF_UNIX;
	is(SYS(bind, dgram, &addr, 1), -EINVAL, "bind: an address of one byte");
	is(SYS(bind, dgram, &addr, sizeof(addr) + 1), -EINVAL,
	   "bind: an address that is too long");
	addr.sun_family = 2;
	is(SYS(bind, dgram, &addr, 10), -EINVAL,
	   "bind: an address of another family");
	is(SYS(bind, dgram, 0x10, 10), -EFAULT, "bind: a bad pointer");
	addr.sun_family = AF_UNIX;
	is(SYS(bind, dgram, &addr, FAMILY), 0,
	   "bind: an address without a path");
	fd = sizeof(addr);
	is(SYS(getsockname, dgram, &addr, &fd), 0,
	   "getsockname: the kernel has chosen a name");
	is(fd, FAMILY + 6, "which has six bytes");
	SYS(close, client);
	SYS(close, dgram);
	remove_scratch();
}

int main(void)
{
	connections("@name", "a name in no directory");
	connections(scratch("path"), "a path");
	SYS(unlink, scratch("path"));
	backlog();
	waiting();
	paths();
	return done();
}
