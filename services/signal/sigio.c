/*
 * SIGIO, or the signal of F_SETSIG, for the owner of a file that became readier.
 *
 * Whether the owner may be told is decided when the signal is sent, by the user who
 * set the owner (file_owner_may_tell()).
 */
#include <services/poll/async.h>
#include <services/signal/pgrp.h>
#include <uapi/fcntl.h>

/* How many files are looked at before others may run; one that tells counts more. */
#define LOOKS_AT_ONCE 32
#define TELLS         4
/*
 * How long the others run then. Any program can keep this going, so the pause is
 * long beside the sending.
 */
#define PAUSE_NSEC    200000u

/* The group that is being told; only the timer, under tasklist_lock, uses them. */
static struct pgrp_walk walk;
static bool walking;

/* Without F_SETSIG. It is no real-time signal, so there is always room for it. */
static const struct kernel_siginfo plain_sigio = { .signo = SIGIO,
						   .code = SI_KERNEL };

/*
 * Tells one thread or process. When the real-time signals that wait are too many, SIGIO
 * says at least that something was lost. Hold tasklist_lock.
 */
static void send_to_owner(struct task_struct *task, bool thread,
			  const struct kernel_siginfo *info)
{
	int err;

	if (thread)
		err = send_to_thread(task, info);
	else
		err = send_to_group(task->group_leader, info);
	if (err == -EAGAIN)
		send_to_owner(task, thread, &plain_sigio);
}

/*
 * Tells a thread or a process; of a group only the first few. Returns true if there was
 * somebody. Hold tasklist_lock.
 */
static bool send_sigio(const struct async_news *news)
{
	const struct file_owner *owner = &news->owner;
	struct task_struct *task = owner->id ? file_owner_task(owner) : NULL;
	/* In siginfo, si_band and si_fd lie where si_pid and si_uid do. */
	struct kernel_siginfo info = { .signo = (s32)news->sig,
				       .code = news->code,
				       .pid = news->band,
				       .uid = news->fd };

	if (!task)
		return false;
	if (!news->sig)
		info = plain_sigio;
	if (owner->type == F_OWNER_PGRP) {
		walk = (struct pgrp_walk){ .pgrp = owner->id,
					   .info = info,
					   .owner = *owner };
		walking = walk_on(&walk);
	} else if (file_owner_may_tell(owner, task)) {
		send_to_owner(task, owner->type == F_OWNER_TID, &info);
	}
	return true;
}

static void sigio_expired(struct timer *timer __unused_arg)
{
	struct async_news news;
	u32 flags = tasklist_lock(), n = 0;

	/* The next file waits until the whole group has been told. */
	if (walking)
		walking = walk_on(&walk);
	else
		while (!walking && n < LOOKS_AT_ONCE && look_at_next(&news))
			n += send_sigio(&news) ? TELLS : 1;
	tasklist_unlock(flags);
	go_on_telling(PAUSE_NSEC, walking);
}

/* In no table: only its timer calls it. */
static const struct service sigio_service = {
	.timer_expired = sigio_expired,
};

void sigio_init(void)
{
	async_init(&sigio_service);
}
