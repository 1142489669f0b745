/*
 * services/ids/ids.h - the ids that programs know tasks by, and the users and
 * groups in whose name tasks act.
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

s32 sys_getpid(void);
s32 sys_getppid(void);
s32 sys_gettid(void);
s32 sys_getpgid(s32 pid);
s32 sys_getpgrp(void);
s32 sys_setpgid(s32 pid, s32 pgid);
s32 sys_setsid(void);
s32 sys_getsid(s32 pid);
s32 sys_prctl(u32 option, u32 arg2, u32 arg3, u32 arg4, u32 arg5);

/* getids.c; those without 32 give and take ids of 16 bits */
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

/* setids.c */
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

/* groups.c, caps.c */
s32 sys_getgroups(s32 n, uaddr_t list);
s32 sys_setgroups(s32 n, uaddr_t list);
s32 sys_getgroups32(s32 n, uaddr_t list);
s32 sys_setgroups32(s32 n, uaddr_t list);
s32 sys_capget(uaddr_t header, uaddr_t data);
s32 sys_capset(uaddr_t header, uaddr_t data);

/* The session of a process group, or of the process of that id; or -ESRCH. */
s32 pgrp_session(s32 pgrp);

/* ---- credentials (cred.c) ---------------------------------------- */

#define KEEP_ID UINT32_MAX /* -1 as an argument: as it is */

/* An id of 16 bits as one of 32, and back: what does not fit is 65534. */
static inline u32 id_from_16(u32 id)
{
	return (u16)id == UINT16_MAX ? KEEP_ID : (u16)id;
}

static inline u32 id_to_16(u32 id)
{
	return id > UINT16_MAX ? 65534 : id;
}

/* A copy of the running task's, but for the groups; NULL: no memory. */
struct cred *alloc_cred(u32 nr_groups) __must_check;
/* A copy of the running task's, which may be changed; NULL: no memory. */
struct cred *prepare_cred(void) __must_check;
/* The running task's from now on; the reference moves. NULL: root's. */
void set_cred(const struct cred *cred);

/* Its real user. */
static inline u32 task_uid(const struct task_struct *task)
{
	return cred_of((const struct thread_info *)task)->uid;
}

/* rights.c */

/* Have the running task and `task` the same ids? tasklist_lock held. */
bool same_user(const struct task_struct *task);
/*
 * May the running task look into task's memory and files, as Linux asks before
 * ptrace? Its own process; one with all ids the caller's, no privilege that the
 * caller has not, and whose user it was from its execve on; or by CAP_SYS_PTRACE.
 * for_files: the caller's ids for files count, not its real ones. tasklist_lock
 * held.
 */
bool may_trace(const struct task_struct *task, bool for_files);
/* Has the user more tasks than RLIMIT_NPROC? Root is never asked. */
bool user_has_too_many(const struct cred *cred);
/*
 * Does a task that goes from old to new act for another, or get privileges? Its
 * memory may hold what was not meant for the new user's other tasks.
 */
bool gains_by(const struct cred *new, const struct cred *old);
/* May the running task send sig to task? tasklist_lock held. */
bool user_may_signal(const struct task_struct *task, s32 sig);

static inline bool may_signal(const struct task_struct *task, s32 sig)
{
	return likely(!current_thread_info()->cred) ||
		user_may_signal(task, sig);
}

#endif
