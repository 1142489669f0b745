/*
 * services/shm/segment.h - the functions that segment.c and shm.c share.
 */
#ifndef SERVICES_SHM_SEGMENT_H
#define SERVICES_SHM_SEGMENT_H

#include <fs/fs.h>
#include <services/shm/shm.h>

/*
 * An id is a place in the table and the number of rounds through it so far; but
 * shm_next_id may choose any number, whose remainder by SHMMNI is its place.
 */
#define PLACE_BITS 15u
#define MAX_ROUNDS (0x7fffffffu >> PLACE_BITS)

/* The i_private of an inode without a name; it is freed with the inode. */
struct segment {
	struct inode *inode; /* constant */
	s32 made_with;       /* constant: its key, for /proc/PID/maps */
	s32 id;              /* constant once it is in the table */
	/* shm_lock */
	struct shmid64_ds ds; /* shm_segsz, shm_cpid: constant */
	bool listed;          /* in the table, with a reference */
	u32 locker;           /* of SHM_LOCKED: the real uid */
};

/* Guards the table and the changing members of each segment. Innermost. */
extern spinlock_t shm_lock;

/* The wall clock's seconds, as in struct shmid64_ds. */
u32 shm_seconds(void);
/*
 * Makes a segment of `bytes` bytes, owned by the running task, and stores its
 * id. 0, -EEXIST (another has the key), -ENOSPC or -ENOMEM. Takes shm_lock.
 */
int __must_check segment_create(s32 key, u32 bytes, u32 flags, s32 *id);
/*
 * Finds a segment by its key (not IPC_PRIVATE), its place or its id; NULL:
 * none. Hold shm_lock for as long as the result is used.
 */
struct segment *segment_of_key(s32 key);
struct segment *segment_at(u32 place);
struct segment *segment_of_id(s32 id);
/* Returns the bytes of all segments that user uid has locked. Hold shm_lock. */
u64 segment_locked_bytes(u32 uid);
/*
 * Hides the segment's key; it is freed when no VMA maps it, now or later.
 * Called with shm_lock held, and releases it, since freeing may take long.
 */
void segment_remove(struct segment *segment);
/*
 * Returns the highest place in use, 0 if there is none, and stores the number
 * of segments and their pages. Hold shm_lock.
 */
u32 segments_used(u32 *nr, u32 *pages);
/*
 * Opens the segment's file for an attach; the caller owns the reference in
 * *file and has one to the inode. 0 or -ENOMEM.
 */
int __must_check segment_open(struct segment *segment, bool write,
			      struct file **file);
/* Whether vma maps a segment. Hold mmap_lock. */
bool is_segment_vma(const struct vm_area_struct *vma);
/* service.init, after services/files has filled in ramfs's tables. */
void segment_init(void);

#endif
