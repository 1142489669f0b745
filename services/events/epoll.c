/*
 * services/events/epoll.c - epoll: a file that is ready when one of the files
 * that it watches is.
 *
 *	epoll file ---> struct epoll ---> epoll_item, one for each watched file
 *	                                      |
 *	file's bucket in `watches' -----------'
 *
 * There is no second way to wait: epoll_wait polls the epoll file, whose poll
 * operation polls each watched file, as poll(2) would. For EPOLLET, a file's
 * poll also returns counts of its events (struct poll_edges); an item stores
 * them at each look, and a change since then is an edge.
 *
 * An item holds no reference to its file, or watching would keep the file open.
 * Instead free_watched() replaces the f_free of a watched file and removes its
 * items.
 */
#include <asm/uaccess.h>
#include <fs/fs.h>
#include <sched.h>
#include <services/events/internal.h>
#include <services/poll/async.h>
#include <services/poll/internal.h>
#include <services/signal/signal.h>
#include <uapi/eventpoll.h>

#define BUCKETS   64u
#define MAX_NESTS 4u   /* links of a chain of epolls, as on Linux */
#define LOOKS     1000 /* at epolls, to find that out */
enum { DOWN, UP };     /* such a link: to what is watched, to who watches */

LIST_HEAD(item_list, epoll_item);

struct epoll {
	atomic_t count; /* its file, and tasks that remove an item */
	struct rw_semaphore lock;
	TAILQ_HEAD(, epoll_item) items; /* lock; the last reported is last */
	u32 nr_items;                   /* lock */
	u32 changes;                    /* lock: items added or modified */
	struct item_list nests[2]; /* watch_lock: items that link two epolls */
};

struct epoll_item {
	/* ep->lock */
	TAILQ_ENTRY(epoll_item) link;
	u32 events; /* wanted; 0: ONESHOT was reported */
	u64 data;
	bool fresh;              /* not polled since events were set */
	struct poll_edges edges; /* when last polled */
	/* constant */
	struct epoll *ep;
	struct file *file; /* no reference: see above */
	u32 fd;            /* the descriptor by which it was added */
	/* watch_lock */
	LIST_ENTRY(epoll_item) watch_link;
	LIST_ENTRY(epoll_item) nest[2]; /* if file is an epoll file */
};

static spinlock_t watch_lock = SPINLOCK_INIT;
static struct item_list watches[BUCKETS]; /* watch_lock: items by their file */

static const struct event_file_type epoll_type;

/* Events that are reported even if the program did not list them. */
#define UNASKED      (POLLERR | POLLHUP)
#define OUT_EVENTS   (POLLOUT | POLLWRNORM | POLLWRBAND)
#define PRIVATE_BITS (EPOLLEXCLUSIVE | EPOLLWAKEUP | EPOLLONESHOT | EPOLLET)

static struct item_list *bucket_of(const struct file *file)
{
	return &watches[(uintptr_t)file / sizeof(*file) % BUCKETS];
}

/* NULL: file is no epoll file. */
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

/*
 * Returns the links of the longest chain that starts at ep; more than MAX_NESTS
 * if `end` is in it, or if there are too many to look at. Hold watch_lock.
 */
static u32 chain(const struct epoll *ep, int way, const struct epoll *end,
		 s32 *looks)
{
	const struct epoll_item *item;
	u32 longest = 0;

	if (ep == end || --*looks < 0)
		return MAX_NESTS + 1;
	LIST_FOREACH(item, &ep->nests[way], nest[way]) {
		ep = way == DOWN ? epoll_of(item->file) : item->ep;
		longest = max(longest, 1 + chain(ep, way, end, looks));
		if (longest > MAX_NESTS)
			break;
	}
	return longest;
}

/* Whether ep may watch inner: no circle, and no chain that is too long. */
static bool nests_well(const struct epoll *ep, const struct epoll *inner)
{
	s32 n = LOOKS;

	return !inner ||
		chain(inner, DOWN, ep, &n) + chain(ep, UP, NULL, &n) <
		MAX_NESTS;
}

/* As Linux, all items may take a 25th of the memory. Hold watch_lock. */
static bool too_many_watches(void)
{
	return (u32)atomic_read(&poll_lookers.watches) >=
		totalram_pages() / 25 * (PAGE_SIZE / sizeof(struct epoll_item));
}

/* Registers item in its file's bucket. 0, -ELOOP, -ENOSPC. */
static int watch(struct epoll_item *item)
{
	struct epoll *inner = epoll_of(item->file), *ep = item->ep;
	int err = 0;

	spin_lock(&watch_lock);
	if (!nests_well(ep, inner))
		err = -ELOOP;
	else if (too_many_watches())
		err = -ENOSPC;
	if (!err) {
		poll_watch(1);
		LIST_INSERT_HEAD(bucket_of(item->file), item, watch_link);
		/* A further item of the file stores the same value again. */
		item->file->f_free = free_watched;
		if (inner) {
			LIST_INSERT_HEAD(&ep->nests[DOWN], item, nest[DOWN]);
			LIST_INSERT_HEAD(&inner->nests[UP], item, nest[UP]);
		}
	}
	spin_unlock(&watch_lock);
	return err;
}

/* Unregisters and frees item. Hold ep->lock for writing. */
static void remove_item(struct epoll_item *item)
{
	struct epoll *inner = epoll_of(item->file), *ep = item->ep;

	spin_lock(&watch_lock);
	poll_watch(-1);
	LIST_REMOVE(item, watch_link);
	if (inner) {
		LIST_REMOVE(item, nest[DOWN]);
		LIST_REMOVE(item, nest[UP]);
	}
	spin_unlock(&watch_lock);
	TAILQ_REMOVE(&ep->items, item, link);
	ep->nr_items--;
	kfree(item);
}

/* An epoll that watches file, with a reference, or NULL. */
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

/*
 * f_free of a watched file whose last reference is gone: removes it from every
 * epoll.
 */
static void free_watched(struct file *file)
{
	struct epoll_item *item, *next;
	struct epoll *ep;

	while ((ep = get_watcher(file)) != NULL) {
		/*
		 * ep->lock comes before watch_lock, so the watcher is found
		 * first, then locked; the reference keeps it meanwhile.
		 */
		down_write(&ep->lock);
		TAILQ_FOREACH_SAFE(item, &ep->items, link, next)
			if (item->file == file)
				remove_item(item);
		up_write(&ep->lock);
		put_epoll(ep);
	}
	async_forget(file);
	free_file(file);
}

/* By file and descriptor: one file may be added once per dup. Hold ep->lock. */
static struct epoll_item *find_item(const struct epoll *ep,
				    const struct file *file, u32 fd)
{
	struct epoll_item *item;

	TAILQ_FOREACH(item, &ep->items, link)
		if (item->file == file && item->fd == fd)
			break;
	return item;
}

/* ---- polling the watched files ----------------------------------- */

/*
 * Returns the events that are to be reported for item now, and stores its
 * file's counts in *edges. Hold ep->lock.
 */
static u32 look_at(const struct epoll_item *item, struct poll_edges *edges)
{
	u32 asked = item->events & ~PRIVATE_BITS, events;
	bool edge;

	events = item->file->f_op->poll(item->file, edges);
	/* After ONESHOT not even POLLERR is reported. */
	if (!asked)
		return 0;
	edge = item->fresh || edges->in != item->edges.in ||
		(asked & OUT_EVENTS && edges->out != item->edges.out);
	return !(item->events & EPOLLET) || edge ? events & (asked | UNASKED) :
						   0;
}

/*
 * An epoll file's count of events is the sum over the files that it watches:
 * any of them may be news for an outer epoll.
 */
static u32 epoll_poll(struct file *file, struct poll_edges *edges)
{
	struct epoll *ep = file->private_data;
	const struct epoll_item *item;
	struct poll_edges of_item;
	u32 ready = 0;

	*edges = (struct poll_edges){ 0, 0 };
	down_read(&ep->lock);
	/* A file that is ready when it is added is an edge, too. */
	edges->in = ep->changes;
	TAILQ_FOREACH(item, &ep->items, link) {
		ready |= look_at(item, &of_item);
		edges->in += of_item.in + of_item.out;
		/* The program chooses the length of this list. */
		if (give_way())
			break;
	}
	up_read(&ep->lock);
	return ready ? POLLIN | POLLRDNORM : 0;
}

/*
 * Stores one event at the user address `to`. On -EFAULT the item is unchanged,
 * so the event is reported later.
 */
static int tell_item(struct epoll_item *item, u32 ready,
		     const struct poll_edges *edges, uaddr_t to)
{
	const struct epoll_event event = { .events = ready,
					   .data = item->data };

	/*
	 * Must not fault: ep->lock is held, and a close of a watched file waits
	 * for it.
	 */
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
 * Stores the events of at most max ready items and adds their number to *told.
 * Each item is polled once; a reported one moves to the end of the list, so
 * that with a small max each item gets its turn. 0 or -EFAULT.
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
 * Waits for events. Returns how many, 0 when ktime_ns() reaches `until`, -EINTR
 * or -EFAULT. It waits for the file, not the descriptor, which another thread
 * may close or reuse.
 */
static s32 wait_for_events(struct file *file, uaddr_t to, u32 max, u64 until)
{
	u32 told = 0;
	s32 ret;

	for (;;) {
		ret = tell_items(file->private_data, to, max, &told);
		/* The first event's page is missing: fault it in unlocked. */
		if (ret && !told &&
		    !fault_in_user(to, sizeof(struct epoll_event), true))
			continue;
		/*
		 * Events that were stored are returned even if the next one
		 * faulted; that one stays ready.
		 */
		if (ret || told)
			return told ? (s32)told : ret;
		ret = poll_wait_file(file, until);
		if (ret <= 0)
			return ret;
		/* Other tasks may take all events before this one. */
		if (give_way())
			return -EINTR;
	}
}

/* The checks of epoll_wait, in Linux's order. */
static s32 epoll_wait_until(u32 epfd, uaddr_t events, s32 max, u64 until)
{
	struct file *file;
	s32 ret;

	if (max <= 0 || max > MAX_EVENTS)
		return -EINVAL;
	/* Once for all events: tell_items() must not fault. */
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

/* The ktime_ns() that is timeout_ms from now; negative: no limit. */
static u64 until_ms(s32 timeout_ms)
{
	return timeout_ms < 0 ? UINT64_MAX :
				ktime_ns() + (u64)timeout_ms * NSEC_PER_MSEC;
}

s32 sys_epoll_wait(u32 epfd, uaddr_t events, s32 max, s32 timeout_ms)
{
	return epoll_wait_until(epfd, events, max, until_ms(timeout_ms));
}

/* As on Linux, a signal ends it with -EINTR: it is never restarted. */
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

/* `fresh` makes a file that is ready now an edge. Hold ep->lock for writing. */
static void set_events(struct epoll_item *item, const struct epoll_event *event)
{
	item->events = event->events;
	item->data = event->data;
	item->fresh = true;
	item->ep->changes++;
}

/* EPOLL_CTL_ADD. The caller's reference keeps file until it is registered. */
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
		/*
		 * The last check: from here on the end of the file removes the
		 * item.
		 */
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

/* EPOLL_CTL_MOD, or with event NULL EPOLL_CTL_DEL. */
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

/* The checks of epoll_ctl and the operation. 0 or -errno. */
static int ctl_files(struct file *epfile, struct file *file, u32 op, u32 fd,
		     const struct epoll_event *event)
{
	struct epoll *ep = epoll_of(epfile);

	/* A regular file never blocks, so watching it is an error. */
	if (!file->f_op->poll)
		return -EPERM;
	if (!ep || file == epfile)
		return -EINVAL;
	/*
	 * As on Linux, EPOLLEXCLUSIVE is fixed when an item is added, and
	 * excludes most other flags. All pollers are woken here, so it needs no
	 * more than these checks.
	 */
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
	static u32 no_edge; /* unused: epoll_poll() counts itself */
	struct epoll_event event;
	struct file *epfile, *file;
	int err = -EBADF;

	/* DEL needs no event; old programs pass NULL. */
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
		poll_wake(&no_edge); /* pollers of epfile check again */
	return err;
}

/* ---- the file ---------------------------------------------------- */

/*
 * No task can find ep by its file any more; free_watched() may still hold it.
 */
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

/* epoll_create1(2). The file's reference to ep is the first. */
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

/* epoll_create(2): size must be positive and is ignored, as on Linux. */
s32 sys_epoll_create(s32 size)
{
	return size <= 0 ? -EINVAL : sys_epoll_create1(0);
}
