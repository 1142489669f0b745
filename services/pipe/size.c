/*
 * services/pipe/size.c - F_SETPIPE_SZ changes how much a pipe holds: a ring of
 * another size takes over the pages.
 */
#include <cred.h>
#include <services/pipe/internal.h>
#include <services/pipe/pipe.h>
#include <services/poll/async.h>
#include <string.h>
#include <uapi/termios.h>

void pipe_free_ring(struct pipe *pipe)
{
	/* Most pipes have one page, and many that are closed have none. */
	for (char **page = pipe->pages; pipe->nr_used; page++)
		if (*page) {
			free_pages(*page, 0);
			pipe->nr_used--;
		}
	/* The usual ring is part of struct pipe. */
	if (pipe->pages != pipe->own)
		kfree(pipe->pages);
}

/*
 * Moves the pages with data to the start of ring, which has room for them: at most
 * all of the old one's. Hold i_lock. Returns how many.
 */
static u32 move_pages(struct pipe *pipe, char **ring, u32 filled)
{
	u32 moved = min(filled, pipe->nr_pages);

	for (u32 i = 0; i < moved; i++) {
		char **page = page_of(pipe, pipe->tail + i * PAGE_SIZE);

		ring[i] = *page;
		/*
		 * Now the new ring owns the page: pipe_free_ring() must skip
		 * it.
		 */
		*page = NULL;
	}
	pipe->nr_used -= moved;
	return moved;
}

/*
 * The end of the data of a full ring lies in the page in which it begins, before
 * it. Returns a page of its own for that end, or NULL: no memory.
 */
static char *copy_end(const struct pipe *pipe)
{
	char *page = __get_free_pages(GFP_USER, 0);

	if (page)
		memcpy(page, *page_of(pipe, pipe->tail),
		       pipe->head & (PAGE_SIZE - 1));
	return page;
}

/*
 * Gives the pipe a new ring of nr_pages slots. Hold i_lock. 0; -EBUSY if the data
 * needs more slots; -ENOMEM. Then nothing has changed.
 */
static int change_ring(struct pipe *pipe, u32 nr_pages)
{
	u32 offset = pipe->tail & (PAGE_SIZE - 1), bytes = bytes_used(pipe);
	u32 filled = bytes ? (offset + bytes + PAGE_SIZE - 1) / PAGE_SIZE : 0;
	bool wraps = filled > pipe->nr_pages;
	char **ring, *end = NULL;
	u32 moved;

	if (nr_pages == pipe->nr_pages)
		return 0;
	if (filled > nr_pages)
		return -EBUSY;
	ring = kcalloc(nr_pages, sizeof(*ring), GFP_KERNEL);
	if (ring && wraps)
		end = copy_end(pipe);
	if (!ring || (wraps && !end)) {
		kfree(ring);
		return -ENOMEM;
	}
	moved = move_pages(pipe, ring, filled);
	if (wraps)
		ring[moved] = end;
	pipe_free_ring(pipe);
	pipe->nr_used = filled;
	pipe->pages = ring;
	/* Waiting writers read it without i_lock. */
	WRITE_ONCE(pipe->nr_pages, nr_pages);
	/*
	 * The offset within the first page stays, as the bytes are not moved.
	 */
	pipe->tail = bytes ? offset : 0;
	pipe->head = pipe->tail + bytes;
	return 0;
}

/* Hold i_lock. Returns the new size in bytes, -EPERM, -EBUSY or -ENOMEM. */
static s32 set_size(struct pipe *pipe, u32 bytes)
{
	u32 old = pipe->nr_pages, new = bytes / PAGE_SIZE;
	u32 sum;
	int err;

	/* Shrinking is always allowed, even from above a lowered maximum. */
	if (new > old && bytes > READ_ONCE(pipe_max_bytes) &&
	    !capable(CAP_SYS_RESOURCE))
		return -EPERM;
	/* The result, which is the size, would look like an error number. */
	if (bytes > (u32)INT32_MAX)
		return -ENOMEM;
	/*
	 * Before the allocation, so that two pipes of one user cannot grow past
	 * the limit together.
	 */
	sum = pipe_charge(pipe->user, old, new);
	err = new > old &&pipe_pages_exceed(sum) ? -EPERM :
						   change_ring(pipe, new);
	if (err)
		pipe_charge(pipe->user, new, old);
	return err ? err : (s32)bytes;
}

s32 pipe_fcntl(struct file *file, u32 cmd, u32 arg)
{
	struct pipe *pipe = file_pipe(file);
	u32 bytes = pipe_round_size(arg);
	s32 ret;

	if (cmd == F_GETPIPE_SZ)
		return (s32)size_of(pipe);
	if (cmd != F_SETPIPE_SZ || !bytes)
		return -EINVAL;
	down_write(&file->f_inode->i_lock);
	ret = set_size(pipe, bytes);
	up_write(&file->f_inode->i_lock);
	/* A larger pipe has room for a writer that waits. */
	if (ret > 0) {
		wake_up(&pipe->writable);
		poll_wake(&pipe->edges.out);
	}
	return ret;
}

int pipe_ioctl(struct file *file, u32 cmd, u32 arg)
{
	struct pipe *pipe = file_pipe(file);

	switch (cmd) {
	case FIONREAD:
		return put_user_u32(bytes_used(pipe), arg);
	case FIOASYNC:
		return poll_async(
			file,
			file->f_mode & FMODE_READ ? &pipe->edges.in : NULL,
			file->f_mode & FMODE_WRITE ? &pipe->edges.out : NULL,
			arg);
	default:
		return -ENOTTY;
	}
}
