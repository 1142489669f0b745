/*
 * services/socket/receive.c - what a socket has got goes to a program.
 *
 * One receiver at a time takes chunks off a queue, or its bytes would be mixed
 * with another's: it holds `reading' while it copies, and gives it up to wait.
 * Senders only append, under socket_lock, so a chunk that it looks at stays.
 */
#include <services/socket/internal.h>

/* ---- the bytes --------------------------------------------------- */

/* The next bytes go to the program: 0 or -EFAULT. */
static int transfer_out(struct transfer *t, const char *from, u32 bytes)
{
	u32 part;

	t->left -= bytes;
	while (bytes) {
		part = min(bytes, t->iov->iov_len - t->offset);
		if (copy_to_user(t->iov->iov_base + t->offset, from, part))
			return -EFAULT;
		from += part;
		bytes -= part;
		t->offset += part;
		if (t->offset == t->iov->iov_len) {
			t->iov++;
			t->offset = 0;
		}
	}
	return 0;
}

/* ---- the queue; `reading' held ----------------------------------- */

/* The chunk behind one, or the first; NULL: there is none. */
static struct chunk *next_chunk(struct sock *sock, struct chunk *chunk)
{
	spin_lock(&socket_lock);
	chunk = chunk ? STAILQ_NEXT(chunk, link) : STAILQ_FIRST(&sock->queue);
	spin_unlock(&socket_lock);
	return chunk;
}

/* Its first bytes are read: the chunk too, if those were all. */
static void consume(struct sock *sock, struct chunk *chunk, u32 bytes)
{
	struct chunk_list done = STAILQ_HEAD_INITIALIZER(done);

	spin_lock(&socket_lock);
	chunk->offset += bytes;
	chunk->bytes -= bytes;
	sock->unread -= bytes;
	if (!chunk->bytes) {
		STAILQ_REMOVE_HEAD(&sock->queue, link);
		sock->queued -= chunk->charge;
		sock->nr_messages -= chunk->last;
		STAILQ_INSERT_TAIL(&done, chunk, link);
	}
	spin_unlock(&socket_lock);
	free_chunks(&done);
	wake_up(&sock->room);
	poll_wake(&sock->room_edge);
}

/* What comes with a message: m has it then, or, to look at, has it too. */
static int take_companions(struct chunk *chunk, struct message *m)
{
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

static int take_error(struct sock *sock)
{
	int err;

	spin_lock(&socket_lock);
	err = sock->error;
	sock->error = 0;
	spin_unlock(&socket_lock);
	return err;
}

static bool worth_a_look(const struct sock *sock)
{
	return !STAILQ_EMPTY(&sock->queue) || READ_ONCE(sock->error) ||
		READ_ONCE(sock->shutdown) & RCV_SHUTDOWN;
}

/*
 * `reading' is held before and after: 0 and *chunk, the first; NULL: there will
 * be none. Or -errno, and it is not held.
 */
static int await_chunk(struct sock *sock, u64 until, struct chunk **chunk)
{
	int err = 0;

	for (;;) {
		*chunk = next_chunk(sock, NULL);
		if (*chunk)
			return 0;
		err = take_error(sock);
		if (!err && sock->shutdown & RCV_SHUTDOWN) {
			if (until || sock->type != SOCK_DGRAM)
				return 0;
			err = -EAGAIN; /* as on Linux */
		}
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

static bool same_sender(const struct ucred *a, const struct ucred *b)
{
	return a->pid == b->pid && a->uid == b->uid && a->gid == b->gid;
}

/* Bytes of different senders are not mixed where they are told apart. */
static bool is_other_sender(const struct sock *sock, const struct chunk *chunk,
			    const struct message *m)
{
	return PASSES_CRED(sock) && m->has_cred &&
		!same_sender(&chunk->cred, &m->cred);
}

/*
 * Bytes of one chunk after the other, and no more once one has brought files.
 * *done grows. 0, 1: no more to be had now; -EFAULT, -ENOMEM. `reading' held.
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

static s32 receive_stream(struct sock *sock, struct message *m, u64 until)
{
	u32 wanted = m->data.left;
	u32 target = m->flags & MSG_WAITALL ? wanted :
					      min(sock->rcvlowat, wanted);
	struct chunk *chunk;
	s32 done = 0;
	int err;

	if (sock->state != SOCK_CONNECTED)
		return -EINVAL;
	err = down_write_killable(&sock->reading);
	if (err)
		return err;
	for (;;) {
		err = await_chunk(sock, until, &chunk);
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

/* How many bytes of the message fit, and *length, all there are; or -EFAULT. */
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

/* All of its first message. */
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
			if (m->flags & MSG_TRUNC)
				ret = (s32)length;
		}
		if (ret >= 0 && take_companions(chunk, m))
			ret = -ENOMEM;
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
	m->has_cred &= PASSES_CRED(sock) != 0;
	return ret;
}
