/*
 * Credentials that a task is to have: copies to be changed.
 */
#include <proc/proc.h>
#include <services/ids/ids.h>
#include <services/signal/signal.h>
#include <string.h>

struct cred *alloc_cred(u32 nr_groups)
{
	const struct cred *old = current_cred();
	struct cred *cred = kmalloc(sizeof(*cred) + 4 * nr_groups, GFP_KERNEL);

	if (!cred)
		return NULL;
	memcpy(cred, old, sizeof(*cred));
	atomic_set(&cred->count, 1);
	cred->nr_groups = nr_groups;
	return cred;
}

struct cred *prepare_cred(void)
{
	const struct cred *old = current_cred();
	struct cred *cred = alloc_cred(old->nr_groups);

	if (cred)
		memcpy(cred->groups, old->groups, 4 * old->nr_groups);
	return cred;
}

bool gains_by(const struct cred *new, const struct cred *old)
{
	return new->euid != old->euid || new->egid != old->egid ||
		new->fsuid != old->fsuid || new->fsgid != old->fsgid ||
		new->permitted & ~old->permitted;
}

void set_cred(const struct cred *cred)
{
	struct thread_info *ti = current_thread_info();
	u32 flags = tasklist_lock(); /* others look at it */
	const struct cred *old = ti->cred;

	ti->cred = cred;
	tasklist_unlock(flags);
	if (gains_by(cred, old ? old : &root_cred))
		set_parent_death_signal(0);
	put_cred(old);
}
