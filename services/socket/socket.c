/*
 * services/socket/socket.c - a socket as a file, and the service's row.
 */
#include <services/files/files.h>
#include <services/pipe/pipe.h>
#include <services/poll/async.h>
#include <services/socket/internal.h>
#include <uapi/poll.h>
#include <uapi/termios.h>

/* Receives data alone: the bytes, or -errno. */
static s32 receive_data(struct file *file, struct message *m)
{
	s32 ret = sock_receive(file, m);

	/* read() has no place for files: they are closed, as on Linux. */
	rights_drop(m->rights);
	name_put(m->from);
	return ret;
}

/*
 * readv() and writev(), and the body of read() and write(): bytes, or -errno.
 */
static s32 socket_pieces(struct file *file, const struct iovec32 *iov, u32 n,
			 bool write)
{
	struct message m = { .data = { .iov = iov } };

	for (u32 i = 0; i < n; i++)
		m.data.left += iov[i].iov_len;
	if (write)
		return sock_send(file, &m);
	/* A read of 0 bytes does not wait. */
	return m.data.left ? receive_data(file, &m) : 0;
}

static s32 socket_read(struct file *file, uaddr_t buf, u32 bytes,
		       u64 *pos __unused_arg)
{
	return socket_pieces(file, &(struct iovec32){ buf, bytes }, 1, false);
}

static s32 socket_write(struct file *file, uaddr_t buf, u32 bytes,
			u64 *pos __unused_arg)
{
	return socket_pieces(file, &(struct iovec32){ buf, bytes }, 1, true);
}

/* For sendfile() and splice(): the bytes are in the kernel. */
static s32 socket_kernel_write(struct file *file, const void *buf, u32 bytes,
			       u64 *pos __unused_arg)
{
	struct message m = { .data = { .kernel = buf, .left = bytes } };

	return sock_send(file, &m);
}

/*
 * For splice() from a stream into a pipe. Of a packet the rest would be lost that
 * does not fit. pos: KERNEL_READ_NOWAIT or 0.
 */
static s32 socket_kernel_read(struct file *file, void *buf, u32 bytes, u64 pos)
{
	const struct sock *sock = file->private_data;
	struct message m = { .data = { .into = buf, .left = bytes } };

	if (sock->type != SOCK_STREAM)
		return -EINVAL;
	m.flags = pos == KERNEL_READ_NOWAIT ? MSG_DONTWAIT : 0;
	return receive_data(file, &m);
}

/*
 * Returns true if poll() should report room: as on Linux at most a quarter of
 * the buffer is in use, so that a woken writer can send more than a few bytes.
 * Hold socket_lock.
 */
static bool is_writable(const struct sock *sock)
{
	const struct sock *peer = sock->peer;

	/*
	 * A listener has no peer, which would otherwise mean that a send fails
	 * at once.
	 */
	if (sock->state == SOCK_LISTENING)
		return false;
	return !peer || peer->dead ||
		(peer->queued * 4 <= sock->sndbuf &&
		 may_deliver(sock, peer) != -EAGAIN);
}

/*
 * Looks under socket_lock, so that edges and events belong to the same moment.
 */
static u32 socket_poll(struct file *file, struct poll_edges *edges)
{
	struct sock *sock = file->private_data;
	u32 ready = 0;

	spin_lock(&socket_lock);
	*edges = sock->edges;
	/*
	 * Room comes from the peer's reader: its edge is part of this socket's.
	 */
	if (sock->peer)
		edges->out += sock->peer->room_edge;
	if (sock->error)
		ready |= POLLERR;
	if (sock->shutdown == ALL_SHUTDOWN)
		ready |= POLLHUP;
	/* The end counts as readable: a read returns 0 at once. */
	if (sock->shutdown & RCV_SHUTDOWN)
		ready |= POLLRDHUP | POLLIN | POLLRDNORM;
	if (!STAILQ_EMPTY(&sock->queue) || !TAILQ_EMPTY(&sock->backlog))
		ready |= POLLIN | POLLRDNORM;
	/*
	 * Linux reports a hang-up for a stream that was never connected, too.
	 */
	if (sock->type != SOCK_DGRAM && sock->state == SOCK_UNCONNECTED)
		ready |= POLLHUP;
	if (is_writable(sock))
		ready |= POLLOUT | POLLWRNORM | POLLWRBAND;
	spin_unlock(&socket_lock);
	return ready;
}

/*
 * Returns the bytes that FIONREAD reports: all of a stream's, of datagrams
 * those of the first. Hold socket_lock.
 */
static u32 bytes_to_read(const struct sock *sock)
{
	const struct chunk *chunk;
	u32 bytes = 0;

	if (sock->type != SOCK_DGRAM)
		return sock->unread;
	STAILQ_FOREACH(chunk, &sock->queue, link) {
		bytes += chunk->bytes;
		if (chunk->last)
			break;
	}
	return bytes;
}

/* FIONREAD and TIOCOUTQ: 0 or -errno. */
static int socket_ioctl(struct file *file, u32 cmd, u32 arg)
{
	struct sock *sock = file->private_data;
	bool listening;
	u32 bytes;

	if (cmd == FIOASYNC)
		return poll_async(file, &sock->edges.in, NULL, arg);
	if (cmd != FIONREAD && cmd != TIOCOUTQ)
		return -ENOTTY;
	spin_lock(&socket_lock);
	listening = sock->state == SOCK_LISTENING;
	if (cmd == FIONREAD)
		bytes = bytes_to_read(sock);
	else
		bytes = sock->peer ? sock->peer->queued : 0;
	spin_unlock(&socket_lock);
	/* Linux: a listener has connections to accept, but no bytes to read. */
	return listening && cmd == FIONREAD ? -EINVAL :
					      put_user_u32(bytes, arg);
}

/* The last descriptor is closed; NULL after sock_file_undo(). */
static void socket_release(struct file *file)
{
	if (file->private_data)
		sock_close(file->private_data);
}

static const struct file_operations socket_fops = {
	.read = socket_read,
	.write = socket_write,
	.pieces = socket_pieces,
	.kernel_read = socket_kernel_read,
	.kernel_write = socket_kernel_write,
	.poll = socket_poll,
	.ioctl = socket_ioctl,
	.release = socket_release,
};

static const struct inode_operations socket_inode_ops = {
	.nameless = "socket:[%u]",
};

/* The inode has no name, and goes with the file. */
struct file *sock_file(struct sock *sock, u32 flags)
{
	struct inode *inode = new_inode(S_IFSOCK | 0777);
	struct file *file = inode ? alloc_file() : NULL;

	if (!file) {
		iput(inode);
		return NULL;
	}
	inode->i_dev = SOCKFS_DEV;
	inode->i_uid = current_cred()->fsuid;
	inode->i_gid = current_cred()->fsgid;
	inode->i_op = &socket_inode_ops;
	file->f_inode = inode;
	file->f_mapping = &inode->i_data;
	file->f_op = &socket_fops;
	file->f_mode = FMODE_READ | FMODE_WRITE;
	file->f_flags = (flags & SOCK_NONBLOCK) | O_RDWR;
	file->private_data = sock;
	spin_lock(&socket_lock);
	/* Under the lock: the search in rights.c reads it. */
	sock->file = file;
	spin_unlock(&socket_lock);
	return file;
}

void sock_file_undo(struct file *file)
{
	struct sock *sock = file->private_data;

	spin_lock(&socket_lock);
	sock->file = NULL;
	spin_unlock(&socket_lock);
	file->private_data = NULL;
	fput(file);
}

/*
 * The exit_late of the service's row: the task may have been the last one that
 * could reach sockets in flight.
 */
static void socket_exit(struct task_struct *task __unused_arg)
{
	rights_collect();
}

const struct service socket_service = {
	.init = sock_init,
	.exit_late = socket_exit,
};
