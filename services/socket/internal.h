/*
 * services/socket/internal.h - the structure of a socket.
 *
 *	file ---> sock ---- peer ---> sock <--- file
 *	           |                   |
 *	          queue               queue: chunks that the peer has sent
 *
 * socket_lock guards all that sockets share: peers, states, queues, names. It
 * is one spinlock for all sockets, held for a few loads and stores, so two
 * sockets never have to be locked in an order. A sender copies its bytes before
 * it takes the lock. A receiver copies while it holds `reading` of its socket;
 * only other receivers of the same socket wait for that, and a kill ends their
 * wait.
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

/*
 * The address to which a socket is bound; counted, since messages refer to it,
 * too.
 */
struct sock_name {
	atomic_t count;
	u32 bytes; /* length of addr, with the family and a path's 0 */
	struct sockaddr_un addr;
	char end; /* 0, behind a path that fills addr */
};

/* Open files that a message carries to another process (rights.c). */
struct rights;
LIST_HEAD(rights_list, rights);

/* A piece of a message. In a stream each piece is a message of its own. */
struct chunk {
	STAILQ_ENTRY(chunk) link;
	u32 offset, bytes; /* unread part of data: begin, length */
	u32 charge;        /* its memory, charged to the queue */
	bool last;         /* the last one of its message */
	/* of the first chunk of a message */
	struct rights *rights;  /* or NULL */
	struct sock_name *from; /* sender's address, for datagrams; or NULL */
	struct ucred cred;      /* the sender's */
	char data[];
};

STAILQ_HEAD(chunk_list, chunk);

#define CHUNK_BYTES (PAGE_SIZE - (u32)sizeof(struct chunk))

enum sock_state { SOCK_UNCONNECTED, SOCK_LISTENING, SOCK_CONNECTED };

/* The bits of sock->shutdown, with Linux's values. */
#define RCV_SHUTDOWN  1u
#define SEND_SHUTDOWN 2u
#define ALL_SHUTDOWN  (RCV_SHUTDOWN | SEND_SHUTDOWN)

TAILQ_HEAD(backlog, sock);

struct sock {
	/* constant */
	u32 type; /* SOCK_STREAM ... */
	/* atomic; held by its file or backlog, its peer, and calls */
	atomic_t count;
	/* socket_lock */
	struct file *file; /* no reference; NULL before accept and after close */
	enum sock_state state;
	bool dead;         /* its file is closed */
	bool binding;      /* a bind is under way */
	u32 shutdown;      /* *_SHUTDOWN */
	int error;         /* negative errno that the next call returns, or 0 */
	struct sock *peer; /* a reference, or NULL */
	struct sock_name *name; /* a reference, or NULL */
	struct inode *node;     /* inode of a path name; a reference, or NULL */
	LIST_ENTRY(sock) named; /* in the list of names, if it was bound */
	struct chunk_list queue; /* received, not yet read */
	u32 queued, unread;      /* charge and bytes in queue */
	u32 nr_messages;         /* in queue */
	struct poll_edges edges; /* see poll_wake */
	u32 room_edge; /* counts more room in queue, for its senders' poll() */
	struct backlog backlog; /* connections that wait for accept */
	TAILQ_ENTRY(sock) backlog_link;
	u32 nr_backlog, max_backlog;
	struct ucred peer_cred; /* LISTENING: its own, for its peers */
	/* socket_lock; used by rights.c only */
	struct rights_list rights; /* carried by messages in its queue */
	u32 in_flight;             /* in how many queues' messages it is */
	s32 outside; /* during a search: references not from queues */
	bool reached;
	LIST_ENTRY(sock) flight_link;
	STAILQ_ENTRY(sock) reach_link;
	/* options; single words, no lock */
	u32 sndbuf, rcvbuf, flags, rcvlowat; /* flags: a bit for each SO_* */
	u64 rcvtimeo, sndtimeo;              /* ns; UINT64_MAX: no limit */
	struct linger linger;
	/* these have locks of their own */
	struct rw_semaphore reading; /* a receiver's; outside socket_lock */
	struct wait_queue_head readable, room;
};

#define SOCK_BUF_DEFAULT  212992u
#define PASSES_CRED(sock) ((sock)->flags & 1u << SO_PASSCRED)

/*
 * The program's memory that a call sends from, or receives into: a list of
 * pieces.
 */
struct transfer {
	const struct iovec32 *iov; /* the next piece */
	u32 offset;                /* bytes of it that are done */
	u32 left;                  /* bytes left in all pieces */
	const char *kernel; /* sendfile: kernel memory instead of iov; or NULL */
	char *into;         /* splice: the same, to receive into */
};

/* A message that a call sends or receives. */
struct message {
	struct transfer data;
	u32 flags;               /* MSG_* given by the program */
	u32 out_flags;           /* MSG_* returned to the program */
	struct sockaddr_un addr; /* destination */
	char addr_end;           /* 0, behind a path that fills addr */
	u32 addr_bytes;          /* 0: none */
	struct sock_name *from;  /* received: a reference, or NULL */
	struct rights *rights;   /* or NULL */
	struct ucred cred;
	bool has_cred; /* received by a socket with SO_PASSCRED */
};

/* ---- lives (sock.c) ---------------------------------------------- */

/* At boot: creates the slab cache of sockets. */
void sock_init(void);
/*
 * Returns the socket behind file, without a reference, or NULL if it is none.
 */
struct sock *sock_of(const struct file *file);
/*
 * Returns an unconnected socket of type with one reference, the caller's; NULL:
 * no memory.
 */
struct sock *sock_alloc(u32 type) __must_check;

/* Takes a reference to sock, for a caller that has one or holds socket_lock. */
static inline struct sock *sock_get(struct sock *sock)
{
	atomic_inc(&sock->count);
	return sock;
}

/*
 * Drops a reference (NULL: does nothing); the last one frees sock. Does not
 * sleep.
 */
void sock_put(struct sock *sock);
/*
 * Closes sock, whose file is gone, and drops the file's reference: its queue is
 * freed and its peer sees the end. May sleep. Hold no lock.
 */
void sock_close(struct sock *sock);
/*
 * Wakes all tasks that wait for sock, to look at its state again. Any context.
 */
void sock_changed(struct sock *sock);
/*
 * Returns the socket behind fd and a reference to its file in *file, or NULL
 * with -EBADF or -ENOTSOCK in *err.
 */
struct sock *fd_sock(u32 fd, struct file **file, int *err);
/*
 * Returns the running task's process number and its effective or real user and
 * group.
 */
struct ucred current_ucred(bool effective);

/* ---- as a file (socket.c) ---------------------------------------- */

/*
 * Returns a new file for sock, which takes over the caller's reference; flags
 * may have SOCK_NONBLOCK. NULL: no memory, and the caller keeps its reference.
 */
struct file *sock_file(struct sock *sock, u32 flags) __must_check;
/*
 * Frees a file of sock_file() that has no descriptor yet; the caller has the
 * socket's reference again.
 */
void sock_file_undo(struct file *file);

/* ---- waiting (sock.c) -------------------------------------------- */

/*
 * Returns the value of ktime_ns() at which a call on file must end that may
 * take timeout ns, UINT64_MAX for no limit, or 0 if it must not wait
 * (O_NONBLOCK, MSG_DONTWAIT).
 */
u64 sock_deadline(const struct file *file, u32 msg_flags, u64 timeout);
/*
 * Sleeps, in the state that the caller has set, until woken: 0. Returns -EAGAIN
 * if `until` has passed, -ERESTARTSYS for a signal, or -EINTR if the call has a
 * time limit, which a restart would begin anew.
 */
int sock_sleep(u64 until);

/*
 * Sleeps on queue wq until cond is true; cond is evaluated without a lock, so
 * the caller looks again under the lock. Returns as sock_sleep().
 */
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

/*
 * Take and drop a reference to a name; NULL: they do nothing. The last one
 * frees it.
 */
void name_put(struct sock_name *name);
static inline struct sock_name *name_get(struct sock_name *name)
{
	if (name)
		atomic_inc(&name->count);
	return name;
}

/*
 * Copies a program's address of `bytes` bytes to m->addr. Returns 0, -EINVAL or
 * -EFAULT.
 */
int __must_check get_addr(struct message *m, uaddr_t addr, u32 bytes);
/*
 * Copies an address to a program, which has room for the number of bytes at
 * user address len; the full length is stored there. name NULL: a socket
 * without a name. is_there false: there is no socket, so the length is 0.
 * Returns 0, -EINVAL or -EFAULT.
 */
int __must_check put_addr(const struct sock_name *name, bool is_there,
			  uaddr_t addr, uaddr_t len);
/*
 * Finds the socket that is bound to m->addr; *found has a reference for the
 * caller. Returns 0, -EINVAL, -ECONNREFUSED (no such socket), -EPROTOTYPE
 * (another type), or an error of the walk along its path. May sleep.
 */
int __must_check find_sock(const struct message *m, u32 type,
			   struct sock **found);
/*
 * Binds sock to a free abstract name if it has SO_PASSCRED but no name, as
 * Linux does, so that receivers can answer. Returns 0 or -errno. May sleep.
 */
int __must_check name_if_passcred(struct sock *sock);

/* ---- data (send.c, receive.c) ------------------------------------ */

/*
 * Returns 0 if sock may put a message into to's queue, -EAGAIN if there is no
 * room, or the error of a send. Hold socket_lock, or treat the result as a
 * hint.
 */
int may_deliver(const struct sock *sock, const struct sock *to);
/*
 * Sends m through file's socket. Returns the bytes sent or -errno, and may send
 * SIGPIPE. Sets m->rights to NULL if they went with the message; else the
 * caller still has them. Sleeps.
 */
s32 sock_send(struct file *file, struct message *m);
/*
 * Receives into m through file's socket. Returns the bytes or -errno. m->rights
 * and m->from are then the caller's to drop, also after an error. Sleeps.
 */
s32 sock_receive(struct file *file, struct message *m);
/*
 * Frees chunks that are in no queue any more, with the files they carry. May
 * sleep.
 */
void free_chunks(struct chunk_list *chunks);

/* ---- open files on their way (rights.c) -------------------------- */

/*
 * Takes references to n files of the running task, given by descriptors.
 * Returns 0 with *rights, which the caller owns, or -EINVAL, -EBADF,
 * -ETOOMANYREFS or -ENOMEM.
 */
int __must_check rights_get(const u32 *fds, u32 n, struct rights **rights);
/* Returns a copy with references of its own, for MSG_PEEK; NULL: no memory. */
struct rights *rights_dup(const struct rights *rights) __must_check;
/* Returns the number of files. */
u32 rights_count(const struct rights *rights);
/* Returns the n-th file; rights keeps the reference. */
struct file *rights_file(const struct rights *rights, u32 n);
/*
 * The chunk enters to's queue with its rights, or has left its queue: returns
 * them then. Hold socket_lock.
 */
void rights_enqueue(struct chunk *chunk, struct sock *to);
struct rights *rights_dequeue(struct chunk *chunk);
/*
 * Closes the files and frees rights (NULL: does nothing). May sleep. Hold no
 * lock.
 */
void rights_drop(struct rights *rights);
/*
 * Finds sockets that no process can reach any more, because only the queues of
 * such sockets refer to them, and closes the files in their queues. May sleep.
 * Hold no lock.
 */
void rights_collect(void);

#endif
