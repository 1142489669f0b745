/*
 * services/files/read_pieces.c - pread and pwrite, which read and write at a
 * position of their own; readv and writev, which use several buffers; and
 * preadv and pwritev, which do both.
 */
#include <fs/fs.h>
#include <services/files/files.h>
#include <uapi/uio.h>

#define IOV_ON_STACK 8

/* ---- at a given position ----------------------------------------- */

/*
 * Needs no lock_pos: the position is the call's own. Inlined twice with a
 * constant `write`, as databases call it often.
 */
static inline s32 do_prw(u32 fd, uaddr_t buf, u32 bytes, u64 pos, bool write)
{
	struct file *file;
	bool put;
	rw_fn fn;
	s32 ret;

	/* The range must not end behind the last position there is. */
	if ((s64)pos < 0 || (s64)(pos + bytes) < 0)
		return -EINVAL;
	file = fget_light(fd, &put);
	if (!file)
		return -EBADF;
	if (!file->f_op)
		/* Opened with O_PATH: the file has no operations. */
		ret = -EBADF;
	else
		/* A file that cannot seek, such as a pipe, has no positions. */
		ret = file->f_op->llseek ? rw_op(file, write, &fn) : -ESPIPE;
	if (!ret && unlikely((s32)bytes < 0))
		ret = access_ok(buf, bytes) ? -EINVAL : -EFAULT;
	if (!ret)
		ret = fn(file, buf, min(bytes, MAX_RW_BYTES), &pos);
	fput_light(file, put);
	return ret;
}

/*
 * pread64(2). A 64-bit argument takes an even register pair, so r3 is padding.
 */
s32 sys_pread64(u32 fd, uaddr_t buf, u32 bytes, u32 pad __unused_arg, u32 lo,
		u32 hi)
{
	return do_prw(fd, buf, bytes, (u64)hi << 32 | lo, false);
}

s32 sys_pwrite64(u32 fd, uaddr_t buf, u32 bytes, u32 pad __unused_arg, u32 lo,
		 u32 hi)
{
	return do_prw(fd, buf, bytes, (u64)hi << 32 | lo, true);
}

/* _llseek(2): the new position has 64 bits, so it goes to memory. */
s32 sys_llseek(u32 fd, u32 hi, u32 lo, uaddr_t result, u32 whence)
{
	s64 pos;
	int err = do_llseek(fd, (s64)((u64)hi << 32 | lo), whence, &pos);

	if (err)
		return err;
	return copy_to_user(result, &pos, sizeof(pos)) ? -EFAULT : 0;
}

/* ---- with several buffers ---------------------------------------- */

/*
 * Cuts the sum to MAX_RW_BYTES, so that it fits the result, a positive s32. No
 * length may be negative in Linux's ssize_t. 0, -EINVAL or -EFAULT.
 */
static int check_iov(struct iovec32 *iov, u32 n)
{
	u32 left = MAX_RW_BYTES;

	for (u32 i = 0; i < n; i++) {
		u32 bytes = iov[i].iov_len;

		if ((s32)bytes < 0)
			return -EINVAL;
		if (!access_ok(iov[i].iov_base, bytes))
			return -EFAULT;
		if (bytes > left)
			iov[i].iov_len = bytes = left;
		left -= bytes;
	}
	return 0;
}

/* Returns the sum of the lengths, of which check_iov() has cut the excess. */
static u32 iov_bytes(const struct iovec32 *iov, u32 n)
{
	u32 bytes = 0;

	for (u32 i = 0; i < n; i++)
		bytes += iov[i].iov_len;
	return bytes;
}

/*
 * Reads or writes buffer by buffer from *pos on until one is short. Returns the
 * bytes done, or the first error if there are none.
 */
static s32 rw_pieces(struct file *file, const struct iovec32 *iov, u32 n,
		     rw_fn fn, u64 *pos)
{
	s32 done = 0, ret = 0;
	u32 i;

	for (i = 0; i < n; i++) {
		if (iov[i].iov_len == 0)
			continue;
		ret = fn(file, iov[i].iov_base, iov[i].iov_len, pos);
		if (ret > 0)
			done += ret;
		/*
		 * After a short piece the next would leave a gap in the
		 * buffers: here the data ended, or a killed task must.
		 */
		if (ret < 0 || (u32)ret < iov[i].iov_len || give_way())
			break;
	}
	/*
	 * Bytes that were moved count more than an error that came later; the
	 * program sees the error at its next call.
	 */
	return done || ret >= 0 ? done : ret;
}

/* pos NULL: at the file's own position, which advances. */
static s32 rw_pieces_at(struct file *file, const struct iovec32 *iov, u32 n,
			rw_fn fn, u64 *pos)
{
	bool locked;
	s32 ret;

	if (pos) {
		if (!file->f_op->llseek)
			return -ESPIPE;
		/* As for pread(): the last byte needs a position. */
		return (s64)(*pos + iov_bytes(iov, n)) < 0 ?
			-EINVAL :
			rw_pieces(file, iov, n, fn, pos);
	}
	/* For all pieces, so that no other thread's write gets between them. */
	ret = lock_pos(file, &locked);
	if (ret)
		return ret;
	ret = rw_pieces(file, iov, n, fn, &file->f_pos);
	unlock_pos(file, locked);
	return ret;
}

/*
 * Writes each piece at the end that the file has then: others may have appended
 * after the piece before. Stores in *end where the last one ends, if any byte was
 * written. Returns the bytes, or the first error if there are none.
 */
static s32 append_each(struct file *file, const struct iovec32 *iov, u32 n,
		       u64 *end)
{
	s32 done = 0, ret = 0;
	u64 at;

	for (u32 i = 0; i < n; i++) {
		at = POS_APPEND;
		ret = rw_pieces(file, iov + i, 1, file->f_op->write, &at);
		if (ret > 0) {
			done += ret;
			*end = at;
		}
		if (ret < 0 || (u32)ret < iov[i].iov_len || give_way())
			break;
	}
	return done ? done : ret;
}

/*
 * RWF_APPEND: at the end of a regular file, to which the file's own position
 * moves if pos is NULL. -EOPNOTSUPP: nothing can be appended to the file.
 */
static __noinline s32 append_pieces(struct file *file,
				    const struct iovec32 *iov, u32 n,
				    const u64 *pos)
{
	u64 end = 0;
	bool locked;
	s32 ret;

	/* A file of /proc takes requests, which have no place. */
	if (!file->f_op->kernel_write)
		return -EOPNOTSUPP;
	if (pos)
		return append_each(file, iov, n, &end);
	ret = lock_pos(file, &locked);
	if (ret)
		return ret;
	ret = append_each(file, iov, n, &end);
	/* A setting of /proc/sys ignores positions, and has moved none. */
	if (ret > 0 && !(end & POS_APPEND))
		file->f_pos = end;
	unlock_pos(file, locked);
	return ret;
}

#define RW_WRITE (1u << 31) /* beside the flags of preadv2 and pwritev2 */

/*
 * Copies n buffers' addresses and lengths to *iov, which is the caller's with
 * IOV_ON_STACK of them; *iov becomes a block for the caller to free if n is
 * more. 0, -EINVAL, -ENOMEM or -EFAULT.
 */
static int get_iov(struct iovec32 **iov, uaddr_t uiov, u32 n)
{
	if (n > UIO_MAXIOV)
		return -EINVAL;
	if (n > IOV_ON_STACK) {
		*iov = kmalloc(n * sizeof(**iov), GFP_KERNEL);
		if (!*iov)
			return -ENOMEM;
	}
	if (copy_from_user(*iov, uiov, n * (u32)sizeof(**iov)))
		return -EFAULT;
	return check_iov(*iov, n);
}

/*
 * readv, writev and their kin. pos NULL: at the file's position. how: RW_WRITE,
 * and of the flags of pwritev2 RWF_APPEND.
 */
static s32 do_rwv(u32 fd, uaddr_t uiov, u32 n, u64 *pos, u32 how)
{
	bool write = how & RW_WRITE, put;
	struct iovec32 on_stack[IOV_ON_STACK], *iov = on_stack;
	struct file *file;
	rw_fn fn;
	s32 ret;

	file = fget_light(fd, &put);
	if (!file)
		return -EBADF;
	ret = get_iov(&iov, uiov, n);
	/* After the list, as on Linux. */
	if (!ret)
		ret = rw_op(file, write, &fn);
	if (ret)
		; /* nothing is read or written */
	else if (!pos && file->f_op->pieces)
		/* One message; piece by piece a socket would send several. */
		ret = file->f_op->pieces(file, iov, n, write);
	else if (unlikely(how & RWF_APPEND) && write &&
		 /* Other files have no end, and may know a position. */
		 S_ISREG(file->f_inode->i_mode))
		ret = append_pieces(file, iov, n, pos);
	else
		ret = rw_pieces_at(file, iov, n, fn, pos);
	if (iov != on_stack)
		kfree(iov);
	fput_light(file, put);
	return ret;
}

s32 sys_readv(u32 fd, uaddr_t iov, u32 n)
{
	return do_rwv(fd, iov, n, NULL, 0);
}

s32 sys_writev(u32 fd, uaddr_t iov, u32 n)
{
	return do_rwv(fd, iov, n, NULL, RW_WRITE);
}

/* ---- with several buffers at a given position -------------------- */

/* Checks what do_rwv cannot: a negative position. */
static s32 do_prwv(u32 fd, uaddr_t iov, u32 n, u64 pos, u32 how)
{
	return (s64)pos < 0 ? -EINVAL : do_rwv(fd, iov, n, &pos, how);
}

/*
 * RWF_APPEND writes at the end of the file. The other flags allow polling for
 * the device or waiting for it: all data is in memory, so they change nothing.
 * Unknown ones are -EOPNOTSUPP.
 */
static s32 do_prwv2(u32 fd, uaddr_t iov, u32 n, u64 pos, u32 flags, u32 how)
{
	if (flags & ~(u32)(RWF_HIPRI | RWF_DSYNC | RWF_SYNC | RWF_APPEND))
		return -EOPNOTSUPP;
	/* Position -1 is the file's own, in this version of the call only. */
	if (pos == (u64)-1)
		return do_rwv(fd, iov, n, NULL, flags | how);
	return do_prwv(fd, iov, n, pos, flags | how);
}

s32 sys_preadv(u32 fd, uaddr_t iov, u32 n, u32 lo, u32 hi)
{
	return do_prwv(fd, iov, n, (u64)hi << 32 | lo, 0);
}

s32 sys_pwritev(u32 fd, uaddr_t iov, u32 n, u32 lo, u32 hi)
{
	return do_prwv(fd, iov, n, (u64)hi << 32 | lo, RW_WRITE);
}

s32 sys_preadv2(u32 fd, uaddr_t iov, u32 n, u32 lo, u32 hi, u32 flags)
{
	return do_prwv2(fd, iov, n, (u64)hi << 32 | lo, flags, 0);
}

s32 sys_pwritev2(u32 fd, uaddr_t iov, u32 n, u32 lo, u32 hi, u32 flags)
{
	return do_prwv2(fd, iov, n, (u64)hi << 32 | lo, flags, RW_WRITE);
}
