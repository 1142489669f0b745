/*
 * Open files on their way from one process to another (SCM_RIGHTS).
 *
 * A message holds a reference to each file that it brings. The file may be a
 * socket, and its queue may hold others: two sockets, each waiting in the other's
 * queue, would keep each other open for ever once no process has them. So there is
 * a search for such sockets, as in Linux:
 *
 *	1. of each socket in flight: how many references come from elsewhere than
 *	   queues of sockets in flight (`outside`)?
 *	2. a socket with some is reached; and so is what waits in the queue of a
 *	   socket that is reached.
 *	3. the others cannot be received by anybody: their queues lose their files.
 *
 * It is made when a socket is closed and when a task ends, if any is in flight.
 * What it finds is closed by whoever is at it already, so that closing a chain of
 * sockets, each in the last one's queue, does not nest.
 */
#include <services/socket/internal.h>

/* A user may have that many files in flight, or RLIMIT_NOFILE if that is less. */
#define IN_FLIGHT_MAX 1024u

/* Who has files in flight. */
struct flyer {
	LIST_ENTRY(flyer) link;
	u32 uid, nr;
};

struct rights {
	LIST_ENTRY(rights) link; /* the receiver's, or dropped's */
	struct chunk *chunk;     /* that brings them; NULL: in no queue */
	struct flyer *flyer;     /* while they are in a queue, counted there */
	u32 nr;
	struct file *files[];
};

/* socket_lock */
static LIST_HEAD(, sock) in_flight = LIST_HEAD_INITIALIZER(in_flight);
static LIST_HEAD(, flyer) flyers = LIST_HEAD_INITIALIZER(flyers);
static struct rights_list dropped = LIST_HEAD_INITIALIZER(dropped);
static bool dropping; /* somebody closes what is in `dropped' */

static STAILQ_HEAD(, sock) to_visit = STAILQ_HEAD_INITIALIZER(to_visit);

/* ---- how many there are ------------------------------------------ */

/* The running user's, or NULL. socket_lock held. */
static struct flyer *find_flyer(u32 uid)
{
	struct flyer *flyer;

	LIST_FOREACH(flyer, &flyers, link)
		if (flyer->uid == uid)
			break;
	return flyer;
}

/* It comes with the first file in flight, and goes with the last. */
static struct flyer *get_flyer(u32 nr)
{
	struct flyer *new = kmalloc(sizeof(*new), GFP_KERNEL), *flyer;
	u32 uid = current_cred()->uid;

	if (!new)
		return NULL;
	spin_lock(&socket_lock);
	flyer = find_flyer(uid);
	if (!flyer) {
		flyer = new;
		new = NULL;
		flyer->uid = uid;
		flyer->nr = 0;
		LIST_INSERT_HEAD(&flyers, flyer, link);
	}
	flyer->nr += nr;
	spin_unlock(&socket_lock);
	kfree(new);
	return flyer;
}

/* socket_lock held. */
static void put_flyer(struct flyer *flyer, u32 nr)
{
	flyer->nr -= nr;
	if (flyer->nr)
		return;
	LIST_REMOVE(flyer, link);
	kfree(flyer);
}

/* Count nr more of the running user's: 0, -ETOOMANYREFS, -ENOMEM. */
static int count_rights(struct rights *rights)
{
	struct flyer *flyer = get_flyer(rights->nr);

	if (!flyer)
		return -ENOMEM;
	if (flyer->nr > min(rlimit(RLIMIT_NOFILE), IN_FLIGHT_MAX)) {
		spin_lock(&socket_lock);
		put_flyer(flyer, rights->nr);
		spin_unlock(&socket_lock);
		return -ETOOMANYREFS;
	}
	rights->flyer = flyer;
	return 0;
}

/* socket_lock held. */
static void uncount_rights(struct rights *rights)
{
	if (rights->flyer)
		put_flyer(rights->flyer, rights->nr);
	rights->flyer = NULL;
}

/* ---- making and dropping them ------------------------------------ */

static struct rights *alloc_rights(u32 nr)
{
	struct rights *rights = kmalloc(sizeof(*rights) +
						nr * sizeof(struct file *),
					GFP_KERNEL);

	if (!rights)
		return NULL;
	rights->chunk = NULL;
	rights->flyer = NULL;
	rights->nr = nr;
	return rights;
}

int rights_get(const u32 *fds, u32 n, struct rights **result)
{
	struct rights *rights;
	u32 i;
	int err = 0;

	if (n > SCM_MAX_FD)
		return -EINVAL;
	rights = alloc_rights(n);
	if (!rights)
		return -ENOMEM;
	for (i = 0; i < n && !err; i++) {
		rights->files[i] = fget_raw(fds[i]);
		if (!rights->files[i]) {
			rights->nr = i;
			err = -EBADF;
		}
	}
	if (!err)
		err = count_rights(rights);
	if (err)
		rights_drop(rights);
	else
		*result = rights;
	return err;
}

struct rights *rights_dup(const struct rights *rights)
{
	struct rights *copy = alloc_rights(rights->nr);

	for (u32 i = 0; copy && i < copy->nr; i++)
		copy->files[i] = get_file(rights->files[i]);
	return copy;
}

u32 rights_count(const struct rights *rights)
{
	return rights->nr;
}

struct file *rights_file(const struct rights *rights, u32 n)
{
	return rights->files[n];
}

static void close_rights(struct rights *rights)
{
	for (u32 i = 0; i < rights->nr; i++) {
		fput(rights->files[i]);
		cond_resched();
	}
	kfree(rights);
}

static void find_lost(void);

void rights_drop(struct rights *rights)
{
	if (!rights)
		return;
	spin_lock(&socket_lock);
	uncount_rights(rights);
	LIST_INSERT_HEAD(&dropped, rights, link);
	spin_unlock(&socket_lock);
	rights_collect();
}

void rights_collect(void)
{
	struct rights *rights;

	if (likely(LIST_EMPTY(&dropped) && LIST_EMPTY(&in_flight)))
		return;
	spin_lock(&socket_lock);
	if (dropping) {
		spin_unlock(&socket_lock);
		return;
	}
	dropping = true;
	for (;;) {
		if (LIST_EMPTY(&dropped) && !LIST_EMPTY(&in_flight))
			find_lost();
		rights = LIST_FIRST(&dropped);
		if (!rights)
			break;
		LIST_REMOVE(rights, link);
		spin_unlock(&socket_lock);
		close_rights(rights);
		spin_lock(&socket_lock);
	}
	dropping = false;
	spin_unlock(&socket_lock);
}

/* ---- in a queue -------------------------------------------------- */

/* socket_lock held. */
static void count_flight(struct rights *rights, bool more)
{
	struct sock *sock;

	for (u32 i = 0; i < rights->nr; i++) {
		sock = sock_of(rights->files[i]);
		if (!sock)
			continue;
		if (more && sock->in_flight++ == 0)
			LIST_INSERT_HEAD(&in_flight, sock, flight_link);
		if (!more && --sock->in_flight == 0)
			LIST_REMOVE(sock, flight_link);
	}
}

void rights_enqueue(struct chunk *chunk, struct sock *to)
{
	struct rights *rights = chunk->rights;

	if (!rights)
		return;
	rights->chunk = chunk;
	LIST_INSERT_HEAD(&to->rights, rights, link);
	count_flight(rights, true);
}

struct rights *rights_dequeue(struct chunk *chunk)
{
	struct rights *rights = chunk->rights;

	chunk->rights = NULL;
	if (!rights || !rights->chunk)
		return rights;
	rights->chunk = NULL;
	LIST_REMOVE(rights, link);
	count_flight(rights, false);
	uncount_rights(rights);
	return rights;
}

/* ---- the search; socket_lock held -------------------------------- */

static void reach(struct sock *sock)
{
	if (sock->reached)
		return;
	sock->reached = true;
	STAILQ_INSERT_TAIL(&to_visit, sock, reach_link);
}

/* Of each socket that waits in sock's queue: count, or reach it. */
static void visit_queue(const struct sock *sock, bool count)
{
	struct rights *rights;
	struct sock *inner;

	LIST_FOREACH(rights, &sock->rights, link)
		for (u32 i = 0; i < rights->nr; i++) {
			inner = sock_of(rights->files[i]);
			if (inner && count)
				inner->outside--;
			else if (inner)
				reach(inner);
		}
}

/* A listener's connections, which nobody else knows, count as its own queue. */
static void visit(const struct sock *sock, bool count)
{
	const struct sock *waiting;

	visit_queue(sock, count);
	TAILQ_FOREACH(waiting, &sock->backlog, backlog_link)
		visit_queue(waiting, count);
}

static void empty_queue(struct sock *sock)
{
	struct rights *rights;

	while ((rights = LIST_FIRST(&sock->rights)) != NULL) {
		rights_dequeue(rights->chunk);
		LIST_INSERT_HEAD(&dropped, rights, link);
	}
}

/* What sockets that nobody can reach have in their queues: into dropped. */
static void find_lost(void)
{
	struct sock *sock, *next, *waiting;

	LIST_FOREACH(sock, &in_flight, flight_link) {
		sock->outside = atomic_read(&sock->file->f_count);
		sock->reached = false;
	}
	LIST_FOREACH(sock, &in_flight, flight_link)
		visit(sock, true);
	LIST_FOREACH(sock, &in_flight, flight_link)
		if (sock->outside > 0)
			reach(sock);
	while ((sock = STAILQ_FIRST(&to_visit)) != NULL) {
		STAILQ_REMOVE_HEAD(&to_visit, reach_link);
		visit(sock, false);
	}
	/* Before any is emptied: `in_flight' loses sockets then. */
	LIST_FOREACH(sock, &in_flight, flight_link)
		if (!sock->reached)
			STAILQ_INSERT_TAIL(&to_visit, sock, reach_link);
	for (sock = STAILQ_FIRST(&to_visit); sock; sock = next) {
		next = STAILQ_NEXT(sock, reach_link);
		empty_queue(sock);
		TAILQ_FOREACH(waiting, &sock->backlog, backlog_link)
			empty_queue(waiting);
	}
	STAILQ_INIT(&to_visit);
}
