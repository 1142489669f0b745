/*
 * services/files/locks.h - advisory locks on files: they bind only programs
 * that take them.
 */
#ifndef SERVICES_FILES_LOCKS_H
#define SERVICES_FILES_LOCKS_H

#include <fs/fs.h>
#include <sys/queue.h>
#include <types.h>

/* Locks of different kinds never conflict, as on Linux. */
enum lock_kind {
	LOCK_RECORD, /* fcntl: of a process, or of an open file (OFD) */
	LOCK_FLOCK,  /* flock: of an open file */
};

#define LOCK_END ((u64)INT64_MAX) /* the last position of any file */

struct file_lock {
	LIST_ENTRY(file_lock) link;
	LIST_ENTRY(file_lock) all;
	const struct inode *inode;
	enum lock_kind kind;
	const void *owner; /* a files_struct, or a file */
	s32 pid;           /* for F_GETLK; -1: an open file owns it (OFD) */
	bool exclusive;
	u64 start, end; /* positions, the last one included */
};

/*
 * Locks want's range for its owner and replaces the owner's locks in it. want
 * is copied. With `wait` it sleeps until no lock of another owner conflicts. 0,
 * -EAGAIN (without wait), -ERESTARTSYS, -EDEADLK, or -ENOLCK: no memory.
 */
int __must_check lock_range(struct inode *inode, const struct file_lock *want,
			    bool wait);
/*
 * Releases the owner's locks in the range. 0, or -ENOLCK: no memory to split
 * one.
 */
int __must_check unlock_range(struct inode *inode,
			      const struct file_lock *what);
/*
 * Copies the first lock that conflicts with want to *found. False: none does.
 */
bool find_lock(struct inode *inode, const struct file_lock *want,
	       struct file_lock *found);
/* What /proc/locks shows of a lock; of an inode that may be gone by then. */
struct lock_facts {
	struct file_lock lock;
	u32 dev, ino;
};

/*
 * Copies at most n locks of all files, from number `first` on, the newest lock
 * being number 0. Returns how many.
 */
u32 get_locks(u32 first, struct lock_facts *facts, u32 n);
/* Releases all locks that owner has on inode. It cannot fail. */
void forget_locks(struct inode *inode, const void *owner);

#endif
