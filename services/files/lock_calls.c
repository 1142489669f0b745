/*
 * services/files/lock_calls.c - flock(2) and fcntl's record locks: reads the
 * programs' structures and calls locks.c.
 */
#include <fs/fs.h>
#include <proc/proc.h>
#include <services/files/files.h>
#include <services/files/locks.h>
#include <string.h>

/* ---- flock ------------------------------------------------------- */

/*
 * flock(2). The owner is the open file, so that descriptors made by dup or fork
 * share one lock.
 */
s32 sys_flock(u32 fd, u32 op)
{
	struct file_lock want = { .kind = LOCK_FLOCK,
				  .pid = current->tgid,
				  .end = LOCK_END };
	u32 how = op & ~(u32)LOCK_NB;
	struct file *file;
	s32 err;

	/* Mandatory locks are gone from Linux, which ignores the request. */
	if (op & LOCK_MAND)
		return 0;
	if (how != LOCK_SH && how != LOCK_EX && how != LOCK_UN)
		return -EINVAL;
	file = fget(fd);
	if (!file)
		return -EBADF;
	want.owner = file;
	want.exclusive = how == LOCK_EX;
	/* flock always locks the whole file, from 0 to LOCK_END. */
	if (how != LOCK_UN) {
		/*
		 * Changing shared to exclusive or back is no single step, as in
		 * Linux: the old lock is released first, and another task may
		 * get the file in between.
		 */
		err = unlock_range(file->f_inode, &want);
		if (!err)
			err = lock_range(file->f_inode, &want, !(op & LOCK_NB));
	} else {
		err = unlock_range(file->f_inode, &want);
	}
	fput(file);
	return err;
}

/* ---- struct flock and struct flock64 ----------------------------- */

struct flock32 {
	s16 l_type, l_whence;
	s32 l_start, l_len, l_pid;
};

struct flock64 {
	s16 l_type, l_whence;
	s64 l_start, l_len;
	s32 l_pid;
};

static_assert(sizeof(struct flock64) == 32, "Linux's, of the EABI");

/*
 * Reads a struct flock (or flock64 if wide) into the wide form. 0 or -EFAULT.
 */
static int read_flock(uaddr_t from, bool wide, struct flock64 *flock)
{
	struct flock32 narrow;

	memset(flock, 0, sizeof(*flock));
	if (wide)
		return copy_from_user(flock, from, sizeof(*flock)) ? -EFAULT :
								     0;
	if (copy_from_user(&narrow, from, sizeof(narrow)))
		return -EFAULT;
	*flock = (struct flock64){ narrow.l_type, narrow.l_whence,
				   narrow.l_start, narrow.l_len, narrow.l_pid };
	return 0;
}

/*
 * Stores a lock for F_GETLK. 0, -EFAULT, or -EOVERFLOW: the narrow structure
 * cannot hold the positions.
 */
static int write_flock(uaddr_t to, bool wide, const struct flock64 *flock)
{
	const struct flock32 narrow = { flock->l_type, flock->l_whence,
					(s32)flock->l_start, (s32)flock->l_len,
					flock->l_pid };

	if (wide)
		return copy_to_user(to, flock, sizeof(*flock)) ? -EFAULT : 0;
	/* A position that is cut to 32 bits would name another range. */
	if (narrow.l_start != flock->l_start || narrow.l_len != flock->l_len)
		return -EOVERFLOW;
	return copy_to_user(to, &narrow, sizeof(narrow)) ? -EFAULT : 0;
}

/* ---- what a structure means -------------------------------------- */

/*
 * Stores the range that flock names in file in lock. Returns 0, -EINVAL or
 * -EOVERFLOW.
 */
static int range_of(const struct file *file, const struct flock64 *flock,
		    struct file_lock *lock)
{
	s64 start = 0, end;

	if (flock->l_whence == SEEK_CUR)
		start = (s64)file->f_pos;
	else if (flock->l_whence == SEEK_END)
		start = (s64)i_size_read(file->f_inode);
	else if (flock->l_whence != SEEK_SET)
		return -EINVAL;
	if (__builtin_add_overflow(start, flock->l_start, &start))
		return -EOVERFLOW;
	/* A length of 0 reaches to the end, however far the file grows. */
	end = (s64)LOCK_END;
	if (flock->l_len > 0 &&
	    __builtin_add_overflow(start, flock->l_len - 1, &end))
		return -EOVERFLOW;
	/* POSIX: a negative length names the bytes before start. */
	if (flock->l_len < 0) {
		end = start - 1;
		start += flock->l_len;
	}
	if (start < 0)
		return -EINVAL;
	lock->start = (u64)start;
	lock->end = (u64)end;
	return 0;
}

/*
 * A lock needs the access that it protects, so that a reader cannot keep out
 * other readers. 0, -EBADF or -EINVAL.
 */
static int check_type(const struct file *file, s16 type)
{
	switch (type) {
	case F_RDLCK:
		return file->f_mode & FMODE_READ ? 0 : -EBADF;
	case F_WRLCK:
		return file->f_mode & FMODE_WRITE ? 0 : -EBADF;
	case F_UNLCK:
		return 0;
	default:
		return -EINVAL;
	}
}

/*
 * Makes lock one of the running process, which owns it by its descriptor table,
 * or (ofd) one of the open file.
 */
static void set_owner(struct file_lock *lock, const struct file *file, bool ofd)
{
	lock->kind = LOCK_RECORD;
	lock->owner = ofd ? (const void *)file : current_thread_info()->files;
	lock->pid = ofd ? -1 : current->tgid;
}

/* ---- fcntl ------------------------------------------------------- */

/*
 * F_GETLK: stores the first lock that conflicts with the one at arg, or
 * F_UNLCK.
 */
static s32 get_lock(struct file *file, uaddr_t arg, bool wide, bool ofd)
{
	struct file_lock want = { 0 }, found;
	struct flock64 flock;
	int err = read_flock(arg, wide, &flock);

	if (err)
		return err;
	/*
	 * Linux demands that l_pid is 0 for OFD locks, to keep the field free
	 * for later use.
	 */
	if ((flock.l_type != F_RDLCK && flock.l_type != F_WRLCK) ||
	    (ofd && flock.l_pid))
		return -EINVAL;
	err = range_of(file, &flock, &want);
	if (err)
		return err;
	set_owner(&want, file, ofd);
	want.exclusive = flock.l_type == F_WRLCK;
	if (!find_lock(file->f_inode, &want, &found)) {
		/* Only the type changes: programs check no other field then. */
		flock.l_type = F_UNLCK;
		return write_flock(arg, wide, &flock);
	}
	/*
	 * Relative to the start of the file, whatever l_whence the program
	 * used.
	 */
	flock = (struct flock64){
		.l_type = found.exclusive ? F_WRLCK : F_RDLCK,
		.l_whence = SEEK_SET,
		.l_start = (s64)found.start,
		.l_len = found.end == LOCK_END ?
			0 :
			(s64)(found.end - found.start + 1),
		.l_pid = found.pid,
	};
	return write_flock(arg, wide, &flock);
}

/* F_SETLK and F_SETLKW, for one structure that has been read. */
static s32 set_lock(struct file *file, const struct flock64 *flock, bool ofd,
		    bool wait)
{
	struct file_lock want = { 0 };
	int err = check_type(file, flock->l_type);

	if (!err && ofd && flock->l_pid)
		err = -EINVAL;
	if (!err)
		err = range_of(file, flock, &want);
	if (err)
		return err;
	set_owner(&want, file, ofd);
	want.exclusive = flock->l_type == F_WRLCK;
	/* Unlocking needs no wait and no conflict check. */
	if (flock->l_type == F_UNLCK)
		return unlock_range(file->f_inode, &want);
	return lock_range(file->f_inode, &want, wait);
}

/* Whether another thread has closed fd while this one waited for the lock. */
static bool was_closed(u32 fd, const struct file *file)
{
	struct file *now = fget(fd);

	if (now)
		fput(now);
	return now != file;
}

/* set_lock() for descriptor fd, which may be closed meanwhile. */
static s32 set_fd_lock(u32 fd, struct file *file, uaddr_t arg, bool wide,
		       bool ofd, bool wait)
{
	struct flock64 flock;
	s32 err = read_flock(arg, wide, &flock);

	if (!err)
		err = set_lock(file, &flock, ofd, wait);
	if (!err && !ofd && flock.l_type != F_UNLCK && was_closed(fd, file)) {
		/*
		 * That close found no lock to release. Without this one, the
		 * lock would last until the process closes the file elsewhere
		 * or ends.
		 */
		forget_locks(file->f_inode, current_thread_info()->files);
		err = -EBADF;
	}
	return err;
}

/* The three families of commands: 32 bits, 64 bits, open file descriptions. */
bool is_lock_cmd(u32 cmd)
{
	return (cmd >= F_GETLK && cmd <= F_SETLKW) ||
		(cmd >= F_GETLK64 && cmd <= F_SETLKW64) ||
		(cmd >= F_OFD_GETLK && cmd <= F_OFD_SETLKW);
}

/*
 * Each family has GETLK, SETLK and SETLKW in this order, so one offset tells
 * which.
 */
s32 fcntl_lock(u32 fd, struct file *file, u32 cmd, uaddr_t arg)
{
	bool wide = cmd >= F_GETLK64, ofd = cmd >= F_OFD_GETLK;
	u32 which = cmd - (ofd ? F_OFD_GETLK : wide ? F_GETLK64 : F_GETLK);

	if (file->f_mode & FMODE_PATH)
		return -EBADF;
	if (which == 0)
		return get_lock(file, arg, wide, ofd);
	return set_fd_lock(fd, file, arg, wide, ofd, which == 2);
}

/* ---- closing ----------------------------------------------------- */

/*
 * service.unlock_file: a descriptor of the process (or, files NULL, the open
 * file itself) is closed. POSIX demands that closing any descriptor of the file
 * drops all record locks of the process on it.
 */
void locks_close(struct file *file, const struct files_struct *files)
{
	forget_locks(file->f_inode, files ? (const void *)files : file);
}
