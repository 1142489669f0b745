/*
 * services/socket/internal.h - what a socket is.
 *
 *	file ---> sock ---- peer ---> sock <--- file
 *	           |                   |
 *	          queue               queue: chunks that the peer has sent
 *
 * socket_lock guards all that sockets share: who is whose peer, states, queues,
 * names. It is one spinlock for all of them, held for a few loads and stores, so
 * two sockets never have to be locked in an order. Bytes are copied from the
 * sender before it is taken; a receiver copies while it holds its socket's
 * `reading`, which nobody but other receivers of the same socket waits for, and
 * they can be killed.
 */
#ifndef SERVICES_SOCKET_INTERNAL_H
#define SERVICES_SOCKET_INTERNAL_H

#include <fs/fs.h>
#include <proc/proc.h>
#include <services/poll/poll.h>
#include <services/socket/socket.h>
#include <uapi/socket.h>
#include <uapi/uio.h>

extern spinlock_t socket_lock;

/* The address that a socket is bound to; its owners count it. */
struct sock_name {
	atomic_t count;
	u32 bytes; /* of addr, its family too; of a path its 0 as well */
	struct sockaddr_un addr;
	char end; /* 0, behind a path that fills addr */
};

/* Open files on their way to another process. (rights.c) */
struct rights;
LIST_HEAD(rights_list, rights);

/* A piece of a message; of a stream each piece is a message. */
struct chunk {
	STAILQ_ENTRY(chunk) link;
	u32 offset, bytes; /* of data: where it begins, what is left */
	u32 charge;        /* what it counts in its queue: its memory */
	bool last;         /* of its message */
	/* of the first chunk of a message */
	struct rights *rights;  /* or NULL */
	struct sock_name *from; /* of a datagram; or NULL */
	struct ucred cred;      /* the sender's */
	char data[];
};

STAILQ_HEAD(chunk_list, chunk);

#define CHUNK_BYTES (PAGE_SIZE - (u32)sizeof(struct chunk))

enum sock_state { SOCK_UNCONNECTED, SOCK_LISTENING, SOCK_CONNECTED };

/* Of sock->shutdown, bits as Linux has them. */
#define RCV_SHUTDOWN  1u
#define SEND_SHUTDOWN 2u
#define ALL_SHUTDOWN  (RCV_SHUTDOWN | SEND_SHUTDOWN)

TAILQ_HEAD(backlog, sock);

struct sock {
	/* constant */
	u32 type; /* SOCK_STREAM ... */
	/* atomic: its file or the backlog it is in; its peer; calls */
	atomic_t count;
	/* socket_lock */
	struct file *file; /* no reference; NULL: not accepted, or closed */
	enum sock_state state;
	bool dead;         /* its file is closed */
	bool binding;      /* a bind is under way */
	u32 shutdown;      /* *_SHUTDOWN */
	int error;         /* a negative errno that the next call tells, or 0 */
	struct sock *peer; /* a reference, or NULL */
	struct sock_name *name;  /* a reference, or NULL */
	struct inode *node;      /* its name's, a reference, or NULL */
	LIST_ENTRY(sock) named;  /* while it has a name that can be found */
	struct chunk_list queue; /* what it has got */
	u32 queued, unread;      /* of it: charge, bytes */
	u32 nr_messages;         /* of it */
	struct poll_edges edges; /* see poll_wake */
	u32 room_edge;           /* its queue has more room: for its senders */
	struct backlog backlog;  /* connections that nobody has accepted */
	TAILQ_ENTRY(sock) backlog_link;
	u32 nr_backlog, max_backlog;
	struct ucred peer_cred; /* LISTENING: its own, for those to come */
	/* socket_lock: rights.c's */
	struct rights_list rights; /* in its queue */
	u32 in_flight;             /* in how many queues it is itself */
	s32 outside; /* in a search: references from anywhere else */
	bool reached;
	LIST_ENTRY(sock) flight_link;
	STAILQ_ENTRY(sock) reach_link;
	/* options; single words, no lock */
	u32 sndbuf, rcvbuf, flags, rcvlowat; /* flags: a bit for each SO_* */
	u64 rcvtimeo, sndtimeo;              /* ns; UINT64_MAX: for ever */
	struct linger linger;
	/* their own locks */
	struct rw_semaphore reading; /* a receiver's; outside of socket_lock */
	struct wait_queue_head readable, room;
};

#define SOCK_BUF_DEFAULT  212992u
#define PASSES_CRED(sock) ((sock)->flags & 1u << SO_PASSCRED)

/* Bytes of a program that a call moves, in the pieces that it named. */
struct transfer {
	const struct iovec32 *iov; /* the next piece */
	u32 offset;                /* what is done of it */
	u32 left;                  /* bytes of all pieces */
	const char *kernel; /* sendfile: bytes of the kernel instead; or NULL */
};

/* A message that a call sends or receives. */
struct message {
	struct transfer data;
	u32 flags;               /* MSG_* that the program asks for */
	u32 out_flags;           /* MSG_* that it is told */
	struct sockaddr_un addr; /* to send to */
	char addr_end;           /* 0, behind a path that fills addr */
	u32 addr_bytes;          /* 0: none */
	struct sock_name *from;  /* received: a reference, or NULL */
	struct rights *rights;   /* or NULL */
	struct ucred cred;
	bool has_cred; /* received, for a socket with SO_PASSCRED */
};

/* ---- lives (sock.c) ---------------------------------------------- */

void sock_init(void); /* at boot */
/* The socket behind file, or NULL. */
struct sock *sock_of(const struct file *file);
/* An unconnected one with one reference; NULL: no memory. */
struct sock *sock_alloc(u32 type) __must_check;

static inline struct sock *sock_get(struct sock *sock)
{
	atomic_inc(&sock->count);
	return sock;
}

void sock_put(struct sock *sock); /* NULL allowed */
/* Nobody has it open any more, and its owner's reference goes. May sleep. */
void sock_close(struct sock *sock);
/* All who wait for it look again. Any context. */
void sock_changed(struct sock *sock);
/* fd's socket with a reference to *file: NULL and -EBADF or -ENOTSOCK in *err. */
struct sock *fd_sock(u32 fd, struct file **file, int *err);
/* Who the running task is: its real or its effective user and group. */
struct ucred current_ucred(bool effective);

/* ---- as a file (socket.c) ---------------------------------------- */

/*
 * A file for sock, whose owner's reference is the file's then. flags:
 * SOCK_NONBLOCK. NULL: no memory, and the reference is still the caller's.
 */
struct file *sock_file(struct sock *sock, u32 flags) __must_check;
/* The file gives its socket back, and goes. */
void sock_file_undo(struct file *file);

/* ---- waiting (sock.c) -------------------------------------------- */

/* When ktime_ns() is what, a call ends that may take timeout ns. 0: at once. */
u64 sock_deadline(const struct file *file, u32 msg_flags, u64 timeout);
/*
 * Sleep in the state that is set until woken: 0; or -EAGAIN, `until` has passed,
 * -ERESTARTSYS, -EINTR.
 */
int sock_sleep(u64 until);

/* Sleep until cond, which is evaluated without a lock; returns as sock_sleep. */
#define sock_wait(wq, cond, until)                                       \
	({                                                               \
		struct wait_entry we_ = { .task = current };             \
		int ret_ = 0;                                            \
		do {                                                     \
			prepare_to_wait((wq), &we_, TASK_INTERRUPTIBLE); \
			if (cond)                                        \
				break;                                   \
			ret_ = sock_sleep(until);                        \
		} while (!ret_);                                         \
		finish_wait((wq), &we_);                                 \
		ret_;                                                    \
	})

/* ---- names (name.c) ---------------------------------------------- */

void name_put(struct sock_name *name); /* NULL allowed */
static inline struct sock_name *name_get(struct sock_name *name)
{
	if (name)
		atomic_inc(&name->count);
	return name;
}

/* A program's address into m->addr. 0, -EINVAL, -EFAULT. */
int __must_check get_addr(struct message *m, uaddr_t addr, u32 bytes);
/*
 * An address to a program that has *len bytes there. name NULL: a socket without
 * one; connected false: nobody is there, so nothing but a length of 0. 0,
 * -EINVAL, -EFAULT.
 */
int __must_check put_addr(const struct sock_name *name, bool is_there,
			  uaddr_t addr, uaddr_t len);
/*
 * The socket that has the address, with a reference. 0, -EINVAL, -ECONNREFUSED,
 * -EPROTOTYPE, and what a walk along its path says.
 */
int __must_check find_sock(const struct message *m, u32 type,
			   struct sock **found);
/* A socket that tells who it is has a name: 0 or -ENOMEM. */
int __must_check name_if_passcred(struct sock *sock);

/* ---- data (send.c, receive.c) ------------------------------------ */

/* May sock put a message into to's queue now? 0, -EAGAIN: no room; -errno. */
int may_deliver(const struct sock *sock, const struct sock *to);
/*
 * Bytes sent, or -errno; SIGPIPE too. m->rights are gone from m if they went with
 * the message.
 */
s32 sock_send(struct file *file, struct message *m);
/* Bytes received, or -errno; what came with them is in m, the caller's. */
s32 sock_receive(struct file *file, struct message *m);
/* Free chunks that are in no queue any more. May sleep. */
void free_chunks(struct chunk_list *chunks);

/* ---- open files on their way (rights.c) -------------------------- */

/*
 * n files of the running task, whose descriptors are there: 0 and *rights, or
 * -EINVAL, -EBADF, -ETOOMANYREFS, -ENOMEM.
 */
int __must_check rights_get(const u32 *fds, u32 n, struct rights **rights);
/* The same files again, for a look at a message. NULL: no memory. */
struct rights *rights_dup(const struct rights *rights) __must_check;
u32 rights_count(const struct rights *rights);
/* Its n-th file, whose reference is the rights'. */
struct file *rights_file(const struct rights *rights, u32 n);
/* They wait in to's queue; or no longer. socket_lock held. */
void rights_enqueue(struct chunk *chunk, struct sock *to);
struct rights *rights_dequeue(struct chunk *chunk);
/* Close the files. NULL allowed. May sleep. */
void rights_drop(struct rights *rights);
/* Sockets that only queues of such sockets know are emptied. May sleep. */
void rights_collect(void);

#endif
