/*
 * Moving bytes between a program and an open file, and requests that only one
 * kind of file knows.
 */
#include <fs/internal.h>
#include <syscalls.h>

/*
 * The body of read(2) and write(2), inlined in each with `write` constant.
 * Returns the bytes moved or -errno.
 */
static inline s32 do_rw(u32 fd, uaddr_t buf, u32 bytes, bool write)
{
	bool put, locked;
	struct file *file = fget_light(fd, &put);
	rw_fn fn;
	s32 ret;

	if (!file)
		return -EBADF;
	/* Before locking: a call that must fail need not wait for others. */
	ret = rw_op(file, write, &fn);
	/* A program may pass on the -errno of a failed read, which is no count. */
	if (!ret && unlikely((s32)bytes < 0))
		ret = access_ok(buf, bytes) ? -EINVAL : -EFAULT;
	if (!ret)
		ret = lock_pos(file, &locked);
	if (!ret) {
		/* Linux's limit, so that a count never looks like -errno. */
		ret = fn(file, buf, min(bytes, MAX_RW_BYTES), &file->f_pos);
		unlock_pos(file, locked);
	}
	fput_light(file, put);
	return ret;
}

/* read(2) at the file's position. */
s32 sys_read(u32 fd, uaddr_t buf, u32 bytes)
{
	return do_rw(fd, buf, bytes, false);
}

/* write(2) at the file's position. */
s32 sys_write(u32 fd, uaddr_t buf, u32 bytes)
{
	return do_rw(fd, buf, bytes, true);
}

/* ---- moving the position ----------------------------------------- */

/* Moves a position, as on Linux under the same lock as read and write. */
int do_llseek(u32 fd, s64 offset, u32 whence, s64 *result)
{
	struct file *file = fget(fd);
	bool locked;

	if (!file)
		return -EBADF;
	*result = lock_pos(file, &locked);
	/* The lock is held; -ESPIPE remains if the file cannot seek. */
	if (!*result)
		*result = -ESPIPE;
	if (*result == -ESPIPE && file->f_op->llseek)
		*result = file->f_op->llseek(file, offset, (int)whence);
	unlock_pos(file, locked);
	fput(file);
	return *result < 0 ? (int)*result : 0;
}

/* The old call with 32 bits; _llseek has 64. */
s32 sys_lseek(u32 fd, s32 offset, u32 whence)
{
	s64 result;
	int err = do_llseek(fd, offset, whence, &result);

	if (err)
		return err;
	/* The position has moved nevertheless, as on Linux. */
	return result > INT32_MAX ? -EOVERFLOW : (s32)result;
}

/* ---- requests of one kind of file -------------------------------- */

/*
 * ioctl(2). The file's own operation knows cmd; no request is common to all
 * files.
 */
s32 sys_ioctl(u32 fd, u32 cmd, u32 arg)
{
	struct file *file = fget(fd);
	/*
	 * Every file without requests is "not a terminal", which is what
	 * isatty() tests.
	 */
	s32 ret = -ENOTTY;

	if (!file)
		return -EBADF;
	if (file->f_op->ioctl)
		ret = file->f_op->ioctl(file, cmd, arg);
	fput(file);
	return ret;
}
