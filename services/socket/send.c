/*
 * services/socket/send.c - from a program to the peer's queue.
 *
 * The bytes are copied into chunks before any lock is taken; then the sender
 * waits until the queue has room, and the message enters it as a whole. A
 * stream has no messages: each chunk is sent by itself.
 */
#include <services/signal/signal.h>
#include <services/socket/internal.h>
#include <string.h>
#include <uapi/signal.h>

/*
 * How many datagrams may wait in the queue of a socket that has not chosen the
 * sender as its peer: Linux's limit.
 */
#define MAX_DATAGRAMS 10

/* ---- the bytes --------------------------------------------------- */

/* Copies the next bytes that the program sends to `to`: 0 or -EFAULT. */
static int transfer_in(struct transfer *t, char *to, u32 bytes)
{
	u32 part;

	t->left -= bytes;
	if (t->kernel) {
		memcpy(to, t->kernel, bytes);
		t->kernel += bytes;
		return 0;
	}
	while (bytes) {
		part = min(bytes, t->iov->iov_len - t->offset);
		if (copy_from_user(to, t->iov->iov_base + t->offset, part))
			return -EFAULT;
		to += part;
		bytes -= part;
		t->offset += part;
		if (t->offset == t->iov->iov_len) {
			t->iov++;
			t->offset = 0;
		}
	}
	return 0;
}

/*
 * Appends a chunk with the next `bytes` bytes: 0, -ENOBUFS or -EFAULT. The
 * chunk is in the list even after -EFAULT, for the caller to free.
 */
static int add_chunk(struct chunk_list *chunks, struct transfer *t, u32 bytes)
{
	struct chunk *chunk = kmalloc(sizeof(*chunk) + bytes, GFP_USER);

	if (!chunk)
		return -ENOBUFS;
	*chunk = (struct chunk){
		.bytes = bytes,
		.charge = (u32)sizeof(*chunk) + bytes,
	};
	STAILQ_INSERT_TAIL(chunks, chunk, link);
	return transfer_in(t, chunk->data, bytes);
}

/*
 * Makes a message of the next `bytes` bytes of m and, in its first chunk, of
 * what comes with them. Returns 0, or -EFAULT or -ENOBUFS with nothing left in
 * chunks.
 */
static int make_message(struct chunk_list *chunks, struct sock *sock,
			struct message *m, u32 bytes)
{
	struct chunk *first;
	int err;

	STAILQ_INIT(chunks);
	/* At least one chunk: a packet may have no bytes. */
	do {
		u32 part = min(bytes, CHUNK_BYTES);

		err = add_chunk(chunks, &m->data, part);
		bytes -= part;
	} while (!err && bytes);
	if (err) {
		free_chunks(chunks);
		return err;
	}
	STAILQ_LAST(chunks, chunk, link)->last = true;
	first = STAILQ_FIRST(chunks);
	first->cred = m->cred;
	first->rights = m->rights;
	/*
	 * From here on the chunk owns the files; a stream sends them with its
	 * first bytes only.
	 */
	m->rights = NULL;
	/* Another thread may bind the socket at this moment. */
	spin_lock(&socket_lock);
	first->from = name_get(sock->name);
	spin_unlock(&socket_lock);
	return 0;
}

/* ---- the queue --------------------------------------------------- */

int may_deliver(const struct sock *sock, const struct sock *to)
{
	bool stranger = to->peer != sock && to != sock;

	if (sock->shutdown & SEND_SHUTDOWN)
		return -EPIPE;
	if (to->dead)
		return sock->type == SOCK_DGRAM ? -ECONNREFUSED : -EPIPE;
	if (to->shutdown & RCV_SHUTDOWN)
		return -EPIPE;
	/* A connected datagram socket takes messages from its peer only. */
	if (stranger && to->peer)
		return -EPERM;
	/*
	 * The sender's limit counts, as on Linux; one message may go beyond it,
	 * so a large one does not wait for ever.
	 */
	if (to->queued >= sock->sndbuf ||
	    (stranger && to->nr_messages > MAX_DATAGRAMS))
		return -EAGAIN;
	return 0;
}

/*
 * Appends the message to to's queue. Hold socket_lock, so that its chunks stay
 * together.
 */
static void enqueue(struct sock *to, struct chunk_list *chunks)
{
	struct chunk *chunk;

	STAILQ_FOREACH(chunk, chunks, link) {
		to->queued += chunk->charge;
		to->unread += chunk->bytes;
	}
	to->nr_messages++;
	rights_enqueue(STAILQ_FIRST(chunks), to);
	STAILQ_CONCAT(&to->queue, chunks);
}

/*
 * Puts the message into to's queue, waiting for room until ktime_ns() is
 * `until`. Returns 0, or -errno with the chunks freed.
 */
static int deliver(struct sock *sock, struct sock *to,
		   struct chunk_list *chunks, u64 until)
{
	int err;

	do {
		spin_lock(&socket_lock);
		err = may_deliver(sock, to);
		if (!err)
			enqueue(to, chunks);
		spin_unlock(&socket_lock);
		if (err != -EAGAIN)
			break;
		err = sock_wait(&to->room, may_deliver(sock, to) != -EAGAIN,
				until);
	} while (!err);
	if (err) {
		free_chunks(chunks);
		return err;
	}
	wake_up(&to->readable);
	poll_wake(&to->edges.in);
	return 0;
}

/* ---- kinds of sockets -------------------------------------------- */

/*
 * Returns the peer with a reference, or NULL. The reference keeps it while the
 * send sleeps.
 */
static struct sock *get_peer(struct sock *sock)
{
	struct sock *peer;

	spin_lock(&socket_lock);
	peer = sock->peer ? sock_get(sock->peer) : NULL;
	spin_unlock(&socket_lock);
	return peer;
}

/*
 * Sends as much as it can until an error, the time or a signal: bytes sent, or
 * -errno if none.
 */
static s32 send_stream(struct sock *sock, struct sock *peer, struct message *m,
		       u64 until)
{
	struct chunk_list chunks;
	s32 done = 0;
	u32 part;
	int err = sock->shutdown & SEND_SHUTDOWN ? -EPIPE : 0;

	while (!err && m->data.left) {
		/*
		 * Chunk by chunk, so that the receiver can read before all is
		 * copied.
		 */
		part = min(m->data.left, CHUNK_BYTES);
		err = make_message(&chunks, sock, m, part);
		if (!err)
			err = deliver(sock, peer, &chunks, until);
		if (!err)
			done += (s32)part;
		if (give_way())
			break;
	}
	/*
	 * A partial send returns its bytes; the signal follows with the next
	 * one.
	 */
	if (err == -EPIPE && !done && !(m->flags & MSG_NOSIGNAL))
		send_sig_current(SIGPIPE);
	return done ? done : err;
}

/* Sends m as one message: all of it, or -errno. */
static s32 send_packet(struct sock *sock, struct sock *to, struct message *m,
		       u64 until)
{
	struct chunk_list chunks;
	u32 bytes = m->data.left;
	int err;

	/* Linux's limit: a larger one could never enter the queue. */
	if (bytes > sock->sndbuf - 32)
		return -EMSGSIZE;
	err = make_message(&chunks, sock, m, bytes);
	if (!err)
		err = deliver(sock, to, &chunks, until);
	return err ? err : (s32)bytes;
}

/*
 * The peer of a datagram socket has closed: sock is not connected any more, as
 * on Linux.
 */
static void forget_peer(struct sock *sock, struct sock *peer)
{
	bool forgotten;

	spin_lock(&socket_lock);
	/* Another thread may have connected it anew meanwhile. */
	forgotten = sock->peer == peer;
	if (forgotten) {
		sock->peer = NULL;
		sock->state = SOCK_UNCONNECTED;
	}
	spin_unlock(&socket_lock);
	if (forgotten)
		sock_put(peer);
}

/*
 * Sends a datagram to the address in m, or to the peer without one: bytes, or
 * -errno.
 */
static s32 send_datagram(struct sock *sock, struct message *m, u64 until)
{
	struct sock *to;
	s32 ret = name_if_passcred(sock);

	if (ret)
		return ret;
	if (m->addr_bytes) {
		ret = find_sock(m, sock->type, &to);
		if (ret)
			return ret;
	} else {
		to = get_peer(sock);
		if (!to)
			return -ENOTCONN;
	}
	ret = send_packet(sock, to, m, until);
	/* The next datagram then fails with -ENOTCONN instead, as on Linux. */
	if (ret == -ECONNREFUSED)
		forget_peer(sock, to);
	sock_put(to);
	return ret;
}

/*
 * Sends to the peer of a stream or packet socket: bytes, or -errno. Packets
 * ignore an address, as on Linux.
 */
static s32 send_connected(struct sock *sock, struct message *m, u64 until)
{
	bool stream = sock->type == SOCK_STREAM;
	struct sock *peer = get_peer(sock);
	s32 ret;

	if (stream && m->addr_bytes)
		ret = peer ? -EISCONN : -EOPNOTSUPP;
	else if (!peer)
		ret = -ENOTCONN;
	else if (stream)
		ret = send_stream(sock, peer, m, until);
	else
		ret = send_packet(sock, peer, m, until);
	sock_put(peer);
	return ret;
}

s32 sock_send(struct file *file, struct message *m)
{
	struct sock *sock = file->private_data;
	u64 until = sock_deadline(file, m->flags, sock->sndtimeo);

	if (m->flags & MSG_OOB)
		return -EOPNOTSUPP;
	/* No SCM_CREDENTIALS in the message: the kernel names the sender. */
	if (!m->cred.pid)
		m->cred = current_ucred(false);
	return sock->type == SOCK_DGRAM ? send_datagram(sock, m, until) :
					  send_connected(sock, m, until);
}
