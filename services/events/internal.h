/*
 * services/events/internal.h - files without a name.
 */
#ifndef SERVICES_EVENTS_INTERNAL_H
#define SERVICES_EVENTS_INTERNAL_H

#include <fs/fs.h>
#include <run/timer.h>
#include <services/events/events.h>

/* A kind of them: its operations, and the name that /proc shows. */
struct event_file_type {
	struct file_operations fops; /* release frees private_data */
	struct inode_operations iops;
};

/*
 * A new descriptor of that type for `data`, from kmalloc and in every way ready:
 * it is the file's from then on, and has gone if the answer is -errno. flags:
 * O_CLOEXEC, O_NONBLOCK.
 */
s32 event_file(const struct event_file_type *type, void *data, u32 flags);
/* The file at fd with a reference, if it is of that type; NULL: it is not. */
struct file *event_fget(u32 fd, const struct event_file_type *type);

/*
 * Sleep until cond, for a read or write of file: 0, -EAGAIN if it does not want
 * to wait, -ERESTARTSYS.
 */
#define event_wait(file, wq, cond)                \
	((file)->f_flags & O_NONBLOCK ? -EAGAIN : \
					wait_event_interruptible(wq, cond))

/* The row's. (timerfd.c) */
void timerfd_expired(struct timer *timer);

#endif
