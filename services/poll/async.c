/*
 * services/poll/async.c - files that tell their owner by SIGIO when they become
 * readier (F_SETOWN, O_ASYNC), or by the signal of F_SETSIG.
 *
 * A file with an owner, or with O_ASYNC, has an entry here, which is found by the
 * file; with O_ASYNC also by the counts of events that poll_wake() advances. The
 * signal itself cannot be sent there, since locks may be held, nor can all files with
 * O_ASYNC on that count be found, for there may be thousands: their bucket becomes due,
 * and a timer that expires at once looks at the files in it, some at a time.
 * A file has news if its count is not what it was at the last look.
 */
#include <fs/fs.h>
#include <run/task.h>
#include <run/timer.h>
#include <services/poll/async.h>
#include <services/poll/internal.h>
#include <uapi/signal.h>

#define FILE_BUCKETS 256u
#define EDGE_BUCKETS 64u

struct async_file;

/* A count of events that is news for a file. */
struct async_edge {
	struct async_file *of; /* constant */
	/* async_lock */
	const u32 *edge; /* NULL: none, and in no bucket */
	u32 seen;        /* *edge at the last look */
	TAILQ_ENTRY(async_edge) link;
};

struct async_file {
	/* constant */
	LIST_ENTRY(async_file) by_file;
	const struct file *file; /* no reference: see free_async() */
	/* async_lock */
	struct file_owner owner;
	u32 sig, fd;                /* of struct async_news */
	struct async_edge edges[2]; /* in, out */
};

/* The first `left` of `edges` are to be looked at; each goes to the end then. */
struct async_bucket {
	TAILQ_HEAD(async_edges, async_edge) edges;
	u32 nr, left;
	TAILQ_ENTRY(async_bucket) due_link; /* valid if left is not 0 */
};

LIST_HEAD(async_list, async_file);

/* Interrupts off; inside every other lock but timer_lock. */
static spinlock_t async_lock = SPINLOCK_INIT;
/* async_lock */
static struct async_list of_files[FILE_BUCKETS];
static struct async_bucket of_edges[EDGE_BUCKETS];
static TAILQ_HEAD(, async_bucket) due = TAILQ_HEAD_INITIALIZER(due);

static struct timer async_timer;

/*
 * Returns a number below n, a power of two, for an address. The objects of one kind
 * lie at even distances, so the address is multiplied by an odd number first, and the
 * upper bits of the product are taken (Knuth, volume 3, 6.4).
 */
static u32 bucket_of(const void *key, u32 n)
{
	return (u32)(((u64)((u32)(uintptr_t)key * 2654435769u) * n) >> 32);
}

/* Returns the file's entry, or NULL. Hold async_lock. */
static struct async_file *find_async(const struct file *file)
{
	struct async_file *a;

	LIST_FOREACH(a, &of_files[bucket_of(file, FILE_BUCKETS)], by_file)
		if (a->file == file)
			break;
	return a;
}

/* ---- telling ----------------------------------------------------- */

/* `left` edges of b are to be looked at. Hold async_lock. */
static void set_left(struct async_bucket *b, u32 left)
{
	if (left && !b->left)
		TAILQ_INSERT_TAIL(&due, b, due_link);
	if (!left && b->left)
		TAILQ_REMOVE(&due, b, due_link);
	b->left = left;
}

void go_on_telling(u32 after_ns, bool more)
{
	u32 flags;

	spin_lock_irqsave(&async_lock, flags);
	if ((more || !TAILQ_EMPTY(&due)) && !READ_ONCE(async_timer.queued)) {
		async_timer.expires_ns = ktime_ns() + after_ns;
		timer_start(&async_timer);
	}
	spin_unlock_irqrestore(&async_lock, flags);
}

void async_wake(const u32 *edge)
{
	struct async_bucket *b = &of_edges[bucket_of(edge, EDGE_BUCKETS)];
	bool none_due;
	u32 flags;

	spin_lock_irqsave(&async_lock, flags);
	none_due = TAILQ_EMPTY(&due);
	set_left(b, b->nr);
	spin_unlock_irqrestore(&async_lock, flags);
	if (none_due)
		go_on_telling(0, false);
}

/* What e's file has to tell. Hold async_lock. */
static struct async_news news_of(const struct async_edge *e)
{
	const struct async_file *of = e->of;
	bool in = e == &of->edges[0];

	return (struct async_news){
		.owner = of->owner,
		.sig = of->sig,
		.code = in ? POLL_IN : POLL_OUT,
		.band = in ? POLLIN | POLLRDNORM :
			     POLLOUT | POLLWRNORM | POLLWRBAND,
		.fd = of->fd,
	};
}

bool look_at_next(struct async_news *news)
{
	struct async_bucket *b;
	struct async_edge *e;
	u32 flags, left;

	*news = (struct async_news){};
	spin_lock_irqsave(&async_lock, flags);
	b = TAILQ_FIRST(&due);
	if (b) {
		e = TAILQ_FIRST(&b->edges);
		TAILQ_REMOVE(&b->edges, e, link);
		TAILQ_INSERT_TAIL(&b->edges, e, link);
		/* The other buckets come first now. */
		left = b->left - 1;
		set_left(b, 0);
		set_left(b, left);
		if (e->seen != READ_ONCE(*e->edge))
			*news = news_of(e);
		e->seen = READ_ONCE(*e->edge);
	}
	spin_unlock_irqrestore(&async_lock, flags);
	return b;
}

void async_init(const struct service *service)
{
	for (u32 i = 0; i < EDGE_BUCKETS; i++)
		TAILQ_INIT(&of_edges[i].edges);
	async_timer.service = service;
}

/* ---- entries ----------------------------------------------------- */

/* e has news when *edge advances from now on. Hold async_lock. */
static void start_edge(struct async_edge *e, const u32 *edge)
{
	struct async_bucket *b = &of_edges[bucket_of(edge, EDGE_BUCKETS)];

	e->edge = edge;
	e->seen = READ_ONCE(*edge);
	TAILQ_INSERT_TAIL(&b->edges, e, link);
	b->nr++;
	poll_watch(1);
	poll_lookers.asyncs++;
}

/*
 * e, which may have been looked at or not, has no news any more. Hold async_lock.
 */
static void stop_edge(struct async_edge *e)
{
	struct async_bucket *b = &of_edges[bucket_of(e->edge, EDGE_BUCKETS)];

	TAILQ_REMOVE(&b->edges, e, link);
	b->nr--;
	set_left(b, min(b->left, b->nr));
	e->edge = NULL;
	poll_watch(-1);
	poll_lookers.asyncs--;
}

/* Nothing is news for the file any more. Hold async_lock. */
static void stop_async(struct async_file *a)
{
	for (u32 i = 0; i < 2; i++)
		if (a->edges[i].edge)
			stop_edge(&a->edges[i]);
}

void async_forget(const struct file *file)
{
	struct async_file *a;
	u32 flags;

	spin_lock_irqsave(&async_lock, flags);
	a = find_async(file);
	if (a) {
		stop_async(a);
		LIST_REMOVE(a, by_file);
	}
	spin_unlock_irqrestore(&async_lock, flags);
	kfree(a);
}

/*
 * The f_free of a file with an entry: its last reference is gone. An epoll that
 * watches the file has put its own there, which calls async_forget(), too.
 */
static void free_async(struct file *file)
{
	async_forget(file);
	free_file(file);
}

/* Makes sure that the file, to which the caller has a reference, has an entry. */
static int make_async(struct file *file)
{
	struct async_file *a = kzalloc(sizeof(*a), GFP_KERNEL);
	u32 flags;

	if (!a)
		return -ENOMEM;
	a->file = file;
	a->edges[0].of = a->edges[1].of = a;
	spin_lock_irqsave(&async_lock, flags);
	if (!find_async(file)) {
		LIST_INSERT_HEAD(&of_files[bucket_of(file, FILE_BUCKETS)], a,
				 by_file);
		if (file->f_free == free_file)
			file->f_free = free_async;
		a = NULL;
	}
	spin_unlock_irqrestore(&async_lock, flags);
	kfree(a);
	return 0;
}

int poll_async(struct file *file, const u32 *in, const u32 *out, bool on)
{
	const u32 *edges[2] = { in, out };
	struct async_file *a;
	int err = on ? make_async(file) : 0;
	u32 flags;

	if (err)
		return err;
	spin_lock_irqsave(&async_lock, flags);
	a = find_async(file);
	if (a)
		stop_async(a);
	for (u32 i = 0; on && i < 2; i++)
		if (edges[i])
			start_edge(&a->edges[i], edges[i]);
	spin_unlock_irqrestore(&async_lock, flags);
	return 0;
}

/* ---- owners ------------------------------------------------------ */

static void read_owner(const struct file *file, struct file_owner *owner)
{
	struct async_file *a;
	u32 flags;

	*owner = (struct file_owner){};
	spin_lock_irqsave(&async_lock, flags);
	a = find_async(file);
	if (a)
		*owner = a->owner;
	spin_unlock_irqrestore(&async_lock, flags);
}

/* if_none: an owner that is there stays. */
static int write_owner(struct file *file, u32 type, s32 id, bool if_none)
{
	struct file_owner owner;
	struct async_file *a;
	int err = set_file_owner(&owner, type, id);
	u32 flags;

	if (!err)
		err = make_async(file);
	if (err)
		return err;
	spin_lock_irqsave(&async_lock, flags);
	a = find_async(file);
	if (!if_none || !a->owner.id)
		a->owner = owner;
	spin_unlock_irqrestore(&async_lock, flags);
	return 0;
}

void async_set_fd(const struct file *file, u32 fd)
{
	struct async_file *a;
	u32 flags;

	spin_lock_irqsave(&async_lock, flags);
	a = find_async(file);
	if (a)
		a->fd = fd;
	spin_unlock_irqrestore(&async_lock, flags);
}

/* F_SETSIG. */
static int write_signal(struct file *file, u32 sig)
{
	int err = sig > _NSIG ? -EINVAL : make_async(file);
	u32 flags;

	if (err)
		return err;
	spin_lock_irqsave(&async_lock, flags);
	find_async(file)->sig = sig;
	spin_unlock_irqrestore(&async_lock, flags);
	return 0;
}

/* F_GETSIG: 0 if the file has never had another. */
static s32 read_signal(const struct file *file)
{
	const struct async_file *a;
	u32 flags, sig;

	spin_lock_irqsave(&async_lock, flags);
	a = find_async(file);
	sig = a ? a->sig : 0;
	spin_unlock_irqrestore(&async_lock, flags);
	return (s32)sig;
}

int poll_async_owned(struct file *file, const u32 *in, s32 pgrp, bool on)
{
	int err = 0;

	/* The owner first: a group that has ended must leave nothing armed. */
	if (on)
		err = pgrp ?
			write_owner(file, F_OWNER_PGRP, pgrp, true) :
			write_owner(file, F_OWNER_PID, current->tgid, true);
	return err ? err : poll_async(file, in, NULL, on);
}

static int set_owner_ex(struct file *file, uaddr_t from)
{
	struct f_owner_ex ex;

	if (copy_from_user(&ex, from, sizeof(ex)))
		return -EFAULT;
	if ((u32)ex.type > F_OWNER_PGRP)
		return -EINVAL;
	return write_owner(file, (u32)ex.type, ex.pid, false);
}

static int get_owner_ex(const struct file_owner *owner, uaddr_t to)
{
	const struct f_owner_ex ex = { .type = (int)owner->type,
				       .pid = file_owner_id(owner) };

	return copy_to_user(to, &ex, sizeof(ex)) ? -EFAULT : 0;
}

s32 owner_fcntl(struct file *file, u32 cmd, u32 arg)
{
	struct file_owner owner;
	s32 id = (s32)arg;

	switch (cmd) {
	case F_SETOWN:
		if (id == INT32_MIN)
			return -EINVAL;
		return id < 0 ? write_owner(file, F_OWNER_PGRP, -id, false) :
				write_owner(file, F_OWNER_PID, id, false);
	case F_SETOWN_EX:
		return set_owner_ex(file, arg);
	case F_SETSIG:
		return write_signal(file, arg);
	case F_GETSIG:
		return read_signal(file);
	case F_GETOWN:
		read_owner(file, &owner);
		id = file_owner_id(&owner);
		return owner.type == F_OWNER_PGRP ? -id : id;
	default: /* F_GETOWN_EX */
		read_owner(file, &owner);
		return get_owner_ex(&owner, arg);
	}
}
