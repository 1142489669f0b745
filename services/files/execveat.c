/*
 * services/files/execveat.c - execveat(2): runs a program named relative to an
 * open directory, or by a descriptor alone.
 *
 * The call builds a path, /dev/fd/N or /dev/fd/N/PATH, and runs that. Linux
 * uses the same path in AT_EXECFN and as a script's argument for its
 * interpreter.
 */
#include <fs/fs.h>
#include <proc/proc.h>
#include <services/files/files.h>
#include <stdio.h>
#include <string.h>
#include <uapi/fcntl.h>

/* fget_raw, since a descriptor of O_PATH can be executed, too. */
static bool is_open(s32 fd)
{
	struct file *file = fd < 0 ? NULL : fget_raw((u32)fd);

	if (file)
		fput(file);
	return file != NULL;
}

/*
 * Turns name, a buffer of PATH_MAX bytes, into a path that needs no dirfd.
 * Returns 0, -ENOENT, -EBADF or -ENAMETOOLONG.
 */
static int path_from(s32 dirfd, char *name, u32 at_flags)
{
	char start[24];
	size_t before, length = strlen(name);

	if (!length && !(at_flags & AT_EMPTY_PATH))
		return -ENOENT;
	/*
	 * As for all *at calls, an absolute path does not use dirfd, which may
	 * then be invalid.
	 */
	if (name[0] == '/' || (length && dirfd == AT_FDCWD))
		return 0;
	/*
	 * Without this check the walk below would fail with -ENOENT; Linux
	 * reports -EBADF.
	 */
	if (!is_open(dirfd))
		return -EBADF;
	snprintf(start, sizeof(start), length ? "/dev/fd/%d/" : "/dev/fd/%d",
		 dirfd);
	before = strlen(start);
	if (before + length >= PATH_MAX)
		return -ENAMETOOLONG;
	memmove(name + before, name, length + 1);
	memcpy(name, start, before);
	return 0;
}

/*
 * AT_SYMLINK_NOFOLLOW: returns -ELOOP if the program's name is a symbolic link,
 * else 0 or the lookup's error.
 */
static int refuse_link(s32 dirfd, const char *name)
{
	struct inode *inode;
	int err = path_lookup(dirfd, name, 0, &inode);

	if (err)
		return err;
	err = S_ISLNK(inode->i_mode) ? -ELOOP : 0;
	iput(inode);
	return err;
}

/*
 * Refuses a script below a descriptor that execve closes, since its interpreter
 * could not open the path. Returns -ENOENT, open_exec's error, or 0.
 */
static int refuse_closed_script(s32 dirfd, const char *path)
{
	struct file *file;
	char start[2];
	int err;

	if (!(sys_fcntl((u32)dirfd, F_GETFD, 0) & FD_CLOEXEC))
		return 0;
	err = open_exec(path, &file);
	if (err)
		return err;
	if (file->f_op->kernel_read(file, start, sizeof(start), 0) == 2 &&
	    start[0] == '#' && start[1] == '!')
		err = -ENOENT;
	fput(file);
	return err;
}

s32 sys_execveat(s32 dirfd, uaddr_t path, uaddr_t argv, uaddr_t envp,
		 u32 at_flags)
{
	bool below;
	char *name;
	int err;

	if (at_flags & ~(u32)(AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW))
		return -EINVAL;
	err = getname(path, &name);
	if (err)
		return err;
	/* Before path_from(), whose /dev/fd/N is itself a link. */
	if (at_flags & AT_SYMLINK_NOFOLLOW && name[0])
		err = refuse_link(dirfd, name);
	below = name[0] != '/' && dirfd != AT_FDCWD;
	if (!err)
		err = path_from(dirfd, name, at_flags);
	if (!err && below)
		err = refuse_closed_script(dirfd, name);
	if (!err)
		err = do_user_execve(name, argv, envp, task_pt_regs(current));
	kfree(name);
	return err;
}
