/*
 * Moving bytes between a program and an open file, and what else its kind of
 * file alone can be asked.
 */
#include <fs/internal.h>
#include <syscalls.h>

static inline s32 do_rw(u32 fd, uaddr_t buf, u32 bytes, bool write)
{
	bool put, locked;
	struct file *file = fget_light(fd, &put);
	rw_fn fn;
	s32 ret;

	if (!file)
		return -EBADF;
	ret = rw_op(file, write, &fn);
	if (!ret)
		ret = lock_pos(file, &locked);
	if (!ret) {
		ret = fn(file, buf, min(bytes, MAX_RW_BYTES), &file->f_pos);
		unlock_pos(file, locked);
	}
	fput_light(file, put);
	return ret;
}

s32 sys_read(u32 fd, uaddr_t buf, u32 bytes)
{
	return do_rw(fd, buf, bytes, false);
}

s32 sys_write(u32 fd, uaddr_t buf, u32 bytes)
{
	return do_rw(fd, buf, bytes, true);
}

/* ---- moving the position ----------------------------------------- */

int do_llseek(u32 fd, s64 offset, u32 whence, s64 *result)
{
	struct file *file = fget(fd);
	bool locked;

	if (!file)
		return -EBADF;
	*result = lock_pos(file, &locked);
	if (!*result)
		*result = -ESPIPE;
	if (*result == -ESPIPE && file->f_op->llseek)
		*result = file->f_op->llseek(file, offset, (int)whence);
	unlock_pos(file, locked);
	fput(file);
	return *result < 0 ? (int)*result : 0;
}

s32 sys_lseek(u32 fd, s32 offset, u32 whence)
{
	s64 result;
	int err = do_llseek(fd, offset, whence, &result);

	if (err)
		return err;
	return result > INT32_MAX ? -EOVERFLOW : (s32)result;
}

/* ---- requests of one kind of file -------------------------------- */

s32 sys_ioctl(u32 fd, u32 cmd, u32 arg)
{
	struct file *file = fget(fd);
	s32 ret = -ENOTTY;

	if (!file)
		return -EBADF;
	if (file->f_op->ioctl)
		ret = file->f_op->ioctl(file, cmd, arg);
	fput(file);
	return ret;
}
