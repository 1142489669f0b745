/*
 * services/socket/receive.c - from a socket's queue to a program.
 *
 * One receiver at a time takes chunks off a queue, or its bytes would be mixed
 * with another receiver's: it holds `reading` while it copies, and releases it
 * to wait. Senders only append, under socket_lock, so a chunk that the receiver
 * looks at stays.
 */
#include <services/socket/internal.h>
#include <string.h>

/* ---- the bytes --------------------------------------------------- */

/* Copies the next bytes of a message to the program's pieces: 0 or -EFAULT. */
static int transfer_out(struct transfer *t, const char *from, u32 bytes)
{
	u32 part;

	t->left -= bytes;
	if (t->into) {
		memcpy(t->into, from, bytes);
		t->into += bytes;
		return 0;
	}
	while (bytes) {
		part = min(bytes, t->iov->iov_len - t->offset);
		if (copy_to_user(t->iov->iov_base + t->offset, from, part))
			return -EFAULT;
		from += part;
		bytes -= part;
		t->offset += part;
		/*
		 * A piece may also have a length of 0, and is passed over here.
		 */
		if (t->offset == t->iov->iov_len) {
			t->iov++;
			t->offset = 0;
		}
	}
	return 0;
}

/* ---- the queue; `reading' held ----------------------------------- */

/*
 * Returns the chunk behind `chunk`, or the first one if that is NULL; NULL:
 * there is none. socket_lock is held for the look only: a sender may be
 * appending.
 */
static struct chunk *next_chunk(struct sock *sock, struct chunk *chunk)
{
	spin_lock(&socket_lock);
	chunk = chunk ? STAILQ_NEXT(chunk, link) : STAILQ_FIRST(&sock->queue);
	spin_unlock(&socket_lock);
	return chunk;
}

/*
 * Takes the first `bytes` bytes off the queue; the chunk is freed with its last
 * byte.
 */
static void consume(struct sock *sock, struct chunk *chunk, u32 bytes)
{
	struct chunk_list done = STAILQ_HEAD_INITIALIZER(done);

	spin_lock(&socket_lock);
	chunk->offset += bytes;
	chunk->bytes -= bytes;
	sock->unread -= bytes;
	/*
	 * A packet without bytes is one chunk of length 0, which is done at
	 * once.
	 */
	if (!chunk->bytes) {
		STAILQ_REMOVE_HEAD(&sock->queue, link);
		sock->queued -= chunk->charge;
		sock->nr_messages -= chunk->last;
		STAILQ_INSERT_TAIL(&done, chunk, link);
	}
	spin_unlock(&socket_lock);
	/*
	 * After the lock is released: a chunk may carry files, whose closing
	 * sleeps.
	 */
	free_chunks(&done);
	/* There is room for senders that wait. */
	wake_up(&sock->room);
	poll_wake(&sock->room_edge);
}

/*
 * Gives m what comes with a message: sender, address and files. With MSG_PEEK
 * the message keeps its files, and m gets copies. Returns 0 or -ENOMEM.
 */
static int take_companions(struct chunk *chunk, struct message *m)
{
	/*
	 * A stream's read may take several chunks: the first one names the
	 * sender.
	 */
	if (!m->has_cred) {
		m->cred = chunk->cred;
		m->from = name_get(chunk->from);
		m->has_cred = true;
	}
	if (!chunk->rights)
		return 0;
	if (m->flags & MSG_PEEK) {
		m->rights = rights_dup(chunk->rights);
		return m->rights ? 0 : -ENOMEM;
	}
	spin_lock(&socket_lock);
	m->rights = rights_dequeue(chunk);
	spin_unlock(&socket_lock);
	return 0;
}

/* ---- waiting ----------------------------------------------------- */

/* Returns the pending error, 0 or negative, and clears it. */
static int take_error(struct sock *sock)
{
	int err;

	spin_lock(&socket_lock);
	err = sock->error;
	sock->error = 0;
	spin_unlock(&socket_lock);
	return err;
}

/* Returns true if a receiver need not wait. Without the lock only a hint. */
static bool worth_a_look(const struct sock *sock)
{
	return !STAILQ_EMPTY(&sock->queue) || READ_ONCE(sock->error) ||
		READ_ONCE(sock->shutdown) & RCV_SHUTDOWN;
}

/*
 * Waits for the first chunk. Returns 0 with `reading` held and *chunk, which is
 * NULL if none will come any more; or -errno, with `reading` released. Call
 * with `reading` held.
 */
static int await_chunk(struct sock *sock, u64 until, struct chunk **chunk)
{
	int err = 0;

	for (;;) {
		*chunk = next_chunk(sock, NULL);
		if (*chunk)
			return 0;
		/* Data first: what arrived before the error is still read. */
		err = take_error(sock);
		if (!err && sock->shutdown & RCV_SHUTDOWN) {
			if (until || sock->type != SOCK_DGRAM)
				return 0;
			err = -EAGAIN; /* as on Linux */
		}
		/*
		 * Released for the sleep, so that a receiver with MSG_DONTWAIT
		 * does not wait for this one.
		 */
		up_write(&sock->reading);
		if (!err)
			err = sock_wait(&sock->readable, worth_a_look(sock),
					until);
		if (!err)
			err = down_write_killable(&sock->reading);
		if (err)
			return err;
	}
}

/* ---- streams ----------------------------------------------------- */

/* Returns true if both are the same process with the same ids. */
static bool same_sender(const struct ucred *a, const struct ucred *b)
{
	return a->pid == b->pid && a->uid == b->uid && a->gid == b->gid;
}

/*
 * Returns true if chunk must not be in the same read as m: a socket with
 * SO_PASSCRED gets one sender's bytes at a time.
 */
static bool is_other_sender(const struct sock *sock, const struct chunk *chunk,
			    const struct message *m)
{
	return PASSES_CRED(sock) && m->has_cred &&
		!same_sender(&chunk->cred, &m->cred);
}

/*
 * Reads one chunk after the other, and stops after one that brought files,
 * whose place in the stream the program must see. *done grows. Returns 0, 1 if
 * no more is to be had now, -EFAULT or -ENOMEM. Hold `reading`.
 */
static int read_chunks(struct sock *sock, struct message *m, s32 *done)
{
	bool peek = m->flags & MSG_PEEK;
	struct chunk *chunk = next_chunk(sock, NULL);
	u32 part;
	int err = 0;

	while (chunk && !err && !m->rights) {
		if (is_other_sender(sock, chunk, m))
			return 1;
		part = min(m->data.left, chunk->bytes);
		/*
		 * Copied before it is consumed: after -EFAULT the bytes can be
		 * read again.
		 */
		err = transfer_out(&m->data, chunk->data + chunk->offset, part);
		if (!err)
			err = take_companions(chunk, m);
		if (err)
			break;
		*done += (s32)part;
		if (!peek)
			consume(sock, chunk, part);
		if (!m->data.left || give_way())
			return 1;
		chunk = next_chunk(sock, peek ? chunk : NULL);
	}
	return err ? err : m->rights != NULL || peek;
}

/*
 * Receives from a stream at least rcvlowat bytes, or all with MSG_WAITALL,
 * unless the end, an error or the time comes before.
 */
static s32 receive_stream(struct sock *sock, struct message *m, u64 until)
{
	u32 wanted = m->data.left;
	u32 target = m->flags & MSG_WAITALL ? wanted :
					      min(sock->rcvlowat, wanted);
	struct chunk *chunk;
	s32 done = 0;
	int err;

	/*
	 * A listener, or a socket that was never connected: Linux's error for
	 * streams.
	 */
	if (sock->state != SOCK_CONNECTED)
		return -EINVAL;
	err = down_write_killable(&sock->reading);
	if (err)
		return err;
	for (;;) {
		err = await_chunk(sock, until, &chunk);
		/*
		 * An error from await_chunk() has released `reading`, so the
		 * call returns here.
		 */
		if (err)
			return done ? done : err;
		if (!chunk)
			break;
		err = read_chunks(sock, m, &done);
		if (err || (u32)done >= target)
			break;
	}
	up_write(&sock->reading);
	return done || err > 0 ? done : err;
}

/* ---- packets ----------------------------------------------------- */

/*
 * Copies the message that begins with chunk. Returns the bytes that fit, with
 * *length, its full length, or -EFAULT.
 */
static s32 read_packet(struct sock *sock, struct message *m,
		       struct chunk *chunk, u32 *length)
{
	s32 done = 0;
	u32 part;

	*length = 0;
	for (; chunk; chunk = next_chunk(sock, chunk)) {
		part = min(m->data.left, chunk->bytes);
		if (transfer_out(&m->data, chunk->data, part))
			return -EFAULT;
		done += (s32)part;
		*length += chunk->bytes;
		if (chunk->last)
			break;
	}
	return done;
}

/* Takes the first message off the queue. */
static void consume_packet(struct sock *sock)
{
	struct chunk *chunk;
	bool last;

	do {
		chunk = next_chunk(sock, NULL);
		last = chunk->last;
		consume(sock, chunk, chunk->bytes);
	} while (!last);
}

/* Receives one message: what does not fit is lost, and MSG_TRUNC reports it. */
static s32 receive_packet(struct sock *sock, struct message *m, u64 until)
{
	struct chunk *chunk;
	u32 length;
	s32 ret;

	if (sock->type == SOCK_SEQPACKET && sock->state != SOCK_CONNECTED)
		return -ENOTCONN;
	ret = down_write_killable(&sock->reading);
	if (!ret)
		ret = await_chunk(sock, until, &chunk);
	if (ret)
		return ret;
	if (chunk) {
		ret = read_packet(sock, m, chunk, &length);
		if (ret >= 0 && (u32)ret < length) {
			m->out_flags |= MSG_TRUNC;
			/* The program asks for the real length. */
			if (m->flags & MSG_TRUNC)
				ret = (s32)length;
		}
		if (ret >= 0 && take_companions(chunk, m))
			ret = -ENOMEM;
		/*
		 * Also after -EFAULT: Linux loses a packet that cannot be
		 * copied.
		 */
		if (!(m->flags & MSG_PEEK))
			consume_packet(sock);
	}
	up_write(&sock->reading);
	return ret;
}

s32 sock_receive(struct file *file, struct message *m)
{
	struct sock *sock = file->private_data;
	u64 until = sock_deadline(file, m->flags, sock->rcvtimeo);
	s32 ret;

	if (m->flags & MSG_OOB)
		return sock->type == SOCK_STREAM ? -EINVAL : -EOPNOTSUPP;
	m->has_cred = false;
	ret = sock->type == SOCK_STREAM ? receive_stream(sock, m, until) :
					  receive_packet(sock, m, until);
	/*
	 * Every message has credentials inside the kernel; the program sees
	 * them if it asked.
	 */
	m->has_cred &= PASSES_CRED(sock) != 0;
	return ret;
}
