/*
 * services/pipe/internal.h - struct pipe, how many pages it may have, and the
 * user to whom they are charged.
 */
#ifndef SERVICES_PIPE_INTERNAL_H
#define SERVICES_PIPE_INTERNAL_H

#include <fs/fs.h>
#include <services/poll/poll.h>
#include <types.h>

#define PIPE_PAGES     16u /* of a new pipe */
#define PIPE_MIN_PAGES 2u  /* of a pipe above its user's soft limit */

struct pipe_user;

struct pipe {
	/*
	 * Guarded by the inode's i_lock, for writing. The conditions of the
	 * wait queues read without it and are checked again under it.
	 */
	u32 head, tail;          /* byte counts; the pipe holds head - tail */
	u32 readers, writers;    /* open files */
	u32 nr_read, nr_written; /* how often it was opened for each */
	struct poll_edges edges; /* writes, and reads; see poll_wake */
	char **pages;            /* a ring; NULL: not allocated yet */
	u32 nr_pages;            /* of the ring: a power of two */
	u32 nr_used;             /* of them, that are allocated */
	struct pipe_user *user;  /* its maker, who is charged */
	char *own[PIPE_PAGES];   /* the ring, unless it is larger */
	bool claimed;            /* one splice() alone may take bytes out */
	/* These have their own locks. */
	struct wait_queue_head readable, writable;
};

/* The pipe of an open end, which keeps it. */
static inline struct pipe *file_pipe(const struct file *file)
{
	return file->f_inode->i_private;
}

/* Bytes to be read. Without i_lock it is only a hint for a wait's condition. */
static inline u32 bytes_used(const struct pipe *pipe)
{
	return READ_ONCE(pipe->head) - READ_ONCE(pipe->tail);
}

/* Bytes that the pipe can hold. */
static inline u32 size_of(const struct pipe *pipe)
{
	return READ_ONCE(pipe->nr_pages) * PAGE_SIZE;
}

/* The slot in the ring of the page that contains byte `at`. Hold i_lock. */
static inline char **page_of(const struct pipe *pipe, u32 at)
{
	return &pipe->pages[at / PAGE_SIZE & (pipe->nr_pages - 1)];
}

/*
 * Without writers a read returns 0, the end of the file. Bytes that a splice()
 * has claimed may stay after all, so other readers wait for its end.
 */
static inline bool can_read(const struct pipe *pipe)
{
	return !READ_ONCE(pipe->claimed) &&
		(bytes_used(pipe) || !READ_ONCE(pipe->writers));
}

/*
 * What a reader waits for. Also one that must not wait for bytes waits for the
 * end of a claim: on Linux for the lock that splice() holds meanwhile. An
 * answer of -EAGAIN would be wrong, as bytes that stay are no news to epoll.
 */
static inline bool may_look(const struct pipe *pipe, bool nonblock)
{
	return !READ_ONCE(pipe->claimed) &&
		(bytes_used(pipe) || !READ_ONCE(pipe->writers) || nonblock);
}

/* The first page is still in the processor's cache. Hold i_lock. */
static inline void restart_if_empty(struct pipe *pipe)
{
	if (pipe->head == pipe->tail)
		pipe->head = pipe->tail = 0;
}

/*
 * The page in which head is, allocated if needed. Hold i_lock. NULL: no memory.
 */
static inline char *head_page(struct pipe *pipe)
{
	char **page = page_of(pipe, pipe->head);

	if (unlikely(!*page)) {
		*page = __get_free_pages(GFP_USER, 0);
		pipe->nr_used += *page != NULL;
	}
	return *page;
}

/*
 * file_operations.fcntl: F_GETPIPE_SZ and F_SETPIPE_SZ, which takes i_lock.
 * Returns the size in bytes, -EINVAL, -EPERM, -EBUSY or -ENOMEM. (size.c)
 */
s32 pipe_fcntl(struct file *file, u32 cmd, u32 arg);
/* FIONREAD and FIOASYNC of a pipe's end (size.c). */
int pipe_ioctl(struct file *file, u32 cmd, u32 arg);
/* Frees the ring and its pages. Hold i_lock, or have the last use. (size.c) */
void pipe_free_ring(struct pipe *pipe);

/* ---- charging pages to users (limits.c) -------------------------- */

/*
 * Counts one more pipe of the running task's real user. The caller owns that
 * count until pipe_user_put(). NULL: no memory.
 */
struct pipe_user *pipe_user_get(void);
/* Ends a pipe of the user, to which `pages` pages were charged. */
void pipe_user_put(struct pipe_user *user, u32 pages);
/* Changes a pipe's charge from old to new pages. Returns the user's new sum. */
u32 pipe_charge(struct pipe_user *user, u32 old, u32 new);
/* Whether `pages` pages exceed a limit that binds the running task. */
bool pipe_pages_exceed(u32 pages);
/*
 * Charges a new pipe. Returns 0 and stores how many pages it may have, or
 * -ENFILE and nothing is charged.
 */
int pipe_charge_new(struct pipe_user *user, u32 *pages);

#endif
