/*
 * services/uffd/uffd.c - userfaultfd: the descriptor, its life, read and poll.
 */
#include <asm/uaccess.h>
#include <cred.h>
#include <sched.h>
#include <services/uffd/internal.h>
#include <stdio.h>
#include <uapi/poll.h>

#define FEATURES                                        \
	(UFFD_FEATURE_SIGBUS | UFFD_FEATURE_THREAD_ID | \
	 UFFD_FEATURE_EXACT_ADDRESS)

/* The uffd of an open file, which has a reference to it. */
static struct uffd *uffd_of(const struct file *file)
{
	return file->private_data;
}

/* A task that waits has a reference, so no fault can be left on the list. */
void uffd_put(struct uffd *uffd)
{
	if (!atomic_dec_and_test(&uffd->count))
		return;
	BUG_ON(!TAILQ_EMPTY(&uffd->faults));
	mmdrop(uffd->mm);
	kfree(uffd);
}

/* ---- operations of the file -------------------------------------- */

/*
 * Returns as many messages as fit. It waits only for the first one, and only
 * without O_NONBLOCK.
 */
static s32 uffd_read(struct file *file, uaddr_t buf, u32 bytes,
		     u64 *pos __unused_arg)
{
	struct uffd *uffd = uffd_of(file);
	struct uffd_msg msg;
	u32 done = 0;
	s32 err = 0;

	if (!uffd->ready || bytes < sizeof(msg))
		return -EINVAL;
	while (bytes - done >= sizeof(msg) && !err) {
		if (uffd_next_fault(uffd, &msg)) {
			if (copy_to_user(buf + done, &msg, sizeof(msg)))
				err = -EFAULT;
			else
				done += sizeof(msg);
		} else if (done || file->f_flags & O_NONBLOCK) {
			err = -EAGAIN;
		} else {
			err = wait_event_interruptible(&uffd->pager,
						       uffd_has_fault(uffd));
		}
	}
	return done ? (s32)done : err;
}

/*
 * As Linux: a descriptor without O_NONBLOCK reports POLLERR, because its read
 * may block even after poll has reported a message.
 */
static u32 uffd_poll(struct file *file, struct poll_edges *edges)
{
	struct uffd *uffd = uffd_of(file);

	*edges = uffd->edges;
	if (!uffd->ready || !(file->f_flags & O_NONBLOCK))
		return POLLERR;
	return uffd_has_fault(uffd) ? POLLIN : 0;
}

/* UFFDIO_API: agrees on version and features. Only the first call succeeds. */
static s32 agree(struct uffd *uffd, uaddr_t arg)
{
	struct uffdio_api api;
	s32 err = -EINVAL;

	if (copy_from_user(&api, arg, sizeof(api)))
		return -EFAULT;
	spin_lock(&uffd->lock);
	if (!uffd->ready && api.api == UFFD_API &&
	    !(api.features & ~(u64)FEATURES)) {
		uffd->ready = true;
		uffd->features = (u32)api.features;
		err = 0;
	}
	spin_unlock(&uffd->lock);
	/*
	 * Linux clears the structure, by which a program learns that it asked
	 * too much.
	 */
	if (err)
		api = (struct uffdio_api){ 0 };
	else
		api = (struct uffdio_api){ UFFD_API, FEATURES,
					   UFFD_API_IOCTLS };
	return copy_to_user(arg, &api, sizeof(api)) ? -EFAULT : err;
}

/* Everything but UFFDIO_API needs the agreement first. */
static int uffd_ioctl(struct file *file, u32 cmd, u32 arg)
{
	struct uffd *uffd = uffd_of(file);

	if (cmd == UFFDIO_API)
		return agree(uffd, arg);
	if (!uffd->ready)
		return -EINVAL;
	switch (cmd) {
	case UFFDIO_REGISTER:
		return uffd_register(uffd, arg);
	case UFFDIO_UNREGISTER:
		return uffd_unregister(uffd, arg);
	case UFFDIO_WAKE:
		return uffd_wake_range(uffd, arg);
	case UFFDIO_COPY:
		return uffd_copy(uffd, arg);
	case UFFDIO_ZEROPAGE:
		return uffd_zeropage(uffd, arg);
	case UFFDIO_WRITEPROTECT:
		return uffd_writeprotect(arg);
	default:
		return -EINVAL;
	}
}

/* The last descriptor is closed: tasks that wait get zeroed pages. */
static void uffd_release(struct file *file)
{
	uffd_leave(uffd_of(file));
	uffd_put(uffd_of(file));
}

static const struct file_operations uffd_fops = {
	.read = uffd_read,
	.poll = uffd_poll,
	.ioctl = uffd_ioctl,
	.release = uffd_release,
};

static void uffd_describe(const struct inode *inode __unused_arg, char *buf,
			  size_t bytes)
{
	snprintf(buf, bytes, "anon_inode:[userfaultfd]");
}

static const struct inode_operations uffd_inode_ops = {
	.describe = uffd_describe,
};

/* ---- making a userfaultfd ---------------------------------------- */

/* For the running task's address space. NULL: no memory. */
static struct uffd *new_uffd(u32 flags)
{
	struct uffd *uffd = kzalloc(sizeof(*uffd), GFP_KERNEL);

	if (!uffd)
		return NULL;
	atomic_set(&uffd->count, 1);
	uffd->user_mode_only = flags & UFFD_USER_MODE_ONLY;
	spin_lock_init(&uffd->lock);
	TAILQ_INIT(&uffd->faults);
	init_waitqueue_head(&uffd->pager);
	init_waitqueue_head(&uffd->program);
	uffd->mm = current_thread_info()->mm;
	/*
	 * mm_count and not mm_users: a pager must not keep a dead program's
	 * memory.
	 */
	mmgrab(uffd->mm);
	return uffd;
}

/*
 * Opens a file that takes over the reference to uffd. NULL: no memory, and the
 * caller keeps it.
 */
static struct file *new_file(struct uffd *uffd, u32 flags)
{
	struct inode *inode = new_inode(0600);
	struct file *file = inode ? alloc_file() : NULL;

	if (!file) {
		iput(inode);
		return NULL;
	}
	inode->i_op = &uffd_inode_ops;
	file->f_inode = inode;
	file->f_mapping = &inode->i_data;
	file->f_op = &uffd_fops;
	file->f_mode = FMODE_READ | FMODE_WRITE;
	file->f_flags = O_RDWR | (flags & O_NONBLOCK);
	file->private_data = uffd;
	return file;
}

bool unprivileged_userfaultfd;

/*
 * userfaultfd(2), for the caller's own address space; the descriptor can be
 * sent to another process.
 */
s32 sys_userfaultfd(u32 flags)
{
	struct uffd *uffd;
	struct file *file;

	if (flags & ~(u32)(UFFD_USER_MODE_ONLY | O_CLOEXEC | O_NONBLOCK))
		return -EINVAL;
	/*
	 * A pager that is slow on purpose could stop a system call at a point
	 * of its choice, which attacks on the kernel have used.
	 */
	if (!(flags & UFFD_USER_MODE_ONLY) &&
	    !READ_ONCE(unprivileged_userfaultfd) && !capable(CAP_SYS_PTRACE))
		return -EPERM;
	uffd = new_uffd(flags);
	if (!uffd)
		return -ENOMEM;
	file = new_file(uffd, flags);
	if (!file) {
		uffd_put(uffd);
		return no_file_error();
	}
	return open_fd(file, flags);
}

const struct service uffd_service = {
	.missing_page = uffd_missing_page,
};
