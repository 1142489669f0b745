/*
 * services/files/times.c - when a file was read and changed, set by programs: utimensat
 * and the calls before it.
 */
#include <fs/fs.h>
#include <services/files/files.h>
#include <time_units.h>

/* ---- what is asked for ------------------------------------------- */

/* Of access and of modification, in this order; nsec may be UTIME_*. */
struct new_times {
	struct file_time time[2];
};

static const struct new_times both_now = {
	{ { .nsec = UTIME_NOW }, { .nsec = UTIME_NOW } },
};

static bool is_special(const struct file_time *time)
{
	return time->nsec == UTIME_NOW || time->nsec == UTIME_OMIT;
}

static int check_times(const struct new_times *new)
{
	for (u32 i = 0; i < 2; i++)
		if (!is_special(&new->time[i]) &&
		    new->time[i].nsec >= NSEC_PER_SEC)
			return -EINVAL;
	return 0;
}

/* Seconds and nanoseconds, twice; 0: now. */
static int read_timespecs(uaddr_t from, struct new_times *new)
{
	*new = both_now;
	if (!from)
		return 0;
	return copy_from_user(new, from, sizeof(*new)) ? -EFAULT :
							 check_times(new);
}

/* The same, of 64 bits each. */
static int read_timespecs64(uaddr_t from, struct new_times *new)
{
	u64 words[4];

	*new = both_now;
	if (!from)
		return 0;
	if (copy_from_user(words, from, sizeof(words)))
		return -EFAULT;
	for (u32 i = 0; i < 2; i++) /* the upper half of nsec is padding */
		new->time[i] = (struct file_time){ (u32)words[2 * i],
						   (u32)words[2 * i + 1] };
	return check_times(new);
}

/* Seconds and microseconds, twice; 0: now. */
static int read_timevals(uaddr_t from, struct new_times *new)
{
	int err = read_timespecs(from, new);

	if (!from || err == -EFAULT)
		return err;
	for (u32 i = 0; i < 2; i++) {
		if (new->time[i].nsec >= NSEC_PER_SEC / 1000)
			return -EINVAL;
		new->time[i].nsec *= 1000;
	}
	return 0;
}

/* ---- setting ----------------------------------------------------- */

/*
 * Times of one's own choice are the owner's; to say that it was now may who
 * could have written to it. i_lock held.
 */
static int check_owner(const struct inode *inode, const struct new_times *new)
{
	bool now = new->time[0].nsec == UTIME_NOW &&new->time[1].nsec ==
		UTIME_NOW;

	if (owner_or_capable(inode))
		return 0;
	return now ? inode_permission(inode, MAY_WRITE) : -EPERM;
}

static void set_time(struct file_time *time, const struct file_time *new,
		     const struct file_time *now)
{
	if (new->nsec == UTIME_NOW)
		*time = *now;
	else if (new->nsec != UTIME_OMIT)
		*time = *new;
}

static int set_times(struct inode *inode, const struct new_times *new)
{
	int err;

	down_write(&inode->i_lock);
	err = check_owner(inode, new);
	if (!err) {
		inode_changed(inode);
		set_time(&inode->i_atime, &new->time[0], &inode->i_ctime);
		set_time(&inode->i_mtime, &new->time[1], &inode->i_ctime);
	}
	up_write(&inode->i_lock);
	return err;
}

/* What utimensat means: without a path the open file, as futimens asks. */
static int find_target(s32 dirfd, uaddr_t path, u32 at_flags,
		       struct inode **inode)
{
	u32 flags;
	int err;

	if (at_flags & ~(u32)(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	if (!path && dirfd != AT_FDCWD)
		return at_flags ? -EINVAL : fd_inode((u32)dirfd, false, inode);
	err = lookup_flags(at_flags, &flags);
	return err ? err : user_path_lookup(dirfd, path, flags, inode);
}

static s32 do_utimes(s32 dirfd, uaddr_t path, const struct new_times *new,
		     u32 at_flags)
{
	struct inode *inode;
	s32 err;

	if (new->time[0].nsec == UTIME_OMIT &&new->time[1].nsec == UTIME_OMIT)
		return 0; /* not even looked up, as in Linux */
	err = find_target(dirfd, path, at_flags, &inode);
	if (err)
		return err;
	err = set_times(inode, new);
	iput(inode);
	return err;
}

/* ---- system calls ------------------------------------------------ */

s32 sys_utimensat(s32 dirfd, uaddr_t path, uaddr_t times, u32 flags)
{
	struct new_times new;
	s32 err = read_timespecs(times, &new);

	return err ? err : do_utimes(dirfd, path, &new, flags);
}

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
