/*
 * fs/readdir.c - getdents64: a directory's names, as many as the buffer holds.
 */
#include "internal.h"

#include <string.h>
#include <syscalls.h>
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

	return !get->last || !copy_to_user(get->last + at, &off, sizeof(off));
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
	if (!set_last_off(get) || copy_to_user(get->buf, &record, reclen))
		return false;
	get->last = get->buf;
	get->buf += reclen;
	get->left -= reclen;
	get->err = 0;
	return true;
}

s32 sys_getdents64(u32 fd, uaddr_t buf, u32 bytes)
{
	struct file *file = fget(fd);
	struct getdents get = {
		.ctx = { .emit = emit_dirent },
		.buf = buf,
		.left = bytes,
	};
	s32 ret = -ENOTDIR;
	bool locked;

	if (!file)
		return -EBADF;
	locked = lock_pos(file);
	if (file->f_op->iterate) {
		get.ctx.pos = file->f_pos;
		ret = file->f_op->iterate(file, &get.ctx);
		if (!ret && !set_last_off(&get))
			ret = -EFAULT;
		if (!ret)
			file->f_pos = get.ctx.pos;
		if (!ret)
			ret = get.last ? (s32)(bytes - get.left) : get.err;
	}
	unlock_pos(file, locked);
	fput(file);
	return ret;
}
