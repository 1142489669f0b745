/*
 * services/socket/sock.c - the life of a socket, and what its calls share.
 *
 * A socket lives as long as its file, its peer or a call has a reference. When
 * the file is closed the socket is dead: its queue is freed, and its peer reads
 * what it has still received and then the end.
 */
#include <services/socket/internal.h>

spinlock_t socket_lock = SPINLOCK_INIT;

static struct kmem_cache *sock_cache;

void sock_init(void)
{
	sock_cache = kmem_cache_create("UNIX", sizeof(struct sock), 0,
				       SLAB_PANIC, NULL);
}

/*
 * A socket's name in a directory, opened with O_PATH, has a socket's inode but
 * no socket: private_data is NULL.
 */
struct sock *sock_of(const struct file *file)
{
	return S_ISSOCK(file->f_inode->i_mode) ? file->private_data : NULL;
}

/*
 * SO_PEERCRED has the effective ids, a message's credentials the real ones, as
 * on Linux.
 */
struct ucred current_ucred(bool effective)
{
	const struct cred *cred = current_cred();

	return (struct ucred){
		.pid = (u32)current->tgid,
		.uid = effective ? cred->euid : cred->uid,
		.gid = effective ? cred->egid : cred->gid,
	};
}

/* ---- lives ------------------------------------------------------- */

/* Zeroed by the slab, since most fields begin with 0. */
struct sock *sock_alloc(u32 type)
{
	struct sock *sock = kmem_cache_alloc(sock_cache,
					     GFP_KERNEL | __GFP_ZERO);

	if (!sock)
		return NULL;
	sock->type = type;
	atomic_set(&sock->count, 1);
	STAILQ_INIT(&sock->queue);
	TAILQ_INIT(&sock->backlog);
	LIST_INIT(&sock->rights);
	sock->sndbuf = sock->rcvbuf = SOCK_BUF_DEFAULT;
	sock->rcvlowat = 1;
	sock->rcvtimeo = sock->sndtimeo = UINT64_MAX;
	init_rwsem(&sock->reading);
	init_waitqueue_head(&sock->readable);
	init_waitqueue_head(&sock->room);
	return sock;
}

void sock_put(struct sock *sock)
{
	if (!sock || !atomic_dec_and_test(&sock->count))
		return;
	name_put(sock->name);
	kmem_cache_free(sock_cache, sock);
}

void sock_changed(struct sock *sock)
{
	wake_up(&sock->readable);
	wake_up(&sock->room);
	poll_wake(&sock->edges.in);
	poll_wake(&sock->edges.out);
}

/* Each chunk's files are taken out under the lock and closed without it. */
void free_chunks(struct chunk_list *chunks)
{
	struct chunk *chunk;
	struct rights *rights;

	while ((chunk = STAILQ_FIRST(chunks)) != NULL) {
		STAILQ_REMOVE_HEAD(chunks, link);
		spin_lock(&socket_lock);
		rights = rights_dequeue(chunk);
		spin_unlock(&socket_lock);
		rights_drop(rights);
		name_put(chunk->from);
		kfree(chunk);
	}
}

/*
 * sock is being closed: ends the connection for its peer. Datagram sockets have
 * no connection, and their peer may get others. Hold socket_lock.
 */
static void leave_peer(const struct sock *sock, struct sock *peer)
{
	if (!peer || sock->type == SOCK_DGRAM)
		return;
	peer->shutdown = ALL_SHUTDOWN;
	if (!STAILQ_EMPTY(&sock->queue) || !sock->file)
		peer->error =
			-ECONNRESET; /* bytes that the peer sent are lost unread */
	sock_changed(peer);
}

/*
 * Closes one socket; its backlog is moved to *backlog for the caller, so that
 * closing a listener does not nest.
 */
static void close_one(struct sock *sock, struct backlog *backlog)
{
	struct chunk_list queue = STAILQ_HEAD_INITIALIZER(queue);
	struct sock *peer;
	struct inode *node;

	spin_lock(&socket_lock);
	sock->dead = true;
	sock->state = SOCK_UNCONNECTED;
	sock->shutdown = ALL_SHUTDOWN;
	peer = sock->peer;
	sock->peer = NULL;
	leave_peer(sock, peer);
	sock->file = NULL;
	if (sock->named.le_prev) /* not in the list: has its listener's name */
		LIST_REMOVE(sock, named);
	node = sock->node;
	sock->node = NULL;
	STAILQ_CONCAT(&queue, &sock->queue);
	TAILQ_CONCAT(backlog, &sock->backlog, backlog_link);
	/* Another thread may still sleep in a call on this socket. */
	sock_changed(sock);
	spin_unlock(&socket_lock);
	/* All that may sleep comes after the lock. */
	free_chunks(&queue);
	iput(node);
	sock_put(peer);
	sock_put(sock);
}

void sock_close(struct sock *sock)
{
	struct backlog backlog = TAILQ_HEAD_INITIALIZER(backlog);

	close_one(sock, &backlog);
	while ((sock = TAILQ_FIRST(&backlog)) != NULL) {
		TAILQ_REMOVE(&backlog, sock, backlog_link);
		close_one(sock, &backlog); /* adds none: it never listened */
	}
	/* This socket may have been the last way to reach others in flight. */
	rights_collect();
}

/* ---- waiting ----------------------------------------------------- */

u64 sock_deadline(const struct file *file, u32 msg_flags, u64 timeout)
{
	if (file->f_flags & O_NONBLOCK || msg_flags & MSG_DONTWAIT)
		return 0;
	return timeout == UINT64_MAX ? timeout : ktime_ns() + timeout;
}

int sock_sleep(u64 until)
{
	int err = schedule_until(until);

	if (err == -ETIMEDOUT)
		return -EAGAIN;
	/*
	 * A restart would begin the time anew, so a call with a time limit ends
	 * with -EINTR.
	 */
	return err && until != UINT64_MAX ? -EINTR : err;
}

/* ---- by descriptor ----------------------------------------------- */

struct sock *fd_sock(u32 fd, struct file **file, int *err)
{
	struct sock *sock;

	*file = fget(fd);
	if (!*file) {
		*err = -EBADF;
		return NULL;
	}
	sock = sock_of(*file);
	*err = sock ? 0 : -ENOTSOCK;
	if (!sock)
		fput(*file);
	return sock;
}
