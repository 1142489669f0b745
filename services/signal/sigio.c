/*
 * SIGIO, for the owner of a file that became readier.
 *
 * Whom it may tell is decided when it is sent, by the user who set the owner: anybody
 * could otherwise make a file end a process that is not his.
 */
#include <run/timer.h>
#include <services/poll/async.h>
#include <services/signal/internal.h>
#include <services/signal/owner.h>
#include <uapi/fcntl.h>

/* Files whose owners get the signal before others may run. */
#define TOLD_AT_ONCE 8
#define PAUSE_NSEC   20000u

/* Linux's sigio_perm(): the owner was set by root, or by a user of task's. */
static bool may_tell(const struct file_owner *owner,
		     const struct task_struct *task)
{
	const struct cred *cred = cred_of(&task->thread_info);

	return !owner->euid || owner->euid == cred->suid ||
		owner->euid == cred->uid || owner->uid == cred->suid ||
		owner->uid == cred->uid;
}

/* Hold tasklist_lock. */
static void send_sigio(const struct file_owner *owner)
{
	const struct kernel_siginfo info = { .signo = SIGIO,
					     .code = SI_KERNEL };
	struct task_struct *task = owner->id ? file_owner_task(owner) : NULL;

	if (!task)
		return;
	if (owner->type == F_OWNER_PGRP) {
		for_each_by_id(task, ID_PGRP, owner->id)
			if (may_tell(owner, task))
				(void)send_to_group(task, &info);
	} else if (may_tell(owner, task)) {
		if (owner->type == F_OWNER_TID)
			(void)send_to_thread(task, &info);
		else
			(void)send_to_group(task->group_leader, &info);
	}
}

static void sigio_expired(struct timer *timer __unused_arg)
{
	struct file_owner owner;
	u32 flags = tasklist_lock();

	for (u32 n = 0; n < TOLD_AT_ONCE && next_due(&owner); n++)
		send_sigio(&owner);
	tasklist_unlock(flags);
	go_on_telling(PAUSE_NSEC);
}

/* In no table: only its timer calls it. */
static const struct service sigio_service = {
	.timer_expired = sigio_expired,
};

void sigio_init(void)
{
	async_timer.service = &sigio_service;
}
