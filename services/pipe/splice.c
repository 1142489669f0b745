/*
 * services/pipe/splice.c - splice, tee and vmsplice: bytes move between a pipe
 * and a file, another pipe, or the program's memory.
 *
 * Linux moves references to pages; here the bytes are copied, so a program that
 * changes its memory after vmsplice() does not change what the pipe holds.
 *
 * Bytes that leave a pipe are claimed first: until they are consumed, all other
 * readers sleep, interruptibly, as if the pipe were empty. So the bytes stay
 * where they are although i_lock is released, and a copy of them may wait for
 * memory or for room in a socket. What could not be written was never taken.
 * Bytes that go into a pipe pass through a page of the kernel's. Those of a
 * socket cannot be read again, so no more are taken than there is room for.
 */
#include <fs/fs.h>
#include <services/pipe/internal.h>
#include <services/pipe/pipe.h>
#include <services/signal/signal.h>
#include <string.h>
#include <uapi/fcntl.h>
#include <uapi/signal.h>
#include <uapi/uio.h>

#define SPLICE_F_ALL \
	(SPLICE_F_MOVE | SPLICE_F_NONBLOCK | SPLICE_F_MORE | SPLICE_F_GIFT)

bool is_pipe(const struct file *file)
{
	return file->f_op->fcntl == pipe_fcntl;
}

/* Whether `bytes` bytes from pos on go beyond every offset. */
static bool is_no_range(u64 pos, u32 bytes)
{
	return (s64)pos < 0 || (s64)(pos + bytes) < 0;
}

/* ---- taking bytes out of a pipe ---------------------------------- */

/* Waits for bytes, or the end of the file. 0, -EAGAIN or -ERESTARTSYS. */
static int await_bytes(struct pipe *pipe, bool nonblock)
{
	int err = wait_event_interruptible(&pipe->readable,
					   may_look(pipe, nonblock));

	return err || !nonblock || can_read(pipe) ? err : -EAGAIN;
}

/*
 * Claims the bytes that the pipe holds until unclaim(). Returns how many, 0 at
 * the end of the file, or -EAGAIN: another reader was faster.
 */
static s32 claim(struct file *in)
{
	struct pipe *pipe = file_pipe(in);
	s32 ret = -EAGAIN;

	down_write(&in->f_inode->i_lock);
	if (can_read(pipe)) {
		ret = (s32)min(bytes_used(pipe), MAX_RW_BYTES);
		pipe->claimed = ret != 0;
	}
	up_write(&in->f_inode->i_lock);
	return ret;
}

/* Ends a claim, of which `bytes` bytes are consumed. */
static void unclaim(struct file *in, u32 bytes)
{
	struct pipe *pipe = file_pipe(in);

	down_write(&in->f_inode->i_lock);
	pipe->claimed = false;
	pipe->tail += bytes;
	restart_if_empty(pipe);
	up_write(&in->f_inode->i_lock);
	/* Other readers waited for the claim's end. */
	wake_up(&pipe->readable);
	if (!bytes)
		return;
	wake_up(&pipe->writable);
	poll_wake(&pipe->edges.out);
}

/* Where claimed byte `at` is. Cuts *bytes to what is in the same page. */
static const char *claimed_bytes(struct file *in, u32 at, u32 *bytes)
{
	struct pipe *pipe = file_pipe(in);
	const char *page;

	/* The ring may be exchanged meanwhile, but not a page with bytes. */
	down_write(&in->f_inode->i_lock);
	at += pipe->tail;
	page = *page_of(pipe, at);
	up_write(&in->f_inode->i_lock);
	at &= PAGE_SIZE - 1;
	*bytes = min(*bytes, PAGE_SIZE - at);
	return page + at;
}

/* ---- putting bytes into a pipe ----------------------------------- */

static bool may_append(const struct pipe *pipe)
{
	return bytes_used(pipe) < size_of(pipe) || !READ_ONCE(pipe->readers);
}

/* Waits for room. 0, -EAGAIN, -ERESTARTSYS, or -EPIPE with SIGPIPE. */
static int await_room(struct pipe *pipe, bool nonblock)
{
	int err = 0;

	if (!may_append(pipe))
		err = nonblock ? -EAGAIN :
				 wait_event_interruptible(&pipe->writable,
							  may_append(pipe));
	if (err || READ_ONCE(pipe->readers))
		return err;
	send_sig_current(SIGPIPE);
	return -EPIPE;
}

/* Copies from kernel memory what fits. Hold i_lock. Returns the bytes. */
static u32 copy_to_pipe(struct pipe *pipe, const char *from, u32 bytes)
{
	u32 left = min(bytes, size_of(pipe) - bytes_used(pipe)), part, offset;
	u32 done = 0;
	char *page;

	for (; done < left; done += part) {
		page = head_page(pipe);
		if (!page)
			break;
		offset = pipe->head & (PAGE_SIZE - 1);
		part = min(left - done, PAGE_SIZE - offset);
		memcpy(page + offset, from + done, part);
		pipe->head += part;
	}
	return done;
}

/*
 * Returns the bytes that fitted, at most `bytes`, 0 if the pipe has become
 * full, -ENOMEM, or -EPIPE with SIGPIPE.
 */
static s32 append(struct file *out, const char *from, u32 bytes)
{
	struct pipe *pipe = file_pipe(out);
	s32 ret = -EPIPE;

	down_write(&out->f_inode->i_lock);
	if (pipe->readers) {
		ret = (s32)copy_to_pipe(pipe, from, bytes);
		if (!ret && bytes_used(pipe) < size_of(pipe))
			ret = -ENOMEM;
	}
	up_write(&out->f_inode->i_lock);
	if (ret == -EPIPE)
		send_sig_current(SIGPIPE);
	if (ret > 0) {
		wake_up(&pipe->readable);
		poll_wake(&pipe->edges.in);
	}
	return ret;
}

/* ---- from a pipe ------------------------------------------------- */

/*
 * Writes to `out`, a pipe, or a file at *pos; NULL: to the user address *pos.
 * Advances *pos. Returns the bytes written, or -errno if there are none.
 */
static s32 put_bytes(struct file *out, u64 *pos, const char *from, u32 bytes)
{
	if (out && is_pipe(out))
		return append(out, from, bytes);
	if (out)
		return out->f_op->kernel_write(out, from, bytes, pos);
	/* As on Linux, bytes of which some find no memory all stay. */
	if (copy_to_user((uaddr_t)*pos, from, bytes))
		return -EFAULT;
	*pos += bytes;
	return (s32)bytes;
}

/* Writes `bytes` claimed bytes. Returns how many, or -errno if none. */
static s32 put_claimed(struct file *in, struct file *out, u64 *pos, u32 bytes)
{
	u32 done = 0, part;
	const char *from;
	s32 n = 0;

	while (done < bytes) {
		part = bytes - done;
		from = claimed_bytes(in, done, &part);
		n = put_bytes(out, pos, from, part);
		if (n > 0)
			done += (u32)n;
		if (n != (s32)part || give_way())
			break;
	}
	return done ? (s32)done : n;
}

/* in is a pipe, out as for put_bytes(). keep: the bytes also stay in the pipe. */
static s32 drain(struct file *in, struct file *out, u64 *pos, u32 bytes,
		 bool nonblock, bool keep)
{
	s32 n;

	for (;;) {
		n = await_bytes(file_pipe(in), nonblock);
		if (!n && out && is_pipe(out))
			n = await_room(file_pipe(out), nonblock);
		if (n)
			return n;
		/* Nothing is waited for from here, unless out is a socket. */
		n = claim(in);
		if (n == 0)
			return 0;
		if (n == -EAGAIN)
			continue;
		n = put_claimed(in, out, pos, min(bytes, (u32)n));
		unclaim(in, n > 0 && !keep ? (u32)n : 0);
		/* 0: the other pipe was filled by somebody else meanwhile. */
		if (n || !out || !is_pipe(out))
			return n;
	}
}

/* ---- from a socket into a pipe ----------------------------------- */

/*
 * Appends all bytes, which cannot be read again. They fitted when they were
 * taken; only if another writer has filled the pipe since does it wait, and a
 * signal then loses the rest. Returns the bytes appended, or -errno if none.
 */
static s32 append_all(struct file *out, const char *from, u32 bytes)
{
	u32 done = 0;
	s32 n = 0;

	while (done < bytes && n >= 0) {
		n = append(out, from + done, bytes - done);
		if (n > 0)
			done += (u32)n;
		else if (!n)
			n = await_room(file_pipe(out), false);
	}
	return done ? (s32)done : n;
}

/*
 * Moves what the socket has, at most a page. Returns the bytes, 0 at the end, or
 * -errno.
 */
static s32 fill_from_socket(struct file *in, struct file *out, u32 bytes,
			    bool nonblock)
{
	struct pipe *pipe = file_pipe(out);
	s32 n = await_room(pipe, nonblock);
	u32 room;
	void *buf;

	if (n)
		return n;
	room = size_of(pipe) - bytes_used(pipe);
	/* Room was just seen; a racing writer may have left none. */
	bytes = min(bytes, max(room, 1u));
	buf = __get_free_pages(GFP_KERNEL, 0);
	if (!buf)
		return -ENOMEM;
	n = in->f_op->kernel_read(in, buf, min(bytes, (u32)PAGE_SIZE),
				  nonblock ? KERNEL_READ_NOWAIT : 0);
	if (n > 0)
		n = append_all(out, buf, (u32)n);
	free_pages(buf, 0);
	return n;
}

/* ---- into a pipe ------------------------------------------------- */

/*
 * Reads `bytes` bytes of file `in` at pos, or of the program's memory if that is
 * NULL. Returns the bytes read, 0 at the end of the file, or -errno.
 */
static s32 fetch(struct file *in, u64 pos, void *buf, u32 bytes)
{
	if (in)
		return in->f_op->kernel_read(in, buf, bytes, pos);
	return copy_from_user(buf, (uaddr_t)pos, bytes) ? -EFAULT : (s32)bytes;
}

/*
 * Moves a page at a time, until the pipe is full. buf is a page of the kernel's.
 * Returns the bytes moved, or -errno; -EAGAIN: another writer was faster.
 */
static s32 fill_pages(struct file *in, u64 *pos, struct file *out, u32 bytes,
		      void *buf)
{
	u32 done = 0, part;
	s32 n = 0, added;

	while (done < bytes) {
		/* What precedes a missing page of memory is moved. */
		part = PAGE_SIZE - ((u32)*pos & (PAGE_SIZE - 1));
		n = fetch(in, *pos, buf, min(bytes - done, part));
		if (n <= 0)
			break;
		added = append(out, buf, (u32)n);
		if (added > 0) {
			done += (u32)added;
			*pos += (u32)added;
		}
		/* The rest is read again by the next call. */
		if (added != n || give_way()) {
			n = added ? added : -EAGAIN;
			break;
		}
	}
	return done ? (s32)done : n;
}

/* out is a pipe, in as for fetch(). Advances *pos by the bytes it returns. */
static s32 fill(struct file *in, u64 *pos, struct file *out, u32 bytes,
		bool nonblock)
{
	struct pipe *pipe = file_pipe(out);
	void *buf;
	s32 ret;

	do {
		ret = await_room(pipe, nonblock);
		if (ret)
			return ret;
		if (in && (!in->f_op->kernel_read || is_no_range(*pos, bytes)))
			return -EINVAL;
		buf = __get_free_pages(GFP_KERNEL, 0);
		if (!buf)
			return -ENOMEM;
		ret = fill_pages(in, pos, out, bytes, buf);
		free_pages(buf, 0);
	} while (ret == -EAGAIN);
	return ret;
}

s32 splice_file_to_pipe(struct file *in, u64 *pos, struct file *out, u32 bytes)
{
	bool nonblock = out->f_flags & O_NONBLOCK;

	bytes = min(bytes, MAX_RW_BYTES);
	return S_ISSOCK(in->f_inode->i_mode) ?
		fill_from_socket(in, out, bytes, nonblock) :
		fill(in, pos, out, bytes, nonblock);
}

/* ---- splice and tee ---------------------------------------------- */

/* Returns true if the call must not wait for a pipe. */
static bool must_not_wait(const struct file *in, const struct file *out,
			  u32 flags)
{
	return flags & SPLICE_F_NONBLOCK ||
		(is_pipe(in) && in->f_flags & O_NONBLOCK) ||
		(is_pipe(out) && out->f_flags & O_NONBLOCK);
}

/* Both are open files; their modes are checked here. tee: keep the bytes. */
static s32 splice_files(struct file *in, u64 *in_pos, struct file *out,
			u64 *out_pos, u32 bytes, u32 flags, bool tee)
{
	bool nonblock = must_not_wait(in, out, flags);
	const bool no_count = (s32)bytes < 0; /* an -errno, perhaps */

	if (!(in->f_mode & FMODE_READ) || !(out->f_mode & FMODE_WRITE))
		return -EBADF;
	bytes = min(bytes, MAX_RW_BYTES);
	if (is_pipe(in) && is_pipe(out))
		return file_pipe(in) == file_pipe(out) ?
			-EINVAL :
			drain(in, out, NULL, bytes, nonblock, tee);
	if (tee)
		return -EINVAL;
	if (is_pipe(out) && S_ISSOCK(in->f_inode->i_mode))
		return fill_from_socket(in, out, bytes, nonblock);
	if (is_pipe(out))
		return fill(in, in_pos, out, bytes, nonblock);
	if (!is_pipe(in) || out->f_flags & O_APPEND ||
	    !out->f_op->kernel_write || no_count ||
	    is_no_range(*out_pos, bytes))
		return -EINVAL;
	return drain(in, out, out_pos, bytes, nonblock, false);
}

/* Reads a position from user memory, unless `at` is 0. 0 or -errno. */
static int get_position(const struct file *file, uaddr_t at, u64 *pos)
{
	if (!at)
		return 0;
	if (copy_from_user(pos, at, sizeof(*pos)))
		return -EFAULT;
	return file->f_op->llseek ? 0 : -EINVAL;
}

/* splice for two open files. */
static s32 splice_at(struct file *in, uaddr_t in_at, struct file *out,
		     uaddr_t out_at, u32 bytes, u32 flags)
{
	u64 in_pos, out_pos;
	s32 ret;

	if ((in_at && is_pipe(in)) || (out_at && is_pipe(out)))
		return -ESPIPE;
	ret = get_position(out, out_at, &out_pos);
	if (!ret)
		ret = get_position(in, in_at, &in_pos);
	if (!ret)
		ret = splice_files(in, in_at ? &in_pos : &in->f_pos, out,
				   out_at ? &out_pos : &out->f_pos, bytes,
				   flags, false);
	/* The bytes are moved already; Linux reports -EFAULT nevertheless. */
	if (ret >= 0 &&
	    ((out_at && copy_to_user(out_at, &out_pos, sizeof(out_pos))) ||
	     (in_at && copy_to_user(in_at, &in_pos, sizeof(in_pos)))))
		ret = -EFAULT;
	return ret;
}

s32 sys_splice(u32 in, uaddr_t in_offset, u32 out, uaddr_t out_offset,
	       u32 bytes, u32 flags)
{
	struct file *from, *to;
	s32 ret = -EBADF;

	if (!bytes)
		return 0;
	if (flags & ~(u32)SPLICE_F_ALL)
		return -EINVAL;
	from = fget(in);
	to = fget(out);
	if (from && to)
		ret = splice_at(from, in_offset, to, out_offset, bytes, flags);
	if (from)
		fput(from);
	if (to)
		fput(to);
	return ret;
}

s32 sys_tee(u32 in, u32 out, u32 bytes, u32 flags)
{
	struct file *from, *to;
	s32 ret = -EBADF;

	if (flags & ~(u32)SPLICE_F_ALL)
		return -EINVAL;
	if (!bytes)
		return 0;
	from = fget(in);
	to = fget(out);
	if (from && to)
		ret = splice_files(from, NULL, to, NULL, bytes, flags, true);
	if (from)
		fput(from);
	if (to)
		fput(to);
	return ret;
}

/* ---- vmsplice ---------------------------------------------------- */

/* Only the first piece may wait. The bytes moved, or -errno if none. */
static s32 splice_pieces(struct file *file, const struct iovec32 *iov, u32 n,
			 bool nonblock)
{
	u32 done = 0, bytes;
	s32 ret = 0;
	u64 pos;

	for (u32 i = 0; i < n; i++) {
		pos = iov[i].iov_base;
		bytes = min(iov[i].iov_len, MAX_RW_BYTES - done);
		if (!bytes)
			continue;
		if (!is_pipe(file))
			return -EBADF;
		ret = file->f_mode & FMODE_WRITE ?
			fill(NULL, &pos, file, bytes, nonblock || done) :
			drain(file, NULL, &pos, bytes, nonblock || done, false);
		if (ret > 0)
			done += (u32)ret;
		if (ret != (s32)bytes || give_way())
			break;
	}
	return done ? (s32)done : ret;
}

/* The list, allocated; the caller must kfree it. 0 or -errno. */
static int get_iov(uaddr_t from, u32 n, struct iovec32 **iov)
{
	if (n > UIO_MAXIOV)
		return -EINVAL;
	*iov = kmalloc(max(n, 1u) * sizeof(**iov), GFP_KERNEL);
	if (!*iov)
		return -ENOMEM;
	if (copy_from_user(*iov, from, n * (u32)sizeof(**iov)))
		return -EFAULT;
	for (u32 i = 0; i < n; i++) {
		if ((s32)(*iov)[i].iov_len < 0)
			return -EINVAL;
		if (!access_ok((*iov)[i].iov_base, (*iov)[i].iov_len))
			return -EFAULT;
	}
	return 0;
}

s32 sys_vmsplice(u32 fd, uaddr_t iov, u32 n, u32 flags)
{
	struct iovec32 *pieces = NULL;
	struct file *file;
	s32 ret = -EBADF;

	if (flags & ~(u32)SPLICE_F_ALL)
		return -EINVAL;
	file = fget(fd);
	if (!file)
		return -EBADF;
	if (file->f_mode & (FMODE_READ | FMODE_WRITE))
		ret = get_iov(iov, n, &pieces);
	if (!ret)
		ret = splice_pieces(file, pieces, n, flags & SPLICE_F_NONBLOCK);
	kfree(pieces);
	fput(file);
	return ret;
}
