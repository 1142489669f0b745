/*
 * services/files/locks.h - locks on files that programs take of their own will.
 */
#ifndef SERVICES_FILES_LOCKS_H
#define SERVICES_FILES_LOCKS_H

#include <fs/fs.h>
#include <sys/queue.h>
#include <types.h>

/* Two spaces of locks, which know nothing of each other. */
enum lock_kind {
	LOCK_RECORD, /* fcntl: of a process, or of an open file (OFD) */
	LOCK_FLOCK,  /* flock: of an open file */
};

#define LOCK_END ((u64)INT64_MAX) /* as far as there are positions */

struct file_lock {
	LIST_ENTRY(file_lock) link;
	enum lock_kind kind;
	const void *owner; /* a files_struct, or a file */
	s32 pid;           /* for F_GETLK; -1: of an open file */
	bool exclusive;
	u64 start, end; /* positions, the last one included */
};

/*
 * Take want's range for its owner, instead of what he has of it; wait until
 * nobody else is in the way. 0, -EAGAIN (not to wait), -ERESTARTSYS, -EDEADLK,
 * -ENOLCK.
 */
int __must_check lock_range(struct inode *inode, const struct file_lock *want,
			    bool wait);
/* Give back what the owner has of the range. 0 or -ENOLCK. */
int __must_check unlock_range(struct inode *inode,
			      const struct file_lock *what);
/* The first lock that is in want's way: true, and a copy of it. */
bool find_lock(struct inode *inode, const struct file_lock *want,
	       struct file_lock *found);
/* All of an owner's on inode go. */
void forget_locks(struct inode *inode, const void *owner);

#endif
