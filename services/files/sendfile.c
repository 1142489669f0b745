/*
 * services/files/sendfile.c - sendfile and copy_file_range: copy from one open
 * file to another without a buffer of the program.
 *
 * They copy a page at a time through a kernel buffer, from files that have
 * kernel_read to files that have kernel_write. Other files give -EINVAL, on
 * which programs read and write themselves, as on Linux. Into a pipe sendfile
 * is splice: it waits for room once, and moves what the pipe holds.
 */
#include <fs/fs.h>
#include <services/files/files.h>
#include <services/pipe/pipe.h>

/* The end of what sendfile(2), whose offset has 32 bits, may read. */
#define MAX_NON_LFS 0x7fffffffu

/*
 * buf is one page. Both positions advance by what was written. Returns the
 * bytes moved, or -errno if there are none.
 */
static s32 send_pages(struct file *out, u64 *out_pos, struct file *in, u64 *pos,
		      void *buf, u32 bytes)
{
	u32 done = 0;
	s32 n = 0, written;

	while (done < bytes) {
		n = in->f_op->kernel_read(in, buf,
					  min(bytes - done, (u32)PAGE_SIZE),
					  *pos);
		if (n <= 0)
			break;
		written = out->f_op->kernel_write(out, buf, (u32)n, out_pos);
		if (written > 0) {
			done += (u32)written;
			*pos += (u32)written;
		}
		/*
		 * The output is full; what was read and not written is read
		 * again by the next call, as *pos did not advance over it.
		 */
		if (written != n) {
			n = written < 0 ? written : 0;
			break;
		}
		/* A file may be larger than a killed task should copy. */
		if (give_way())
			break;
	}
	return done ? (s32)done : n;
}

/* Either may be NULL. 0, -EBADF or -EINVAL. */
static int check_files(const struct file *out, const struct file *in)
{
	if (!out || !in || !(out->f_mode & FMODE_WRITE) ||
	    !(in->f_mode & FMODE_READ))
		return -EBADF;
	/* O_APPEND would ignore out_pos, so Linux refuses it. */
	if (!in->f_op->kernel_read || !out->f_op->kernel_write ||
	    out->f_flags & O_APPEND)
		return -EINVAL;
	return 0;
}

/* Returns the bytes moved, and the positions are behind them, or -errno. */
static s32 move_bytes(struct file *out, u64 *out_pos, struct file *in, u64 *pos,
		      u32 bytes)
{
	void *buf;
	s32 ret;

	buf = __get_free_pages(GFP_KERNEL, 0);
	if (!buf)
		return -ENOMEM;
	ret = send_pages(out, out_pos, in, pos, buf, min(bytes, MAX_RW_BYTES));
	free_pages(buf, 0);
	return ret;
}

/*
 * Checks where reading begins, and cuts *bytes to what lies before `end`. 0,
 * -EINVAL or -EOVERFLOW.
 */
static int check_start(u64 pos, u32 *bytes, u64 end)
{
	if ((s32)*bytes < 0 || (s64)pos < 0 || (s64)(pos + *bytes) < 0)
		return -EINVAL;
	if (*bytes && pos >= end)
		return -EOVERFLOW;
	*bytes = (u32)min((u64)*bytes, end - pos);
	return 0;
}

/*
 * out is written at its own position. pos NULL: in is read at its own. Nothing
 * is read at `end` and behind.
 */
static s32 do_sendfile(struct file *out, struct file *in, u64 *pos, u32 bytes,
		       u64 end)
{
	s32 ret;

	if (!in || !(in->f_mode & FMODE_READ))
		return -EBADF;
	if (pos && !in->f_op->llseek)
		return -ESPIPE;
	if (!pos)
		pos = &in->f_pos;
	ret = check_start(*pos, &bytes, end);
	if (ret)
		return ret;
	if (!out || !(out->f_mode & FMODE_WRITE))
		return -EBADF;
	if (is_pipe(out))
		return is_pipe(in) ? -EINVAL :
				     splice_file_to_pipe(in, pos, out, bytes);
	/* A socket's bytes, which cannot be read again, go to pipes alone. */
	if (!S_ISREG(in->f_inode->i_mode))
		return -EINVAL;
	ret = check_files(out, in);
	return ret ? ret : move_bytes(out, &out->f_pos, in, pos, bytes);
}

/* sendfile for two descriptors: the bytes moved, or -errno. */
static s32 sendfile_fds(u32 out_fd, u32 in_fd, u64 *pos, u32 bytes, u64 end)
{
	struct file *out = fget(out_fd), *in = fget(in_fd);
	s32 ret = do_sendfile(out, in, pos, bytes, end);

	if (out)
		fput(out);
	if (in)
		fput(in);
	return ret;
}

/*
 * sendfile64(2). With an offset, reading begins there, and in's own position
 * stays.
 */
s32 sys_sendfile64(u32 out, u32 in, uaddr_t offset, u32 bytes)
{
	u64 pos;
	s32 ret;

	if (offset && copy_from_user(&pos, offset, sizeof(pos)))
		return -EFAULT;
	ret = sendfile_fds(out, in, offset ? &pos : NULL, bytes, INT64_MAX);
	/* The bytes are written already; Linux reports -EFAULT nevertheless. */
	if (offset && copy_to_user(offset, &pos, sizeof(pos)))
		ret = -EFAULT;
	return ret;
}

/* sendfile(2), of programs whose off_t has 32 bits. */
s32 sys_sendfile(u32 out, u32 in, uaddr_t offset, u32 bytes)
{
	s32 word = 0, ret;
	u64 pos;

	if (offset && copy_from_user(&word, offset, sizeof(word)))
		return -EFAULT;
	pos = (u64)(s64)word;
	/* Without an offset Linux has no bound of 2 GiB here, either. */
	ret = sendfile_fds(out, in, offset ? &pos : NULL, bytes,
			   offset ? MAX_NON_LFS : INT64_MAX);
	if (offset && put_user_u32((u32)pos, offset))
		ret = -EFAULT;
	return ret;
}

/* ---- copy_file_range --------------------------------------------- */

/* Whether the two ranges of `bytes` bytes have bytes in common. */
static bool overlap(u64 a, u64 b, u32 bytes)
{
	return a < b + bytes && b < a + bytes;
}

/* The checks of the two positions: 0, -EOVERFLOW, -EINVAL or -EFBIG. */
static s32 check_positions(u64 out_pos, u64 in_pos, u32 bytes)
{
	if (in_pos + bytes < in_pos || out_pos + bytes < out_pos)
		return -EOVERFLOW;
	if ((s64)in_pos < 0 || (s64)out_pos < 0)
		return -EINVAL;
	/* Also if there is nothing to copy. */
	return out_pos >= MAX_FILE_BYTES ? -EFBIG : 0;
}

/* The checks of copy_file_range. Also -EISDIR, -EBADF or -EXDEV. */
static s32 check_range(const struct file *out, u64 out_pos,
		       const struct file *in, u64 in_pos, u32 bytes)
{
	s32 err;

	if (S_ISDIR(in->f_inode->i_mode) || S_ISDIR(out->f_inode->i_mode))
		return -EISDIR;
	if (!S_ISREG(in->f_inode->i_mode) || !S_ISREG(out->f_inode->i_mode))
		return -EINVAL;
	if (!(in->f_mode & FMODE_READ) || !(out->f_mode & FMODE_WRITE) ||
	    out->f_flags & O_APPEND)
		return -EBADF;
	if (in->f_inode->i_dev != out->f_inode->i_dev)
		return -EXDEV;
	err = check_positions(out_pos, in_pos, bytes);
	if (err)
		return err;
	/* A copy page by page would read what it has just written. */
	if (in->f_inode == out->f_inode && overlap(in_pos, out_pos, bytes))
		return -EINVAL;
	return check_files(out, in);
}

/* Stores the 64-bit position at `from`, or the file's own if that is 0. */
static int read_position(const struct file *file, uaddr_t from, u64 *pos)
{
	*pos = file->f_pos;
	return from && copy_from_user(pos, from, sizeof(*pos)) ? -EFAULT : 0;
}

/* Stores the position where read_position() got it. */
static int write_position(struct file *file, uaddr_t to, u64 pos)
{
	if (to)
		return copy_to_user(to, &pos, sizeof(pos)) ? -EFAULT : 0;
	file->f_pos = pos;
	return 0;
}

/* copy_file_range for two open files. */
static s32 copy_range(struct file *out, uaddr_t out_at, struct file *in,
		      uaddr_t in_at, u32 bytes)
{
	u64 in_pos, out_pos;
	s32 ret = read_position(in, in_at, &in_pos);

	if (!ret)
		ret = read_position(out, out_at, &out_pos);
	if (!ret)
		ret = check_range(out, out_pos, in, in_pos, bytes);
	if (!ret)
		ret = move_bytes(out, &out_pos, in, &in_pos, bytes);
	/*
	 * Positions that were not moved are stored, too: 0 bytes at the end of
	 * the file is a success.
	 */
	if (ret >= 0 &&
	    (write_position(in, in_at, in_pos) ||
	     write_position(out, out_at, out_pos)))
		ret = -EFAULT;
	return ret;
}

/* copy_file_range(2). There are no flags yet, on Linux either. */
s32 sys_copy_file_range(u32 in_fd, uaddr_t in_offset, u32 out_fd,
			uaddr_t out_offset, u32 bytes, u32 flags)
{
	struct file *out, *in;
	s32 ret = -EBADF;

	if (flags)
		return -EINVAL;
	in = fget(in_fd);
	out = fget(out_fd);
	/* Both are looked up before either is judged, so -EBADF comes first. */
	if (in && out)
		ret = copy_range(out, out_offset, in, in_offset, bytes);
	if (out)
		fput(out);
	if (in)
		fput(in);
	return ret;
}
