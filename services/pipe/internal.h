/*
 * services/pipe/internal.h - what a pipe is, how many pages it may have, and whose
 * they are.
 */
#ifndef SERVICES_PIPE_INTERNAL_H
#define SERVICES_PIPE_INTERNAL_H

#include <fs/fs.h>
#include <services/poll/poll.h>
#include <types.h>

#define PIPE_PAGES     16u /* of a new pipe */
#define PIPE_MIN_PAGES 2u  /* of one whose user has too many */

struct pipe_user;

struct pipe {
	/* the inode's i_lock, for writing; the queues' conditions only look */
	u32 head, tail;          /* bytes; head - tail are in it */
	u32 readers, writers;    /* open files */
	u32 nr_read, nr_written; /* how often it was opened for that */
	struct poll_edges edges; /* writes, and reads; see poll_wake */
	char **pages;            /* a ring; NULL: not needed so far */
	u32 nr_pages;            /* of the ring: a power of two */
	struct pipe_user *user;  /* who made it */
	char *own[PIPE_PAGES];   /* the ring, unless it is larger */
	/* their own locks */
	struct wait_queue_head readable, writable;
};

static inline struct pipe *file_pipe(const struct file *file)
{
	return file->f_inode->i_private;
}

static inline u32 bytes_used(const struct pipe *pipe)
{
	return READ_ONCE(pipe->head) - READ_ONCE(pipe->tail);
}

static inline u32 size_of(const struct pipe *pipe)
{
	return READ_ONCE(pipe->nr_pages) * PAGE_SIZE;
}

/* The place in the ring of the page that byte `at` is in. */
static inline char **page_of(const struct pipe *pipe, u32 at)
{
	return &pipe->pages[at / PAGE_SIZE & (pipe->nr_pages - 1)];
}

/* F_GETPIPE_SZ and F_SETPIPE_SZ, of struct file_operations (size.c). */
s32 pipe_fcntl(struct file *file, u32 cmd, u32 arg);
/* The pages of the ring and the ring itself go (pipe.c). */
void pipe_free_ring(struct pipe *pipe);

/* ---- whose pages (limits.c) -------------------------------------- */

/* The running task's real user, for one more pipe; NULL: no memory. */
struct pipe_user *pipe_user_get(void);
/* A pipe of that user's ends, for which so many pages were charged. */
void pipe_user_put(struct pipe_user *user, u32 pages);
/* A pipe that counted with old pages counts with new ones: the sum of its user's. */
u32 pipe_charge(struct pipe_user *user, u32 old, u32 new);
/* So many pages are more than a limit that binds the running task lets it have. */
bool pipe_pages_exceed(u32 pages);
/* Charge a new pipe: 0 and how many pages it may have, or -ENFILE. */
int pipe_charge_new(struct pipe_user *user, u32 *pages);

#endif
