/*
 * services/pipe/limits.c - how large a pipe may be, and how many pages of pipes a
 * user may have.
 *
 * A pipe counts with all pages that it may hold, whether they are there or not,
 * in those of the user who made it. Beyond the soft limit a user's new pipes have
 * two pages, beyond the hard one there are none; neither binds who has
 * CAP_SYS_RESOURCE or CAP_SYS_ADMIN. The three limits are Linux's, in
 * /proc/sys/fs.
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
	u32 pipes;      /* how many point to this; root's: not counted */
	atomic_t pages; /* of them all */
};

/* Root's, who is never without a pipe for long, stays. */
static struct pipe_user root_user;

static spinlock_t users_lock = SPINLOCK_INIT;
/* clang-format off */
/* users_lock; who used pipes last is first */
static TAILQ_HEAD(, pipe_user) users = TAILQ_HEAD_INITIALIZER(users);
/* clang-format on */

/* users_lock held. */
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
		user = find_user(uid); /* another may have been faster */
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

void pipe_user_put(struct pipe_user *user, u32 pages)
{
	bool last;

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

u32 pipe_charge(struct pipe_user *user, u32 old, u32 new)
{
	return (u32)atomic_add_return((s32)(new - old), &user->pages);
}

/* The limits bind neither root nor who may raise others. */
static bool exceeds(u32 pages, u32 limit)
{
	return unlikely(limit && pages > limit) && !capable(CAP_SYS_RESOURCE) &&
		!capable(CAP_SYS_ADMIN);
}

bool pipe_pages_exceed(u32 pages)
{
	return exceeds(pages, READ_ONCE(pipe_soft_pages)) ||
		exceeds(pages, READ_ONCE(pipe_hard_pages));
}

int pipe_charge_new(struct pipe_user *user, u32 *pages)
{
	u32 max = READ_ONCE(pipe_max_bytes) / PAGE_SIZE, sum;

	*pages = PIPE_PAGES;
	if (unlikely(max < PIPE_PAGES) && !capable(CAP_SYS_RESOURCE))
		*pages = max;
	sum = pipe_charge(user, 0, *pages);
	if (exceeds(sum, READ_ONCE(pipe_soft_pages))) {
		sum = pipe_charge(user, *pages, PIPE_MIN_PAGES);
		*pages = PIPE_MIN_PAGES;
	}
	if (!exceeds(sum, READ_ONCE(pipe_hard_pages)))
		return 0;
	pipe_charge(user, *pages, 0);
	return -ENFILE;
}

u32 pipe_round_size(u32 bytes)
{
	u32 size = PAGE_SIZE;

	while (size < bytes && size < 1u << 31)
		size *= 2;
	return size < bytes ? 0 : size;
}
