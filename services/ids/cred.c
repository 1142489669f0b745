/*
 * Credentials of the running task: copies that may be changed, and their
 * installation.
 */
#include <proc/proc.h>
#include <services/ids/ids.h>
#include <services/signal/signal.h>
#include <string.h>

/*
 * The groups follow the structure in the same allocation, so their number is
 * fixed here.
 */
struct cred *alloc_cred(u32 nr_groups)
{
	const struct cred *old = current_cred();
	struct cred *cred = kmalloc(sizeof(*cred) + 4 * nr_groups, GFP_KERNEL);

	if (!cred)
		return NULL;
	memcpy(cred, old, sizeof(*cred));
	/* The copy brought the old one's count with it. */
	atomic_set(&cred->count, 1);
	cred->nr_groups = nr_groups;
	return cred;
}

/*
 * A cred that is in use never changes, since threads and children share it:
 * each change is made to a copy.
 */
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
	u32 flags = tasklist_lock(); /* others read it under this lock */
	const struct cred *old = ti->cred;

	ti->cred = cred;
	tasklist_unlock(flags);
	put_cred(old);
}

void commit_cred(const struct cred *cred)
{
	/* Before set_cred(): no other task sees its new ids without this. */
	if (gains_by(cred, current_cred())) {
		current_thread_info()->mm->not_dumpable = true;
		set_parent_death_signal(0);
	}
	set_cred(cred);
}
