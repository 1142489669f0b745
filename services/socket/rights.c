/*
 * Open files on their way from one process to another (SCM_RIGHTS).
 *
 * A message has a reference to each file that it carries. The file may be a
 * socket, whose queue may carry others: two sockets, each in the other's queue,
 * would keep each other open for ever once no process has them. So there is a
 * search for such sockets, as in Linux:
 *
 *	1. For each socket in flight: how many references come from elsewhere
 *	   than queues of sockets in flight (`outside`)?
 *	2. A socket with such a reference is reached; and so is every socket in
 *	   the queue of a socket that is reached.
 *	3. No process can receive the others: their queues lose their files.
 *
 * It is made when a socket is closed and when a task ends, if any socket is in
 * flight. One task at a time closes what was found; others leave it to that
 * task, so that closing a chain of sockets, each in the queue of the last one,
 * does not nest.
 */
#include <services/socket/internal.h>

/*
 * The most files that a user may have in flight, or RLIMIT_NOFILE if that is
 * less.
 */
#define IN_FLIGHT_MAX 1024u

/* A user who has files in flight, and how many. */
struct flyer {
	LIST_ENTRY(flyer) link;
	u32 uid, nr;
};

struct rights {
	LIST_ENTRY(rights) link; /* in the receiver's list, or in dropped */
	struct chunk *chunk; /* chunk that carries them; NULL: not in a queue */
	struct flyer *flyer; /* user by whom they are counted, or NULL */
	u32 nr;
	struct file *files[];
};

/* socket_lock */
static LIST_HEAD(, sock) in_flight = LIST_HEAD_INITIALIZER(in_flight);
static LIST_HEAD(, flyer) flyers = LIST_HEAD_INITIALIZER(flyers);
static struct rights_list dropped = LIST_HEAD_INITIALIZER(dropped);
static bool dropping; /* a task is closing what is in dropped */

static STAILQ_HEAD(, sock) to_visit = STAILQ_HEAD_INITIALIZER(to_visit);

/* ---- how many there are ------------------------------------------ */

/* Returns uid's entry, or NULL. Hold socket_lock. */
static struct flyer *find_flyer(u32 uid)
{
	struct flyer *flyer;

	LIST_FOREACH(flyer, &flyers, link)
		if (flyer->uid == uid)
			break;
	return flyer;
}

/*
 * Counts nr more files for the running task's user, whose entry exists while
 * its count is not 0. Returns the entry, or NULL without memory.
 */
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
	/*
	 * Allocated before the lock was taken, and not needed if the user had
	 * an entry.
	 */
	kfree(new);
	return flyer;
}

/* Counts nr files less; frees an entry that has none. Hold socket_lock. */
static void put_flyer(struct flyer *flyer, u32 nr)
{
	flyer->nr -= nr;
	if (flyer->nr)
		return;
	LIST_REMOVE(flyer, link);
	kfree(flyer);
}

/* Counts rights for the running task's user: 0, -ETOOMANYREFS or -ENOMEM. */
static int count_rights(struct rights *rights)
{
	struct flyer *flyer = get_flyer(rights->nr);

	if (!flyer)
		return -ENOMEM;
	/*
	 * Counted first and checked after: two senders cannot both take the
	 * last place.
	 */
	if (flyer->nr > min(rlimit(RLIMIT_NOFILE), IN_FLIGHT_MAX)) {
		spin_lock(&socket_lock);
		put_flyer(flyer, rights->nr);
		spin_unlock(&socket_lock);
		return -ETOOMANYREFS;
	}
	rights->flyer = flyer;
	return 0;
}

/* Takes rights out of their user's count. Hold socket_lock. */
static void uncount_rights(struct rights *rights)
{
	if (rights->flyer)
		put_flyer(rights->flyer, rights->nr);
	rights->flyer = NULL;
}

/* ---- making and dropping them ------------------------------------ */

/* Returns rights for nr files, which the caller fills in; NULL: no memory. */
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
		/*
		 * Any descriptor can be passed on, also one opened with O_PATH.
		 */
		rights->files[i] = fget_raw(fds[i]);
		if (!rights->files[i]) {
			/* rights_drop() closes those taken so far. */
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

/* Closes the files and frees rights. May sleep. */
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
	/*
	 * Not closed here: closing a socket may drop others, and so on, without
	 * end on the stack.
	 */
	LIST_INSERT_HEAD(&dropped, rights, link);
	spin_unlock(&socket_lock);
	rights_collect();
}

void rights_collect(void)
{
	struct rights *rights;

	/*
	 * The common case needs no lock: no files are in flight. A list that
	 * changes at this moment is seen by the task that changed it.
	 */
	if (likely(LIST_EMPTY(&dropped) && LIST_EMPTY(&in_flight)))
		return;
	spin_lock(&socket_lock);
	/* The task that is closing already finds the new ones in its loop. */
	if (dropping) {
		spin_unlock(&socket_lock);
		return;
	}
	dropping = true;
	for (;;) {
		/*
		 * A search only when nothing is left to close: what was closed
		 * may have freed more sockets.
		 */
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

/*
 * Counts each socket among the files in flight, or no longer. Hold socket_lock.
 */
static void count_flight(struct rights *rights, bool more)
{
	struct sock *sock;

	for (u32 i = 0; i < rights->nr; i++) {
		sock = sock_of(rights->files[i]);
		/*
		 * Other files hold nothing in flight: they cannot be part of a
		 * circle.
		 */
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
	/* A message that was never queued was not counted, either. */
	if (!rights || !rights->chunk)
		return rights;
	rights->chunk = NULL;
	LIST_REMOVE(rights, link);
	count_flight(rights, false);
	uncount_rights(rights);
	return rights;
}

/* ---- the search; socket_lock held -------------------------------- */

/*
 * Marks sock as reachable and notes it for a visit; once, so that circles end.
 * Hold socket_lock, as for all of the search.
 */
static void reach(struct sock *sock)
{
	if (sock->reached)
		return;
	sock->reached = true;
	STAILQ_INSERT_TAIL(&to_visit, sock, reach_link);
}

/*
 * For each socket that sock's queue carries: subtracts that reference (count),
 * or reaches it.
 */
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

/*
 * Visits sock's queue. The queues of connections that a listener has not
 * accepted belong to it: no file refers to them.
 */
static void visit(const struct sock *sock, bool count)
{
	const struct sock *waiting;

	visit_queue(sock, count);
	TAILQ_FOREACH(waiting, &sock->backlog, backlog_link)
		visit_queue(waiting, count);
}

/* Moves all files in sock's queue to dropped; the messages stay. */
static void empty_queue(struct sock *sock)
{
	struct rights *rights;

	while ((rights = LIST_FIRST(&sock->rights)) != NULL) {
		rights_dequeue(rights->chunk);
		LIST_INSERT_HEAD(&dropped, rights, link);
	}
}

/*
 * The search of this file's head: moves the files in the queues of unreachable
 * sockets to dropped.
 */
static void find_lost(void)
{
	struct sock *sock, *next, *waiting;

	LIST_FOREACH(sock, &in_flight, flight_link) {
		/*
		 * A socket in flight has a file, to which the message refers.
		 */
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
	/*
	 * Listed before any queue is emptied, which removes sockets from
	 * in_flight.
	 */
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
