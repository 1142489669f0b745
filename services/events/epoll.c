/*
 * epoll: a file that is ready when one of the files that it watches is.
 *
 *	epoll file ---> struct epoll ---> epoll_item, one for each watched file
 *	                                      |
 *	file's bucket in `watches' -----------'
 *
 * There is no second way to wait: epoll_wait polls the epoll file, and its poll
 * asks each watched file, as poll(2) would. Edges are told apart by the counts
 * that a file's poll returns (struct poll_edges): an item remembers those of its
 * last look.
 *
 * An item holds no reference to its file, or that would never be closed. The
 * file's f_free is ours as long as it is watched, and takes its items away.
 */
#include <asm/uaccess.h>
#include <fs/fs.h>
#include <sched.h>
#include <services/events/internal.h>
#include <services/poll/internal.h>
#include <services/signal/signal.h>
#include <uapi/eventpoll.h>

#define BUCKETS 64u

struct epoll {
	atomic_t count; /* its file, and whoever takes an item away */
	struct rw_semaphore lock;
	TAILQ_HEAD(, epoll_item) items; /* lock; told last, last */
	u32 nr_items;                   /* lock */
	u32 changes;                    /* lock: items put in or asked anew */
	u32 nr_nested; /* watch_lock: items that are epoll files */
	u32 nr_outer;  /* watch_lock: epolls that have it as an item */
};

struct epoll_item {
	/* ep->lock */
	TAILQ_ENTRY(epoll_item) link;
	u32 events; /* asked for; 0: ONESHOT has been told */
	u64 data;
	bool fresh;              /* not looked at since events were set */
	struct poll_edges edges; /* at the last look */
	/* constant */
	struct epoll *ep;
	struct file *file; /* no reference: see above */
	u32 fd;            /* by which it was added */
	/* watch_lock */
	LIST_ENTRY(epoll_item) watch_link;
};

LIST_HEAD(item_list, epoll_item);

/* Guards poll_lookers.watches, too: the number of items of all programs. */
static spinlock_t watch_lock = SPINLOCK_INIT;
static struct item_list watches[BUCKETS]; /* watch_lock: items by their file */

static const struct event_file_type epoll_type;

/* The ways of being ready that a program need not ask for. */
#define UNASKED      (POLLERR | POLLHUP)
#define OUT_EVENTS   (POLLOUT | POLLWRNORM | POLLWRBAND)
#define PRIVATE_BITS (EPOLLEXCLUSIVE | EPOLLWAKEUP | EPOLLONESHOT | EPOLLET)

static struct item_list *bucket_of(const struct file *file)
{
	return &watches[(uintptr_t)file / sizeof(*file) % BUCKETS];
}

/* NULL: it is none. */
static struct epoll *epoll_of(const struct file *file)
{
	return file->f_op == &epoll_type.fops ? file->private_data : NULL;
}

static void put_epoll(struct epoll *ep)
{
	if (atomic_dec_and_test(&ep->count))
		kfree(ep);
}

/* ---- items ------------------------------------------------------- */

static void free_watched(struct file *file);

/* An epoll may watch epolls that watch none: one within another, no deeper. */
static bool nests_well(const struct epoll *ep, const struct epoll *inner)
{
	return !inner || (!inner->nr_nested && !ep->nr_outer);
}

/* Linux's share of memory for all items: a twenty-fifth. */
static bool too_many_watches(void)
{
	return poll_lookers.watches >=
		totalram_pages() / 25 * (PAGE_SIZE / sizeof(struct epoll_item));
}

/* The file becomes a watched one. 0, -ELOOP, -ENOSPC. */
static int watch(struct epoll_item *item)
{
	struct epoll *inner = epoll_of(item->file);
	int err = 0;

	spin_lock(&watch_lock);
	if (!nests_well(item->ep, inner))
		err = -ELOOP;
	else if (too_many_watches())
		err = -ENOSPC;
	if (!err) {
		poll_lookers.watches++;
		LIST_INSERT_HEAD(bucket_of(item->file), item, watch_link);
		item->file->f_free = free_watched;
		if (inner) {
			item->ep->nr_nested++;
			inner->nr_outer++;
		}
	}
	spin_unlock(&watch_lock);
	return err;
}

/* ep->lock held for writing, or nobody else has ep any more. */
static void remove_item(struct epoll_item *item)
{
	struct epoll *inner = epoll_of(item->file), *ep = item->ep;

	spin_lock(&watch_lock);
	poll_lookers.watches--;
	LIST_REMOVE(item, watch_link);
	if (inner) {
		ep->nr_nested--;
		inner->nr_outer--;
	}
	spin_unlock(&watch_lock);
	TAILQ_REMOVE(&ep->items, item, link);
	ep->nr_items--;
	kfree(item);
}

/* One of those that watch file, with a reference, or NULL. */
static struct epoll *get_watcher(const struct file *file)
{
	struct epoll_item *item;
	struct epoll *ep = NULL;

	spin_lock(&watch_lock);
	LIST_FOREACH(item, bucket_of(file), watch_link)
		if (item->file == file)
			break;
	if (item) {
		ep = item->ep;
		atomic_inc(&ep->count);
	}
	spin_unlock(&watch_lock);
	return ep;
}

/* A watched file's last reference is gone. */
static void free_watched(struct file *file)
{
	struct epoll_item *item, *next;
	struct epoll *ep;

	while ((ep = get_watcher(file)) != NULL) {
		down_write(&ep->lock);
		TAILQ_FOREACH_SAFE(item, &ep->items, link, next)
			if (item->file == file)
				remove_item(item);
		up_write(&ep->lock);
		put_epoll(ep);
	}
	free_file(file);
}

/* ep->lock held. */
static struct epoll_item *find_item(const struct epoll *ep,
				    const struct file *file, u32 fd)
{
	struct epoll_item *item;

	TAILQ_FOREACH(item, &ep->items, link)
		if (item->file == file && item->fd == fd)
			break;
	return item;
}

/* ---- looking ----------------------------------------------------- */

/*
 * For which of its events item is to be told now; *edges: its file's. ep->lock
 * held.
 */
static u32 look_at(const struct epoll_item *item, struct poll_edges *edges)
{
	u32 asked = item->events & ~PRIVATE_BITS, events;
	bool edge;

	events = item->file->f_op->poll(item->file, edges);
	if (!asked)
		return 0;
	edge = item->fresh || edges->in != item->edges.in ||
		(asked & OUT_EVENTS && edges->out != item->edges.out);
	return !(item->events & EPOLLET) || edge ? events & (asked | UNASKED) :
						   0;
}

/*
 * Of an epoll file the edges are the sum of those that it watches: each of them
 * may be news for an outer epoll. Long lists let others run.
 */
static u32 epoll_poll(struct file *file, struct poll_edges *edges)
{
	struct epoll *ep = file->private_data;
	const struct epoll_item *item;
	struct poll_edges of_item;
	u32 ready = 0;

	*edges = (struct poll_edges){ 0, 0 };
	down_read(&ep->lock);
	edges->in = ep->changes;
	TAILQ_FOREACH(item, &ep->items, link) {
		ready |= look_at(item, &of_item);
		edges->in += of_item.in + of_item.out;
		if (give_way())
			break;
	}
	up_read(&ep->lock);
	return ready ? POLLIN | POLLRDNORM : 0;
}

/* Tell one: 0, or -EFAULT and it is as if nobody had looked. */
static int tell_item(struct epoll_item *item, u32 ready,
		     const struct poll_edges *edges, uaddr_t to)
{
	const struct epoll_event event = { .events = ready,
					   .data = item->data };

	if (copy_to_user_locked(to, &event, sizeof(event)))
		return -EFAULT;
	if (item->events & EPOLLONESHOT)
		item->events &= PRIVATE_BITS;
	TAILQ_REMOVE(&item->ep->items, item, link);
	TAILQ_INSERT_TAIL(&item->ep->items, item, link);
	item->edges = *edges;
	item->fresh = false;
	return 0;
}

/*
 * Tell of at most max items that are ready; each is looked at once, and who was
 * told goes to the end, so that everybody's turn comes. *told grows. 0, -EFAULT.
 */
static int tell_items(struct epoll *ep, uaddr_t to, u32 max, u32 *told)
{
	struct epoll_item *item, *next;
	struct poll_edges edges;
	u32 left, ready;
	int err = 0;

	down_write(&ep->lock);
	left = ep->nr_items;
	for (item = TAILQ_FIRST(&ep->items); left-- && *told < max && !err;
	     item = next) {
		next = TAILQ_NEXT(item, link);
		ready = look_at(item, &edges);
		if (ready) {
			err = tell_item(item, ready, &edges,
					to + *told * sizeof(struct epoll_event));
			*told += !err;
		} else {
			item->edges = edges;
			item->fresh = false;
		}
		if (give_way())
			break;
	}
	up_write(&ep->lock);
	return err;
}

/* ---- waiting ----------------------------------------------------- */

#define MAX_EVENTS (INT32_MAX / (s32)sizeof(struct epoll_event))

/*
 * Wait until there are events to tell: how many, 0 when ktime_ns() is `until`,
 * -EINTR, or -EFAULT. The file is waited for and not its descriptor, which
 * another thread may close or give to another file.
 */
static s32 wait_for_events(struct file *file, uaddr_t to, u32 max, u64 until)
{
	u32 told = 0;
	s32 ret;

	for (;;) {
		ret = tell_items(file->private_data, to, max, &told);
		if (ret && !told &&
		    !fault_in_user(to, sizeof(struct epoll_event), true))
			continue;
		if (ret || told)
			return told ? (s32)told : ret;
		ret = poll_wait_file(file, until);
		if (ret <= 0)
			return ret;
		if (give_way()) /* others may take all events before us */
			return -EINTR;
	}
}

static s32 epoll_wait_until(u32 epfd, uaddr_t events, s32 max, u64 until)
{
	struct file *file;
	s32 ret;

	if (max <= 0 || max > MAX_EVENTS)
		return -EINVAL;
	if (!access_ok(events, (u32)max * sizeof(struct epoll_event)))
		return -EFAULT;
	file = fget(epfd);
	if (!file)
		return -EBADF;
	ret = epoll_of(file) ? wait_for_events(file, events, (u32)max, until) :
			       -EINVAL;
	fput(file);
	return ret;
}

static u64 until_ms(s32 timeout_ms)
{
	return timeout_ms < 0 ? UINT64_MAX :
				ktime_ns() + (u64)timeout_ms * NSEC_PER_MSEC;
}

s32 sys_epoll_wait(u32 epfd, uaddr_t events, s32 max, s32 timeout_ms)
{
	return epoll_wait_until(epfd, events, max, until_ms(timeout_ms));
}

/* As on Linux it does not begin again, by whatever signal it ends. */
static s32 epoll_wait_masked(u32 epfd, uaddr_t events, s32 max, u64 until,
			     const struct user_sigset *mask)
{
	s32 ret = sigmask_for_wait(mask);

	if (ret)
		return ret;
	ret = epoll_wait_until(epfd, events, max, until);
	sigmask_after_wait(ret == -EINTR);
	return ret;
}

s32 sys_epoll_pwait(u32 epfd, uaddr_t events, s32 max, s32 timeout_ms,
		    uaddr_t sigmask, u32 sigset_bytes)
{
	return epoll_wait_masked(epfd, events, max, until_ms(timeout_ms),
				 &(struct user_sigset){ sigmask,
							sigset_bytes });
}

s32 sys_epoll_pwait2(u32 epfd, uaddr_t events, s32 max, uaddr_t timeout,
		     uaddr_t sigmask, u32 sigset_bytes)
{
	u64 until;
	int err = get_wait_time(timeout, true, &until);

	return err ? err :
		     epoll_wait_masked(epfd, events, max, until,
				       &(struct user_sigset){ sigmask,
							      sigset_bytes });
}

/* ---- changing what is watched ------------------------------------ */

static void set_events(struct epoll_item *item, const struct epoll_event *event)
{
	item->events = event->events;
	item->data = event->data;
	item->fresh = true;
	item->ep->changes++;
}

static int add_item(struct epoll *ep, struct file *file, u32 fd,
		    const struct epoll_event *event)
{
	struct epoll_item *item = kzalloc(sizeof(*item), GFP_KERNEL);
	int err = 0;

	if (!item)
		return -ENOMEM;
	item->ep = ep;
	item->file = file;
	item->fd = fd;
	down_write(&ep->lock);
	if (find_item(ep, file, fd))
		err = -EEXIST;
	if (!err)
		err = watch(item);
	if (!err) {
		set_events(item, event);
		TAILQ_INSERT_TAIL(&ep->items, item, link);
		ep->nr_items++;
	}
	up_write(&ep->lock);
	if (err)
		kfree(item);
	return err;
}

/* EPOLL_CTL_DEL: event is NULL. */
static int change_item(struct epoll *ep, const struct file *file, u32 fd,
		       const struct epoll_event *event)
{
	struct epoll_item *item;
	int err = 0;

	down_write(&ep->lock);
	item = find_item(ep, file, fd);
	if (!item)
		err = -ENOENT;
	else if (!event)
		remove_item(item);
	else if (item->events & EPOLLEXCLUSIVE)
		err = -EINVAL;
	else
		set_events(item, event);
	up_write(&ep->lock);
	return err;
}

#define EXCLUSIVE_OK                                                    \
	(POLLIN | POLLOUT | POLLERR | POLLHUP | EPOLLWAKEUP | EPOLLET | \
	 EPOLLEXCLUSIVE)

static int ctl_files(struct file *epfile, struct file *file, u32 op, u32 fd,
		     const struct epoll_event *event)
{
	struct epoll *ep = epoll_of(epfile);

	if (!file->f_op->poll)
		return -EPERM;
	if (!ep || file == epfile)
		return -EINVAL;
	if (op != EPOLL_CTL_DEL && event->events & EPOLLEXCLUSIVE &&
	    (op == EPOLL_CTL_MOD || epoll_of(file) ||
	     event->events & ~EXCLUSIVE_OK))
		return -EINVAL;
	switch (op) {
	case EPOLL_CTL_ADD:
		return add_item(ep, file, fd, event);
	case EPOLL_CTL_DEL:
		return change_item(ep, file, fd, NULL);
	case EPOLL_CTL_MOD:
		return change_item(ep, file, fd, event);
	default:
		return -EINVAL;
	}
}

s32 sys_epoll_ctl(u32 epfd, u32 op, u32 fd, uaddr_t uevent)
{
	static u32 no_edge; /* epoll_poll() has a count of its own */
	struct epoll_event event;
	struct file *epfile, *file;
	int err = -EBADF;

	if (op != EPOLL_CTL_DEL &&
	    copy_from_user(&event, uevent, sizeof(event)))
		return -EFAULT;
	epfile = fget(epfd);
	if (!epfile)
		return -EBADF;
	file = fget(fd);
	if (file) {
		err = ctl_files(epfile, file, op, fd, &event);
		fput(file);
	}
	fput(epfile);
	if (!err && op != EPOLL_CTL_DEL)
		poll_wake(&no_edge); /* the epoll file may be ready now */
	return err;
}

/* ---- the file ---------------------------------------------------- */

static void epoll_release(struct file *file)
{
	struct epoll *ep = file->private_data;

	down_write(&ep->lock);
	while (!TAILQ_EMPTY(&ep->items))
		remove_item(TAILQ_FIRST(&ep->items));
	up_write(&ep->lock);
	put_epoll(ep);
}

static const struct event_file_type epoll_type = {
	.fops = {
		.poll = epoll_poll,
		.release = epoll_release,
	},
	.iops = { .nameless = "anon_inode:[eventpoll]" },
};

s32 sys_epoll_create1(u32 flags)
{
	struct epoll *ep;

	if (flags & ~(u32)EPOLL_CLOEXEC)
		return -EINVAL;
	ep = kzalloc(sizeof(*ep), GFP_KERNEL);
	if (!ep)
		return -ENOMEM;
	atomic_set(&ep->count, 1);
	init_rwsem(&ep->lock);
	TAILQ_INIT(&ep->items);
	return event_file(&epoll_type, ep, flags);
}

s32 sys_epoll_create(s32 size)
{
	return size <= 0 ? -EINVAL : sys_epoll_create1(0);
}
