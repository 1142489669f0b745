/*
 * services/mqueue/queue.c - messages into and out of a queue, and the tasks that
 * wait for either.
 */
#include <asm/uaccess.h>
#include <run/task.h>
#include <sched.h>
#include <services/mqueue/internal.h>
#include <services/poll/poll.h>
#include <services/time/time.h>
#include <uapi/poll.h>

const struct service mqueue_service = {
	.init = mqueue_init,
	.exec = mqueue_exec,
	.unlock_file = mqueue_closed,
};

/* ---- a queue ----------------------------------------------------- */

/* The first is to be received next: the highest priority, then the oldest. */
static int message_cmp(const struct mq_message *a, const struct mq_message *b)
{
	if (a->prio != b->prio)
		return a->prio > b->prio ? -1 : 1;
	return a->number < b->number ? -1 : a->number > b->number;
}

RB_GENERATE_STATIC(mq_messages, mq_message, node, message_cmp)

struct mqueue *mqueue_alloc(u32 max_messages, u32 max_bytes)
{
	struct mqueue *queue = kzalloc(sizeof(*queue), GFP_KERNEL);

	if (!queue)
		return NULL;
	spin_lock_init(&queue->lock);
	RB_INIT(&queue->messages);
	TAILQ_INIT(&queue->senders);
	TAILQ_INIT(&queue->receivers);
	queue->max_messages = max_messages;
	queue->max_bytes = max_bytes;
	return queue;
}

/* Takes the message that is next. Hold queue->lock; there is one. */
static struct mq_message *take_message(struct mqueue *queue)
{
	struct mq_message *message = RB_MIN(mq_messages, &queue->messages);

	RB_REMOVE(mq_messages, &queue->messages, message);
	queue->nr_messages--;
	return message;
}

/* Hold queue->lock; there is room. */
static void add_message(struct mqueue *queue, struct mq_message *message)
{
	message->number = queue->next_number++;
	RB_INSERT(mq_messages, &queue->messages, message);
	queue->nr_messages++;
}

void mqueue_free(struct mqueue *queue)
{
	/* No lock: nobody else knows it any more. */
	while (queue->nr_messages) {
		kfree(take_message(queue));
		cond_resched();
	}
	kfree(queue);
}

struct file *mqueue_fget(u32 fd)
{
	struct file *file = fget(fd);

	if (!file || file->f_op == &mqueue_fops)
		return file;
	fput(file);
	return NULL;
}

/* ---- waiting ----------------------------------------------------- */

/* Behind those of at least its priority; other tasks than real-time have 0. */
static void add_waiter(struct mq_waiters *list, struct mq_waiter *w)
{
	struct mq_waiter *before;

	TAILQ_FOREACH_REVERSE(before, list, mq_waiters, link)
		if (before->task->rt_priority >= w->task->rt_priority)
			break;
	if (before)
		TAILQ_INSERT_AFTER(list, before, w, link);
	else
		TAILQ_INSERT_HEAD(list, w, link);
}

/*
 * Takes the first waiter out of the list and wakes it, who finds what was done
 * for it. Hold the queue's lock: after it is released *w may be gone.
 */
static void serve(struct mq_waiters *list, struct mq_waiter *w)
{
	TAILQ_REMOVE(list, w, link);
	WRITE_ONCE(w->served, true);
	wake_up_process(w->task);
}

/* Sleeps until w is served. 0, -ETIMEDOUT or -ERESTARTSYS; no lock is held. */
static int sleep_until_served(struct mq_waiter *w, u64 until)
{
	int err = 0;

	do {
		/* First, so that a wake-up after the look ends the sleep. */
		set_current_state(TASK_INTERRUPTIBLE);
		if (READ_ONCE(w->served))
			break;
		err = schedule_deadline(until);
	} while (!err);
	set_current_state(TASK_RUNNING);
	return err;
}

/*
 * Waits in `list` until another task serves w. The caller holds the queue's lock,
 * which is released. 0, -EAGAIN, -ETIMEDOUT or -ERESTARTSYS.
 */
static int wait_served(struct file *file, struct mq_waiters *list,
		       struct mq_waiter *w, u64 until)
{
	struct mqueue *queue = mqueue_of(file);
	int err;

	if (file->f_flags & O_NONBLOCK) {
		spin_unlock(&queue->lock);
		return -EAGAIN;
	}
	add_waiter(list, w);
	spin_unlock(&queue->lock);
	err = sleep_until_served(w, until);
	spin_lock(&queue->lock);
	/* What was done for it counts, even if a signal came, too. */
	if (w->served)
		err = 0;
	else
		TAILQ_REMOVE(list, w, link);
	spin_unlock(&queue->lock);
	return err;
}

/* ---- sending ----------------------------------------------------- */

/*
 * Copies page by page, since a message may be long, between kernel memory and
 * the program's. 0, -EFAULT, or -EINTR if the task is killed.
 */
static int copy_message(struct mq_message *message, uaddr_t user, bool in)
{
	u32 part, left;

	for (u32 at = 0; at < message->bytes; at += part) {
		part = min(message->bytes - at, (u32)PAGE_SIZE);
		left = in ?
			copy_from_user(message->data + at, user + at, part) :
			copy_to_user(user + at, message->data + at, part);
		if (left)
			return -EFAULT;
		if (give_way())
			return -EINTR;
	}
	return 0;
}

/* The caller must kfree *message. 0, -ENOMEM or -EFAULT. */
static int get_message(uaddr_t buf, u32 bytes, u32 prio,
		       struct mq_message **message)
{
	struct mq_message *new = kmalloc(sizeof(*new) + bytes, GFP_KERNEL);
	int err;

	if (!new)
		return -ENOMEM;
	new->prio = prio;
	new->bytes = bytes;
	err = copy_message(new, buf, true);
	if (err)
		kfree(new);
	else
		*message = new;
	return err;
}

/* Hands the message over, to whom it then belongs. 0 or -errno. */
static int send_message(struct file *file, struct mq_message *message,
			u64 until)
{
	struct mqueue *queue = mqueue_of(file);
	struct mq_waiter me = { .task = current, .message = message };
	struct mq_notice notice = { 0 };
	struct mq_waiter *receiver;

	spin_lock(&queue->lock);
	if (queue->nr_messages == queue->max_messages)
		return wait_served(file, &queue->senders, &me, until);
	receiver = TAILQ_FIRST(&queue->receivers);
	if (receiver) {
		receiver->message = message;
		serve(&queue->receivers, receiver);
	} else {
		add_message(queue, message);
		if (queue->nr_messages == 1)
			notice = mqueue_take_notice(queue);
	}
	spin_unlock(&queue->lock);
	poll_wake(&queue->edges.in);
	mqueue_tell(&notice);
	return 0;
}

static s32 send(u32 fd, uaddr_t buf, u32 bytes, u32 prio, u64 until)
{
	struct mq_message *message;
	struct file *file;
	int err = -EBADF;

	if (prio >= MQ_PRIO_MAX)
		return -EINVAL;
	file = mqueue_fget(fd);
	if (!file)
		return -EBADF;
	if (file->f_mode & FMODE_WRITE)
		err = bytes > mqueue_of(file)->max_bytes ?
			-EMSGSIZE :
			get_message(buf, bytes, prio, &message);
	if (!err) {
		err = send_message(file, message, until);
		if (err)
			kfree(message);
	}
	fput(file);
	return err;
}

s32 sys_mq_timedsend(u32 fd, uaddr_t buf, u32 bytes, u32 prio, uaddr_t timeout)
{
	u64 until;
	int err = get_deadline(timeout, false, true, &until);

	return err ? err : send(fd, buf, bytes, prio, until);
}

s32 sys_mq_timedsend_time64(u32 fd, uaddr_t buf, u32 bytes, u32 prio,
			    uaddr_t timeout)
{
	u64 until;
	int err = get_deadline(timeout, true, true, &until);

	return err ? err : send(fd, buf, bytes, prio, until);
}

/* ---- receiving --------------------------------------------------- */

/* The message then belongs to the caller. 0 or -errno. */
static int receive_message(struct file *file, u64 until,
			   struct mq_message **message)
{
	struct mqueue *queue = mqueue_of(file);
	struct mq_waiter me = { .task = current }, *sender;
	int err = 0;

	spin_lock(&queue->lock);
	if (!queue->nr_messages) {
		err = wait_served(file, &queue->receivers, &me, until);
		*message = me.message;
		return err;
	}
	*message = take_message(queue);
	sender = TAILQ_FIRST(&queue->senders);
	if (sender) {
		add_message(queue, sender->message);
		serve(&queue->senders, sender);
	}
	spin_unlock(&queue->lock);
	poll_wake(&queue->edges.out);
	return 0;
}

static s32 receive(u32 fd, uaddr_t buf, u32 bytes, uaddr_t prio, u64 until)
{
	struct file *file = mqueue_fget(fd);
	struct mq_message *message;
	s32 ret = -EBADF;

	if (!file)
		return -EBADF;
	if (file->f_mode & FMODE_READ)
		ret = bytes < mqueue_of(file)->max_bytes ?
			-EMSGSIZE :
			receive_message(file, until, &message);
	fput(file);
	if (ret)
		return ret;
	/* As on Linux, a message that cannot be stored is lost. */
	ret = prio ? put_user_u32(message->prio, prio) : 0;
	if (!ret)
		ret = copy_message(message, buf, false);
	if (!ret)
		ret = (s32)message->bytes;
	kfree(message);
	return ret;
}

s32 sys_mq_timedreceive(u32 fd, uaddr_t buf, u32 bytes, uaddr_t prio,
			uaddr_t timeout)
{
	u64 until;
	int err = get_deadline(timeout, false, true, &until);

	return err ? err : receive(fd, buf, bytes, prio, until);
}

s32 sys_mq_timedreceive_time64(u32 fd, uaddr_t buf, u32 bytes, uaddr_t prio,
			       uaddr_t timeout)
{
	u64 until;
	int err = get_deadline(timeout, true, true, &until);

	return err ? err : receive(fd, buf, bytes, prio, until);
}

/* ---- the open file ----------------------------------------------- */

static u32 mqueue_poll(struct file *file, struct poll_edges *edges)
{
	struct mqueue *queue = mqueue_of(file);
	u32 events;

	spin_lock(&queue->lock);
	*edges = queue->edges;
	events = (queue->nr_messages ? POLLIN | POLLRDNORM : 0) |
		(queue->nr_messages < queue->max_messages ?
			 POLLOUT | POLLWRNORM :
			 0);
	spin_unlock(&queue->lock);
	return events;
}

const struct file_operations mqueue_fops = {
	.poll = mqueue_poll,
};

/* Reads the new flags. 0, -EFAULT, or -EINVAL for more than O_NONBLOCK. */
static int get_flags(uaddr_t from, u32 *flags)
{
	struct mq_attr attr;

	if (copy_from_user(&attr, from, sizeof(attr)))
		return -EFAULT;
	*flags = (u32)attr.mq_flags;
	return *flags & ~(u32)O_NONBLOCK ? -EINVAL : 0;
}

s32 sys_mq_getsetattr(u32 fd, uaddr_t new, uaddr_t old)
{
	struct mq_attr attr = { 0 };
	struct mqueue *queue;
	struct file *file;
	u32 flags = 0;
	int err = new ? get_flags(new, &flags) : 0;

	if (err)
		return err;
	file = mqueue_fget(fd);
	if (!file)
		return -EBADF;
	queue = mqueue_of(file);
	spin_lock(&queue->lock);
	attr.mq_flags = (s32)(file->f_flags & O_NONBLOCK);
	attr.mq_maxmsg = (s32)queue->max_messages;
	attr.mq_msgsize = (s32)queue->max_bytes;
	attr.mq_curmsgs = (s32)queue->nr_messages;
	if (new)
		file->f_flags = (file->f_flags & ~(u32)O_NONBLOCK) | flags;
	spin_unlock(&queue->lock);
	fput(file);
	return old && copy_to_user(old, &attr, sizeof(attr)) ? -EFAULT : 0;
}
