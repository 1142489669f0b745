/*
 * services/mqueue/names.c - mq_open and mq_unlink: queues have names in a
 * directory of their own, to which no path leads.
 *
 * A user's queues are charged to RLIMIT_MSGQUEUE with all that they could hold,
 * so that a full queue is never refused a message for want of a right to memory.
 */
#include <asm/uaccess.h>
#include <cred.h>
#include <fs/fs.h>
#include <proc/proc.h>
#include <services/files/files.h>
#include <services/mqueue/internal.h>
#include <stdio.h>
#include <string.h>
#include <uapi/resource.h>
#include <uapi/signal.h>

/* For CAP_SYS_RESOURCE, too. Ours, since a walk over all holds a spinlock. */
#define QUEUES_HARD_MAX  1024u
/* What Linux charges for a message beside its bytes. */
#define MESSAGE_OVERHEAD 48u

struct mqueue_limits mqueue_limits = {
	.queues_max = 256,
	.msg_max = 10,
	.msgsize_max = 8192,
	.msg_default = 10,
	.msgsize_default = 8192,
};

static struct inode *queues_dir;

static spinlock_t queues_lock = SPINLOCK_INIT;
/* queues_lock: all queues, with or without a name, and their number */
static LIST_HEAD(, mqueue) queues = LIST_HEAD_INITIALIZER(queues);
static u32 nr_queues;

void mqueue_init(void)
{
	queues_dir = ramfs_inode(S_IFDIR | S_ISVTX | 0777);
	/* At boot there is memory. */
	if (!queues_dir)
		panic("no memory for the directory of message queues");
	queues_dir->i_dev = MQUEUE_DEV;
}

/* ---- lives ------------------------------------------------------- */

/*
 * Counts and charges the queue. 0, -ENOSPC (there are too many), or -EMFILE: it
 * is too large for the user.
 */
static int add_queue(struct mqueue *queue)
{
	u32 max = capable(CAP_SYS_RESOURCE) ?
		QUEUES_HARD_MAX :
		min(READ_ONCE(mqueue_limits.queues_max), QUEUES_HARD_MAX);
	u64 sum = queue->charge;
	struct mqueue *other;
	int err = 0;

	spin_lock(&queues_lock);
	LIST_FOREACH(other, &queues, link)
		sum += other->uid == queue->uid ? other->charge : 0;
	if (nr_queues >= max)
		err = -ENOSPC;
	else if (sum > rlimit(RLIMIT_MSGQUEUE))
		err = -EMFILE;
	if (!err) {
		LIST_INSERT_HEAD(&queues, queue, link);
		nr_queues++;
	}
	spin_unlock(&queues_lock);
	return err;
}

static void mqueue_evict(struct inode *inode)
{
	struct mqueue *queue = inode->i_private;

	spin_lock(&queues_lock);
	LIST_REMOVE(queue, link);
	nr_queues--;
	spin_unlock(&queues_lock);
	mqueue_free(queue);
}

/*
 * A descriptor may stay open over execve. By then the program may be set-uid, and
 * whoever could still have it sent a signal could end it.
 */
void mqueue_exec(void)
{
	struct mqueue *queue;

	spin_lock(&queues_lock);
	LIST_FOREACH(queue, &queues, link) {
		spin_lock(&queue->lock);
		if (queue->notice.owner.id == current->tgid)
			queue->notice.how = SIGEV_NONE;
		spin_unlock(&queue->lock);
	}
	spin_unlock(&queues_lock);
}

static int mqueue_open(struct inode *inode __unused_arg, struct file *file)
{
	/* mqueue_closed() is to learn of each close. */
	file->f_mode |= FMODE_TELL_CLOSE;
	return 0;
}

/* The path that /proc shows: as if the queues were mounted on /. */
static void mqueue_describe(const struct inode *inode, char *buf, size_t bytes)
{
	const struct mqueue *queue = inode->i_private;

	snprintf(buf, bytes, "/%s%s", queue->name,
		 inode->i_nlink ? "" : " (deleted)");
}

static const struct inode_operations mqueue_iops = {
	.open = mqueue_open,
	.describe = mqueue_describe,
	.evict = mqueue_evict,
};

/* ---- making a queue ---------------------------------------------- */

/* 0 and the queue, or -EINVAL, -EMFILE, -ENOSPC, -ENOMEM. */
static int make_queue(const struct mq_attr *attr, struct mqueue **result)
{
	bool may = capable(CAP_SYS_RESOURCE);
	const struct mqueue_limits most = mqueue_limits;
	u32 per_message = (u32)attr->mq_msgsize + MESSAGE_OVERHEAD;
	struct mqueue *queue;
	int err;

	if (attr->mq_maxmsg <= 0 || attr->mq_msgsize <= 0 ||
	    (u32)attr->mq_maxmsg > (may ? MESSAGES_HARD_MAX : most.msg_max) ||
	    (u32)attr->mq_msgsize > (may ? BYTES_HARD_MAX : most.msgsize_max))
		return -EINVAL;
	/* More than any limit, and more than 32 bits. */
	if ((u64)per_message * (u32)attr->mq_maxmsg > UINT32_MAX)
		return -EOVERFLOW;
	queue = mqueue_alloc((u32)attr->mq_maxmsg, (u32)attr->mq_msgsize);
	if (!queue)
		return -ENOMEM;
	queue->charge = per_message * (u32)attr->mq_maxmsg;
	queue->uid = current_cred()->uid;
	err = add_queue(queue);
	if (err)
		mqueue_free(queue);
	else
		*result = queue;
	return err;
}

/* Makes a queue with that name. 0 and a reference, or -errno. */
static int create(const char *name, u32 mode, const struct mq_attr *attr,
		  struct inode **result)
{
	struct mqueue *queue;
	struct inode *inode = new_inode(S_IFREG | (mode & 07777));
	int err;

	if (!inode)
		return -ENOMEM;
	err = make_queue(attr, &queue);
	if (err) {
		iput(inode);
		return err;
	}
	inode->i_dev = MQUEUE_DEV;
	inode->i_uid = current_cred()->fsuid;
	inode->i_gid = current_cred()->fsgid;
	inode->i_size = 80; /* as on Linux, whose queues can be read as text */
	strcpy(queue->name, name);
	inode->i_private = queue;
	inode->i_op = &mqueue_iops; /* from here on iput() frees the queue */
	inode->i_fop = &mqueue_fops;
	err = ramfs_link(queues_dir, name, (u32)strlen(name), inode, false);
	if (err)
		iput(inode);
	else
		*result = inode;
	return err;
}

/* ---- the calls --------------------------------------------------- */

#define NAME_BYTES (NAME_MAX + 1)

/* Reads the name of a queue. 0, or Linux's -errno for what is none. */
static int get_name(uaddr_t from, char name[NAME_BYTES])
{
	u32 bytes;
	int err = strncpy_from_user(name, from, NAME_BYTES, &bytes);

	if (err)
		return err;
	if (!bytes)
		return -ENOENT;
	return strchr(name, '/') || !strcmp(name, ".") || !strcmp(name, "..") ?
		-EACCES :
		0;
}

/* Whether the task may open a queue that exists. 0 or -errno. */
static int may_use(const struct inode *inode, u32 flags)
{
	static const u32 masks[] = { [O_RDONLY] = MAY_READ,
				     [O_WRONLY] = MAY_WRITE,
				     [O_RDWR] = MAY_READ | MAY_WRITE };

	if (flags & O_CREAT && flags & O_EXCL)
		return -EEXIST;
	if ((flags & O_ACCMODE) == O_ACCMODE)
		return -EINVAL;
	return inode_permission(inode, masks[flags & O_ACCMODE]);
}

/* Finds or makes the queue. 0, a reference, and *made if so; or -errno. */
static int find_or_create(const char *name, u32 flags, u32 mode,
			  const struct mq_attr *attr, struct inode **inode,
			  bool *made)
{
	u32 bytes = (u32)strlen(name);
	int err;

	do {
		err = queues_dir->i_op->lookup(queues_dir, name, bytes, inode);
		*made = err == -ENOENT && flags & O_CREAT;
		if (*made)
			err = create(name, mode, attr, inode);
		else if (!err) {
			err = may_use(*inode, flags);
			if (err)
				iput(*inode);
			return err;
		}
		/* Another task made it meanwhile. */
	} while (err == -EEXIST);
	return err;
}

/* Takes a name away, but from no other queue than `only`, unless that is NULL. */
static int remove_name(const char *name, const struct inode *only)
{
	struct inode *inode = NULL;
	struct dir_entry *entry;
	int err = -ENOENT;

	down_write(&queues_dir->i_lock);
	entry = ramfs_find_entry(queues_dir, name, (u32)strlen(name));
	if (entry && (!only || entry->inode == only))
		err = may_remove(queues_dir, entry->inode);
	if (!err)
		err = ramfs_drop_entry(queues_dir, entry, &inode);
	up_write(&queues_dir->i_lock);
	/* Unlocked: it may free all messages. */
	iput(inode);
	return err;
}

s32 sys_mq_open(uaddr_t uname, u32 flags, u32 mode, uaddr_t uattr)
{
	const struct mqueue_limits most = mqueue_limits;
	struct mq_attr attr = {
		.mq_maxmsg = (s32)min(most.msg_max, most.msg_default),
		.mq_msgsize = (s32)min(most.msgsize_max, most.msgsize_default)
	};
	struct fs_path at = { NULL, NULL };
	char name[NAME_BYTES];
	struct inode *inode;
	struct file *file;
	bool made;
	s32 err;

	if (uattr && copy_from_user(&attr, uattr, sizeof(attr)))
		return -EFAULT;
	err = get_name(uname, name);
	if (!err)
		err = find_or_create(name, flags, mode & ~current_umask(),
				     &attr, &inode, &made);
	if (err)
		return err;
	at.inode = inode;
	err = flags & O_PATH ? open_place(&at, flags, &file) :
			       file_open_inode(inode, flags, &file);
	/* As on Linux always: a descriptor of a queue is not inherited. */
	if (!err)
		err = open_fd(file, O_CLOEXEC);
	/* On Linux the descriptor comes first. So the new queue must not stay. */
	if (err < 0 && made)
		remove_name(name, inode);
	iput(inode);
	return err;
}

s32 sys_mq_unlink(uaddr_t uname)
{
	char name[NAME_BYTES];
	int err = get_name(uname, name);

	return err ? err : remove_name(name, NULL);
}
