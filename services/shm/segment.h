/*
 * services/shm/segment.h - what segment.c and shm.c share.
 */
#ifndef SERVICES_SHM_SEGMENT_H
#define SERVICES_SHM_SEGMENT_H

#include <fs/fs.h>
#include <services/shm/shm.h>

/* An id is a place in the table, and how often it was given before. */
#define PLACE_BITS 15u
#define PLACE_MASK ((1u << PLACE_BITS) - 1)
#define MAX_ROUNDS (0x7fffffffu >> PLACE_BITS)

/* The i_private of an inode that has no name, which keeps it. */
struct segment {
	struct inode *inode; /* constant */
	s32 made_with;       /* constant: its key, as /proc/PID/maps says */
	s32 id;              /* constant once it is in the table */
	/* shm_lock */
	struct shmid64_ds ds; /* shm_segsz, shm_cpid: constant */
	bool listed;          /* in the table, with a reference */
};

/* The table, and the changing members of each segment. Innermost. */
extern spinlock_t shm_lock;

/* Now, as struct shmid64_ds has it. */
u32 shm_seconds(void);
/* A fresh one, in the table: 0; -ENOSPC, -ENOMEM. */
int __must_check segment_create(s32 key, u32 bytes, u32 flags, s32 *id);
/* By key (not IPC_PRIVATE), place or id; NULL: none. shm_lock held. */
struct segment *segment_of_key(s32 key);
struct segment *segment_at(u32 place);
struct segment *segment_of_id(s32 id);
/*
 * It goes once nobody is attached: now, or later. shm_lock held, and let go.
 */
void segment_remove(struct segment *segment);
/* The highest place that is in use, 0 if none is; how many are; their pages. */
u32 segments_used(u32 *nr, u32 *pages);
/* An open file for an attach. 0 or -ENOMEM. */
int __must_check segment_open(struct segment *segment, bool write,
			      struct file **file);
/* Is it a mapping of a segment? */
bool is_segment_vma(const struct vm_area_struct *vma);
void segment_init(void);

#endif
