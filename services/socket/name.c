/*
 * services/socket/name.c - the addresses of sockets: paths, and names in no
 * directory ("abstract": the path begins with a 0).
 *
 * A path leads to an inode, to which the socket that was bound there has a
 * reference. All sockets that have an address are in one list.
 */
#include <services/files/files.h>
#include <services/socket/internal.h>
#include <stdio.h>
#include <string.h>

#define FAMILY_BYTES ((u32)offsetof(struct sockaddr_un, sun_path))

static LIST_HEAD(, sock) named = LIST_HEAD_INITIALIZER(named); /* socket_lock */

void name_put(struct sock_name *name)
{
	if (name && atomic_dec_and_test(&name->count))
		kfree(name);
}

/* Returns true if the address in m is no path. */
static bool is_abstract(const struct message *m)
{
	return m->addr.sun_path[0] == '\0';
}

/* ---- to and from programs ---------------------------------------- */

/* The size of Linux's largest kind of address. */
#define STORAGE_BYTES 128u

int get_addr(struct message *m, uaddr_t addr, u32 bytes)
{
	if (bytes > STORAGE_BYTES)
		return -EINVAL;
	/* A path need not end with a 0: the zeros, and addr_end, end it. */
	memset(&m->addr, 0, sizeof(m->addr));
	m->addr_end = '\0';
	m->addr_bytes = bytes;
	bytes = min(bytes, (u32)sizeof(m->addr));
	return copy_from_user(&m->addr, addr, bytes) ? -EFAULT : 0;
}

int put_addr(const struct sock_name *name, bool is_there, uaddr_t addr,
	     uaddr_t len)
{
	const u16 unnamed = AF_UNIX;
	u32 bytes = name ? name->bytes : FAMILY_BYTES, room;

	if (!is_there)
		bytes = 0;
	if (get_user_u32(&room, len))
		return -EFAULT;
	if ((s32)room < 0)
		return -EINVAL;
	if (copy_to_user(addr, name ? (const void *)&name->addr : &unnamed,
			 min(room, bytes)))
		return -EFAULT;
	return put_user_u32(bytes, len);
}

/* Returns 0 if m's address is one of AF_UNIX with a name, else -EINVAL. */
static int check_addr(const struct message *m)
{
	return m->addr_bytes <= FAMILY_BYTES ||
			m->addr_bytes > sizeof(m->addr) ||
			m->addr.sun_family != AF_UNIX ?
		-EINVAL :
		0;
}

/* ---- finding ----------------------------------------------------- */

/*
 * Returns true if sock is bound to the address: to node, to which a path leads,
 * or, if that is NULL, to the abstract name in m. Hold socket_lock.
 */
static bool has_addr(const struct sock *sock, const struct inode *node,
		     const struct message *m, u32 type)
{
	/*
	 * A path finds a socket of any type, so that connect can fail with
	 * -EPROTOTYPE; abstract names are apart for each type.
	 */
	if (node)
		return sock->node == node;
	return !sock->node && sock->type == type &&
		sock->name->bytes == m->addr_bytes &&
		memcmp(&sock->name->addr, &m->addr, m->addr_bytes) == 0;
}

/* Returns the socket with the address, with a reference, or NULL. */
static struct sock *find_named(const struct inode *node,
			       const struct message *m, u32 type)
{
	struct sock *sock;

	spin_lock(&socket_lock);
	LIST_FOREACH(sock, &named, named)
		if (has_addr(sock, node, m, type))
			break;
	/*
	 * Under the lock: a socket in the list has a reference at least until
	 * it is removed.
	 */
	if (sock)
		sock_get(sock);
	spin_unlock(&socket_lock);
	return sock;
}

/*
 * Follows the path in m to a socket's inode, with a reference in *node. Returns
 * 0 or -errno. As on Linux the permission to write to it is the permission to
 * connect.
 */
static int find_node(const struct message *m, struct inode **node)
{
	int err = path_lookup(AT_FDCWD, m->addr.sun_path, LOOKUP_FOLLOW, node);

	if (err)
		return err;
	err = inode_permission(*node, MAY_WRITE);
	if (!err && !S_ISSOCK((*node)->i_mode))
		err = -ECONNREFUSED;
	if (err)
		iput(*node);
	return err;
}

int find_sock(const struct message *m, u32 type, struct sock **found)
{
	struct inode *node = NULL;
	int err = check_addr(m);

	if (!err && !is_abstract(m))
		err = find_node(m, &node);
	if (err)
		return err;
	*found = find_named(node, m, type);
	/*
	 * After the search: the reference kept another file from getting the
	 * same address in memory.
	 */
	iput(node);
	if (!*found)
		return -ECONNREFUSED;
	if ((*found)->type == type)
		return 0;
	sock_put(*found);
	return -EPROTOTYPE;
}

/* ---- binding ----------------------------------------------------- */

/* Returns a name made from m's address, with one reference; NULL: no memory. */
static struct sock_name *new_name(const struct message *m)
{
	struct sock_name *name = kmalloc(sizeof(*name), GFP_KERNEL);

	if (!name)
		return NULL;
	atomic_set(&name->count, 1);
	name->addr = m->addr;
	name->end = '\0';
	/*
	 * As on Linux the length of a path is that of the string with its 0,
	 * whatever the program passed.
	 */
	name->bytes = is_abstract(m) ?
		m->addr_bytes :
		FAMILY_BYTES + (u32)strlen(m->addr.sun_path) + 1;
	return name;
}

/*
 * Makes name and node the socket's, which takes over both references. Returns
 * 0, or -EADDRINUSE for an abstract name that another socket has; a path's
 * inode is new.
 */
static int take_name(struct sock *sock, struct sock_name *name,
		     struct inode *node, const struct message *m)
{
	const struct sock *other = NULL;

	spin_lock(&socket_lock);
	if (!node)
		LIST_FOREACH(other, &named, named)
			if (has_addr(other, NULL, m, sock->type))
				break;
	if (!other) {
		sock->name = name;
		sock->node = node;
		LIST_INSERT_HEAD(&named, sock, named);
	}
	spin_unlock(&socket_lock);
	return other ? -EADDRINUSE : 0;
}

/*
 * Binds sock to the address in m, and creates the inode of a path. Returns 0 or
 * -errno.
 */
static int bind_name(struct sock *sock, const struct message *m)
{
	struct sock_name *name = new_name(m);
	struct inode *node = NULL;
	int err = 0;

	if (!name)
		return -ENOMEM;
	if (!is_abstract(m))
		err = make_node(m->addr.sun_path,
				S_IFSOCK | (0777 & ~current_umask()), &node);
	/* Linux reports any file of that name as an address in use. */
	if (err == -EEXIST)
		err = -EADDRINUSE;
	if (!err)
		err = take_name(sock, name, node, m);
	if (err)
		name_put(name);
	return err;
}

/*
 * Binds sock to a free abstract name of five hexadecimal digits, as Linux's
 * autobind: 0 or -errno.
 */
static int bind_any(struct sock *sock)
{
	static u32 last; /* no lock: any value will do */
	struct message m = { .addr.sun_family = AF_UNIX };
	int err, tries = 0;

	do {
		snprintf(m.addr.sun_path + 1, 6, "%05x", ++last & 0xfffff);
		m.addr_bytes = FAMILY_BYTES + 6;
		err = bind_name(sock, &m);
	} while (err == -EADDRINUSE && ++tries < 0x100000 && !give_way());
	return err == -EADDRINUSE ? -ENOSPC : err;
}

/*
 * Returns true if the caller may bind sock: it has no name, and nobody else is
 * binding it. A flag instead of the lock, because creating an inode sleeps.
 */
static bool begin_binding(struct sock *sock)
{
	bool alone;

	spin_lock(&socket_lock);
	alone = !sock->name && !sock->binding;
	if (alone)
		sock->binding = true;
	spin_unlock(&socket_lock);
	return alone;
}

/* The error of a second bind. A path that exists is reported first. */
static int refuse_second_name(const struct message *m)
{
	struct inode *inode;

	if (is_abstract(m) ||
	    path_lookup(AT_FDCWD, m->addr.sun_path, 0, &inode))
		return -EINVAL;
	iput(inode);
	return -EADDRINUSE;
}

/* The body of bind(): an address of the family alone asks for any free name. */
static int do_bind(struct sock *sock, const struct message *m)
{
	bool any = m->addr_bytes == FAMILY_BYTES &&
		m->addr.sun_family == AF_UNIX;
	int err = any ? 0 : check_addr(m);

	if (err)
		return err;
	/*
	 * On Linux a second autobind succeeds without effect, a second name is
	 * an error.
	 */
	if (!begin_binding(sock))
		return any ? 0 : refuse_second_name(m);
	err = any ? bind_any(sock) : bind_name(sock, m);
	/* No lock is needed: while `binding` is true no other task writes it. */
	sock->binding = false;
	return err;
}

int name_if_passcred(struct sock *sock)
{
	if (likely(!PASSES_CRED(sock)) || sock->name)
		return 0;
	return do_bind(sock,
		       &(struct message){ .addr.sun_family = AF_UNIX,
					  .addr_bytes = FAMILY_BYTES });
}

/* ---- system calls ------------------------------------------------ */

s32 sys_bind(u32 fd, uaddr_t addr, u32 bytes)
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
		err = do_bind(sock, &m);
	fput(file);
	return err;
}

/*
 * The name is copied to the program after the lock is released, under a
 * reference.
 */
s32 sys_getsockname(u32 fd, uaddr_t addr, uaddr_t len)
{
	struct sock_name *name;
	struct file *file;
	struct sock *sock;
	s32 err;

	sock = fd_sock(fd, &file, &err);
	if (!sock)
		return err;
	spin_lock(&socket_lock);
	name = name_get(sock->name);
	spin_unlock(&socket_lock);
	err = put_addr(name, true, addr, len);
	name_put(name);
	fput(file);
	return err;
}

/* As sys_getsockname(), for the peer; -ENOTCONN without one. */
s32 sys_getpeername(u32 fd, uaddr_t addr, uaddr_t len)
{
	struct sock_name *name = NULL;
	struct file *file;
	struct sock *sock;
	bool connected;
	s32 err;

	sock = fd_sock(fd, &file, &err);
	if (!sock)
		return err;
	spin_lock(&socket_lock);
	connected = sock->peer != NULL;
	if (connected)
		name = name_get(sock->peer->name);
	spin_unlock(&socket_lock);
	err = connected ? put_addr(name, true, addr, len) : -ENOTCONN;
	name_put(name);
	fput(file);
	return err;
}
