/*
 * /proc/kmsg: the kernel's log as LOG_READ of syslog(2) returns it, for daemons
 * that wait for it in poll(). What one reader gets is gone for all others.
 */
#include <inspect/internal.h>
#include <services/files/files.h>
#include <services/files/kmsg.h>
#include <uapi/fcntl.h>
#include <uapi/poll.h>

int may_open_kmsg(void)
{
	return may_take_log() ? 0 : -EPERM;
}

/* No right is asked for but at the open: a daemon gives its own up. */
static s32 proc_kmsg_read(struct file *file, uaddr_t buf, u32 bytes,
			  u64 *pos __unused_arg)
{
	s32 unread = file->f_flags & O_NONBLOCK ? log_unread_bytes() : 1;

	if (unread <= 0)
		return unread ? unread : -EAGAIN;
	return log_take(buf, bytes);
}

static u32 proc_kmsg_poll(struct file *file, struct poll_edges *edges)
{
	u64 seq = log_unread();
	struct log_info info;
	char text[1];

	/* For its edges, and since it makes the poller look again. */
	kmsg_fops.poll(file, edges);
	return log_read_record(&seq, &info, text, sizeof(text)) ?
		POLLIN | POLLRDNORM :
		0;
}

const struct file_operations proc_kmsg_fops = {
	.poll = proc_kmsg_poll,
	.read = proc_kmsg_read,
};
