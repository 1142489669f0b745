/*
 * services/ids/ids.h - the numbers by which programs know tasks, and the users
 * and groups for which tasks act.
 *
 * A process group and a session are numbers in each task (run/task.h), copied
 * by fork and guarded by tasklist_lock. Users and groups are in the task's
 * struct cred (include/cred.h).
 */
#ifndef SERVICES_IDS_IDS_H
#define SERVICES_IDS_IDS_H

#include <cred.h>
#include <service.h>
#include <trap/core_calls.h>
#include <types.h>

extern const struct service ids_service;

#define NGROUPS_MAX 65536 /* as in Linux */

/* clang-format off */
#define IDS_CALLS \
	CALL(getpid), CALL(getppid), CALL(gettid), CALL(getpgid), \
	CALL(getpgrp), CALL(setpgid), CALL(setsid), CALL(getsid), \
	CALL(prctl), \
	CALL(getuid), CALL(geteuid), CALL(getgid), CALL(getegid), \
	CALL(getuid32), CALL(geteuid32), CALL(getgid32), CALL(getegid32), \
	CALL(getresuid), CALL(getresgid), \
	CALL(getresuid32), CALL(getresgid32), \
	CALL(setuid), CALL(setgid), CALL(setuid32), CALL(setgid32), \
	CALL(setreuid), CALL(setregid), CALL(setreuid32), CALL(setregid32), \
	CALL(setresuid), CALL(setresgid), \
	CALL(setresuid32), CALL(setresgid32), \
	CALL(setfsuid), CALL(setfsgid), CALL(setfsuid32), CALL(setfsgid32), \
	CALL(getgroups), CALL(setgroups), \
	CALL(getgroups32), CALL(setgroups32), CALL(capget), CALL(capset)
/* clang-format on */

/*
 * The system calls, with Linux's arguments and errors. pid 0 stands for the
 * caller.
 */
s32 sys_getpid(void);
s32 sys_getppid(void);
s32 sys_gettid(void);
s32 sys_getpgid(s32 pid);
s32 sys_getpgrp(void);
s32 sys_setpgid(s32 pid, s32 pgid);
s32 sys_setsid(void);
s32 sys_getsid(s32 pid);
s32 sys_prctl(u32 option, u32 arg2, u32 arg3, u32 arg4, u32 arg5);

/*
 * In getids.c. Names without 32 are the calls of old programs, whose ids have
 * 16 bits. uid, euid, suid are the user addresses for the real, effective and
 * saved id.
 */
s32 sys_getuid(void);
s32 sys_geteuid(void);
s32 sys_getgid(void);
s32 sys_getegid(void);
s32 sys_getuid32(void);
s32 sys_geteuid32(void);
s32 sys_getgid32(void);
s32 sys_getegid32(void);
s32 sys_getresuid(uaddr_t uid, uaddr_t euid, uaddr_t suid);
s32 sys_getresgid(uaddr_t gid, uaddr_t egid, uaddr_t sgid);
s32 sys_getresuid32(uaddr_t uid, uaddr_t euid, uaddr_t suid);
s32 sys_getresgid32(uaddr_t gid, uaddr_t egid, uaddr_t sgid);

/*
 * In setids.c. An id of KEEP_ID (-1) stays as it is, where the call allows
 * that. setfsuid and setfsgid return the old id in any case.
 */
s32 sys_setuid(u32 uid);
s32 sys_setgid(u32 gid);
s32 sys_setuid32(u32 uid);
s32 sys_setgid32(u32 gid);
s32 sys_setreuid(u32 uid, u32 euid);
s32 sys_setregid(u32 gid, u32 egid);
s32 sys_setreuid32(u32 uid, u32 euid);
s32 sys_setregid32(u32 gid, u32 egid);
s32 sys_setresuid(u32 uid, u32 euid, u32 suid);
s32 sys_setresgid(u32 gid, u32 egid, u32 sgid);
s32 sys_setresuid32(u32 uid, u32 euid, u32 suid);
s32 sys_setresgid32(u32 gid, u32 egid, u32 sgid);
s32 sys_setfsuid(u32 uid);
s32 sys_setfsgid(u32 gid);
s32 sys_setfsuid32(u32 uid);
s32 sys_setfsgid32(u32 gid);

/*
 * In groups.c and caps.c. list has n ids; header and data are user addresses.
 */
s32 sys_getgroups(s32 n, uaddr_t list);
s32 sys_setgroups(s32 n, uaddr_t list);
s32 sys_getgroups32(s32 n, uaddr_t list);
s32 sys_setgroups32(s32 n, uaddr_t list);
s32 sys_capget(uaddr_t header, uaddr_t data);
s32 sys_capset(uaddr_t header, uaddr_t data);

/*
 * Returns the session of process group pgrp, or, if there is no such group, of
 * the process with that number; -ESRCH if there is neither. Takes
 * tasklist_lock.
 */
s32 pgrp_session(s32 pgrp);

/* ---- credentials (cred.c) ---------------------------------------- */

#define KEEP_ID UINT32_MAX /* -1 as an argument: keep the id */

/*
 * Convert an id of an old call to 32 bits and back. -1 stays -1; an id that
 * does not fit into 16 bits becomes 65534, Linux's overflow id.
 */
static inline u32 id_from_16(u32 id)
{
	return (u16)id == UINT16_MAX ? KEEP_ID : (u16)id;
}

static inline u32 id_to_16(u32 id)
{
	return id > UINT16_MAX ? 65534 : id;
}

/*
 * Returns a copy of the running task's credentials with room for nr_groups
 * groups, which the caller fills in ascending order, or NULL if there is no
 * memory. The caller owns it, and passes it to set_cred() or put_cred().
 */
struct cred *alloc_cred(u32 nr_groups) __must_check;
/* As alloc_cred(), with the running task's groups. */
struct cred *prepare_cred(void) __must_check;
/*
 * prctl's options for two sets of capabilities (cap_sets.c). The bounding set limits
 * what execve can give: returns whether cap is in it, or, with drop, takes it
 * out for good. Ambient ones stay over execve without a user of root's; `what`
 * is PR_CAP_AMBIENT_*, and unused must be 0. -EPERM, -EINVAL or -ENOMEM.
 */
s32 bounding_set(u32 cap, bool drop);
s32 ambient_set(u32 what, u32 cap, u32 unused);
/*
 * Makes cred the running task's credentials (NULL: root's) and takes over the
 * caller's reference; cred must not change afterwards. Takes tasklist_lock,
 * because other tasks read it.
 */
void set_cred(const struct cred *cred);
/*
 * As set_cred(), for a change that lasts. As on Linux a task that changes its
 * user or gains privileges becomes not dumpable, since its memory may hold what
 * it read as the other user, and loses its parent-death signal, since its parent
 * must not be able to signal it any more.
 */
void commit_cred(const struct cred *cred);

/*
 * Returns task's real user. Hold tasklist_lock, unless task is the running one.
 */
static inline u32 task_uid(const struct task_struct *task)
{
	return cred_of((const struct thread_info *)task)->uid;
}

/* ---- rights.c; hold tasklist_lock, for other tasks' credentials -- */

/* Returns true if all of task's ids are the running task's real ones. */
bool same_user(const struct task_struct *task);
/*
 * Returns true if the running task may look into task's memory and files, by
 * Linux's rule for ptrace: task belongs to its own process; or has only ids of
 * the caller, no privilege that the caller lacks, and has had them since its
 * execve (its mm's not_dumpable is false); or the caller has CAP_SYS_PTRACE. for_files:
 * compares the caller's ids for files instead of the real ones.
 */
bool may_trace(const struct task_struct *task, bool for_files);
/*
 * Returns true if cred's real user, other than root, has more tasks than the
 * caller's RLIMIT_NPROC. Takes tasklist_lock itself.
 */
bool user_has_too_many(const struct cred *cred);
/*
 * Returns true if a task whose credentials change from old to new acts for
 * another user or group, or gains privileges: its memory may then hold what the
 * user's other tasks must not see.
 */
bool gains_by(const struct cred *new, const struct cred *old);
/*
 * user_may_signal() returns true if the running task may send sig to task by
 * Linux's rules. may_signal() is the quick test in front of it: a task without
 * credentials of its own is root.
 */
bool user_may_signal(const struct task_struct *task, s32 sig);

static inline bool may_signal(const struct task_struct *task, s32 sig)
{
	return likely(!current_thread_info()->cred) ||
		user_may_signal(task, sig);
}

#endif
