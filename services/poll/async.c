/*
 * services/poll/async.c - files that tell their owner by SIGIO when they become
 * readier (F_SETOWN, O_ASYNC).
 *
 * A file with an owner, or with O_ASYNC, has an entry here, which is found by the
 * file; with O_ASYNC also by the count of events that poll_wake() advances. The
 * signal itself cannot be sent there, since locks may be held: an entry becomes due,
 * and a timer that expires at once sends it.
 */
#include <fs/fs.h>
#include <run/task.h>
#include <run/timer.h>
#include <services/poll/async.h>
#include <services/poll/internal.h>
#include <services/signal/owner.h>

#define BUCKETS 64u

struct async_file {
	/* constant */
	LIST_ENTRY(async_file) by_file;
	const struct file *file; /* no reference: see free_async() */
	/* async_lock */
	struct file_owner owner;
	const u32 *edges[2]; /* which counts are news for it; NULL: none */
	LIST_ENTRY(async_file) by_edge[2];
	TAILQ_ENTRY(async_file) due_link;
	bool due;
};

LIST_HEAD(async_list, async_file);

/* Interrupts off; inside every other lock but timer_lock. */
static spinlock_t async_lock = SPINLOCK_INIT;
/* async_lock */
static struct async_list of_files[BUCKETS], of_edges[2][BUCKETS];
static TAILQ_HEAD(, async_file) due = TAILQ_HEAD_INITIALIZER(due);

struct timer async_timer;

static u32 bucket_of(const void *key, u32 bytes)
{
	return (uintptr_t)key / bytes % BUCKETS;
}

/* Returns the file's entry, or NULL. Hold async_lock. */
static struct async_file *find_async(const struct file *file)
{
	struct async_file *a;

	LIST_FOREACH(a, &of_files[bucket_of(file, sizeof(*file))], by_file)
		if (a->file == file)
			break;
	return a;
}

/* ---- telling ----------------------------------------------------- */

void go_on_telling(u32 after_ns, bool more)
{
	u32 flags;

	spin_lock_irqsave(&async_lock, flags);
	if ((more || !TAILQ_EMPTY(&due)) && !READ_ONCE(async_timer.queued)) {
		async_timer.expires_ns = ktime_ns() + after_ns;
		timer_start(&async_timer);
	}
	spin_unlock_irqrestore(&async_lock, flags);
}

void async_wake(const u32 *edge)
{
	u32 flags, bucket = bucket_of(edge, sizeof(*edge));
	bool none_due;
	struct async_file *a;

	spin_lock_irqsave(&async_lock, flags);
	none_due = TAILQ_EMPTY(&due);
	for (u32 i = 0; i < 2; i++) {
		LIST_FOREACH(a, &of_edges[i][bucket], by_edge[i]) {
			if (a->edges[i] != edge || a->due)
				continue;
			a->due = true;
			TAILQ_INSERT_TAIL(&due, a, due_link);
		}
	}
	spin_unlock_irqrestore(&async_lock, flags);
	if (none_due)
		go_on_telling(0, false);
}

bool next_due(struct file_owner *owner)
{
	struct async_file *a;
	u32 flags;

	spin_lock_irqsave(&async_lock, flags);
	a = TAILQ_FIRST(&due);
	if (a) {
		TAILQ_REMOVE(&due, a, due_link);
		a->due = false;
		*owner = a->owner;
	}
	spin_unlock_irqrestore(&async_lock, flags);
	return a;
}

/* ---- entries ----------------------------------------------------- */

/* Takes the entry off all lists of events, so that none makes it due. Hold async_lock. */
static void stop_async(struct async_file *a)
{
	for (u32 i = 0; i < 2; i++) {
		if (!a->edges[i])
			continue;
		LIST_REMOVE(a, by_edge[i]);
		a->edges[i] = NULL;
		poll_watch(-1);
		poll_lookers.asyncs--;
	}
	if (a->due)
		TAILQ_REMOVE(&due, a, due_link);
	a->due = false;
}

void async_forget(const struct file *file)
{
	struct async_file *a;
	u32 flags;

	spin_lock_irqsave(&async_lock, flags);
	a = find_async(file);
	if (a) {
		stop_async(a);
		LIST_REMOVE(a, by_file);
	}
	spin_unlock_irqrestore(&async_lock, flags);
	kfree(a);
}

/*
 * The f_free of a file with an entry: its last reference is gone. An epoll that
 * watches the file has put its own there, which calls async_forget(), too.
 */
static void free_async(struct file *file)
{
	async_forget(file);
	free_file(file);
}

/* Makes sure that the file, to which the caller has a reference, has an entry. */
static int make_async(struct file *file)
{
	struct async_file *a = kzalloc(sizeof(*a), GFP_KERNEL);
	u32 flags;

	if (!a)
		return -ENOMEM;
	a->file = file;
	spin_lock_irqsave(&async_lock, flags);
	if (!find_async(file)) {
		LIST_INSERT_HEAD(&of_files[bucket_of(file, sizeof(*file))], a,
				 by_file);
		if (file->f_free == free_file)
			file->f_free = free_async;
		a = NULL;
	}
	spin_unlock_irqrestore(&async_lock, flags);
	kfree(a);
	return 0;
}

int poll_async(struct file *file, const u32 *in, const u32 *out, bool on)
{
	const u32 *edges[2] = { in, out };
	struct async_file *a;
	int err = on ? make_async(file) : 0;
	u32 flags;

	if (err)
		return err;
	spin_lock_irqsave(&async_lock, flags);
	a = find_async(file);
	if (a)
		stop_async(a);
	for (u32 i = 0; on && i < 2; i++) {
		if (!edges[i])
			continue;
		a->edges[i] = edges[i];
		LIST_INSERT_HEAD(&of_edges[i][bucket_of(edges[i], sizeof(u32))],
				 a, by_edge[i]);
		poll_watch(1);
		poll_lookers.asyncs++;
	}
	spin_unlock_irqrestore(&async_lock, flags);
	return 0;
}

/* ---- owners ------------------------------------------------------ */

static void read_owner(const struct file *file, struct file_owner *owner)
{
	struct async_file *a;
	u32 flags;

	*owner = (struct file_owner){};
	spin_lock_irqsave(&async_lock, flags);
	a = find_async(file);
	if (a)
		*owner = a->owner;
	spin_unlock_irqrestore(&async_lock, flags);
}

/* if_none: an owner that is there stays. */
static int write_owner(struct file *file, u32 type, s32 id, bool if_none)
{
	struct file_owner owner;
	struct async_file *a;
	int err = set_file_owner(&owner, type, id);
	u32 flags;

	if (!err)
		err = make_async(file);
	if (err)
		return err;
	spin_lock_irqsave(&async_lock, flags);
	a = find_async(file);
	if (!if_none || !a->owner.id)
		a->owner = owner;
	spin_unlock_irqrestore(&async_lock, flags);
	return 0;
}

int poll_async_owned(struct file *file, const u32 *in, s32 pgrp, bool on)
{
	int err = 0;

	/* The owner first: a group that has ended must leave nothing armed. */
	if (on)
		err = pgrp ?
			write_owner(file, F_OWNER_PGRP, pgrp, true) :
			write_owner(file, F_OWNER_PID, current->tgid, true);
	return err ? err : poll_async(file, in, NULL, on);
}

static int set_owner_ex(struct file *file, uaddr_t from)
{
	struct f_owner_ex ex;

	if (copy_from_user(&ex, from, sizeof(ex)))
		return -EFAULT;
	if ((u32)ex.type > F_OWNER_PGRP)
		return -EINVAL;
	return write_owner(file, (u32)ex.type, ex.pid, false);
}

static int get_owner_ex(const struct file_owner *owner, uaddr_t to)
{
	const struct f_owner_ex ex = { .type = (int)owner->type,
				       .pid = file_owner_id(owner) };

	return copy_to_user(to, &ex, sizeof(ex)) ? -EFAULT : 0;
}

s32 owner_fcntl(struct file *file, u32 cmd, u32 arg)
{
	struct file_owner owner;
	s32 id = (s32)arg;

	switch (cmd) {
	case F_SETOWN:
		if (id == INT32_MIN)
			return -EINVAL;
		return id < 0 ? write_owner(file, F_OWNER_PGRP, -id, false) :
				write_owner(file, F_OWNER_PID, id, false);
	case F_SETOWN_EX:
		return set_owner_ex(file, arg);
	case F_GETOWN:
		read_owner(file, &owner);
		id = file_owner_id(&owner);
		return owner.type == F_OWNER_PGRP ? -id : id;
	default: /* F_GETOWN_EX */
		read_owner(file, &owner);
		return get_owner_ex(&owner, arg);
	}
}
