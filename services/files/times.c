/*
 * services/files/times.c - utimensat and its older forms: programs set the
 * times of a file's last access and last modification.
 */
#include <fs/fs.h>
#include <services/files/files.h>
#include <time_units.h>

/* ---- reading the times ------------------------------------------- */

/* Access and modification time, in this order; nsec may be UTIME_*. */
struct new_times {
	struct file_time time[2];
};

static const struct new_times both_now = {
	{ { .nsec = UTIME_NOW }, { .nsec = UTIME_NOW } },
};

/*
 * UTIME_NOW and UTIME_OMIT stand in nsec, beyond any valid value; sec is
 * ignored then.
 */
static bool is_special(const struct file_time *time)
{
	return time->nsec == UTIME_NOW || time->nsec == UTIME_OMIT;
}

/* 0 or -EINVAL. */
static int check_times(const struct new_times *new)
{
	for (u32 i = 0; i < 2; i++)
		if (!is_special(&new->time[i]) &&
		    new->time[i].nsec >= NSEC_PER_SEC)
			return -EINVAL;
	return 0;
}

/* Reads two struct timespec of 32 bits; address 0 means both now. */
static int read_timespecs(uaddr_t from, struct new_times *new)
{
	*new = both_now;
	if (!from)
		return 0;
	return copy_from_user(new, from, sizeof(*new)) ? -EFAULT :
							 check_times(new);
}

/* The same for 64 bits. Seconds are cut to the 32 bits that an inode keeps. */
static int read_timespecs64(uaddr_t from, struct new_times *new)
{
	u64 words[4];

	*new = both_now;
	if (!from)
		return 0;
	if (copy_from_user(words, from, sizeof(words)))
		return -EFAULT;
	/* The upper half of nsec is padding, which programs need not clear. */
	for (u32 i = 0; i < 2; i++)
		new->time[i] = (struct file_time){ (u32)words[2 * i],
						   (u32)words[2 * i + 1] };
	return check_times(new);
}

/* The same with microseconds, for the older calls. */
static int read_timevals(uaddr_t from, struct new_times *new)
{
	int err = read_timespecs(from, new);

	/*
	 * -EINVAL of read_timespecs is ignored: it judged microseconds as if
	 * they were nanoseconds.
	 */
	if (!from || err == -EFAULT)
		return err;
	for (u32 i = 0; i < 2; i++) {
		/* Catches UTIME_* as well, which these calls do not know. */
		if (new->time[i].nsec >= NSEC_PER_SEC / 1000)
			return -EINVAL;
		new->time[i].nsec *= 1000;
	}
	return 0;
}

/* ---- setting ----------------------------------------------------- */

/*
 * Only the owner may set times at will. A task that may write to the file may
 * set both to now, as a write would. Hold i_lock. 0, -EPERM or -EACCES.
 */
static int check_owner(const struct inode *inode, const struct new_times *new)
{
	bool now = new->time[0].nsec == UTIME_NOW &&new->time[1].nsec ==
		UTIME_NOW;

	if (owner_or_capable(inode))
		return 0;
	return now ? inode_permission(inode, MAY_WRITE) : -EPERM;
}

/* Sets one time to `new`, to `now` for UTIME_NOW, or not at all. */
static void set_time(struct file_time *time, const struct file_time *new,
		     const struct file_time *now)
{
	if (new->nsec == UTIME_NOW)
		*time = *now;
	else if (new->nsec != UTIME_OMIT)
		*time = *new;
}

/* Takes i_lock. 0 or check_owner's error. */
static int set_times(struct inode *inode, const struct new_times *new)
{
	int err;

	down_write(&inode->i_lock);
	err = check_owner(inode, new);
	if (!err) {
		/*
		 * First, as it sets i_ctime to the clock's time: "now" is that
		 * value, so the three agree.
		 */
		inode_changed(inode);
		set_time(&inode->i_atime, &new->time[0], &inode->i_ctime);
		set_time(&inode->i_mtime, &new->time[1], &inode->i_ctime);
	}
	up_write(&inode->i_lock);
	return err;
}

/*
 * utimensat's target: by path, or without one the open file dirfd, as futimens
 * does.
 */
static int find_target(s32 dirfd, uaddr_t path, u32 at_flags,
		       struct fs_path *at)
{
	u32 flags;
	int err;

	if (at_flags & ~(u32)(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	/*
	 * AT_FDCWD names a directory by no descriptor, so a missing path is
	 * -EFAULT there.
	 */
	if (!path && dirfd != AT_FDCWD)
		return at_flags ? -EINVAL : fd_to_change((u32)dirfd, at);
	err = lookup_flags(at_flags, &flags);
	return err ? err : user_path_to_change(dirfd, path, flags, at);
}

/* Sets the times of the file that dirfd and path name. 0 or -errno. */
static s32 do_utimes(s32 dirfd, uaddr_t path, const struct new_times *new,
		     u32 at_flags)
{
	struct fs_path at;
	s32 err;

	if (new->time[0].nsec == UTIME_OMIT &&new->time[1].nsec == UTIME_OMIT)
		return 0; /* as in Linux, even if the path is wrong */
	err = find_target(dirfd, path, at_flags, &at);
	if (err)
		return err;
	err = set_times(at.inode, new);
	end_change(&at);
	return err;
}

/* ---- system calls ------------------------------------------------ */

s32 sys_utimensat(s32 dirfd, uaddr_t path, uaddr_t times, u32 flags)
{
	struct new_times new;
	s32 err = read_timespecs(times, &new);

	return err ? err : do_utimes(dirfd, path, &new, flags);
}

/* utimensat_time64(2), for C libraries with 64-bit time_t. */
s32 sys_utimensat_time64(s32 dirfd, uaddr_t path, uaddr_t times, u32 flags)
{
	struct new_times new;
	s32 err = read_timespecs64(times, &new);

	return err ? err : do_utimes(dirfd, path, &new, flags);
}

s32 sys_futimesat(s32 dirfd, uaddr_t path, uaddr_t times)
{
	struct new_times new;
	s32 err = read_timevals(times, &new);

	return err ? err : do_utimes(dirfd, path, &new, 0);
}

s32 sys_utimes(uaddr_t path, uaddr_t times)
{
	return sys_futimesat(AT_FDCWD, path, times);
}
