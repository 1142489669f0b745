/*
 * services/files/write.c - writing to a file of ramfs.
 *
 * The bytes go into the pages of the file's cache, which faults map, so every
 * mapping of the page shows them at once. PG_DIRTY keeps the page from being
 * dropped.
 */
#include <fs/fs.h>
#include <mm/mm.h>
#include <sched.h>
#include <services/files/files.h>
#include <services/signal/signal.h>
#include <string.h>
#include <uapi/resource.h>
#include <uapi/signal.h>

/* The source of a write's bytes; the address advances with each copy. */
struct write_source {
	uaddr_t user;
	const char *kernel; /* NULL: user is the source */
};

/*
 * Returns the bytes that could not be copied: a user page is missing, and a
 * fault must not be taken here, under i_lock.
 */
static u32 copy_from_source(void *to, struct write_source *from, u32 bytes)
{
	if (from->kernel) {
		memcpy(to, from->kernel, bytes);
		from->kernel += bytes;
		return 0;
	}
	from->user += bytes;
	return copy_from_user_locked(to, from->user - bytes, bytes);
}

/*
 * Writes until a page cannot be had or the source faults. *pos advances. Hold
 * i_lock for writing, so that the file is not truncated meanwhile. Returns the
 * bytes written, or -errno if there are none.
 */
static s32 write_locked(struct address_space *mapping,
			struct write_source *from, u32 bytes, u64 *pos)
{
	u32 done = 0, part, left = 0;
	struct page *page;
	int err = 0;

	while (done < bytes && !left) {
		err = read_cache_page(mapping, (u32)(*pos >> PAGE_SHIFT),
				      &page);
		if (err)
			break;
		err = limit_data(page);
		if (err) {
			put_page(page);
			break;
		}
		part = page_part(*pos, bytes - done);
		left = copy_from_source((char *)page_address(page) +
						page_offset(*pos),
					from, part);
		/*
		 * Until here our reference keeps the page from being dropped. A
		 * page that got no byte stays clean and may go: it may lie
		 * behind the file's end.
		 */
		if (left < part) {
			atomic_or(PG_DIRTY, &page->flags);
			flush_dcache_page(page);
		}
		put_page(page);
		done += part - left;
		*pos += part - left;
		if (done < bytes && give_way())
			break;
	}
	if (done)
		return (s32)done;
	return left ? -EFAULT : err;
}

/*
 * How many of `bytes` may be written at pos, up to RLIMIT_FSIZE and the largest
 * file size, which is less without O_LARGEFILE. 0 means -EFBIG.
 */
static u32 room_in_file(const struct file *file, u64 pos, u32 bytes)
{
	u64 end = file->f_flags & O_LARGEFILE ? MAX_FILE_BYTES : MAX_SMALL_FILE;
	u32 limit = rlimit(RLIMIT_FSIZE);

	if (limit != RLIM_INFINITY)
		end = min(end, (u64)limit);
	return pos < end ? (u32)min((u64)bytes, end - pos) : 0;
}

/*
 * Nothing was written: sends SIGXFSZ if the cause is RLIMIT_FSIZE. Returns err.
 */
static s32 write_refused(s32 err, u64 pos)
{
	u32 limit = rlimit(RLIMIT_FSIZE);

	if (err == -EFBIG && limit != RLIM_INFINITY && pos >= limit)
		send_sig_current(SIGXFSZ);
	return err;
}

/*
 * One attempt, which writes up to the first page of the source that is missing.
 * Returns the bytes written or -errno.
 */
static s32 write_file(struct file *file, struct write_source *from, u32 bytes,
		      u64 *pos)
{
	struct inode *inode = file->f_inode;
	const u32 wanted = bytes;
	u64 at;
	s32 ret;

	down_write(&inode->i_lock);
	/*
	 * A copy, for which there is room: *pos may be the file's own, which
	 * sendfile() or splice() of another thread moves between two pages.
	 */
	at = *pos;
	/* Under i_lock: two writers with O_APPEND never write to one place. */
	if (file->f_flags & O_APPEND || at & POS_APPEND)
		at = inode->i_size;
	if (bytes)
		bytes = room_in_file(file, at, bytes);
	/* A write of 0 bytes succeeds even at the limit. */
	if (wanted && !bytes) {
		*pos = at; /* for write_refused() */
		up_write(&inode->i_lock);
		return -EFBIG;
	}
	ret = write_locked(&inode->i_data, from, bytes, &at);
	if (ret > 0) {
		*pos = at;
		/*
		 * After the bytes: a reader never sees a size whose bytes are
		 * missing.
		 */
		if (at > inode->i_size)
			i_size_write(inode, at);
		inode_modified(inode);
		if (unlikely(inode->i_mode & (S_ISUID | S_ISGID)))
			file_remove_privs(inode);
	}
	up_write(&inode->i_lock);
	return ret;
}

/*
 * Continues after write_file() returned ret for the first `bytes` bytes from
 * buf, where *pos was `began`: faults in the source and writes on. Not inlined,
 * because nearly all writes finish at once.
 */
static __noinline s32 write_rest(struct file *file, uaddr_t buf, u32 bytes,
				 u64 *pos, s32 ret, u64 began)
{
	struct write_source from;
	u32 done = 0;

	for (;;) {
		if (ret > 0)
			done += (u32)ret;
		else if (ret == -EFAULT)
			/*
			 * Without i_lock: the fault may have to wait for
			 * memory, or even map a page of this very file.
			 */
			ret = fault_in_user(buf + done,
					    min(bytes - done, (u32)PAGE_SIZE),
					    false);
		if (done == bytes || ret < 0)
			break;
		/* Others may have appended since the last attempt. */
		if (began & POS_APPEND)
			*pos = POS_APPEND;
		from = (struct write_source){ .user = buf + done };
		ret = write_file(file, &from, bytes - done, pos);
	}
	if (done)
		return (s32)done;
	ret = write_refused(ret, *pos);
	/* With O_APPEND it may be the file's end, where nothing was written. */
	*pos = began;
	return ret;
}

/*
 * file_operations.write of ramfs. The common case, one write_file() without a
 * missing page, is here; the rest is write_rest().
 */
s32 generic_file_write(struct file *file, uaddr_t buf, u32 bytes, u64 *pos)
{
	struct write_source from = { .user = buf };
	const u64 began = *pos;
	s32 ret;

	if (!access_ok(buf, bytes))
		return -EFAULT;
	ret = write_file(file, &from, bytes, pos);
	if (likely(ret == (s32)bytes))
		return ret;
	return write_rest(file, buf, bytes, pos, ret, began);
}

/* For sendfile: the source is kernel memory and cannot fault. */
s32 generic_kernel_write(struct file *file, const void *buf, u32 bytes,
			 u64 *pos)
{
	struct write_source from = { .kernel = buf };

	return write_refused(write_file(file, &from, bytes, pos), *pos);
}
