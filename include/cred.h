/*
 * cred.h - credentials: a task's user, its groups, its privileges.
 *
 * As in Linux each thread has its own, and a cred in use is never changed: a
 * task that changes its ids gets a new one (services/ids/). A task without a
 * cred, as all are at first, is root with every privilege. fs/permission.c
 * defines what the ids mean for files.
 */
#ifndef CRED_H
#define CRED_H

#include <asm/atomic.h>
#include <thread_info.h>
#include <types.h>
#include <uapi/capability.h>

#define ALL_CAPS ((2ull << CAP_LAST_CAP) - 1)

struct cred {
	atomic_t count;
	/* constant once a task has it */
	u32 uid, euid, suid, fsuid; /* real, effective, saved, for files */
	u32 gid, egid, sgid, fsgid;
	/* capabilities: 1 << CAP_x; dropped are those not in the bounding set */
	u64 permitted, effective, inheritable, dropped, ambient;
	u8 securebits;     /* SECBIT_*: how uids and capabilities depend */
	bool no_new_privs; /* execve gives no more privilege */
	bool over_nproc;   /* it became a user with too many tasks */
	u32 nr_groups;
	u32 groups[]; /* supplementary ones, ascending */
};

extern const struct cred root_cred;

/*
 * The credentials of a task. For another task than the running one hold
 * tasklist_lock, or take a reference there.
 */
static inline const struct cred *cred_of(const struct thread_info *ti)
{
	return ti->cred ? ti->cred : &root_cred;
}

/*
 * The running task's credentials. Only the task itself replaces them, so no
 * lock is needed.
 */
static inline const struct cred *current_cred(void)
{
	return cred_of(current_thread_info());
}

/* cap is a CAP_* number. Effective ones count, as in Linux. */
static inline bool has_cap(const struct cred *cred, u32 cap)
{
	return cred->effective >> cap & 1;
}

/* True if the running task has that capability. */
static inline bool capable(u32 cap)
{
	const struct cred *cred = current_thread_info()->cred;

	return likely(!cred) || has_cap(cred, cap);
}

/* Takes a reference; NULL, which means root, stays NULL. */
static inline const struct cred *get_cred(const struct cred *cred)
{
	if (cred)
		atomic_inc((atomic_t *)&cred->count);
	return cred;
}

/*
 * Drops a reference; the last one frees cred. NULL is allowed. Never sleeps.
 * (run/cred.c)
 */
void put_cred(const struct cred *cred);
/*
 * True if gid is cred's group for files or one of its supplementary groups.
 * (run/cred.c)
 */
bool in_group(const struct cred *cred, u32 gid);

#endif
