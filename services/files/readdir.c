/*
 * services/files/readdir.c - getdents64 and getdents: copy as many of a
 * directory's names as the buffer holds.
 */
#include <fs/fs.h>
#include <services/files/files.h>
#include <string.h>
#include <uapi/dirent.h>

struct getdents {
	struct dir_context ctx;
	uaddr_t buf;  /* where the next record goes */
	u32 left;     /* bytes from there on */
	uaddr_t last; /* the previous record, or 0: none */
	bool old;     /* the records are struct linux_dirent */
	int err;
};

/* Room for the longest record. */
struct dirent_record {
	char bytes[sizeof(struct linux_dirent64) + NAME_MAX + 1 + 7];
} __aligned(8);

/*
 * Stores in the previous record the position of the one that follows it, which
 * is known only now. False: its page is not writable without a fault.
 */
static bool set_last_off(struct getdents *get)
{
	u64 off = get->ctx.pos; /* of which the old record has the low half */
	u32 at = get->old ? offsetof(struct linux_dirent, d_off) :
			    offsetof(struct linux_dirent64, d_off);

	return !get->last ||
		!copy_to_user_locked(get->last + at, &off,
				     get->old ? sizeof(u32) : sizeof(u64));
}

/* Fills in the record that the program gets, which is all zero yet. */
static void fill_record(struct dirent_record *record, const char *name,
			u32 bytes, u32 ino, u32 type, u32 reclen)
{
	struct linux_dirent64 *head = (struct linux_dirent64 *)record->bytes;

	head->d_ino = ino;
	head->d_reclen = (uint16_t)reclen;
	head->d_type = (uint8_t)type;
	memcpy(head->d_name, name, bytes);
}

/* The same for getdents, whose programs once knew of no type. */
static void fill_old_record(struct dirent_record *record, const char *name,
			    u32 bytes, u32 ino, u32 type, u32 reclen)
{
	struct linux_dirent *head = (struct linux_dirent *)record->bytes;

	head->d_ino = ino;
	head->d_reclen = (uint16_t)reclen;
	memcpy(head->d_name, name, bytes);
	record->bytes[reclen - 1] = (char)type;
}

/* The bytes of the record of a name of `bytes` bytes. */
static u32 record_bytes(const struct getdents *get, u32 bytes)
{
	/* After the name come a NUL and, in the old one, the type. */
	return get->old ?
		ALIGN_UP((u32)sizeof(struct linux_dirent) + bytes + 2, 4u) :
		ALIGN_UP((u32)sizeof(struct linux_dirent64) + bytes + 1, 8u);
}

/*
 * dir_context.emit: adds a record. False ends the walk: the buffer is full, or
 * a fault is needed, and get->err is what the call returns if no record fits.
 */
static bool emit_dirent(struct dir_context *ctx, const char *name, u32 bytes,
			u32 ino, u32 type)
{
	struct getdents *get = container_of(ctx, struct getdents, ctx);
	struct dirent_record record;
	u32 reclen = record_bytes(get, bytes);

	BUG_ON(bytes > NAME_MAX);
	/* A first record that does not fit is an error of the call. */
	get->err = -EINVAL;
	if (reclen > get->left)
		return false;
	memset(&record, 0, reclen); /* the padding, too: no old stack bytes */
	if (get->old)
		fill_old_record(&record, name, bytes, ino, type, reclen);
	else
		fill_record(&record, name, bytes, ino, type, reclen);
	get->err = -EFAULT;
	/*
	 * The copy must not fault: the directory's lock is held, and a fault
	 * takes mmap_lock and may sleep for long.
	 */
	if (!set_last_off(get) || !access_ok(get->buf, reclen) ||
	    copy_to_user_locked(get->buf, &record, reclen))
		return false;
	get->last = get->buf;
	get->buf += reclen;
	get->left -= reclen;
	get->err = 0;
	return true;
}

/* ---- the directories of ramfs ------------------------------------ */

/* Returns the DT_* of a mode. */
static u32 mode_to_dt(u32 mode)
{
	/* The file type's four bits are the DT_* values, by Unix tradition. */
	static_assert(DT_REG == S_IFREG >> 12 && DT_DIR == S_IFDIR >> 12,
		      "DT_* are S_IF* >> 12");
	return (mode & S_IFMT) >> 12;
}

/*
 * Emits "." and "..", which ramfs does not keep as entries. False ends the
 * walk.
 */
static bool emit_dots(struct inode *dir, struct dir_context *ctx)
{
	u32 parent_ino;

	/*
	 * A rename or rmdir of this directory needs only its parent's i_lock,
	 * so the one held here does not keep i_entry; tree_lock does.
	 */
	spin_lock(&tree_lock);
	parent_ino = dir->i_entry ? dir->i_entry->dir->i_ino : dir->i_ino;
	spin_unlock(&tree_lock);
	if (ctx->pos == 0) {
		if (!ctx->emit(ctx, ".", 1, dir->i_ino, DT_DIR))
			return false;
		ctx->pos = 1;
	}
	if (ctx->pos == 1) {
		if (!ctx->emit(ctx, "..", 2, parent_ino, DT_DIR))
			return false;
		ctx->pos = RAMFS_FIRST_POS;
	}
	return true;
}

/*
 * Emits the entries from ctx->pos on. Each has a number that never changes, so
 * names that come or go meanwhile do not shift the others.
 */
static int iterate_ramfs(struct file *file, struct dir_context *ctx)
{
	struct inode *dir = file->f_inode;
	const struct dir_entry *entry;
	int err = 0;

	touch_atime(file);
	down_read(&dir->i_lock);
	/* It was removed, so it is empty; a detached mount's root need not be. */
	if (!dir->i_nlink && TAILQ_EMPTY(&ramfs_dir(dir)->entries))
		err = -ENOENT;
	if (err || !emit_dots(dir, ctx))
		goto out;
	TAILQ_FOREACH(entry, &ramfs_dir(dir)->entries, link) {
		if (entry->pos < ctx->pos)
			continue;
		/*
		 * If the record does not fit, the next call begins with this
		 * entry.
		 */
		ctx->pos = entry->pos;
		if (!ctx->emit(ctx, entry->name, entry->bytes,
			       entry->inode->i_ino,
			       mode_to_dt(entry->inode->i_mode)))
			goto out;
		ctx->pos = entry->pos + 1;
		cond_resched();
	}
out:
	up_read(&dir->i_lock);
	return err;
}

/* ---- the call ---------------------------------------------------- */

/* Hold lock_pos if ctx->pos is the file's. */
int iterate_dir(struct file *file, struct dir_context *ctx)
{
	if (file->f_op->iterate)
		return file->f_op->iterate(file, ctx);
	/*
	 * ramfs has no such operation, because the core lists no directories.
	 */
	return is_ramfs_dir(file->f_inode) ? iterate_ramfs(file, ctx) :
					     -ENOTDIR;
}

/*
 * Copies records from the file's position on. Returns 0 or -errno. The copy
 * happens under the directory's lock and cannot fault; if the buffer's first
 * page is not present, it is faulted in without the lock, and the walk begins
 * anew. Later pages need no retry: the records so far are returned.
 */
static int fill_buffer(struct file *file, struct getdents *get)
{
	int err;

	do {
		/* Again in each turn, as the failed walk has moved it. */
		get->ctx.pos = file->f_pos;
		get->err = 0;
		err = iterate_dir(file, &get->ctx);
		if (!err && !get->last && get->err == -EFAULT)
			err = fault_in_user(get->buf,
					    min(get->left, (u32)PAGE_SIZE),
					    true);
	} while (!err && !get->last && get->err == -EFAULT);
	return err;
}

/* Returns the bytes of all records, 0 at the end. */
static s32 read_dir(u32 fd, uaddr_t buf, u32 bytes, bool old)
{
	struct file *file = fget(fd);
	struct getdents get = {
		.ctx = { .emit = emit_dirent },
		.buf = buf,
		.left = bytes,
		.old = old,
	};
	bool locked;
	s32 ret;

	if (!file)
		return -EBADF;
	ret = lock_pos(file, &locked);
	if (!ret)
		ret = fill_buffer(file, &get);
	/* The last record gets its offset here, since no entry follows it. */
	if (!ret && !set_last_off(&get))
		ret = -EFAULT;
	/* After an error the next call begins where this one did. */
	if (!ret)
		file->f_pos = get.ctx.pos;
	if (!ret)
		ret = get.last ? (s32)(bytes - get.left) : get.err;
	unlock_pos(file, locked);
	fput(file);
	return ret;
}

/* getdents64(2). */
s32 sys_getdents64(u32 fd, uaddr_t buf, u32 bytes)
{
	return read_dir(fd, buf, bytes, false);
}

/* getdents(2), which C libraries made readdir of before getdents64. */
s32 sys_getdents(u32 fd, uaddr_t buf, u32 bytes)
{
	return read_dir(fd, buf, bytes, true);
}
