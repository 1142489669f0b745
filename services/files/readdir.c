/*
 * services/files/readdir.c - getdents64: a directory's names, as many as the buffer holds.
 */
#include <fs/fs.h>
#include <services/files/files.h>
#include <string.h>
#include <uapi/dirent.h>

struct getdents {
	struct dir_context ctx;
	uaddr_t buf;  /* where the next record goes */
	u32 left;     /* bytes from there on */
	uaddr_t last; /* the record before, or 0: none */
	int err;
};

/* Each record tells the cookie of what follows it: known one entry later. */
static bool set_last_off(struct getdents *get)
{
	u64 off = get->ctx.pos;
	u32 at = offsetof(struct linux_dirent64, d_off);

	return !get->last ||
		!copy_to_user_locked(get->last + at, &off, sizeof(off));
}

static bool emit_dirent(struct dir_context *ctx, const char *name, u32 bytes,
			u32 ino, u32 type)
{
	struct getdents *get = container_of(ctx, struct getdents, ctx);
	struct {
		struct linux_dirent64 head;
		char name[NAME_MAX + 1 + 7];
	} __packed record;
	u32 reclen = ALIGN_UP((u32)sizeof(record.head) + bytes + 1, 8u);

	BUG_ON(bytes > NAME_MAX);
	get->err = -EINVAL; /* what counts if it is the first */
	if (reclen > get->left)
		return false;
	memset(&record, 0, reclen);
	record.head.d_ino = ino;
	record.head.d_reclen = (uint16_t)reclen;
	record.head.d_type = (uint8_t)type;
	memcpy(record.name, name, bytes);
	get->err = -EFAULT;
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

/* The DT_* of a mode. */
static u32 mode_to_dt(u32 mode)
{
	/* The file type's four bits are the DT_* values, by Unix tradition. */
	static_assert(DT_REG == S_IFREG >> 12 && DT_DIR == S_IFDIR >> 12,
		      "DT_* are S_IF* >> 12");
	return (mode & S_IFMT) >> 12;
}

static bool emit_dots(struct inode *dir, struct dir_context *ctx)
{
	u32 parent_ino;

	/* Another may take our name away: that needs our parent's i_lock only. */
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

static int iterate_ramfs(struct file *file, struct dir_context *ctx)
{
	struct inode *dir = file->f_inode;
	const struct dir_entry *entry;

	touch_atime(dir, file->f_flags);
	down_read(&dir->i_lock);
	if (!emit_dots(dir, ctx))
		goto out;
	TAILQ_FOREACH(entry, &ramfs_dir(dir)->entries, link) {
		if (entry->pos < ctx->pos)
			continue;
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
	return 0;
}

/* ---- the call ---------------------------------------------------- */

int iterate_dir(struct file *file, struct dir_context *ctx)
{
	if (file->f_op->iterate)
		return file->f_op->iterate(file, ctx);
	return is_ramfs_dir(file->f_inode) ? iterate_ramfs(file, ctx) :
					     -ENOTDIR;
}

/*
 * The records from the file's position on: 0 or -errno. The directory's lock
 * is held while they are copied: where memory is short for the first, its
 * pages come without the lock.
 */
static int fill_buffer(struct file *file, struct getdents *get)
{
	int err;

	do {
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

s32 sys_getdents64(u32 fd, uaddr_t buf, u32 bytes)
{
	struct file *file = fget(fd);
	struct getdents get = {
		.ctx = { .emit = emit_dirent },
		.buf = buf,
		.left = bytes,
	};
	bool locked;
	s32 ret;

	if (!file)
		return -EBADF;
	ret = lock_pos(file, &locked);
	if (!ret)
		ret = fill_buffer(file, &get);
	if (!ret && !set_last_off(&get))
		ret = -EFAULT;
	if (!ret)
		file->f_pos = get.ctx.pos;
	if (!ret)
		ret = get.last ? (s32)(bytes - get.left) : get.err;
	unlock_pos(file, locked);
	fput(file);
	return ret;
}
