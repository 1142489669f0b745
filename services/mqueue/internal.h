/*
 * services/mqueue/internal.h - the structure of a message queue.
 *
 *	name ---> inode ---> mqueue: messages, by priority and then by age
 *	            ^                senders     (only if it is full)
 *	file -------'                receivers   (only if it is empty)
 *
 * A message goes from a sender to the receiver that waits longest without being
 * in the queue, and a receiver puts the message of the sender that waits longest
 * into the room that it made. So no task that comes later is served earlier,
 * unless it is a real-time task.
 *
 * The inode's last reference, the name's or an open file's, frees the queue.
 */
#ifndef SERVICES_MQUEUE_INTERNAL_H
#define SERVICES_MQUEUE_INTERNAL_H

#include <fs/fs.h>
#include <services/mqueue/mqueue.h>
#include <services/signal/owner.h>
#include <sys/queue.h>
#include <sys/tree.h>
#include <uapi/mqueue.h>

struct mq_message {
	RB_ENTRY(mq_message) node;
	u32 prio;
	u64 number; /* counts the queue's messages */
	u32 bytes;
	char data[];
};

RB_HEAD(mq_messages, mq_message);

/* A task that sleeps in a call; it lies on the task's stack. */
struct mq_waiter {
	TAILQ_ENTRY(mq_waiter) link;
	struct task_struct *task;
	struct mq_message *message; /* a sender's; a receiver gets it here */
	bool served;                /* it is in no list any more */
};

TAILQ_HEAD(mq_waiters, mq_waiter);

/* Whom a queue tells that a message came into it while it was empty. */
struct mq_notice {
	struct file_owner owner; /* id 0: nobody */
	s32 how, signo;          /* SIGEV_* */
	u32 value;
};

struct mqueue {
	/* constant */
	u32 max_messages, max_bytes; /* of one message */
	u32 charge;                  /* bytes, of the user's RLIMIT_MSGQUEUE */
	u32 uid;                     /* the user */
	char name[NAME_MAX + 1];
	/* queues_lock (names.c) */
	LIST_ENTRY(mqueue) link;
	spinlock_t lock;
	/* lock */
	struct mq_messages messages;
	u32 nr_messages;
	u64 next_number;
	struct mq_waiters senders, receivers;
	struct mq_notice notice;
	struct poll_edges edges; /* see poll_wake */
};

/* The operations of an open queue. (queue.c) */
extern const struct file_operations mqueue_fops;

/* A new empty queue, without name or inode; NULL: no memory. (queue.c) */
struct mqueue *mqueue_alloc(u32 max_messages, u32 max_bytes) __must_check;
/* Frees it with its messages. Nobody has it open. May sleep. (queue.c) */
void mqueue_free(struct mqueue *queue);

static inline struct mqueue *mqueue_of(const struct file *file)
{
	return file->f_inode->i_private;
}

/* The open queue at fd with a reference, or NULL: -EBADF. (queue.c) */
struct file *mqueue_fget(u32 fd) __must_check;

/*
 * Ends the notice: returns it, for mqueue_tell() after the lock is released.
 * Hold queue->lock. (notify.c)
 */
struct mq_notice mqueue_take_notice(struct mqueue *queue);
void mqueue_tell(const struct mq_notice *notice);
/* service.exec: the new program of the process asked for no signal. (names.c) */
void mqueue_exec(void);
/* service.unlock_file: a close ends the notice of the process that closes. */
void mqueue_closed(struct file *file, const struct files_struct *files);

/* service.init (names.c) */
void mqueue_init(void);

#endif
