/*
 * What a socket transfers besides bytes: open files and credentials.
 */
#include <uapi/fcntl.h>
#include <uapi/resource.h>
#include <uapi/uio.h>
#include "sockets.h"

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
	is(send_fd(fds[0], ends[0]), 4,
	   "%s: sendmsg of bytes with an open file", name);
	SYS(close, ends[0]);
	is(SYS(write, ends[1], "text", 4), 4,
	   "the file stays open after its descriptor was closed");
	r = receive(fds[1], 128, MSG_PEEK);
	is(r.nr, 1, "recvmsg with MSG_PEEK makes a descriptor, too");
	is(SYS(close, r.fds[0]), 0, "close of that descriptor");
	r = receive(fds[1], 128, MSG_CMSG_CLOEXEC);
	is(r.bytes, 4, "recvmsg returns the bytes");
	is(r.nr, 1, "recvmsg returns a descriptor");
	is(SYS(fcntl64, r.fds[0], F_GETFD), 1,
	   "MSG_CMSG_CLOEXEC has set close-on-exec");
	is(read_words(r.fds[0], "text"), 4, "it is the same open file: a read");
	SYS(close, r.fds[0]);
	is(SYS(send, fds[0], "more", 4, 0), 4, "send of bytes without a file");
	r = receive(fds[1], 128, 0);
	is(r.nr, 0, "recvmsg returns no descriptor for them");
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
	is(receive(fds[1], 0, 0).bytes, 7,
	   "a read of a stream ends behind bytes with files");
	is(receive(fds[1], 0, 0).bytes, 3, "the next read returns the rest");
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
	is(send_fds(fds[0], sent, 3), 4, "sendmsg of three files");
	SYS(close, ends[1]);
	r = receive(fds[1], CMSG_LEN(8), 0);
	is(r.nr, 2, "recvmsg with room for two returns two");
	is(r.flags, MSG_CTRUNC, "it reports MSG_CTRUNC for the third");
	SYS(close, r.fds[0]);
	is(SYS(read, ends[0], &c, 1), -EAGAIN,
	   "one of the two still has the pipe's writing end open");
	SYS(close, r.fds[1]);
	is(SYS(read, ends[0], &c, 1), 0, "the third file was closed");
	SYS(close, ends[0]);
	SYS(pipe2, ends, O_NONBLOCK);
	send_fd(fds[0], ends[1]);
	SYS(close, ends[1]);
	is(SYS(read, fds[1], &c, 1), 1, "read of bytes that came with a file");
	is(SYS(read, ends[0], &c, 1), 0, "that has closed the file");
	SYS(close, ends[0]);
	SYS(pipe2, ends, O_NONBLOCK);
	send_fd(fds[0], ends[1]);
	SYS(close, ends[1]);
	SYS(close, fds[0]);
	is(SYS(read, ends[0], &c, 1), -EAGAIN,
	   "close of the sender keeps the files that are queued");
	SYS(close, fds[1]);
	is(SYS(read, ends[0], &c, 1), 0, "close of the receiver closes them");
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
	is(send_control(fds[0], &c, CMSG_LEN(4)), -EBADF,
	   "sendmsg of a closed descriptor is refused");
	is(send_control(fds[0], &big, sizeof(big)), -EINVAL,
	   "sendmsg of 254 files is refused");
	big.head.cmsg_len = CMSG_LEN(4 * 253);
	is(send_control(fds[0], &big, sizeof(big)), 4,
	   "sendmsg of 253 files is allowed");
	c.head.cmsg_type = 99;
	is(send_control(fds[0], &c, CMSG_LEN(4)), -EINVAL,
	   "a control message of an unknown type is refused");
	c.head.cmsg_len = 4;
	is(send_control(fds[0], &c, CMSG_LEN(4)), -EINVAL,
	   "a control message that is too short is refused");
	c.head.cmsg_len = 400;
	is(send_control(fds[0], &c, CMSG_LEN(4)), -EINVAL,
	   "a control message that is too long is refused");
	is(send_control(fds[0], (void *)0x10, CMSG_LEN(4)), -EFAULT,
	   "a control message at an unmapped address is refused");
	SYS(close, fds[0]);
	SYS(close, fds[1]);
}

/* ---- sockets that only other sockets' queues refer to ------------ */

/*
 * `deep' sockets, each waiting in the queue of the next one, the last one in
 * that of the first. The pipe's writer waits in one of them.
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
 * Closes a socket, which starts the search for such sockets (in Linux by a
 * thread). Returns 0 if it has closed the pipe's last writer.
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
	   "a circle of %d sockets in each other's queues is closed", deep);
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
	   "files that an open socket can still receive are not closed");
	r = receive(other[1], 128, 0);
	is(receive(r.fds[0], 0, 0).bytes, 4, "they are received");
	is(SYS(read, ends[0], &c, 1), 0,
	   "the receiver had no room for the pipe's end: it is closed");
	SYS(close, r.fds[0]);
	SYS(close, other[1]);
	SYS(close, ends[0]);
}

/* A connection that was not accepted yet has a queue, too. */
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
	is(read_end(ends[0]), 0,
	   "a listening socket in its own connection's queue is closed");
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
	is(SYS(read, ends[0], &c, 1), -EAGAIN,
	   "300 sockets, each in the next one's queue, keep the pipe open");
	SYS(close, last);
	is(SYS(read, ends[0], &c, 1), 0,
	   "close of the last one closes all of them");
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
	is(err, -ETOOMANYREFS,
	   "a user who sends more and more files is refused");
	ok(n >= 30 && n <= 31, "that happens at RLIMIT_NOFILE");
	receive(fds[1], 0, 0);
	receive(fds[1], 0, 0);
	is(send_fd(fds[0], 1), 4, "when some are received it is allowed again");
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
	is(claim(fd, (uint32_t)getpid(), 1000), 4,
	   "a user may send its own credentials");
	is(claim(fd, (uint32_t)getpid(), 0), -EPERM,
	   "a user may not send root's credentials");
	is(claim(fd, 1, 1000), -EPERM,
	   "a user may not send another process's number");
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
	is(r.bytes, 1, "SO_PASSCRED: recvmsg returns a byte");
	ok(r.cred.pid == (uint32_t)getpid() && r.cred.uid == 0,
	   "SO_PASSCRED: with the sender's process and user");
	SYS(write, fds[0], "x", 1);
	r = receive(fds[1], 4, 0);
	is(r.flags, MSG_CTRUNC,
	   "SO_PASSCRED: without room it reports MSG_CTRUNC");
	is(claim(fds[0], 1, 12), 4, "root may send any credentials");
	r = receive(fds[1], 128, 0);
	ok(r.cred.pid == 1 && r.cred.uid == 12, "recvmsg returns these");
	SYS(write, fds[0], "x", 1);
	claim(fds[0], 1, 12);
	is(receive(fds[1], 128, 0).bytes, 1,
	   "recvmsg of a stream ends where the sender changes");
	is(receive(fds[1], 128, 0).bytes, 4,
	   "the next recvmsg returns the other sender's bytes");
	is(claim(fds[0], 30000, 0), -ESRCH,
	   "the number of a process that does not exist is refused");
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
