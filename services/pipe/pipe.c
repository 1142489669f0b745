/*
 * services/pipe/pipe.c - pipes: 64 KiB between a writer and a reader, or the
 * size set by F_SETPIPE_SZ. A FIFO is a pipe with a name.
 *
 * A ring of bytes over 16 pages, allocated when first needed and freed with the
 * pipe. head and tail count bytes written and read; when they meet, both
 * restart from 0, so that a pipe that is drained as it is filled stays within
 * one warm page. A write of up to PIPE_BUF bytes is never mixed with another.
 *
 * Bytes are copied under the inode's lock without taking a fault: if a user
 * page is missing, the lock is released, the page is faulted in, and the copy
 * restarts.
 */
#include <fs/fs.h>
#include <sched.h>
#include <services/files/files.h>
#include <services/pipe/internal.h>
#include <services/pipe/pipe.h>
#include <services/poll/poll.h>
#include <services/signal/signal.h>
#include <uapi/poll.h>
#include <uapi/signal.h>

#define PIPE_BUF 4096u

static struct kmem_cache *pipe_cache;

static int fifo_open(struct inode *inode, struct file *file);

static void pipe_init(void)
{
	pipe_cache = kmem_cache_create("pipe", sizeof(struct pipe), 0,
				       SLAB_PANIC, NULL);
	fifo_node_ops.open = fifo_open;
}

/* Room for a write of `bytes`: for all of it if it must not be split. */
static inline bool has_room(const struct pipe *pipe, u32 bytes)
{
	u32 room = size_of(pipe) - bytes_used(pipe);

	return room >= (bytes <= PIPE_BUF ? bytes : 1);
}

/* ---- reading ----------------------------------------------------- */

/* Waits until can_read(). Returns 0 with i_lock held, else -errno without. */
static int wait_readable(struct file *file, struct pipe *pipe)
{
	bool nonblock = file->f_flags & O_NONBLOCK, may;
	int err;

	for (;;) {
		down_write(&file->f_inode->i_lock);
		if (likely(can_read(pipe)))
			return 0;
		may = nonblock && !pipe->claimed; /* as may_look() */
		up_write(&file->f_inode->i_lock);
		/* Unlocked from here: a writer needs the lock. */
		if (may)
			return -EAGAIN;
		err = wait_event_interruptible(&pipe->readable,
					       may_look(pipe, nonblock));
		if (err)
			return err;
	}
}

/* Moves what the pipe holds, at most `bytes`. Hold i_lock. Returns how many. */
static u32 copy_out(struct pipe *pipe, uaddr_t buf, u32 bytes)
{
	u32 done = 0, part, offset, left = 0;

	bytes = min(bytes, bytes_used(pipe));
	while (done < bytes && !left) {
		offset = pipe->tail & (PAGE_SIZE - 1);
		part = min(bytes - done, PAGE_SIZE - offset);
		left = copy_to_user_locked(buf + done,
					   *page_of(pipe, pipe->tail) + offset,
					   part);
		pipe->tail += part - left;
		done += part - left;
	}
	restart_if_empty(pipe);
	return done;
}

static s32 pipe_read(struct file *file, uaddr_t buf, u32 bytes,
		     u64 *pos __unused_arg)
{
	struct pipe *pipe = file_pipe(file);
	bool empty;
	u32 done;
	int err;

	if (!access_ok(buf, bytes))
		return -EFAULT;
	if (bytes == 0)
		return 0; /* without waiting, as POSIX demands */
again:
	err = wait_readable(file, pipe);
	if (err)
		return err;
	empty = bytes_used(pipe) == 0;
	done = copy_out(pipe, buf, bytes);
	up_write(&file->f_inode->i_lock);
	if (unlikely(done == 0)) {
		if (empty)
			return 0; /* no writer is left */
		/*
		 * Unlocked: a fault may sleep for long and would stop the
		 * writers.
		 */
		if (fault_in_user(buf, min(bytes, (u32)PAGE_SIZE), true))
			return -EFAULT;
		goto again;
	}
	wake_up(&pipe->writable);
	poll_wake(&pipe->edges.out);
	return (s32)done;
}

/* ---- writing ----------------------------------------------------- */

/* Without readers a write must end, with SIGPIPE. */
static inline bool can_write(const struct pipe *pipe, u32 bytes)
{
	return has_room(pipe, bytes) || !READ_ONCE(pipe->readers);
}

/* Waits until can_write(). Returns 0 with i_lock held, else -errno without. */
static int wait_writable(struct file *file, struct pipe *pipe, u32 bytes)
{
	int err;

	for (;;) {
		down_write(&file->f_inode->i_lock);
		if (likely(can_write(pipe, bytes)))
			return 0;
		up_write(&file->f_inode->i_lock);
		if (file->f_flags & O_NONBLOCK)
			return -EAGAIN;
		err = wait_event_interruptible(&pipe->writable,
					       can_write(pipe, bytes));
		if (err)
			return err;
	}
}

/* Adds to *done what fits. Hold i_lock. 0, -EFAULT (page missing), -ENOMEM. */
static int copy_in(struct pipe *pipe, uaddr_t buf, u32 bytes, u32 *done)
{
	u32 room = size_of(pipe) - bytes_used(pipe), part, offset, left = 0;
	char *page;

	bytes = min(bytes, room);
	for (; bytes && !left; bytes -= part) {
		page = head_page(pipe);
		if (!page)
			return -ENOMEM;
		offset = pipe->head & (PAGE_SIZE - 1);
		part = min(bytes, PAGE_SIZE - offset);
		left = copy_from_user_locked(page + offset, buf, part);
		pipe->head += part - left;
		buf += part;
		*done += part - left;
	}
	return left ? -EFAULT : 0;
}

/* Undoes a part of a write that must not be split. Hold i_lock. */
static void take_back(struct pipe *pipe, u32 bytes, u32 *done)
{
	if (bytes > PIPE_BUF)
		return;
	pipe->head -= *done;
	*done = 0;
}

static s32 pipe_write(struct file *file, uaddr_t buf, u32 bytes,
		      u64 *pos __unused_arg)
{
	struct pipe *pipe = file_pipe(file);
	u32 done = 0;
	int err = 0;

	if (!access_ok(buf, bytes))
		return -EFAULT;
	while (done < bytes && !err) {
		err = wait_writable(file, pipe, bytes - done);
		if (err)
			break;
		if (likely(pipe->readers))
			err = copy_in(pipe, buf + done, bytes - done, &done);
		else
			err = -EPIPE;
		/* After -EFAULT, too: the retry writes all of it anew. */
		if (unlikely(err))
			take_back(pipe, bytes, &done);
		up_write(&file->f_inode->i_lock);
		/* Unlocked: a woken reader takes i_lock at once. */
		wake_up(&pipe->readable);
		poll_wake(&pipe->edges.in);
		if (unlikely(err == -EFAULT))
			err = fault_in_user(buf + done,
					    min(bytes - done, (u32)PAGE_SIZE),
					    false);
	}
	if (err == -EPIPE)
		send_sig_current(SIGPIPE);
	return done ? (s32)done : err;
}

/* ---- the rest ---------------------------------------------------- */

/*
 * Whether no writer has come since the FIFO was opened: then it is no POLLHUP.
 */
static bool no_writer_yet(const struct file *file)
{
	return file_pipe(file)->nr_written == (uintptr_t)file->private_data;
}

static u32 pipe_read_poll(struct file *file, struct poll_edges *edges)
{
	const struct pipe *pipe = file_pipe(file);

	*edges = pipe->edges;
	return (bytes_used(pipe) ? POLLIN | POLLRDNORM : 0) |
		(pipe->writers || no_writer_yet(file) ? 0 : POLLHUP);
}

static u32 pipe_write_poll(struct file *file, struct poll_edges *edges)
{
	const struct pipe *pipe = file_pipe(file);

	*edges = pipe->edges;
	return (has_room(pipe, PIPE_BUF) ? POLLOUT | POLLWRNORM : 0) |
		(pipe->readers ? 0 : POLLERR);
}

static void free_pipe(struct pipe *pipe)
{
	pipe_user_put(pipe->user, pipe->nr_pages);
	pipe_free_ring(pipe);
	kmem_cache_free(pipe_cache, pipe);
}

static void pipe_evict(struct inode *inode)
{
	free_pipe(inode->i_private);
}

/* POSIX: a FIFO loses its data with the last open end. Hold i_lock. */
static void drop_fifo(struct inode *inode)
{
	struct pipe *pipe = inode->i_private;

	if (inode->i_op != &fifo_node_ops || pipe->readers || pipe->writers)
		return;
	inode->i_private = NULL;
	free_pipe(pipe);
}

static void pipe_release(struct file *file)
{
	struct pipe *pipe = file_pipe(file);

	down_write(&file->f_inode->i_lock);
	if (file->f_mode & FMODE_READ)
		pipe->readers--;
	if (file->f_mode & FMODE_WRITE)
		pipe->writers--;
	wake_up(&pipe->readable); /* readers see the end of the file */
	wake_up(&pipe->writable); /* writers get -EPIPE */
	poll_wake(&pipe->edges.in);
	poll_wake(&pipe->edges.out);
	drop_fifo(file->f_inode);
	up_write(&file->f_inode->i_lock);
}

static const struct file_operations pipe_read_fops = {
	.read = pipe_read,
	.poll = pipe_read_poll,
	.ioctl = pipe_ioctl,
	.fcntl = pipe_fcntl,
	.release = pipe_release,
};

static const struct file_operations pipe_write_fops = {
	.write = pipe_write,
	.poll = pipe_write_poll,
	.ioctl = pipe_ioctl,
	.fcntl = pipe_fcntl,
	.release = pipe_release,
};

static const struct inode_operations pipe_inode_ops = {
	.open = fifo_open, /* opened by its link in /proc/PID/fd */
	.evict = pipe_evict,
	.nameless = "pipe:[%u]",
};

/* ---- making a pipe ----------------------------------------------- */

/* A pipe without open ends. 0, -ENOMEM, or -ENFILE above the hard limit. */
static int alloc_pipe(struct pipe **result)
{
	struct pipe *pipe = kmem_cache_alloc(pipe_cache,
					     GFP_KERNEL | __GFP_ZERO);
	int err = -ENOMEM;

	if (!pipe)
		return err;
	pipe->user = pipe_user_get();
	if (pipe->user)
		err = pipe_charge_new(pipe->user, &pipe->nr_pages);
	if (err) {
		if (pipe->user)
			pipe_user_put(pipe->user, 0);
		kmem_cache_free(pipe_cache, pipe);
		return err;
	}
	/* No second allocation for a pipe of the usual size. */
	pipe->pages = pipe->own;
	init_waitqueue_head(&pipe->readable);
	init_waitqueue_head(&pipe->writable);
	*result = pipe;
	return 0;
}

/* The inode of a pipe without a name; evicting it frees the pipe. */
static int new_pipe_inode(struct inode **result)
{
	struct inode *inode;
	struct pipe *pipe;
	int err = alloc_pipe(&pipe);

	if (err)
		return err;
	inode = new_inode(S_IFIFO | 0600);
	if (!inode) {
		free_pipe(pipe);
		return -ENOMEM;
	}
	inode->i_dev = PIPEFS_DEV;
	inode->i_uid = current_cred()->fsuid;
	inode->i_gid = current_cred()->fsgid;
	inode->i_op = &pipe_inode_ops;
	inode->i_private = pipe;
	*result = inode;
	return 0;
}

/* Hold i_lock, or be the only user of a new pipe. */
static void count_open(struct pipe *pipe, u32 mode)
{
	if (mode & FMODE_READ) {
		pipe->readers++;
		pipe->nr_read++;
	}
	if (mode & FMODE_WRITE) {
		pipe->writers++;
		pipe->nr_written++;
	}
}

/*
 * Opens one end of the pipe and counts it. Takes over the caller's reference,
 * unless it returns NULL: see no_file_error().
 */
static struct file *open_end(struct inode *inode, bool write, u32 flags)
{
	struct pipe *pipe = inode->i_private;
	struct file *file = alloc_file();

	if (!file)
		return NULL;
	file->f_inode = inode;
	file->f_mapping = &inode->i_data;
	file->f_op = write ? &pipe_write_fops : &pipe_read_fops;
	file->f_mode = write ? FMODE_WRITE : FMODE_READ;
	file->f_flags = (flags & O_NONBLOCK) | (write ? O_WRONLY : O_RDONLY);
	count_open(pipe, file->f_mode);
	return file;
}

/* Opens both ends of a new pipe. 0 or -errno, and then none is open. */
static int create_pipe(u32 flags, struct file *ends[2])
{
	struct inode *inode;
	int err = new_pipe_inode(&inode);

	if (err)
		return err;
	ends[0] = open_end(igrab(inode), false, flags);
	ends[1] = ends[0] ? open_end(inode, true, flags) : NULL;
	if (ends[1])
		return 0;
	err = no_file_error();
	if (ends[0])
		fput(ends[0]);
	else
		iput(inode);
	iput(inode);
	return err;
}

/* Closes fd unless another thread has closed or reused it already. */
static void uninstall(struct files_struct *files, u32 fd, struct file *end)
{
	if (files_remove(files, fd, end))
		fput(end);
}

/* Takes over both references, also if it fails. 0, -EMFILE or -ENOMEM. */
static int install_ends(struct files_struct *files, struct file *ends[2],
			bool cloexec, u32 fds[2])
{
	int err = files_install(files, ends[0], 0, cloexec, &fds[0]);

	if (err) {
		fput(ends[0]);
		fput(ends[1]);
		return err;
	}
	err = files_install(files, ends[1], 0, cloexec, &fds[1]);
	if (err) {
		uninstall(files, fds[0], ends[0]);
		fput(ends[1]);
	}
	return err;
}

s32 open_two_fds(struct file *ends[2], bool cloexec, uaddr_t ufds)
{
	struct files_struct *files = current_thread_info()->files;
	u32 fds[2];
	int err = install_ends(files, ends, cloexec, fds);

	/* Last, when both numbers are known; an error takes them back. */
	if (!err && copy_to_user(ufds, fds, sizeof(fds))) {
		uninstall(files, fds[0], ends[0]);
		uninstall(files, fds[1], ends[1]);
		err = -EFAULT;
	}
	return err;
}

s32 sys_pipe2(uaddr_t fds, u32 flags)
{
	struct file *ends[2];
	int err;

	if (flags & ~(u32)(O_CLOEXEC | O_NONBLOCK | O_DIRECT))
		return -EINVAL;
	err = create_pipe(flags, ends);
	return err ? err : open_two_fds(ends, flags & O_CLOEXEC, fds);
}

s32 sys_pipe(uaddr_t fds)
{
	return sys_pipe2(fds, 0);
}

/* ---- FIFOs: pipes that have a name ------------------------------- */

static u32 fifo_poll(struct file *file, struct poll_edges *edges)
{
	return pipe_read_poll(file, edges) | pipe_write_poll(file, edges);
}

static const struct file_operations fifo_fops = {
	.read = pipe_read,
	.write = pipe_write,
	.poll = fifo_poll,
	.ioctl = pipe_ioctl,
	.fcntl = pipe_fcntl,
	.release = pipe_release,
};

static const struct file_operations *const fifo_ops_of_mode[] = {
	[FMODE_READ] = &pipe_read_fops,
	[FMODE_WRITE] = &pipe_write_fops,
	[FMODE_READ | FMODE_WRITE] = &fifo_fops,
};

/*
 * Waits until the other side, opened `times` times before, was opened. Without
 * i_lock: file counts as an open end, so the pipe stays. 0 or -ERESTARTSYS.
 */
static int await_other_side(struct file *file, struct pipe *pipe, u32 times)
{
	if (file->f_mode == FMODE_WRITE)
		return wait_event_interruptible(
			&pipe->writable,
			READ_ONCE(pipe->readers) ||
				READ_ONCE(pipe->nr_read) != times);
	if (file->f_mode == FMODE_READ && !(file->f_flags & O_NONBLOCK))
		return wait_event_interruptible(
			&pipe->readable,
			READ_ONCE(pipe->writers) ||
				READ_ONCE(pipe->nr_written) != times);
	/* O_NONBLOCK: no_writer_yet() compares with this count. */
	if (file->f_mode == FMODE_READ && !READ_ONCE(pipe->writers))
		file->private_data = (void *)(uintptr_t)times;
	return 0;
}

/* A pipe without a name, opened by /proc/PID/fd, waits for no other side. */
static bool has_name(const struct inode *inode)
{
	return inode->i_op == &fifo_node_ops;
}

/* Counts file as an end; the first open makes the pipe. Hold i_lock. */
static int open_fifo_pipe(struct inode *inode, const struct file *file)
{
	struct pipe *pipe = inode->i_private;

	/* POSIX: such an open cannot wait, and a write would fail. */
	if (has_name(inode) && file->f_mode == FMODE_WRITE &&
	    file->f_flags & O_NONBLOCK && (!pipe || !pipe->readers))
		return -ENXIO;
	if (!pipe) {
		if (alloc_pipe(&pipe))
			return -ENOMEM;
		inode->i_private = pipe;
	}
	count_open(pipe, file->f_mode);
	return 0;
}

static int fifo_open(struct inode *inode, struct file *file)
{
	struct pipe *pipe;
	u32 times = 0;
	int err;

	file->f_mode &= FMODE_READ | FMODE_WRITE;
	if (!file->f_mode)
		return -EINVAL;
	down_write(&inode->i_lock);
	err = open_fifo_pipe(inode, file);
	pipe = inode->i_private;
	if (!err)
		times = file->f_mode == FMODE_READ ? pipe->nr_written :
						     pipe->nr_read;
	up_write(&inode->i_lock);
	if (err)
		return err;
	/* Opens of the other side wait for this one. */
	wake_up(&pipe->readable);
	wake_up(&pipe->writable);
	poll_wake(&pipe->edges.in);
	poll_wake(&pipe->edges.out);
	if (has_name(inode))
		err = await_other_side(file, pipe, times);
	if (err)
		pipe_release(file);
	else
		file->f_op = fifo_ops_of_mode[file->f_mode];
	return err;
}

const struct service pipe_service = {
	.init = pipe_init,
};
