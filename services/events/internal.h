/*
 * services/events/internal.h - the files without a name that this service
 * makes.
 */
#ifndef SERVICES_EVENTS_INTERNAL_H
#define SERVICES_EVENTS_INTERNAL_H

#include <fs/fs.h>
#include <run/timer.h>
#include <services/events/events.h>

/* A type of such files: its operations, and the name that /proc shows. */
struct event_file_type {
	struct file_operations fops; /* release frees private_data */
	struct inode_operations iops;
};

/*
 * Opens a file of that type and returns its descriptor. data, from kmalloc,
 * must be initialised, since other threads can use the file at once; the file
 * takes it over, and it is freed if the result is -errno. flags: O_CLOEXEC,
 * O_NONBLOCK.
 */
s32 event_file(const struct event_file_type *type, void *data, u32 flags);
/* The file at fd with a reference. NULL: not open, or of another type. */
struct file *event_fget(u32 fd, const struct event_file_type *type);

/*
 * Sleeps until cond, for a read or write of file. 0, -EAGAIN if the file has
 * O_NONBLOCK, or -ERESTARTSYS. Hold no lock.
 */
#define event_wait(file, wq, cond)                \
	((file)->f_flags & O_NONBLOCK ? -EAGAIN : \
					wait_event_interruptible(wq, cond))

/* service.timer_expired; called with interrupts off. (timerfd.c) */
void timerfd_expired(struct timer *timer);

#endif
