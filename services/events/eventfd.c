/*
 * services/events/eventfd.c - eventfd: a counter. A write adds to it, a read
 * returns it and sets it to 0.
 */
#include <asm/uaccess.h>
#include <services/events/internal.h>
#include <services/poll/poll.h>
#include <uapi/eventfd.h>
#include <uapi/poll.h>

#define COUNT_MAX (UINT64_MAX - 1) /* a write that would exceed it waits */

struct eventfd {
	spinlock_t lock;
	bool semaphore;          /* constant: a read subtracts 1 only */
	u64 count;               /* lock */
	struct poll_edges edges; /* writes, and reads; see poll_wake */
	struct wait_queue_head readable, writable;
};

/*
 * Written so that the sum cannot overflow. Without the lock it is only a hint.
 */
static bool has_room(const struct eventfd *ev, u64 more)
{
	return ev->count <= COUNT_MAX - more;
}

/* Subtracts what a read returns; 0: the counter is 0. */
static u64 take(struct eventfd *ev)
{
	u64 taken;

	spin_lock(&ev->lock);
	taken = ev->semaphore && ev->count ? 1 : ev->count;
	ev->count -= taken;
	spin_unlock(&ev->lock);
	return taken;
}

/* False: the counter would pass COUNT_MAX, and nothing is added. */
static bool add(struct eventfd *ev, u64 more)
{
	bool fits;

	spin_lock(&ev->lock);
	fits = has_room(ev, more);
	if (fits)
		ev->count += more;
	spin_unlock(&ev->lock);
	return fits;
}

/* Waits until the counter is not 0. */
static s32 eventfd_read(struct file *file, uaddr_t buf, u32 bytes,
			u64 *pos __unused_arg)
{
	struct eventfd *ev = file->private_data;
	u64 taken;
	int err;

	if (bytes < sizeof(taken))
		return -EINVAL;
	/*
	 * A loop, because another reader may take the count between the wake-up
	 * and this one's turn.
	 */
	while ((taken = take(ev)) == 0) {
		err = event_wait(file, &ev->readable, ev->count > 0);
		if (err)
			return err;
	}
	/*
	 * All of them: how much each adds is known only to the writers
	 * themselves.
	 */
	wake_up(&ev->writable);
	poll_wake(&ev->edges.out);
	/* As on Linux, a count that cannot be stored is lost. */
	return copy_to_user(buf, &taken, sizeof(taken)) ? -EFAULT :
							  (s32)sizeof(taken);
}

/*
 * Waits until the sum fits, as a semaphore's limit: a write is never lost or
 * split.
 */
static s32 eventfd_write(struct file *file, uaddr_t buf, u32 bytes,
			 u64 *pos __unused_arg)
{
	struct eventfd *ev = file->private_data;
	u64 more;
	int err;

	if (bytes < sizeof(more))
		return -EINVAL;
	if (copy_from_user(&more, buf, sizeof(more)))
		return -EFAULT;
	/* No counter can hold this value: the write would wait without end. */
	if (more > COUNT_MAX)
		return -EINVAL;
	while (!add(ev, more)) {
		err = event_wait(file, &ev->writable, has_room(ev, more));
		if (err)
			return err;
	}
	wake_up(&ev->readable);
	poll_wake(&ev->edges.in);
	return sizeof(more);
}

/* Writable if at least 1 can be added. */
static u32 eventfd_poll(struct file *file, struct poll_edges *edges)
{
	const struct eventfd *ev = file->private_data;

	*edges = ev->edges;
	return (ev->count ? POLLIN : 0) | (has_room(ev, 1) ? POLLOUT : 0);
}

static void eventfd_release(struct file *file)
{
	kfree(file->private_data);
}

static const struct event_file_type eventfd_type = {
	.fops = {
		.read = eventfd_read,
		.write = eventfd_write,
		.poll = eventfd_poll,
		.release = eventfd_release,
	},
	.iops = { .nameless = "anon_inode:[eventfd]" },
};

/* eventfd2(2). The counter starts at 32 bits, although it grows to 64. */
s32 sys_eventfd2(u32 count, u32 flags)
{
	struct eventfd *ev;

	if (flags & ~(u32)(EFD_SEMAPHORE | EFD_CLOEXEC | EFD_NONBLOCK))
		return -EINVAL;
	ev = kzalloc(sizeof(*ev), GFP_KERNEL);
	if (!ev)
		return -ENOMEM;
	spin_lock_init(&ev->lock);
	init_waitqueue_head(&ev->readable);
	init_waitqueue_head(&ev->writable);
	ev->count = count;
	ev->semaphore = flags & EFD_SEMAPHORE;
	return event_file(&eventfd_type, ev, flags);
}

s32 sys_eventfd(u32 count)
{
	return sys_eventfd2(count, 0);
}
