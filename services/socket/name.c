/*
 * services/socket/name.c - the addresses of sockets: paths, and names in no
 * directory ("abstract": the path begins with a 0).
 *
 * A path leads to an inode, and the socket that was bound there has a reference to
 * it. All sockets that can be found are in one list.
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

static bool is_abstract(const struct message *m)
{
	return m->addr.sun_path[0] == '\0';
}

/* ---- to and from programs ---------------------------------------- */

/* Linux's largest kind of address. */
#define STORAGE_BYTES 128u

int get_addr(struct message *m, uaddr_t addr, u32 bytes)
{
	if (bytes > STORAGE_BYTES)
		return -EINVAL;
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

static int check_addr(const struct message *m)
{
	return m->addr_bytes <= FAMILY_BYTES ||
			m->addr_bytes > sizeof(m->addr) ||
			m->addr.sun_family != AF_UNIX ?
		-EINVAL :
		0;
}

/* ---- finding ----------------------------------------------------- */

/* socket_lock held. node: what its path led to, or NULL: an abstract one. */
static bool has_addr(const struct sock *sock, const struct inode *node,
		     const struct message *m, u32 type)
{
	if (node)
		return sock->node == node;
	return !sock->node && sock->type == type &&
		sock->name->bytes == m->addr_bytes &&
		memcmp(&sock->name->addr, &m->addr, m->addr_bytes) == 0;
}

/* With a reference, or NULL. */
static struct sock *find_named(const struct inode *node,
			       const struct message *m, u32 type)
{
	struct sock *sock;

	spin_lock(&socket_lock);
	LIST_FOREACH(sock, &named, named)
		if (has_addr(sock, node, m, type))
			break;
	if (sock)
		sock_get(sock);
	spin_unlock(&socket_lock);
	return sock;
}

/* Whoever may write to the inode may connect. */
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
	iput(node);
	if (!*found)
		return -ECONNREFUSED;
	if ((*found)->type == type)
		return 0;
	sock_put(*found);
	return -EPROTOTYPE;
}

/* ---- binding ----------------------------------------------------- */

static struct sock_name *new_name(const struct message *m)
{
	struct sock_name *name = kmalloc(sizeof(*name), GFP_KERNEL);

	if (!name)
		return NULL;
	atomic_set(&name->count, 1);
	name->addr = m->addr;
	name->end = '\0';
	/* As on Linux the length of a path is its own, with the 0. */
	name->bytes = is_abstract(m) ?
		m->addr_bytes :
		FAMILY_BYTES + (u32)strlen(m->addr.sun_path) + 1;
	return name;
}

/* The name and the node are the socket's then. 0 or -EADDRINUSE. */
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
	if (err == -EEXIST)
		err = -EADDRINUSE;
	if (!err)
		err = take_name(sock, name, node, m);
	if (err)
		name_put(name);
	return err;
}

/* The first name of five hexadecimal digits that nobody has. */
static int bind_any(struct sock *sock)
{
	static u32 last; /* any value will do */
	struct message m = { .addr.sun_family = AF_UNIX };
	int err, tries = 0;

	do {
		snprintf(m.addr.sun_path + 1, 6, "%05x", ++last & 0xfffff);
		m.addr_bytes = FAMILY_BYTES + 6;
		err = bind_name(sock, &m);
	} while (err == -EADDRINUSE && ++tries < 0x100000 && !give_way());
	return err == -EADDRINUSE ? -ENOSPC : err;
}

/* Whoever binds a socket is alone with it. */
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

static int do_bind(struct sock *sock, const struct message *m)
{
	bool any = m->addr_bytes == FAMILY_BYTES &&
		m->addr.sun_family == AF_UNIX;
	int err = any ? 0 : check_addr(m);

	if (err)
		return err;
	if (!begin_binding(sock))
		return any ? 0 : -EINVAL;
	err = any ? bind_any(sock) : bind_name(sock, m);
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
