/*
 * services/events/events.c - files without a name, which programs reach only by
 * descriptors: what eventfd, timerfd and epoll share, and the service's row.
 */
#include <services/events/internal.h>
#include <services/files/files.h>

s32 event_file(const struct event_file_type *type, void *data, u32 flags)
{
	struct inode *inode = new_inode(0600); /* no S_IF*, as on Linux */
	struct file *file = inode ? alloc_file() : NULL;

	if (!file) {
		if (inode)
			iput(inode);
		kfree(data);
		return no_file_error();
	}
	inode->i_dev = ANON_INODEFS_DEV;
	inode->i_op = &type->iops;
	file->f_inode = inode;
	file->f_mapping = &inode->i_data;
	file->f_op = &type->fops;
	/*
	 * From here on release frees data, also if open_fd() fails and puts the
	 * file.
	 */
	file->private_data = data;
	file->f_mode = FMODE_READ | FMODE_WRITE;
	file->f_flags = (flags & O_NONBLOCK) | O_RDWR;
	return open_fd(file, flags);
}

/* Each type has one table of operations, so f_op identifies it. */
struct file *event_fget(u32 fd, const struct event_file_type *type)
{
	struct file *file = fget(fd);

	if (!file || file->f_op == &type->fops)
		return file;
	fput(file);
	return NULL;
}

const struct service events_service = {
	.timer_expired = timerfd_expired,
};
