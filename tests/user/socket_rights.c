/*
 * What goes through a socket beside bytes: open files, and who sends them.
 */
#include <uapi/fcntl.h>
#include <uapi/poll.h>
#include <uapi/resource.h>
#include <uapi/socket.h>
#include <uapi/uio.h>
#include "check.h"

#define MANY 8

struct control {
	struct cmsghdr head;
	int32_t fds[MANY];
};

/* What a message carried. */
struct received {
	int32_t bytes, nr, flags;
	int32_t fds[MANY];
	struct ucred cred; /* pid 0: none */
};

static int pair(int type, int fds[2])
{
	return SYS(socketpair, AF_UNIX, type, 0, fds);
}

static int send_control(int fd, const void *control, uint32_t bytes)
{
	struct iovec32 iov = { (uint32_t) "data", 4 };
	struct user_msghdr msg = {
		.msg_iov = (uint32_t)&iov,
		.msg_iovlen = 1,
		.msg_control = (uint32_t)control,
		.msg_controllen = bytes,
	};

	return SYS(sendmsg, fd, &msg, MSG_NOSIGNAL);
}

static int send_fds(int fd, const int32_t *fds, uint32_t n)
{
	struct control c = { .head = { CMSG_LEN(4 * n), SOL_SOCKET,
				       SCM_RIGHTS } };

	memcpy(c.fds, fds, 4 * n);
	return send_control(fd, &c, CMSG_LEN(4 * n));
}

static int send_fd(int fd, int32_t sent)
{
	return send_fds(fd, &sent, 1);
}

static void take(struct received *r, const struct cmsghdr *c)
{
	if (c->cmsg_type == SCM_CREDENTIALS) {
		memcpy(&r->cred, c + 1, sizeof(r->cred));
		return;
	}
	r->nr = (int32_t)(c->cmsg_len - sizeof(*c)) / 4;
	memcpy(r->fds, c + 1, 4 * (uint32_t)r->nr);
}

/* room: bytes for control messages. */
static struct received receive(int fd, uint32_t room, int flags)
{
	char buf[64];
	uint32_t control[32], at = 0;
	struct iovec32 iov = { (uint32_t)buf, sizeof(buf) };
	struct user_msghdr msg = {
		.msg_iov = (uint32_t)&iov,
		.msg_iovlen = 1,
		.msg_control = (uint32_t)control,
		.msg_controllen = room,
	};
	struct received r = { 0 };

	r.bytes = SYS(recvmsg, fd, &msg, flags | MSG_DONTWAIT);
	if (r.bytes < 0)
		return r;
	r.flags = (int32_t)msg.msg_flags;
	while (at + sizeof(struct cmsghdr) <= msg.msg_controllen) {
		struct cmsghdr *c = (void *)((char *)control + at);

		take(&r, c);
		at += CMSG_ALIGN(c->cmsg_len);
	}
	return r;
}

/* ---- open files -------------------------------------------------- */

static int32_t read_words(int32_t fd, const char *want)
{
	char buf[16];
	int32_t n = SYS(read, fd, buf, sizeof(buf));

	return n > 0 && memcmp(buf, want, (size_t)n) ? -EIO : n;
}

static void passing(int type, const char *name)
{
	int fds[2];
	int32_t ends[2];
	struct received r;

	pair(type, fds);
	SYS(pipe, ends);
	is(send_fd(fds[0], ends[0]), 4, "%s: a message with a file", name);
	SYS(close, ends[0]);
	is(SYS(write, ends[1], "text", 4), 4, "it is open on its way");
	r = receive(fds[1], 128, MSG_PEEK);
	is(r.nr, 1, "a look brings it, too");
	is(SYS(close, r.fds[0]), 0, "one of two");
	r = receive(fds[1], 128, MSG_CMSG_CLOEXEC);
	is(r.bytes, 4, "its bytes");
	is(r.nr, 1, "and the file");
	is(SYS(fcntl64, r.fds[0], F_GETFD), 1, "to be closed by execve");
	is(read_words(r.fds[0], "text"), 4, "is the same open file");
	SYS(close, r.fds[0]);
	is(SYS(send, fds[0], "more", 4, 0), 4, "the next message");
	r = receive(fds[1], 128, 0);
	is(r.nr, 0, "has none");
	SYS(close, ends[1]);
	SYS(close, fds[0]);
	SYS(close, fds[1]);
}

/* Reads of a stream stop behind a message that has brought files. */
static void borders(void)
{
	int fds[2];

	pair(SOCK_STREAM, fds);
	SYS(send, fds[0], "one", 3, 0);
	send_fd(fds[0], fds[0]);
	SYS(send, fds[0], "two", 3, 0);
	is(receive(fds[1], 0, 0).bytes, 7, "a read ends behind files");
	is(receive(fds[1], 0, 0).bytes, 3, "the rest");
	SYS(close, fds[0]);
	SYS(close, fds[1]);
}

static void without_room(void)
{
	int32_t sent[3], ends[2];
	struct received r;
	int fds[2];
	char c;

	pair(SOCK_STREAM, fds);
	SYS(pipe2, ends, O_NONBLOCK);
	sent[0] = sent[1] = sent[2] = ends[1];
	is(send_fds(fds[0], sent, 3), 4, "three files");
	SYS(close, ends[1]);
	r = receive(fds[1], CMSG_LEN(8), 0);
	is(r.nr, 2, "and room for two");
	is(r.flags, MSG_CTRUNC, "the third is told of");
	SYS(close, r.fds[0]);
	is(SYS(read, ends[0], &c, 1), -EAGAIN, "a writer is left");
	SYS(close, r.fds[1]);
	is(SYS(read, ends[0], &c, 1), 0, "and the third was closed");
	SYS(close, ends[0]);
	SYS(pipe2, ends, O_NONBLOCK);
	send_fd(fds[0], ends[1]);
	SYS(close, ends[1]);
	is(SYS(read, fds[1], &c, 1), 1, "read takes no files");
	is(SYS(read, ends[0], &c, 1), 0, "they are closed");
	SYS(close, ends[0]);
	SYS(pipe2, ends, O_NONBLOCK);
	send_fd(fds[0], ends[1]);
	SYS(close, ends[1]);
	SYS(close, fds[0]);
	is(SYS(read, ends[0], &c, 1), -EAGAIN,
	   "a closed sender changes nothing");
	SYS(close, fds[1]);
	is(SYS(read, ends[0], &c, 1), 0, "a closed receiver closes them");
	SYS(close, ends[0]);
}

static void wrong(void)
{
	static int32_t many[260];
	struct control c = { .head = { CMSG_LEN(4), SOL_SOCKET, SCM_RIGHTS },
			     .fds = { 77 } };
	static struct {
		struct cmsghdr head;
		int32_t fds[254];
	} big = { .head = { CMSG_LEN(4 * 254), SOL_SOCKET, SCM_RIGHTS } };
	int fds[2];

	pair(SOCK_DGRAM, fds);
	memcpy(big.fds, many, sizeof(big.fds));
	is(send_control(fds[0], &c, CMSG_LEN(4)), -EBADF, "what is not open");
	is(send_control(fds[0], &big, sizeof(big)), -EINVAL, "254 files");
	big.head.cmsg_len = CMSG_LEN(4 * 253);
	is(send_control(fds[0], &big, sizeof(big)), 4, "253 are allowed");
	c.head.cmsg_type = 99;
	is(send_control(fds[0], &c, CMSG_LEN(4)), -EINVAL, "no type");
	c.head.cmsg_len = 4;
	is(send_control(fds[0], &c, CMSG_LEN(4)), -EINVAL, "too short");
	c.head.cmsg_len = 400;
	is(send_control(fds[0], &c, CMSG_LEN(4)), -EINVAL, "too long");
	is(send_control(fds[0], (void *)0x10, CMSG_LEN(4)), -EFAULT, "nowhere");
	SYS(close, fds[0]);
	SYS(close, fds[1]);
}

/* ---- sockets that only each other know --------------------------- */

/*
 * `deep' sockets, each waiting in the queue of the next one, the last one in that
 * of the first. The pipe's writer waits in one of them.
 */
static void make_circle(int writer, int deep)
{
	int fds[2], first[2], last[2];

	pair(SOCK_STREAM, first);
	send_fd(first[0], writer);
	last[0] = first[0];
	last[1] = first[1];
	for (int i = 1; i < deep; i++) {
		pair(SOCK_STREAM, fds);
		send_fd(fds[0], last[1]);
		if (i > 1) {
			SYS(close, last[0]);
			SYS(close, last[1]);
		}
		last[0] = fds[0];
		last[1] = fds[1];
	}
	send_fd(first[0], last[1]);
	SYS(close, last[0]);
	SYS(close, last[1]);
	if (deep > 1) {
		SYS(close, first[0]);
		SYS(close, first[1]);
	}
}

/*
 * Any socket's end begins a search; Linux leaves it to a thread. Is the pipe's last
 * writer closed by it?
 */
static int32_t read_end(int fd)
{
	struct pollfd f = { fd, POLLIN, 0 };
	int fds[2];
	char c;

	pair(SOCK_STREAM, fds);
	SYS(close, fds[0]);
	SYS(close, fds[1]);
	SYS(poll, &f, 1, 10000);
	return SYS(read, fd, &c, 1);
}

static void circles(int deep)
{
	int ends[2];

	SYS(pipe2, ends, O_NONBLOCK);
	make_circle(ends[1], deep);
	SYS(close, ends[1]);
	is(read_end(ends[0]), 0,
	   "%d sockets that nobody can receive are closed", deep);
	SYS(close, ends[0]);
}

/* The same circle, but one of them can still be received. */
static void reachable(void)
{
	int ends[2], fds[2], other[2];
	struct received r;
	char c;

	SYS(pipe2, ends, O_NONBLOCK);
	pair(SOCK_STREAM, fds);
	pair(SOCK_STREAM, other);
	send_fd(fds[0], ends[1]);
	send_fd(fds[0], fds[1]);
	send_fd(other[0], fds[1]);
	SYS(close, ends[1]);
	SYS(close, fds[1]);
	SYS(close, fds[0]);
	SYS(close, other[0]);
	is(SYS(read, ends[0], &c, 1), -EAGAIN,
	   "what a socket that is open can receive stays");
	r = receive(other[1], 128, 0);
	is(receive(r.fds[0], 0, 0).bytes, 4, "and is received");
	is(SYS(read, ends[0], &c, 1), 0, "(the writer was dropped)");
	SYS(close, r.fds[0]);
	SYS(close, other[1]);
	SYS(close, ends[0]);
}

/* A connection that nobody has accepted has a queue as well. */
static void not_accepted(void)
{
	struct sockaddr_un addr = { AF_UNIX, "\0circle" };
	int fd = SYS(socket, AF_UNIX, SOCK_STREAM, 0);
	int client = SYS(socket, AF_UNIX, SOCK_STREAM, 0), ends[2];

	SYS(bind, fd, &addr, 9);
	SYS(listen, fd, 1);
	SYS(connect, client, &addr, 9);
	SYS(pipe2, ends, O_NONBLOCK);
	send_fd(client, ends[1]);
	send_fd(client, fd);
	SYS(close, ends[1]);
	SYS(close, client);
	SYS(close, fd);
	is(read_end(ends[0]), 0, "a listener in its own connection");
	SYS(close, ends[0]);
}

/* A chain is closed from its end: each closes the next. */
static void chain(void)
{
	int ends[2], fds[2], last;
	char c;

	SYS(pipe2, ends, O_NONBLOCK);
	last = ends[1];
	for (int i = 0; i < 300; i++) {
		pair(SOCK_STREAM, fds);
		send_fd(fds[0], last);
		SYS(close, last);
		SYS(close, fds[0]);
		last = fds[1];
	}
	is(SYS(read, ends[0], &c, 1), -EAGAIN, "300 sockets in a chain");
	SYS(close, last);
	is(SYS(read, ends[0], &c, 1), 0, "are closed by the last one's end");
	SYS(close, ends[0]);
}

/* An ordinary user may not have more on the way than it may have open. */
static int as_user(void *arg)
{
	struct rlimit limit = { 30, 30 };
	int fds[2], n = 0, err;

	(void)arg;
	SYS(setresuid32, 1000, 1000, 1000);
	SYS(setrlimit, RLIMIT_NOFILE, &limit);
	pair(SOCK_STREAM, fds);
	while ((err = send_fd(fds[0], 1)) == 4 && n < 100)
		n++;
	is(err, -ETOOMANYREFS, "an end of files in flight");
	ok(n >= 30 && n <= 31, "at RLIMIT_NOFILE");
	receive(fds[1], 0, 0);
	receive(fds[1], 0, 0);
	is(send_fd(fds[0], 1), 4, "until some are received");
	return 0;
}

/* ---- who --------------------------------------------------------- */

static int claim(int fd, uint32_t pid, uint32_t uid)
{
	struct {
		struct cmsghdr head;
		struct ucred cred;
	} c = { { CMSG_LEN(12), SOL_SOCKET, SCM_CREDENTIALS },
		{ pid, uid, uid } };

	return send_control(fd, &c, sizeof(c));
}

static int claim_as_user(void *arg)
{
	int fd = *(int *)arg;

	SYS(setresgid32, 1000, 1000, 1000);
	SYS(setresuid32, 1000, 1000, 1000);
	is(claim(fd, (uint32_t)getpid(), 1000), 4, "a user is itself");
	is(claim(fd, (uint32_t)getpid(), 0), -EPERM, "not root");
	is(claim(fd, 1, 1000), -EPERM, "nor another process");
	return 0;
}

static void credentials(void)
{
	struct received r;
	int fds[2], on = 1;

	pair(SOCK_STREAM, fds);
	SYS(setsockopt, fds[1], SOL_SOCKET, SO_PASSCRED, &on, 4);
	SYS(write, fds[0], "x", 1);
	r = receive(fds[1], 128, 0);
	is(r.bytes, 1, "SO_PASSCRED: a byte");
	ok(r.cred.pid == (uint32_t)getpid() && r.cred.uid == 0, "and whose");
	SYS(write, fds[0], "x", 1);
	r = receive(fds[1], 4, 0);
	is(r.flags, MSG_CTRUNC, "no room for it");
	is(claim(fds[0], 1, 12), 4, "root may be anybody");
	r = receive(fds[1], 128, 0);
	ok(r.cred.pid == 1 && r.cred.uid == 12, "says the receiver");
	SYS(write, fds[0], "x", 1);
	claim(fds[0], 1, 12);
	is(receive(fds[1], 128, 0).bytes, 1, "bytes of two are not mixed");
	is(receive(fds[1], 128, 0).bytes, 4, "by one read");
	is(claim(fds[0], 30000, 0), -ESRCH, "nobody");
	checks_in_child(claim_as_user, &fds[0]);
	SYS(close, fds[0]);
	SYS(close, fds[1]);
}

int main(void)
{
	passing(SOCK_STREAM, "a stream");
	passing(SOCK_SEQPACKET, "packets");
	passing(SOCK_DGRAM, "datagrams");
	borders();
	without_room();
	wrong();
	circles(1);
	circles(2);
	circles(20);
	reachable();
	not_accepted();
	chain();
	checks_in_child(as_user, NULL);
	credentials();
	return done();
}
