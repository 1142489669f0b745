/*
 * services/pipe/limits.c - limits the size of a pipe, and the pages that all
 * pipes of a user may have.
 *
 * A user is charged all pages that its pipes may hold, allocated or not. Above
 * the soft limit a user's new pipes have two pages, above the hard limit making
 * one fails. A task with CAP_SYS_RESOURCE or CAP_SYS_ADMIN is not bound. The
 * three limits are Linux's, in /proc/sys/fs.
 */
#include <alloc/alloc.h>
#include <asm/spinlock.h>
#include <cred.h>
#include <services/pipe/internal.h>
#include <services/pipe/pipe.h>
#include <sys/queue.h>

u32 pipe_max_bytes = 1u << 20;
u32 pipe_soft_pages = 16384;
u32 pipe_hard_pages; /* 0: no limit */

struct pipe_user {
	TAILQ_ENTRY(pipe_user) link;
	u32 uid;        /* constant */
	u32 pipes;      /* users_lock; pipes that point here; 0 for root */
	atomic_t pages; /* charged for all of them */
};

/* Static: root nearly always has a pipe, and so needs no lock to find it. */
static struct pipe_user root_user;

static spinlock_t users_lock = SPINLOCK_INIT;
/* clang-format off */
/* users_lock; most recently used first */
static TAILQ_HEAD(, pipe_user) users = TAILQ_HEAD_INITIALIZER(users);
/* clang-format on */

/*
 * Returns the user of that uid or NULL. Hold users_lock. Moves it to the front,
 * so that the search is short for a user who makes many pipes.
 */
static struct pipe_user *find_user(u32 uid)
{
	struct pipe_user *user;

	TAILQ_FOREACH(user, &users, link)
		if (user->uid == uid)
			break;
	if (user && user != TAILQ_FIRST(&users)) {
		TAILQ_REMOVE(&users, user, link);
		TAILQ_INSERT_HEAD(&users, user, link);
	}
	return user;
}

/*
 * Charges the real uid, not the effective one: a set-uid program's pipes count
 * as those of the user who runs it.
 */
struct pipe_user *pipe_user_get(void)
{
	u32 uid = current_cred()->uid;
	struct pipe_user *user, *fresh = NULL;

	if (likely(!uid))
		return &root_user;
	spin_lock(&users_lock);
	user = find_user(uid);
	if (unlikely(!user)) {
		spin_unlock(&users_lock);
		fresh = kzalloc(sizeof(*fresh), GFP_KERNEL);
		if (!fresh)
			return NULL;
		fresh->uid = uid;
		spin_lock(&users_lock);
		/* kzalloc may have slept while another task added the user. */
		user = find_user(uid);
		if (!user) {
			user = fresh;
			fresh = NULL;
			TAILQ_INSERT_HEAD(&users, user, link);
		}
	}
	user->pipes++;
	spin_unlock(&users_lock);
	kfree(fresh);
	return user;
}

/* Frees the user with its last pipe. */
void pipe_user_put(struct pipe_user *user, u32 pages)
{
	bool last;

	/* First: after the lock is released, another pipe may free user. */
	pipe_charge(user, pages, 0);
	if (likely(user == &root_user))
		return;
	spin_lock(&users_lock);
	last = --user->pipes == 0;
	if (last)
		TAILQ_REMOVE(&users, user, link);
	spin_unlock(&users_lock);
	if (last)
		kfree(user);
}

/*
 * One atomic step, so that two tasks of a user cannot both stay below a limit.
 */
u32 pipe_charge(struct pipe_user *user, u32 old, u32 new)
{
	return (u32)atomic_add_return((s32)(new - old), &user->pages);
}

/* Whether pages is above limit (0: none) and the task is bound by it. */
static bool exceeds(u32 pages, u32 limit)
{
	return unlikely(limit && pages > limit) && !capable(CAP_SYS_RESOURCE) &&
		!capable(CAP_SYS_ADMIN);
}

/* A pipe that grows must respect both limits. */
bool pipe_pages_exceed(u32 pages)
{
	return exceeds(pages, READ_ONCE(pipe_soft_pages)) ||
		exceeds(pages, READ_ONCE(pipe_hard_pages));
}

/* The charge comes before the checks and is taken back if it is too much. */
int pipe_charge_new(struct pipe_user *user, u32 *pages)
{
	u32 max = READ_ONCE(pipe_max_bytes) / PAGE_SIZE, sum;

	*pages = PIPE_PAGES;
	/* An administrator may set a maximum below the usual size. */
	if (unlikely(max < PIPE_PAGES) && !capable(CAP_SYS_RESOURCE))
		*pages = max;
	sum = pipe_charge(user, 0, *pages);
	/*
	 * A small pipe still works; a user is stopped only at the hard limit.
	 */
	if (exceeds(sum, READ_ONCE(pipe_soft_pages))) {
		sum = pipe_charge(user, *pages, PIPE_MIN_PAGES);
		*pages = PIPE_MIN_PAGES;
	}
	if (!exceeds(sum, READ_ONCE(pipe_hard_pages)))
		return 0;
	pipe_charge(user, *pages, 0);
	return -ENFILE;
}

/* The ring's index is masked, so the number of pages is a power of two. */
u32 pipe_round_size(u32 bytes)
{
	u32 size = PAGE_SIZE;

	while (size < bytes && size < 1u << 31)
		size *= 2;
	return size < bytes ? 0 : size;
}
