/* services/system/system.h - the whole machine, limits, and random numbers. */
#ifndef SERVICES_SYSTEM_SYSTEM_H
#define SERVICES_SYSTEM_SYSTEM_H

#include <service.h>
#include <trap/core_calls.h>
#include <types.h>
#include <uapi/utsname.h>

extern const struct service system_service;

/*
 * Copies what uname() reports, at one moment. Takes uts_lock and may sleep, as
 * the next two do (utsname.c).
 */
void get_utsname(struct new_utsname *copy);
/*
 * Set the name of the host and of the domain to the first NEW_UTS_LEN bytes of
 * text.
 */
void set_nodename(const char *text);
void set_domainname(const char *text);

/* clang-format off */
#define SYSTEM_CALLS \
	CALL(uname), CALL(sethostname), CALL(setdomainname), \
	CALL(sysinfo), CALL(reboot), CALL(getrandom), \
	ROW(ugetrlimit, sys_getrlimit), CALL(setrlimit), CALL(prlimit64), CALL(waitid), \
	CALL(membarrier), CALL(personality)
/* clang-format on */

/*
 * A process is about to get a limit of CPU time: starts the thread that checks
 * such limits, if it does not run yet (cpu_limit.c). Returns 0, or -errno if it
 * could not be started. May sleep.
 */
int __must_check cpu_limit_watch(void);

/*
 * The system calls, with Linux's arguments and errors. buf, name, info, rlim,
 * new, old and rusage are user addresses.
 */
s32 sys_uname(uaddr_t buf);
s32 sys_sethostname(uaddr_t name, u32 bytes);
s32 sys_setdomainname(uaddr_t name, u32 bytes);
s32 sys_sysinfo(uaddr_t info);
s32 sys_getrlimit(u32 resource, uaddr_t rlim);
s32 sys_setrlimit(u32 resource, uaddr_t rlim);
s32 sys_prlimit64(s32 pid, u32 resource, uaddr_t new, uaddr_t old);
s32 sys_getrandom(uaddr_t buf, u32 bytes, u32 flags);
s32 sys_personality(u32 persona);
s32 sys_reboot(u32 magic1, u32 magic2, u32 cmd, uaddr_t arg);
s32 sys_membarrier(u32 command, u32 flags, s32 core);
s32 sys_waitid(u32 which, s32 id, uaddr_t info, u32 options, uaddr_t rusage);

/* Bits of true randomness that the generator of random numbers has. */
static inline u32 entropy_avail(void)
{
	return 0;
}

#endif
