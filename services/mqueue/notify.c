/*
 * services/mqueue/notify.c - mq_notify: one process may register for a signal that
 * it gets once, when a message comes into the empty queue.
 */
#include <asm/uaccess.h>
#include <proc/proc.h>
#include <services/mqueue/internal.h>
#include <services/signal/signal.h>
#include <uapi/fcntl.h>
#include <uapi/signal.h>

struct mq_notice mqueue_take_notice(struct mqueue *queue)
{
	struct mq_notice notice = queue->notice;

	queue->notice.owner.id = 0;
	return notice;
}

void mqueue_tell(const struct mq_notice *notice)
{
	if (notice->owner.id && notice->how == SIGEV_SIGNAL)
		send_sig_message(&notice->owner, notice->signo, notice->value);
}

/* Ends the registration of the running process, if it has one. */
static void forget(struct mqueue *queue)
{
	spin_lock(&queue->lock);
	if (queue->notice.owner.id == current->tgid)
		queue->notice.owner.id = 0;
	spin_unlock(&queue->lock);
}

void mqueue_closed(struct file *file, const struct files_struct *files)
{
	/* No process registers by a file that has no descriptor. */
	if (files && file->f_op == &mqueue_fops)
		forget(mqueue_of(file));
}

/*
 * Registers the running process. 0, or -EBUSY: a process is registered that has not
 * ended, another one or this one.
 */
static int ask(struct mqueue *queue, const struct sigevent *event)
{
	struct mq_notice new = { .how = event->sigev_notify,
				 .signo = event->sigev_signo,
				 .value = event->sigev_value };
	struct file_owner old;
	int err = set_file_owner(&new.owner, F_OWNER_PID, current->tgid);

	if (err)
		return err;
	spin_lock(&queue->lock);
	old = queue->notice.owner;
	spin_unlock(&queue->lock);
	/* Without the lock: this takes tasklist_lock. */
	if (old.id && file_owner_id(&old))
		return -EBUSY;
	spin_lock(&queue->lock);
	if (queue->notice.owner.id == old.id &&
	    queue->notice.owner.start_ns == old.start_ns)
		queue->notice = new;
	else
		err = -EBUSY;
	spin_unlock(&queue->lock);
	return err;
}

/* SIGEV_THREAD needs a netlink socket, to which Linux sends the notice. */
static int check_event(const struct sigevent *event)
{
	if (event->sigev_notify == SIGEV_NONE)
		return 0;
	return event->sigev_notify == SIGEV_SIGNAL && event->sigev_signo >= 0 &&
			event->sigev_signo <= _NSIG ?
		0 :
		-EINVAL;
}

s32 sys_mq_notify(u32 fd, uaddr_t from)
{
	struct sigevent event;
	struct file *file;
	int err = 0;

	if (from) {
		if (copy_from_user(&event, from, sizeof(event)))
			return -EFAULT;
		err = check_event(&event);
	}
	if (err)
		return err;
	file = mqueue_fget(fd);
	if (!file)
		return -EBADF;
	if (from)
		err = ask(mqueue_of(file), &event);
	else
		forget(mqueue_of(file));
	fput(file);
	return err;
}
