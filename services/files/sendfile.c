/*
 * services/files/sendfile.c - from one open file to another without a stop in the program.
 *
 * A page at a time through a kernel buffer. From files that kernel_read knows
 * to files that kernel_write knows; anything else is -EINVAL, on which
 * programs read and write themselves, as on Linux.
 */
#include <fs/fs.h>
#include <services/files/files.h>

/* *pos moves with what was written. Bytes moved, or -errno if there are none. */
static s32 send_pages(struct file *out, struct file *in, void *buf, u64 *pos,
		      u32 bytes)
{
	u32 done = 0;
	s32 n = 0, written;

	while (done < bytes) {
		n = in->f_op->kernel_read(in, buf,
					  min(bytes - done, (u32)PAGE_SIZE),
					  *pos);
		if (n <= 0)
			break;
		written = out->f_op->kernel_write(out, buf, (u32)n,
						  &out->f_pos);
		if (written > 0) {
			done += (u32)written;
			*pos += (u32)written;
		}
		if (written != n) {
			n = written < 0 ? written : 0;
			break;
		}
		if (give_way())
			break;
	}
	return done ? (s32)done : n;
}

static int check_files(const struct file *out, const struct file *in)
{
	if (!out || !in || !(out->f_mode & FMODE_WRITE) ||
	    !(in->f_mode & FMODE_READ))
		return -EBADF;
	if (!in->f_op->kernel_read || !out->f_op->kernel_write ||
	    out->f_flags & O_APPEND)
		return -EINVAL;
	return 0;
}

/* *pos: where to read. 0 or more: bytes moved, and *pos is behind them. */
static s32 do_sendfile(struct file *out, struct file *in, u64 *pos, u32 bytes)
{
	s32 ret = check_files(out, in);
	void *buf;

	if (ret)
		return ret;
	buf = __get_free_pages(GFP_KERNEL, 0);
	if (!buf)
		return -ENOMEM;
	ret = send_pages(out, in, buf, pos, min(bytes, MAX_RW_BYTES));
	free_pages(buf, 0);
	return ret;
}

/* With an offset the position is there, and in's own stays. */
s32 sys_sendfile64(u32 out_fd, u32 in_fd, uaddr_t offset, u32 bytes)
{
	struct file *out, *in;
	u64 pos;
	s32 ret;

	if (offset && copy_from_user(&pos, offset, sizeof(pos)))
		return -EFAULT;
	if (offset && (s64)pos < 0)
		return -EINVAL;
	out = fget(out_fd);
	in = fget(in_fd);
	ret = do_sendfile(out, in, offset ? &pos : (in ? &in->f_pos : NULL),
			  bytes);
	if (ret >= 0 && offset && copy_to_user(offset, &pos, sizeof(pos)))
		ret = -EFAULT;
	if (out)
		fput(out);
	if (in)
		fput(in);
	return ret;
}
