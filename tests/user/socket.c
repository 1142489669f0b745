/*
 * Sockets of AF_UNIX: pairs, names, connections, datagrams, options, and how each
 * ends.
 */
#include <uapi/eventpoll.h>
#include <uapi/fcntl.h>
#include <uapi/poll.h>
#include <uapi/socket.h>
#include <uapi/stat.h>
#include <uapi/termios.h>
#include <uapi/uio.h>
#include "check.h"

#define FAMILY 2u /* bytes before the path */

static int pair(int type, int fds[2])
{
	return SYS(socketpair, AF_UNIX, type, 0, fds);
}

/* What poll says of it now, of all that it can say. */
static int ready(int fd)
{
	struct pollfd f = { fd, POLLIN | POLLOUT | POLLRDHUP, 0 };

	SYS(poll, &f, 1, 0);
	return f.revents;
}

static int option(int fd, int name)
{
	int value = -1, bytes = sizeof(value);
	int32_t err = SYS(getsockopt, fd, SOL_SOCKET, name, &value, &bytes);

	return err ? err : value;
}

/* A path, or "@name" for one in no directory. Bytes of the address. */
static uint32_t address(struct sockaddr_un *addr, const char *path)
{
	memset(addr, 0, sizeof(*addr));
	addr->sun_family = AF_UNIX;
	strcpy(addr->sun_path, path);
	if (path[0] != '@')
		return FAMILY + strlen(path) + 1;
	addr->sun_path[0] = '\0';
	return FAMILY + strlen(path);
}

static int bind_to(int fd, const char *path)
{
	struct sockaddr_un addr;
	uint32_t bytes = address(&addr, path);

	return SYS(bind, fd, &addr, bytes);
}

static int connect_to(int fd, const char *path)
{
	struct sockaddr_un addr;
	uint32_t bytes = address(&addr, path);

	return SYS(connect, fd, &addr, bytes);
}

static int listener(const char *path, int backlog)
{
	int fd = SYS(socket, AF_UNIX, SOCK_STREAM, 0);

	bind_to(fd, path);
	SYS(listen, fd, backlog);
	return fd;
}

/* ---- which there are --------------------------------------------- */

static void kinds(void)
{
	int fds[2];

	is(SYS(socket, AF_UNIX, SOCK_STREAM, 7), -EPROTONOSUPPORT,
	   "a protocol that AF_UNIX has not");
	is(SYS(socket, AF_UNIX, 4, 0), -ESOCKTNOSUPPORT, "a type it has not");
	is(SYS(socket, AF_UNIX, 12, 0), -EINVAL, "no type at all");
	is(SYS(socket, 200, SOCK_STREAM, 0), -EAFNOSUPPORT, "no family");
	is(SYS(socket, AF_UNIX, SOCK_STREAM | 0x100000, 0), -EINVAL,
	   "an unknown flag");
	is(SYS(socketpair, AF_UNIX, SOCK_STREAM, 0, 0x10), -EFAULT,
	   "a pair whose numbers have nowhere to go");
	is(SYS(listen, 0, 1), -ENOTSOCK, "the console is no socket");
	is(SYS(listen, 77, 1), -EBADF, "nor is what is not open");
	is(pair(SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, fds), 0,
	   "a pair that does not wait, and ends at execve");
	is(SYS(fcntl64, fds[0], F_GETFD), 1, "FD_CLOEXEC");
	ok(SYS(fcntl64, fds[1], F_GETFL) & O_NONBLOCK, "O_NONBLOCK");
	SYS(close, fds[0]);
	SYS(close, fds[1]);
}

static void as_a_file(void)
{
	struct kstat64 st;
	char path[32], link[32] = "";
	int fds[2];

	pair(SOCK_STREAM, fds);
	SYS(fstat64, fds[0], &st);
	is((int32_t)(st.st_mode & S_IFMT), S_IFSOCK, "fstat");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fds[0]);
	SYS(readlink, path, link, sizeof(link) - 1);
	ok(memcmp(link, "socket:[", 8) == 0, "its link in /proc");
	is(SYS(open, path, O_RDWR), -ENXIO, "which cannot be opened");
	is(SYS(lseek, fds[0], 0, 0), -ESPIPE, "lseek");
	is(SYS(pread64, fds[0], link, 1, 0, 0, 0), -ESPIPE, "pread");
	is(SYS(ftruncate, fds[0], 0), -EINVAL, "ftruncate");
	is(SYS(fsync, fds[0]), -EINVAL, "fsync");
	is(SYS(ioctl, fds[0], TIOCGWINSZ, link), -ENOTTY, "a terminal's ioctl");
	SYS(close, fds[0]);
	SYS(close, fds[1]);
}

/* ---- streams ----------------------------------------------------- */

static void stream(void)
{
	char buf[32] = "";
	struct iovec32 pieces[2] = { { (uint32_t) "con", 3 },
				     { (uint32_t) "nected", 6 } };
	int fds[2], n = -1;

	pair(SOCK_STREAM, fds);
	is(ready(fds[0]), POLLOUT, "an empty stream can be written");
	is(SYS(write, fds[0], "hello ", 6), 6, "write");
	is(SYS(send, fds[0], "world", 5, 0), 5, "send");
	is(ready(fds[1]), POLLIN | POLLOUT, "then it can be read");
	is(SYS(ioctl, fds[1], FIONREAD, &n), 0, "FIONREAD");
	is(n, 11, "bytes of both");
	is(SYS(recv, fds[1], buf, 8, MSG_PEEK), 8, "a look at the first");
	is(SYS(recv, fds[1], buf, sizeof(buf), 0), 11, "reading joins both");
	ok(memcmp(buf, "hello world", 11) == 0, "the bytes");
	is(SYS(recv, fds[1], buf, 1, MSG_DONTWAIT), -EAGAIN, "no more");
	is(SYS(writev, fds[1], pieces, 2), 9, "pieces, and the other way");
	is(SYS(read, fds[0], buf, 4), 4, "some of them");
	is(SYS(recv, fds[0], buf + 4, 5, MSG_WAITALL), 5, "all of the rest");
	ok(memcmp(buf, "connected", 9) == 0, "the bytes");
	is(SYS(read, fds[0], buf, 0), 0, "a read of nothing does not wait");
	SYS(close, fds[0]);
	SYS(close, fds[1]);
}

static int produce(void *arg)
{
	static uint8_t buf[5000];
	uint32_t sent = 0, now;

	while (sent < 300000) {
		now = 300000 - sent < sizeof(buf) ? 300000 - sent : sizeof(buf);
		for (uint32_t i = 0; i < now; i++)
			buf[i] = (uint8_t)((sent + i) % 253);
		if (SYS(write, *(int *)arg, buf, now) != (int32_t)now)
			return 1;
		sent += now;
	}
	return 0;
}

/* More than a socket holds: the writer waits for the reader. */
static void much(void)
{
	static uint8_t buf[3001];
	uint32_t got = 0, wrong = 0;
	int fds[2], n, status = -1;
	pid_t pid;

	pair(SOCK_STREAM, fds);
	pid = start_child(produce, &fds[1]);
	SYS(close, fds[1]);
	while ((n = SYS(read, fds[0], buf, sizeof(buf))) > 0) {
		for (int i = 0; i < n; i++)
			wrong += buf[i] != (got + (uint32_t)i) % 253;
		got += (uint32_t)n;
	}
	SYS(wait4, pid, &status, 0, 0);
	is((int32_t)got, 300000, "bytes from another process");
	is((int32_t)wrong, 0, "wrong ones among them");
	is(status, 0, "each write took all it was given");
	SYS(close, fds[0]);
}

static void full(void)
{
	static char buf[PAGE];
	int fds[2], writes = 0, n;

	pair(SOCK_STREAM | SOCK_NONBLOCK, fds);
	while ((n = SYS(write, fds[0], buf, PAGE)) == (int)PAGE)
		writes++;
	ok(writes > 20, "a stream holds more than 20 pages");
	is(SYS(write, fds[0], buf, PAGE), -EAGAIN, "then it is full");
	is(ready(fds[0]), 0, "and cannot be written");
	while (SYS(read, fds[1], buf, PAGE) > 0)
		;
	is(ready(fds[0]), POLLOUT, "until it has been read");
	SYS(close, fds[0]);
	SYS(close, fds[1]);
}

/* ---- ends -------------------------------------------------------- */

static int write_to_nobody(void *arg)
{
	return SYS(write, *(int *)arg, "x", 1) == -EPIPE ? 3 : 4;
}

static int send_to_nobody(void *arg)
{
	return SYS(send, *(int *)arg, "x", 1, MSG_NOSIGNAL) == -EPIPE ? 3 : 4;
}

static void ends(void)
{
	char buf[8];
	int fds[2], status;

	pair(SOCK_STREAM, fds);
	SYS(write, fds[0], "last", 4);
	SYS(close, fds[0]);
	is(ready(fds[1]), POLLIN | POLLOUT | POLLHUP | POLLRDHUP,
	   "the other end is closed: all waits end");
	is(SYS(read, fds[1], buf, 8), 4, "what it had sent can be read");
	is(SYS(read, fds[1], buf, 8), 0, "and then the end");
	status = in_child(write_to_nobody, &fds[1]);
	ok(WIFSIGNALED(status) && WTERMSIG(status) == LINUX_SIGPIPE,
	   "writing: SIGPIPE");
	is(WEXITSTATUS(in_child(send_to_nobody, &fds[1])), 3,
	   "or EPIPE alone with MSG_NOSIGNAL");
	SYS(close, fds[1]);

	pair(SOCK_STREAM, fds);
	SYS(write, fds[1], "unread", 6);
	SYS(close, fds[0]);
	ok(ready(fds[1]) & POLLERR, "closed with bytes that nobody has read");
	is(SYS(read, fds[1], buf, 8), -ECONNRESET, "is a reset, told once");
	is(SYS(read, fds[1], buf, 8), 0, "and then the end");
	SYS(close, fds[1]);

	pair(SOCK_STREAM, fds);
	is(SYS(shutdown, fds[0], SHUT_WR), 0, "shutdown of one direction");
	is(SYS(read, fds[1], buf, 8), 0, "the other end reads the end");
	is(SYS(write, fds[1], "back", 4), 4, "and still writes");
	is(SYS(read, fds[0], buf, 8), 4, "what arrives");
	is(SYS(send, fds[0], "x", 1, MSG_NOSIGNAL), -EPIPE,
	   "the closed direction");
	is(ready(fds[1]), POLLIN | POLLOUT | POLLRDHUP, "half an end");
	is(SYS(shutdown, fds[0], SHUT_RD), 0, "the other direction");
	is(ready(fds[1]), POLLIN | POLLOUT | POLLHUP | POLLRDHUP,
	   "is the end of both");
	is(SYS(shutdown, fds[0], 3), -EINVAL, "no direction");
	SYS(close, fds[0]);
	SYS(close, fds[1]);
}

/* ---- names and connections --------------------------------------- */

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

	name_of(fd, false, NULL, "a socket without a name");
	is(connect_to(client, path) < 0, 1, "%s: nobody is there", kind);
	is(SYS(listen, fd, 5), -EINVAL, "nor listens without a name");
	is(bind_to(fd, path), 0, "bind");
	name_of(fd, false, path, "its name");
	is(bind_to(client, path), -EADDRINUSE, "a name is used once");
	is(bind_to(fd, "@another"), -EINVAL, "a socket has one name");
	is(connect_to(client, path), -ECONNREFUSED, "it does not listen yet");
	is(SYS(accept, fd, 0, 0), -EINVAL, "nor accept");
	is(SYS(listen, fd, 1), 0, "listen");
	is(option(fd, SO_ACCEPTCONN), 1, "SO_ACCEPTCONN");
	is(ready(fd), 0, "nobody waits");
	is(ready(client), POLLOUT | POLLHUP, "an unconnected stream");
	is(SYS(write, client, "x", 1), -ENOTCONN, "cannot be written");
	is(SYS(read, client, buf, 1), -EINVAL, "nor read");
	is(connect_to(client, path), 0, "connect");
	is(connect_to(client, path), -EISCONN, "it is connected");
	is(ready(fd), POLLIN, "somebody waits");
	is(SYS(write, client, "early", 5), 5, "sent before the accept");
	server = SYS(accept4, fd, 0, 0, SOCK_CLOEXEC);
	ok(server >= 0, "accept");
	is(SYS(read, server, buf, 8), 5, "is there after it");
	name_of(server, false, path, "the accepted one has the name");
	name_of(client, true, path, "which its client sees");
	name_of(server, true, NULL, "the client has none");
	SYS(close, server);
	is(SYS(read, client, buf, 8), 0, "the end of the connection");
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
	   "a backlog of none holds one");
	is(connect_to(clients[1], "@backlog"), -EAGAIN, "the next would wait");
	server = SYS(accept, fd, 0, 0);
	SYS(close, server);
	is(connect_to(clients[1], "@backlog"), 0, "until one is accepted");
	SYS(close, fd);
	is(ready(clients[1]), POLLIN | POLLOUT | POLLERR | POLLHUP | POLLRDHUP,
	   "the listener is closed: a reset");
	is(connect_to(clients[2], "@backlog"), -ECONNREFUSED, "and gone");
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
	is(SYS(read, server, buf, 8), 3, "accept and read wait");
	SYS(wait4, pid, &status, 0, 0);
	is(status, 0, "for another process");
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
	is((int32_t)(st.st_mode & S_IFMT), S_IFSOCK, "a name in a directory");
	is(SYS(open, path, O_RDWR), -ENXIO, "which cannot be opened");
	is(connect_to(dgram, path), -EPROTOTYPE, "a socket of another type");
	is(connect_to(client, "/proc"), -ECONNREFUSED, "what is no socket");
	is(connect_to(client, "/nothing"), -ENOENT, "what is nothing");
	is(bind_to(client, "/nothing/at"), -ENOENT, "a name nowhere");
	is(SYS(close, fd), 0, "closing it");
	is(connect_to(client, path), -ECONNREFUSED, "leaves the name");
	is(bind_to(client, path), -EADDRINUSE, "which is in use");
	SYS(unlink, path);
	is(bind_to(client, path), 0, "until it is removed");
	SYS(unlink, path);
	addr.sun_family = AF_UNIX;
	is(SYS(bind, dgram, &addr, 1), -EINVAL, "half a family");
	is(SYS(bind, dgram, &addr, sizeof(addr) + 1), -EINVAL, "too long");
	addr.sun_family = 2;
	is(SYS(bind, dgram, &addr, 10), -EINVAL, "another family");
	is(SYS(bind, dgram, 0x10, 10), -EFAULT, "no address");
	addr.sun_family = AF_UNIX;
	is(SYS(bind, dgram, &addr, FAMILY), 0, "a family alone");
	fd = sizeof(addr);
	is(SYS(getsockname, dgram, &addr, &fd), 0, "is any name");
	is(fd, FAMILY + 6, "of six bytes");
	SYS(close, client);
	SYS(close, dgram);
	remove_scratch();
}

/* ---- messages ---------------------------------------------------- */

static void datagrams(void)
{
	int a = SYS(socket, AF_UNIX, SOCK_DGRAM, 0);
	int b = SYS(socket, AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	struct sockaddr_un to, from;
	uint32_t bytes = address(&to, "@b"), got = sizeof(from);
	char buf[32];
	int n = 0;

	bind_to(a, "@a");
	bind_to(b, "@b");
	is(SYS(send, a, "x", 1, 0), -ENOTCONN, "a datagram to nobody");
	is(SYS(sendto, a, "first", 5, 0, &to, bytes), 5, "to a name");
	is(SYS(sendto, a, "", 0, 0, &to, bytes), 0, "an empty one");
	is(SYS(sendto, a, "third one", 9, 0, &to, bytes), 9, "a third");
	is(SYS(ioctl, b, FIONREAD, &n), 0, "FIONREAD");
	is(n, 5, "bytes of the first");
	is(SYS(recvfrom, b, buf, 32, 0, &from, &got), 5, "one at a time");
	ok(got == FAMILY + 2 && memcmp(from.sun_path, "\0a", 2) == 0,
	   "from whom");
	is(SYS(recv, b, buf, 32, 0), 0, "the empty one");
	is(SYS(recv, b, buf, 5, MSG_PEEK | MSG_TRUNC), 9,
	   "a look at the third, whose length is told");
	is(SYS(recv, b, buf, 5, 0), 5, "what does not fit");
	is(SYS(recv, b, buf, 5, 0), -EAGAIN, "is lost");
	is(connect_to(a, "@b"), 0, "connect");
	while (SYS(send, a, "x", 1, MSG_DONTWAIT) == 1)
		n++;
	ok(n > 8 && n < 30, "some datagrams wait for a slow receiver");
	is(ready(a), 0, "then the sender waits");
	SYS(recv, b, buf, 5, 0);
	is(ready(a), POLLOUT, "until one is received");
	is(SYS(listen, a, 1), -EOPNOTSUPP, "a datagram socket cannot listen");
	is(SYS(accept, a, 0, 0), -EOPNOTSUPP, "nor accept");
	SYS(close, b);
	is(SYS(send, a, "x", 1, 0), -ECONNREFUSED, "a receiver that is gone");
	is(SYS(send, a, "x", 1, 0), -ENOTCONN, "is forgotten");
	SYS(close, a);
}

static void strangers(void)
{
	int fds[2], other = SYS(socket, AF_UNIX, SOCK_DGRAM, 0);
	struct sockaddr_un nobody = { .sun_family = AF_UNSPEC };

	pair(SOCK_DGRAM, fds);
	bind_to(fds[0], "@paired");
	is(connect_to(other, "@paired"), -EPERM,
	   "who has a peer hears no other");
	is(SYS(connect, fds[0], &nobody, 2), 0, "leave the peer");
	is(connect_to(other, "@paired"), 0, "then it does");
	SYS(close, fds[0]);
	SYS(close, fds[1]);
	SYS(close, other);
}

static void packets(void)
{
	static char big[300000];
	int fds[2];
	char buf[8];
	struct iovec32 pieces[2] = { { (uint32_t) "one ", 4 },
				     { (uint32_t) "packet", 6 } };

	pair(SOCK_SEQPACKET, fds);
	is(SYS(writev, fds[0], pieces, 2), 10, "pieces are one packet");
	is(SYS(write, fds[0], "two", 3), 3, "another");
	is(SYS(read, fds[1], buf, 8), 8, "of the first what fits");
	is(SYS(read, fds[1], buf, 8), 3, "the next read has the next");
	is(SYS(write, fds[0], big, 100000), 100000, "a large packet");
	is(SYS(read, fds[1], big, sizeof(big)), 100000, "comes in one");
	is(SYS(write, fds[0], big, sizeof(big)), -EMSGSIZE, "too large");
	SYS(close, fds[0]);
	is(SYS(read, fds[1], buf, 8), 0, "the end");
	is(SYS(write, fds[1], "x", 1), -EPIPE, "without a signal");
	SYS(close, fds[1]);
}

/* ---- options ----------------------------------------------------- */

static void options(void)
{
	struct ucred cred;
	int fds[2], value, bytes = sizeof(cred);

	pair(SOCK_STREAM, fds);
	is(option(fds[0], SO_TYPE), SOCK_STREAM, "SO_TYPE");
	is(option(fds[0], SO_DOMAIN), AF_UNIX, "SO_DOMAIN");
	is(option(fds[0], SO_PROTOCOL), 0, "SO_PROTOCOL");
	is(option(fds[0], SO_ERROR), 0, "SO_ERROR");
	is(option(fds[0], SO_ACCEPTCONN), 0, "SO_ACCEPTCONN");
	value = 10000;
	SYS(setsockopt, fds[0], SOL_SOCKET, SO_SNDBUF, &value, 4);
	is(option(fds[0], SO_SNDBUF), 20000, "SO_SNDBUF, twice what is set");
	SYS(setsockopt, fds[0], SOL_SOCKET, SO_KEEPALIVE, &value, 4);
	is(option(fds[0], SO_KEEPALIVE), 1, "SO_KEEPALIVE");
	is(SYS(getsockopt, fds[0], SOL_SOCKET, SO_PEERCRED, &cred, &bytes), 0,
	   "SO_PEERCRED");
	ok(bytes == 12 && cred.pid == (uint32_t)getpid() && cred.uid == 0,
	   "is who made the pair");
	is(option(fds[0], 999), -ENOPROTOOPT, "no option");
	value = 4;
	is(SYS(getsockopt, fds[0], 6, 1, &value, &bytes), -EOPNOTSUPP,
	   "no level of its own");
	is(SYS(setsockopt, fds[0], SOL_SOCKET, SO_SNDBUF, &value, 2), -EINVAL,
	   "half a value");
	SYS(close, fds[0]);
	SYS(close, fds[1]);
}

static int32_t set(int fd, int option, int value)
{
	return SYS(setsockopt, fd, SOL_SOCKET, option, &value, 4);
}

static int as_user(void *arg)
{
	int fd = *(int *)arg;

	is(set(fd, SO_RCVBUFFORCE, 1000000), 0, "root forces a buffer");
	is(option(fd, SO_RCVBUF), 2000000, "that is above the limit");
	is(set(fd, SO_SNDBUFFORCE, -1), 0, "or tries less than nothing");
	ok(option(fd, SO_SNDBUF) > 4000, "and gets the least");
	SYS(setresuid32, 1000, 1000, 1000);
	is(set(fd, SO_SNDBUF, 1000000), 0, "a user wants as much");
	ok(option(fd, SO_SNDBUF) < 500000, "gets the limit");
	is(set(fd, SO_SNDBUFFORCE, 1000000), -EPERM, "and may not force it");
	is(set(fd, SO_RCVBUFFORCE, 3000), -EPERM, "nor a smaller one");
	is(option(fd, SO_RCVBUF), 2000000, "so root's stays");
	is(set(fd, SO_DEBUG, 1), -EACCES, "SO_DEBUG");
	is(set(fd, SO_DEBUG, 0), 0, "may be off");
	return 0;
}

static void privileged_options(void)
{
	int fds[2];

	pair(SOCK_STREAM, fds);
	checks_in_child(as_user, fds);
	SYS(close, fds[0]);
	SYS(close, fds[1]);
}

static int events_of(int epfd)
{
	struct epoll_event event = { .events = 0 };

	return SYS(epoll_wait, epfd, &event, 1, 0) == 1 ? (int)event.events : 0;
}

static void epolls(void)
{
	struct epoll_event event = { .events = POLLIN | EPOLLET };
	int fds[2], epfd = SYS(epoll_create1, 0);
	char buf[8];

	pair(SOCK_STREAM, fds);
	SYS(epoll_ctl, epfd, EPOLL_CTL_ADD, fds[0], &event);
	is(events_of(epfd), 0, "epoll: nothing yet");
	SYS(write, fds[1], "a", 1);
	is(events_of(epfd), POLLIN, "an edge");
	is(events_of(epfd), 0, "is told once");
	SYS(write, fds[1], "b", 1);
	is(events_of(epfd), POLLIN, "each write is one");
	SYS(read, fds[0], buf, 8);
	SYS(close, fds[1]);
	is(events_of(epfd), POLLIN | POLLHUP, "and the end");
	SYS(close, fds[0]);
	SYS(close, epfd);
}

int main(void)
{
	kinds();
	as_a_file();
	stream();
	much();
	full();
	ends();
	connections("@name", "a name in no directory");
	connections(scratch("path"), "a path");
	SYS(unlink, scratch("path"));
	backlog();
	waiting();
	paths();
	datagrams();
	strangers();
	packets();
	options();
	privileged_options();
	epolls();
	return done();
}
