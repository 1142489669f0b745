/*
 * The tree of /proc: directories, names, inodes.
 *
 * Nothing of the tree is kept: a lookup makes the inode, its last iput ends
 * it. The inode's number says all: the process (0: /proc itself) and the place
 * in that directory's table.
 */
#include <bug.h>
#include <inspect/inspect.h>
#include <inspect/internal.h>
#include <lib/printk.h>
#include <stdio.h>
#include <string.h>
#include <uapi/dirent.h>

#define PROC_DEV MKDEV(0, 4)

#define INO_PID_SHIFT    8
#define INO_DIR          1u /* the directory; its entries follow */
#define PROC_INO(pid, n) ((u32)(pid) << INO_PID_SHIFT | (n))

#define PID_CHARS 12u /* of a pid in decimal, NUL included */

/* readdir's cookies: ".", "..", the table's entries, then the processes. */
#define POS_ENTRIES 2u
#define POS_PIDS    0x100u

static const struct inode_operations proc_dir_ops, proc_file_ops, proc_link_ops;
static const struct file_operations proc_dir_fops;

static struct inode *proc_root; /* never goes away */
/* constant after procfs_mount() */
static const struct proc_entry *root_entries, *pid_entries;

s32 proc_pid_of(const struct inode *inode)
{
	return (s32)(inode->i_ino >> INO_PID_SHIFT);
}

const struct proc_entry *proc_entry_of(const struct inode *inode)
{
	BUG_ON(!inode->i_private);
	return inode->i_private;
}

static const struct proc_entry *entries_of(s32 pid)
{
	return pid ? pid_entries : root_entries;
}

/* ---- inodes ------------------------------------------------------ */

/* Its name in /proc, for ".." and getcwd. Nobody else knows the inode yet. */
static int name_pid_dir(struct inode *inode)
{
	struct dir_entry *entry = kzalloc(sizeof(*entry) + PID_CHARS,
					  GFP_KERNEL);

	if (!entry)
		return -ENOMEM;
	entry->dir = proc_root;
	entry->inode = inode;
	entry->bytes = (u32)snprintf(entry->name, PID_CHARS, "%d",
				     proc_pid_of(inode));
	inode->i_entry = entry;
	return 0;
}

static void proc_dir_evict(struct inode *inode)
{
	BUG_ON(inode == proc_root);
	kfree(inode->i_entry);
	inode->i_entry = NULL;
}

/* pid 0: of /proc itself. */
static struct inode *proc_dir_inode(s32 pid)
{
	struct inode *inode = new_inode(S_IFDIR | 0555);

	if (!inode)
		return NULL;
	inode->i_ino = PROC_INO(pid, INO_DIR);
	inode->i_dev = PROC_DEV;
	inode->i_nlink = 2;
	inode->i_op = &proc_dir_ops;
	inode->i_fop = &proc_dir_fops;
	if (pid && name_pid_dir(inode)) {
		iput(inode);
		return NULL;
	}
	return inode;
}

static struct inode *proc_entry_inode(s32 pid, u32 n)
{
	const struct proc_entry *entry = &entries_of(pid)[n];
	struct inode *inode = new_inode(entry->mode);

	if (!inode)
		return NULL;
	inode->i_ino = PROC_INO(pid, INO_DIR + 1 + n);
	inode->i_dev = PROC_DEV;
	inode->i_fop = entry->fops;
	inode->i_op = S_ISLNK(entry->mode) ? &proc_link_ops : &proc_file_ops;
	inode->i_private = (void *)(uintptr_t)entry;
	return inode;
}

static int proc_open(struct inode *inode, struct file *file)
{
	return inode->i_fop ? 0 : seq_open(inode, file);
}

static int proc_readlink(struct inode *inode, char *buf, u32 bytes)
{
	return proc_entry_of(inode)->readlink(proc_pid_of(inode), buf, bytes);
}

s64 proc_llseek(struct file *file, s64 offset, int whence)
{
	s64 base = 0;

	if (whence == SEEK_CUR)
		base = (s64)file->f_pos;
	else if (whence != SEEK_SET)
		return -EINVAL; /* nobody knows where the end is */
	if (__builtin_add_overflow(base, offset, &offset) || offset < 0)
		return -EINVAL;
	file->f_pos = (u64)offset;
	return offset;
}

/* ---- names ------------------------------------------------------- */

/* The pid that a name says, or 0: it says none. */
static s32 parse_pid(const char *name, u32 bytes)
{
	s32 pid = 0;
	u32 i;

	if (name[0] == '0')
		return 0;
	for (i = 0; i < bytes; i++) {
		if (name[i] < '0' || name[i] > '9')
			return 0;
		pid = pid * 10 + (name[i] - '0');
		if (pid > MAX_PID)
			return 0;
	}
	return pid;
}

static bool pid_exists(s32 pid)
{
	u32 flags = tasklist_lock();
	bool found = find_task(pid);

	tasklist_unlock(flags);
	return found;
}

static int lookup_entry(s32 pid, const char *name, u32 bytes, u32 *n)
{
	const struct proc_entry *entry = entries_of(pid);

	for (*n = 0; entry[*n].name; (*n)++)
		if (strlen(entry[*n].name) == bytes &&
		    memcmp(entry[*n].name, name, bytes) == 0)
			return 0;
	return -ENOENT;
}

static int proc_lookup(struct inode *dir, const char *name, u32 bytes,
		       struct inode **child)
{
	s32 pid = proc_pid_of(dir), named;
	u32 n;

	if (pid && !pid_exists(pid))
		return -ENOENT;
	if (lookup_entry(pid, name, bytes, &n) == 0) {
		*child = proc_entry_inode(pid, n);
	} else {
		named = pid ? 0 : parse_pid(name, bytes);
		if (!named || !pid_exists(named))
			return -ENOENT;
		*child = proc_dir_inode(named);
	}
	return *child ? 0 : -ENOMEM;
}

/* ---- readdir ----------------------------------------------------- */

static bool emit_dots(struct inode *dir, struct dir_context *ctx)
{
	if (ctx->pos == 0) {
		if (!ctx->emit(ctx, ".", 1, dir->i_ino, DT_DIR))
			return false;
		ctx->pos = 1;
	}
	if (ctx->pos == 1) {
		if (!ctx->emit(ctx, "..", 2, PROC_INO(0, INO_DIR), DT_DIR))
			return false;
		ctx->pos = POS_ENTRIES;
	}
	return true;
}

static bool emit_entries(s32 pid, struct dir_context *ctx)
{
	const struct proc_entry *entry = entries_of(pid);
	u32 n;

	/* From the first on: a program may have put pos behind the last. */
	for (n = 0; entry->name; n++, entry++) {
		if (n < ctx->pos - POS_ENTRIES)
			continue;
		if (!ctx->emit(ctx, entry->name, (u32)strlen(entry->name),
			       PROC_INO(pid, INO_DIR + 1 + n),
			       (entry->mode & S_IFMT) >> 12))
			return false;
		ctx->pos = POS_ENTRIES + n + 1;
	}
	return true;
}

static void emit_processes(struct dir_context *ctx)
{
	s32 pid = max((s32)(ctx->pos - POS_PIDS), 1);
	char name[PID_CHARS];
	int bytes;

	while ((pid = next_process(pid)) != 0) {
		ctx->pos = POS_PIDS + (u32)pid;
		bytes = snprintf(name, sizeof(name), "%d", pid);
		if (!ctx->emit(ctx, name, (u32)bytes, PROC_INO(pid, INO_DIR),
			       DT_DIR))
			return;
		ctx->pos = POS_PIDS + (u32)++pid;
		cond_resched();
	}
}

static int proc_iterate(struct file *file, struct dir_context *ctx)
{
	s32 pid = proc_pid_of(file->f_inode);

	if (pid && !pid_exists(pid))
		return -ENOENT;
	if (!emit_dots(file->f_inode, ctx))
		return 0;
	if (ctx->pos < POS_PIDS && !emit_entries(pid, ctx))
		return 0;
	if (pid)
		return 0;
	if (ctx->pos < POS_PIDS)
		ctx->pos = POS_PIDS;
	emit_processes(ctx);
	return 0;
}

/* ---- the whole --------------------------------------------------- */

static const struct inode_operations proc_dir_ops = {
	.lookup = proc_lookup,
	.evict = proc_dir_evict,
};

static const struct inode_operations proc_file_ops = {
	.open = proc_open,
};

static const struct inode_operations proc_link_ops = {
	.readlink = proc_readlink,
};

static const struct file_operations proc_dir_fops = {
	.iterate = proc_iterate,
	.llseek = proc_llseek,
};

void procfs_mount(const struct proc_entry *of_root,
		  const struct proc_entry *of_pid)
{
	int err = -ENOMEM;

	root_entries = of_root;
	pid_entries = of_pid;

	proc_root = proc_dir_inode(0);
	if (proc_root)
		err = ramfs_link(root_inode, "proc", 4, proc_root, true);
	if (err)
		pr_err("proc: no /proc: error %d\n", err);
}
