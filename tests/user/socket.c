/*
 * Sockets of AF_UNIX: pairs, streams, datagrams, packets, options, and how each
 * ends. Their names are socket_names.c's.
 */
#include <uapi/eventpoll.h>
#include <uapi/fcntl.h>
#include <uapi/stat.h>
#include <uapi/termios.h>
#include <uapi/uio.h>
#include "sockets.h"

/* ---- families, types, flags -------------------------------------- */

static void kinds(void)
{
	int fds[2];

	is(SYS(socket, AF_UNIX, SOCK_STREAM, 7), -EPROTONOSUPPORT,
	   "socket: AF_UNIX has no protocol 7");
	is(SYS(socket, AF_UNIX, 4, 0), -ESOCKTNOSUPPORT,
	   "socket: AF_UNIX has no type 4");
	is(SYS(socket, AF_UNIX, 12, 0), -EINVAL,
	   "socket: type 12 is no type of any family");
	is(SYS(socket, 200, SOCK_STREAM, 0), -EAFNOSUPPORT,
	   "socket: 200 is no family");
	is(SYS(socket, AF_UNIX, SOCK_STREAM | 0x100000, 0), -EINVAL,
	   "socket: an unknown flag");
	is(SYS(socketpair, AF_UNIX, SOCK_STREAM, 0, 0x10), -EFAULT,
	   "socketpair: a bad pointer for the two descriptors");
	is(SYS(listen, 0, 1), -ENOTSOCK,
	   "listen: descriptor 0, a console, is no socket");
	is(SYS(listen, 77, 1), -EBADF, "listen: descriptor 77 is not open");
	is(pair(SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, fds), 0,
	   "socketpair with SOCK_NONBLOCK and SOCK_CLOEXEC");
	is(SYS(fcntl64, fds[0], F_GETFD), 1, "its descriptor has FD_CLOEXEC");
	ok(SYS(fcntl64, fds[1], F_GETFL) & O_NONBLOCK,
	   "its open file has O_NONBLOCK");
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
	is((int32_t)(st.st_mode & S_IFMT), S_IFSOCK,
	   "fstat: the type of the file is S_IFSOCK");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fds[0]);
	SYS(readlink, path, link, sizeof(link) - 1);
	ok(memcmp(link, "socket:[", 8) == 0,
	   "its link in /proc/self/fd begins with socket:[");
	is(SYS(open, path, O_RDWR), -ENXIO, "the link cannot be opened");
	is(SYS(lseek, fds[0], 0, 0), -ESPIPE, "a socket has no lseek");
	is(SYS(pread64, fds[0], link, 1, 0, 0, 0), -ESPIPE,
	   "a socket has no pread");
	is(SYS(ftruncate, fds[0], 0), -EINVAL, "a socket has no ftruncate");
	is(SYS(fsync, fds[0]), -EINVAL, "a socket has no fsync");
	is(SYS(ioctl, fds[0], TIOCGWINSZ, link), -ENOTTY,
	   "a socket has no ioctl of a terminal");
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
	is(ready(fds[0]), POLLOUT, "poll: an empty stream can be written to");
	is(SYS(write, fds[0], "hello ", 6), 6, "write to a stream");
	is(SYS(send, fds[0], "world", 5, 0), 5, "send to a stream");
	is(ready(fds[1]), POLLIN | POLLOUT,
	   "poll: the other end can be read, too");
	is(SYS(ioctl, fds[1], FIONREAD, &n), 0, "FIONREAD on a stream");
	is(n, 11, "it counts the bytes of both");
	is(SYS(recv, fds[1], buf, 8, MSG_PEEK), 8,
	   "MSG_PEEK returns 8 bytes and leaves them");
	is(SYS(recv, fds[1], buf, sizeof(buf), 0), 11,
	   "one recv returns the bytes of both");
	ok(memcmp(buf, "hello world", 11) == 0, "these bytes are hello world");
	is(SYS(recv, fds[1], buf, 1, MSG_DONTWAIT), -EAGAIN,
	   "MSG_DONTWAIT on an empty stream");
	is(SYS(writev, fds[1], pieces, 2), 9,
	   "writev of two pieces in the other direction");
	is(SYS(read, fds[0], buf, 4), 4, "read returns 4 of these bytes");
	is(SYS(recv, fds[0], buf + 4, 5, MSG_WAITALL), 5,
	   "MSG_WAITALL returns the other 5");
	ok(memcmp(buf, "connected", 9) == 0, "these bytes are connected");
	is(SYS(read, fds[0], buf, 0), 0, "a read of 0 bytes does not wait");
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

/* A write of more than a socket holds waits for the reader. */
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
	is((int32_t)got, 300000, "all bytes from another process arrive");
	is((int32_t)wrong, 0, "no byte of them is wrong");
	is(status, 0, "each write waited until all its bytes had gone");
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
	is(SYS(write, fds[0], buf, PAGE), -EAGAIN,
	   "write to a full stream that must not wait");
	is(ready(fds[0]), 0, "poll: a full stream cannot be written to");
	while (SYS(read, fds[1], buf, PAGE) > 0)
		;
	is(ready(fds[0]), POLLOUT,
	   "poll: it can again when the other end has read");
	SYS(close, fds[0]);
	SYS(close, fds[1]);
}

/* ---- one end is closed ------------------------------------------- */

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
	   "poll: every event when the other end is closed");
	is(SYS(read, fds[1], buf, 8), 4,
	   "the last bytes of a closed end can be read");
	is(SYS(read, fds[1], buf, 8), 0,
	   "a read after them returns the end of the stream");
	status = in_child(write_to_nobody, &fds[1]);
	ok(WIFSIGNALED(status) && WTERMSIG(status) == LINUX_SIGPIPE,
	   "writing to a closed end is SIGPIPE");
	is(WEXITSTATUS(in_child(send_to_nobody, &fds[1])), 3,
	   "with MSG_NOSIGNAL it is only EPIPE");
	SYS(close, fds[1]);

	pair(SOCK_STREAM, fds);
	SYS(write, fds[1], "unread", 6);
	SYS(close, fds[0]);
	ok(ready(fds[1]) & POLLERR,
	   "poll: POLLERR when an end is closed with unread bytes");
	is(SYS(read, fds[1], buf, 8), -ECONNRESET, "the first read then fails");
	is(SYS(read, fds[1], buf, 8), 0,
	   "the second returns the end of the stream");
	SYS(close, fds[1]);

	pair(SOCK_STREAM, fds);
	is(SYS(shutdown, fds[0], SHUT_WR), 0, "shutdown(SHUT_WR)");
	is(SYS(read, fds[1], buf, 8), 0,
	   "the other end reads the end of the stream");
	is(SYS(write, fds[1], "back", 4), 4,
	   "the other end can still write after that shutdown");
	is(SYS(read, fds[0], buf, 8), 4, "the bytes of that write arrive");
	is(SYS(send, fds[0], "x", 1, MSG_NOSIGNAL), -EPIPE,
	   "a write to the direction that was shut down");
	is(ready(fds[1]), POLLIN | POLLOUT | POLLRDHUP,
	   "poll: POLLRDHUP, without POLLHUP");
	is(SYS(shutdown, fds[0], SHUT_RD), 0, "shutdown(SHUT_RD) after it");
	is(ready(fds[1]), POLLIN | POLLOUT | POLLHUP | POLLRDHUP,
	   "poll: POLLHUP, too");
	is(SYS(shutdown, fds[0], 3), -EINVAL, "shutdown: 3 is no direction");
	SYS(close, fds[0]);
	SYS(close, fds[1]);
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
	is(SYS(send, a, "x", 1, 0), -ENOTCONN,
	   "send: a datagram socket without a peer");
	is(SYS(sendto, a, "first", 5, 0, &to, bytes), 5, "sendto a name");
	is(SYS(sendto, a, "", 0, 0, &to, bytes), 0,
	   "sendto: a datagram of 0 bytes");
	is(SYS(sendto, a, "third one", 9, 0, &to, bytes), 9,
	   "sendto: a third datagram");
	is(SYS(ioctl, b, FIONREAD, &n), 0, "FIONREAD on datagrams");
	is(n, 5, "it counts the bytes of the first");
	is(SYS(recvfrom, b, buf, 32, 0, &from, &got), 5,
	   "recvfrom returns one datagram");
	ok(got == FAMILY + 2 && memcmp(from.sun_path, "\0a", 2) == 0,
	   "and the name of the sender");
	is(SYS(recv, b, buf, 32, 0), 0, "the datagram of 0 bytes is received");
	is(SYS(recv, b, buf, 5, MSG_PEEK | MSG_TRUNC), 9,
	   "MSG_PEEK with MSG_TRUNC returns the third's length");
	is(SYS(recv, b, buf, 5, 0), 5, "recv into a smaller buffer");
	is(SYS(recv, b, buf, 5, 0), -EAGAIN,
	   "the rest of that datagram is lost");
	is(connect_to(a, "@b"), 0, "connect to the receiver's name");
	while (SYS(send, a, "x", 1, MSG_DONTWAIT) == 1)
		n++;
	ok(n > 8 && n < 30, "8 to 30 datagrams wait for a slow receiver");
	is(ready(a), 0, "poll: the sender would wait");
	SYS(recv, b, buf, 5, 0);
	is(ready(a), POLLOUT, "poll: it would not after one was received");
	is(SYS(listen, a, 1), -EOPNOTSUPP, "a datagram socket has no listen");
	is(SYS(accept, a, 0, 0), -EOPNOTSUPP,
	   "a datagram socket has no accept");
	SYS(close, b);
	is(SYS(send, a, "x", 1, 0), -ECONNREFUSED,
	   "send: the receiver is closed");
	is(SYS(send, a, "x", 1, 0), -ENOTCONN,
	   "send: after that the sender is not connected");
	SYS(close, a);
}

static void strangers(void)
{
	int fds[2], other = SYS(socket, AF_UNIX, SOCK_DGRAM, 0);
	struct sockaddr_un nobody = { .sun_family = AF_UNSPEC };

	pair(SOCK_DGRAM, fds);
	bind_to(fds[0], "@paired");
	is(connect_to(other, "@paired"), -EPERM,
	   "connect: the socket is another one's peer");
	is(SYS(connect, fds[0], &nobody, 2), 0,
	   "connect to AF_UNSPEC leaves the peer");
	is(connect_to(other, "@paired"), 0,
	   "connect: the socket has no peer any more");
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
	is(SYS(writev, fds[0], pieces, 2), 10,
	   "writev: the pieces are one packet");
	is(SYS(write, fds[0], "two", 3), 3, "write: a second packet");
	is(SYS(read, fds[1], buf, 8), 8,
	   "read returns the part of the first that fits");
	is(SYS(read, fds[1], buf, 8), 3, "the next read returns the second");
	is(SYS(write, fds[0], big, 100000), 100000,
	   "write: a packet of 100000 bytes");
	is(SYS(read, fds[1], big, sizeof(big)), 100000,
	   "one read returns all of it");
	is(SYS(write, fds[0], big, sizeof(big)), -EMSGSIZE,
	   "write: a packet larger than the send buffer");
	SYS(close, fds[0]);
	is(SYS(read, fds[1], buf, 8), 0, "read after the other end was closed");
	is(SYS(write, fds[1], "x", 1), -EPIPE,
	   "write after that fails without SIGPIPE");
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
	is(option(fds[0], SO_SNDBUF), 20000,
	   "SO_SNDBUF is twice the value that was set");
	SYS(setsockopt, fds[0], SOL_SOCKET, SO_KEEPALIVE, &value, 4);
	is(option(fds[0], SO_KEEPALIVE), 1, "SO_KEEPALIVE");
	is(SYS(getsockopt, fds[0], SOL_SOCKET, SO_PEERCRED, &cred, &bytes), 0,
	   "SO_PEERCRED");
	ok(bytes == 12 && cred.pid == (uint32_t)getpid() && cred.uid == 0,
	   "SO_PEERCRED names the process that made the pair");
	is(option(fds[0], 999), -ENOPROTOOPT,
	   "getsockopt: there is no option 999");
	value = 4;
	is(SYS(getsockopt, fds[0], 6, 1, &value, &bytes), -EOPNOTSUPP,
	   "getsockopt: AF_UNIX has no level 6");
	is(SYS(setsockopt, fds[0], SOL_SOCKET, SO_SNDBUF, &value, 2), -EINVAL,
	   "setsockopt: a value of 2 bytes");
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

	is(set(fd, SO_RCVBUFFORCE, 1000000), 0, "SO_RCVBUFFORCE as root");
	is(option(fd, SO_RCVBUF), 2000000, "it may exceed the limit");
	is(set(fd, SO_SNDBUFFORCE, -1), 0, "SO_SNDBUFFORCE of -1 as root");
	ok(option(fd, SO_SNDBUF) > 4000, "gives the smallest buffer");
	SYS(setresuid32, 1000, 1000, 1000);
	is(set(fd, SO_SNDBUF, 1000000), 0,
	   "SO_SNDBUF above the limit as a user");
	ok(option(fd, SO_SNDBUF) < 500000, "gives the limit");
	is(set(fd, SO_SNDBUFFORCE, 1000000), -EPERM,
	   "SO_SNDBUFFORCE as a user");
	is(set(fd, SO_RCVBUFFORCE, 3000), -EPERM,
	   "SO_RCVBUFFORCE to a smaller value as a user");
	is(option(fd, SO_RCVBUF), 2000000, "root's buffer stays");
	is(set(fd, SO_DEBUG, 1), -EACCES, "SO_DEBUG on as a user");
	is(set(fd, SO_DEBUG, 0), 0, "SO_DEBUG off as a user");
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
	is(events_of(epfd), 0, "epoll: no event before a write");
	SYS(write, fds[1], "a", 1);
	is(events_of(epfd), POLLIN, "epoll: an event after a write");
	is(events_of(epfd), 0, "epoll: it is reported once");
	SYS(write, fds[1], "b", 1);
	is(events_of(epfd), POLLIN, "epoll: another write is another event");
	SYS(read, fds[0], buf, 8);
	SYS(close, fds[1]);
	is(events_of(epfd), POLLIN | POLLHUP,
	   "epoll: POLLHUP when the other end is closed");
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
	datagrams();
	strangers();
	packets();
	options();
	privileged_options();
	epolls();
	return done();
}
