/*
 * services/shm/shm.h - shared memory of System V.
 */
#ifndef SERVICES_SHM_SHM_H
#define SERVICES_SHM_SHM_H

#include <service.h>
#include <trap/core_calls.h>
#include <types.h>
#include <uapi/shm.h>

extern const struct service shm_service;

#define SHM_CALLS CALL(shmget), CALL(shmat), CALL(shmdt), CALL(shmctl)

s32 sys_shmget(s32 key, u32 bytes, u32 flags);
s32 sys_shmat(s32 id, uaddr_t addr, u32 flags);
s32 sys_shmdt(uaddr_t addr);
s32 sys_shmctl(s32 id, u32 cmd, uaddr_t buf);

/* Linux's defaults: of a segment in bytes, of all in pages; and how many. */
#define SHMMAX 0xfeffffffu
#define SHMALL 0xfeffffffu
#define SHMMNI 4096u

/* The first segment at or after *index, which gets its index, and its id. */
bool shm_next(u32 *index, s32 *id, u32 *rss, struct shmid64_ds *ds);

#endif
