/*
 * The owner of a file: whom SIGIO tells that the file became readier (F_SETOWN).
 *
 * It is kept as a number, with the moment at which the task of that number began, and
 * with the user who set it.
 */
#include <cred.h>
#include <proc/proc.h>
#include <services/signal/owner.h>
#include <uapi/fcntl.h>

struct task_struct *file_owner_task(const struct file_owner *owner)
{
	enum id_kind kind = owner->type == F_OWNER_PGRP ? ID_PGRP : ID_PID;
	struct task_struct *task = find_by_id(kind, owner->id);

	/* A number that was given to another task since then is not the owner. */
	return task && (kind == ID_PGRP || task->start_ns == owner->start_ns) ?
		task :
		NULL;
}

bool file_owner_may_tell(const struct file_owner *owner,
			 const struct task_struct *task)
{
	const struct cred *cred = cred_of(&task->thread_info);

	return !owner->euid || owner->euid == cred->suid ||
		owner->euid == cred->uid || owner->uid == cred->suid ||
		owner->uid == cred->uid;
}

int set_file_owner(struct file_owner *owner, u32 type, s32 id)
{
	struct file_owner new = { .type = type,
				  .id = id,
				  .uid = current_cred()->uid,
				  .euid = current_cred()->euid };
	struct task_struct *task;
	u32 flags;

	if (id) {
		flags = tasklist_lock();
		task = find_by_id(type == F_OWNER_PGRP ? ID_PGRP : ID_PID, id);
		if (task)
			new.start_ns = task->start_ns;
		tasklist_unlock(flags);
		if (!task)
			return -ESRCH;
	}
	*owner = new;
	return 0;
}

s32 file_owner_id(const struct file_owner *owner)
{
	u32 flags = tasklist_lock();
	s32 id = owner->id && file_owner_task(owner) ? owner->id : 0;

	tasklist_unlock(flags);
	return id;
}
