/*
 * services/shm/shm.h - System V shared memory.
 */
#ifndef SERVICES_SHM_SHM_H
#define SERVICES_SHM_SHM_H

#include <service.h>
#include <trap/core_calls.h>
#include <types.h>
#include <uapi/shm.h>

extern const struct service shm_service;

#define SHM_CALLS CALL(shmget), CALL(shmat), CALL(shmdt), CALL(shmctl)

/*
 * The calls, with Linux's arguments and errors. shmctl needs IPC_64.
 */
s32 sys_shmget(s32 key, u32 bytes, u32 flags);
s32 sys_shmat(s32 id, uaddr_t addr, u32 flags);
s32 sys_shmdt(uaddr_t addr);
s32 sys_shmctl(s32 id, u32 cmd, uaddr_t buf);

/* Linux's defaults: bytes of a segment, pages of all, number of segments. */
#define SHMMAX 0xfeffffffu
#define SHMALL 0xfeffffffu
#define SHMMNI 4096u

/*
 * The limits as set by /proc/sys/kernel; of segments at most SHMMNI. Single words,
 * no lock. (segment.c)
 */
extern u32 shm_max_bytes, shm_max_pages, shm_max_segments;
/*
 * The id that the next new segment gets, or if its place is taken one near it;
 * then, and at first, it is -1. A single word. (segment.c)
 */
extern s32 shm_next_id;

/*
 * For walks: stores the id, the cached pages and the data of the first segment
 * at or after *index, and sets *index to its place. False: there is none. Takes
 * shm_lock for each place.
 */
bool shm_next(u32 *index, s32 *id, u32 *rss, struct shmid64_ds *ds);

#endif
