/*
 * services/socket/connect.c - creating sockets, and connecting them.
 *
 * A connect creates the socket that accept will return, and connects the two at
 * once: bytes that are sent before the accept wait in its queue.
 */
#include <services/pipe/pipe.h>
#include <services/socket/internal.h>

#define BACKLOG_MAX 4096u /* Linux's somaxconn */

/* ---- making ------------------------------------------------------ */

/*
 * Checks the arguments of socket() in Linux's order. Returns 0 with *kind,
 * SOCK_STREAM and so on, or -errno. type may also have SOCK_NONBLOCK and
 * SOCK_CLOEXEC.
 */
static int check_kind(u32 family, u32 type, u32 protocol, u32 *kind)
{
	if (type & ~(u32)(0xf | SOCK_NONBLOCK | SOCK_CLOEXEC))
		return -EINVAL;
	*kind = type & 0xf;
	if (family >= AF_MAX)
		return -EAFNOSUPPORT;
	/*
	 * As on Linux: a type that no family has is reported before a family
	 * that is not there.
	 */
	if (*kind >= SOCK_MAX)
		return -EINVAL;
	if (family != AF_UNIX)
		return -EAFNOSUPPORT;
	if (protocol && protocol != AF_UNIX)
		return -EPROTONOSUPPORT;
	if (*kind == SOCK_RAW)
		*kind = SOCK_DGRAM; /* as on Linux */
	return *kind == SOCK_STREAM || *kind == SOCK_DGRAM ||
			*kind == SOCK_SEQPACKET ?
		0 :
		-ESOCKTNOSUPPORT;
}

/* Returns a file with a new unconnected socket; NULL: no memory. */
static struct file *new_socket(u32 kind, u32 flags)
{
	struct sock *sock = sock_alloc(kind);
	struct file *file = sock ? sock_file(sock, flags) : NULL;

	if (!file)
		sock_put(sock);
	return file;
}

s32 sys_socket(u32 family, u32 type, u32 protocol)
{
	struct file *file;
	u32 kind;
	int err = check_kind(family, type, protocol, &kind);

	if (err)
		return err;
	file = new_socket(kind, type);
	return file ? open_fd(file, type) : -ENOMEM;
}

/*
 * Makes peer the peer of sock, with a reference. Hold socket_lock, unless
 * nobody else knows the two.
 */
static void connect_to(struct sock *sock, struct sock *peer,
		       struct ucred peer_cred)
{
	sock->peer = sock_get(peer);
	sock->state = SOCK_CONNECTED;
	sock->peer_cred = peer_cred;
}

/* Creates two files whose sockets are connected: 0 or -ENOMEM. */
static int new_pair(u32 kind, u32 flags, struct file *ends[2])
{
	struct ucred cred = current_ucred(true);
	struct sock *a, *b;

	ends[0] = new_socket(kind, flags);
	if (!ends[0])
		return -ENOMEM;
	ends[1] = new_socket(kind, flags);
	if (!ends[1]) {
		fput(ends[0]);
		return -ENOMEM;
	}
	a = ends[0]->private_data;
	b = ends[1]->private_data;
	/* Without the lock: neither has a descriptor yet. */
	connect_to(a, b, cred);
	connect_to(b, a, cred);
	return 0;
}

s32 sys_socketpair(u32 family, u32 type, u32 protocol, uaddr_t ufds)
{
	struct file *ends[2];
	u32 kind;
	int err = check_kind(family, type, protocol, &kind);

	if (!err)
		err = new_pair(kind, type, ends);
	return err ? err : open_two_fds(ends, type & SOCK_CLOEXEC, ufds);
}

/* ---- listening --------------------------------------------------- */

/*
 * Makes sock a listener: 0, -EOPNOTSUPP (datagrams) or -EINVAL (no name, or
 * connected).
 */
static int begin_listening(struct sock *sock, u32 backlog)
{
	int err = 0;

	spin_lock(&socket_lock);
	if (sock->type == SOCK_DGRAM)
		err = -EOPNOTSUPP;
	else if (!sock->name || sock->state == SOCK_CONNECTED)
		err = -EINVAL;
	if (!err) {
		sock->state = SOCK_LISTENING;
		sock->max_backlog = min(backlog, BACKLOG_MAX);
		/*
		 * A peer that connects sees who called listen(), not who
		 * accepts: Linux's SO_PEERCRED.
		 */
		sock->peer_cred = current_ucred(true);
		/* A second listen() may have made the backlog longer. */
		wake_up(&sock->room);
	}
	spin_unlock(&socket_lock);
	return err;
}

s32 sys_listen(u32 fd, u32 backlog)
{
	struct file *file;
	struct sock *sock;
	s32 err;

	sock = fd_sock(fd, &file, &err);
	if (!sock)
		return err;
	err = begin_listening(sock, backlog);
	fput(file);
	return err;
}

/* ---- connecting -------------------------------------------------- */

/*
 * Returns true if a connect need not wait: there is room, or it fails anyway.
 * Without the lock only a hint.
 */
static bool has_place(const struct sock *listener)
{
	return listener->dead || listener->state != SOCK_LISTENING ||
		listener->shutdown & RCV_SHUTDOWN ||
		listener->nr_backlog <= listener->max_backlog;
}

/*
 * Returns 0 if sock may connect to listener, -EAGAIN if its backlog is full, or
 * -errno. Hold socket_lock.
 */
static int may_connect(const struct sock *sock, const struct sock *listener)
{
	if (listener->dead || listener->state != SOCK_LISTENING ||
	    listener->shutdown & RCV_SHUTDOWN)
		return -ECONNREFUSED;
	if (!has_place(listener))
		return -EAGAIN;
	/* After the listener's errors, in Linux's order. */
	if (sock->state == SOCK_CONNECTED)
		return -EISCONN;
	return sock->state == SOCK_LISTENING ? -EINVAL : 0;
}

/*
 * Connects sock with `waiting`, the socket that an accept will return, and puts
 * that into listener's backlog. Returns as may_connect().
 */
static int try_connect(struct sock *sock, struct sock *listener,
		       struct sock *waiting)
{
	int err;

	spin_lock(&socket_lock);
	err = may_connect(sock, listener);
	if (!err) {
		/*
		 * getsockname() of an accepted socket shows the listener's
		 * address.
		 */
		waiting->name = name_get(listener->name);
		connect_to(waiting, sock, current_ucred(true));
		connect_to(sock, waiting, listener->peer_cred);
		TAILQ_INSERT_TAIL(&listener->backlog, waiting, backlog_link);
		listener->nr_backlog++;
	}
	spin_unlock(&socket_lock);
	return err;
}

/*
 * Connects a stream or packet socket to the address in m: 0 or -errno. Sleeps
 * while the backlog is full.
 */
static int connect_stream(struct file *file, const struct message *m)
{
	struct sock *sock = file->private_data, *listener, *waiting;
	u64 until = sock_deadline(file, 0, sock->sndtimeo);
	int err = name_if_passcred(sock);

	if (!err)
		err = find_sock(m, sock->type, &listener);
	if (err)
		return err;
	/* Before the lock, under which nothing can be allocated. */
	waiting = sock_alloc(sock->type);
	err = waiting ? -EAGAIN : -ENOMEM;
	while (err == -EAGAIN) {
		err = try_connect(sock, listener, waiting);
		if (err != -EAGAIN)
			break;
		err = sock_wait(&listener->room, has_place(listener), until);
		if (err)
			break;
		err = -EAGAIN;
	}
	if (err)
		sock_put(waiting);
	else
		sock_changed(listener);
	sock_put(listener);
	return err;
}

/*
 * Sets the peer to which datagrams go and from which they are accepted, or none
 * for AF_UNSPEC. Returns 0 or -errno.
 */
static int connect_datagram(struct sock *sock, const struct message *m)
{
	struct sock *to = NULL, *old;
	int err = 0;

	if (m->addr_bytes < sizeof(m->addr.sun_family))
		return -EINVAL;
	if (m->addr.sun_family != AF_UNSPEC) {
		err = name_if_passcred(sock);
		if (!err)
			err = find_sock(m, sock->type, &to);
	}
	if (err)
		return err;
	spin_lock(&socket_lock);
	/*
	 * A socket that has chosen a peer accepts datagrams from that one only.
	 */
	if (to && to->peer && to->peer != sock)
		err = -EPERM;
	old = err ? to : sock->peer;
	if (!err) {
		sock->peer = to;
		sock->state = to ? SOCK_CONNECTED : SOCK_UNCONNECTED;
	}
	spin_unlock(&socket_lock);
	/* After the lock is released. */
	sock_put(old);
	return err;
}

s32 sys_connect(u32 fd, uaddr_t addr, u32 bytes)
{
	struct message m;
	struct file *file;
	struct sock *sock;
	s32 err;

	sock = fd_sock(fd, &file, &err);
	if (!sock)
		return err;
	err = get_addr(&m, addr, bytes);
	if (!err)
		err = sock->type == SOCK_DGRAM ? connect_datagram(sock, &m) :
						 connect_stream(file, &m);
	fput(file);
	return err;
}

/* ---- accepting --------------------------------------------------- */

/* Returns true if an accept need not wait. Without the lock only a hint. */
static bool has_waiting(const struct sock *listener)
{
	return !TAILQ_EMPTY(&listener->backlog) ||
		listener->shutdown & RCV_SHUTDOWN;
}

/*
 * Takes the next connection from the backlog, or waits for it until ktime_ns()
 * is `until`. Returns 0 with *waiting, whose reference is the caller's, or
 * -errno.
 */
static int next_waiting(struct sock *listener, u64 until, struct sock **waiting)
{
	int err = 0;

	if (listener->type == SOCK_DGRAM)
		return -EOPNOTSUPP;
	/* A listener stays one until it is closed, so no lock is needed. */
	if (listener->state != SOCK_LISTENING)
		return -EINVAL;
	for (;;) {
		spin_lock(&socket_lock);
		*waiting = TAILQ_FIRST(&listener->backlog);
		if (*waiting) {
			TAILQ_REMOVE(&listener->backlog, *waiting,
				     backlog_link);
			listener->nr_backlog--;
		} else if (listener->shutdown & RCV_SHUTDOWN) {
			err = -EINVAL;
		}
		spin_unlock(&socket_lock);
		if (*waiting || err)
			return err;
		err = sock_wait(&listener->readable, has_waiting(listener),
				until);
		if (err)
			return err;
	}
}

/*
 * The accept failed: returns the connection to the front of the backlog, for
 * the next one.
 */
static void put_back(struct sock *listener, struct sock *waiting)
{
	spin_lock(&socket_lock);
	TAILQ_INSERT_HEAD(&listener->backlog, waiting, backlog_link);
	listener->nr_backlog++;
	spin_unlock(&socket_lock);
	/*
	 * Another accept may have found the backlog empty meanwhile, and
	 * sleeps.
	 */
	wake_up(&listener->readable);
}

/*
 * Accepts one connection: its descriptor, or -errno. The descriptor is
 * installed last, since another thread may use it at once.
 */
static s32 accept_one(struct file *file, uaddr_t addr, uaddr_t len, u32 flags)
{
	struct sock *listener = file->private_data, *waiting;
	struct files_struct *files = current_thread_info()->files;
	struct file *new;
	u32 fd;
	int err = next_waiting(listener,
			       sock_deadline(file, 0, listener->rcvtimeo),
			       &waiting);

	if (err)
		return err;
	/* Linux lets accepted sockets inherit this option. */
	waiting->flags |= PASSES_CRED(listener);
	new = sock_file(waiting, flags);
	err = new ? 0 : -ENOMEM;
	/*
	 * The peer may have closed already; the reference to it keeps its name.
	 */
	if (new &&addr)
		err = put_addr(waiting->peer->name, true, addr, len);
	if (!err)
		err = files_install(files, new, 0, flags & SOCK_CLOEXEC, &fd);
	if (err && new)
		sock_file_undo(new);
	if (err)
		put_back(listener, waiting);
	else
		wake_up(&listener->room);
	return err ? err : (s32)fd;
}

s32 sys_accept4(u32 fd, uaddr_t addr, uaddr_t len, u32 flags)
{
	struct file *file;
	s32 ret;

	if (flags & ~(u32)(SOCK_NONBLOCK | SOCK_CLOEXEC))
		return -EINVAL;
	if (!fd_sock(fd, &file, &ret))
		return ret;
	ret = accept_one(file, addr, len, flags);
	fput(file);
	return ret;
}

s32 sys_accept(u32 fd, uaddr_t addr, uaddr_t len)
{
	return sys_accept4(fd, addr, len, 0);
}

/* ---- the end of a direction -------------------------------------- */

/*
 * Ends one or both directions of a connection. Reading is the peer's writing,
 * so its state changes, too; a datagram's peer has other peers.
 */
s32 sys_shutdown(u32 fd, u32 how)
{
	struct file *file;
	struct sock *sock;
	u32 bits = how + 1; /* SHUT_RD: RCV_SHUTDOWN ... */
	s32 err;

	sock = fd_sock(fd, &file, &err);
	if (!sock)
		return err;
	if (how > SHUT_RDWR) {
		fput(file);
		return -EINVAL;
	}
	spin_lock(&socket_lock);
	sock->shutdown |= bits;
	if (sock->peer && sock->type != SOCK_DGRAM)
		sock->peer->shutdown |= (bits & RCV_SHUTDOWN) << 1 |
			(bits & SEND_SHUTDOWN) >> 1;
	if (sock->peer)
		sock_changed(sock->peer);
	sock_changed(sock);
	spin_unlock(&socket_lock);
	fput(file);
	return 0;
}
