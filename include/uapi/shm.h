/*
 * uapi/shm.h - shared memory of System V: Linux's names, values and layouts for
 * ARM.
 */
#ifndef UAPI_SHM_H
#define UAPI_SHM_H

#include <stdint.h>

#define IPC_PRIVATE 0

/* shmget: permissions, and */
#define IPC_CREAT     01000
#define IPC_EXCL      02000
#define SHM_HUGETLB   04000  /* no huge pages: -EINVAL */
#define SHM_NORESERVE 010000 /* may be more than there is memory */

/* shmat */
#define SHM_RDONLY 010000
#define SHM_RND    020000 /* down to a multiple of SHMLBA */
#define SHM_REMAP  040000 /* replaces what is mapped there */
#define SHM_EXEC   0100000

/* Alignment of requested addresses, for VIPT caches that have aliases. */
#define SHMLBA 0x4000

/* shmctl */
#define IPC_RMID     0
#define IPC_SET      1
#define IPC_STAT     2
#define IPC_INFO     3
#define SHM_LOCK     11
#define SHM_UNLOCK   12
#define SHM_STAT     13 /* by index, as is the next */
#define SHM_INFO     14
#define SHM_STAT_ANY 15
#define IPC_64       0x100 /* the structures below, not those of long ago */

/* mode of a segment, beside its permissions */
#define SHM_DEST   01000 /* freed at the last detach */
#define SHM_LOCKED 02000

struct ipc64_perm {
	int32_t key;
	uint32_t uid, gid, cuid, cgid;
	uint16_t mode, pad1;
	uint16_t seq, pad2;
	uint32_t unused[2];
};

struct shmid64_ds {
	struct ipc64_perm shm_perm;
	uint32_t shm_segsz;
	uint32_t shm_atime, shm_atime_high;
	uint32_t shm_dtime, shm_dtime_high;
	uint32_t shm_ctime, shm_ctime_high;
	int32_t shm_cpid, shm_lpid;
	uint32_t shm_nattch;
	uint32_t unused[2];
};

struct shminfo64 {
	uint32_t shmmax, shmmin, shmmni, shmseg, shmall;
	uint32_t unused[4];
};

struct shm_info {
	int32_t used_ids;
	uint32_t shm_tot, shm_rss, shm_swp; /* pages */
	uint32_t swap_attempts, swap_successes;
};

#endif
