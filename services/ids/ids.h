/*
 * services/ids/ids.h - the ids that programs know tasks by.
 *
 * A process group and a session are numbers in each task (run/task.h), copied
 * by fork and guarded by tasklist_lock.
 */
#ifndef SERVICES_IDS_IDS_H
#define SERVICES_IDS_IDS_H

#include <trap/core_calls.h>
#include <types.h>

/* clang-format off */
#define IDS_CALLS \
	CALL(getpid), CALL(getppid), CALL(gettid), CALL(getpgid), \
	CALL(getpgrp), CALL(setpgid), CALL(setsid), CALL(getsid), \
	ROW(getuid, sys_getuid), ROW(geteuid, sys_getuid), \
	ROW(getgid, sys_getuid), ROW(getegid, sys_getuid), \
	ROW(getuid32, sys_getuid), ROW(geteuid32, sys_getuid), \
	ROW(getgid32, sys_getuid), ROW(getegid32, sys_getuid), CALL(prctl)
/* clang-format on */

s32 sys_getpid(void);
s32 sys_getppid(void);
s32 sys_gettid(void);
s32 sys_getuid(void); /* and geteuid, getgid, getegid: always 0 */
s32 sys_getpgid(s32 pid);
s32 sys_getpgrp(void);
s32 sys_setpgid(s32 pid, s32 pgid);
s32 sys_setsid(void);
s32 sys_getsid(s32 pid);
s32 sys_prctl(u32 option, u32 arg2, u32 arg3, u32 arg4, u32 arg5);

/* The session of a process group, or of the process of that id; or -ESRCH. */
s32 pgrp_session(s32 pgrp);

#endif
