/*
 * The tree of /proc: directories, names, inodes.
 *
 * Nothing of the tree is kept: a lookup makes the inode, its last iput ends
 * it. The inode's number says all: the process (0: none), the directory's id
 * and the place in its table; or the process and a number, of a descriptor.
 */
#include <bug.h>
#include <inspect/inspect.h>
#include <inspect/internal.h>
#include <lib/printk.h>
#include <stdio.h>
#include <string.h>
#include <uapi/dirent.h>

#define PROC_DEV MKDEV(0, 4)

#define INO_PID_SHIFT 16
#define INO_NUMBERED  0x8000u
#define INO_NUMBER    0x7fffu
#define INO_DIR       1u /* the directory; its entries follow */
#define PROC_INO(pid, dir, n) \
	((u32)(pid) << INO_PID_SHIFT | (dir)->id << 8 | (n))
#define PROC_INO_NUMBERED(pid, number) \
	((u32)(pid) << INO_PID_SHIFT | INO_NUMBERED | (u32)(number))

#define NAME_CHARS 12u /* of a number in decimal, NUL included */

/* readdir's cookies: ".", "..", the table's entries, then the numbers. */
#define POS_ENTRIES 2u
#define POS_NUMBERS 0x100u

static const struct inode_operations proc_dir_ops, proc_file_ops, proc_link_ops,
	proc_jump_ops;
static const struct file_operations proc_dir_fops;

static struct inode *proc_root;        /* never goes away */
static const struct proc_dir *pid_dir; /* constant after procfs_mount() */

s32 proc_pid_of(const struct inode *inode)
{
	return (s32)(inode->i_ino >> INO_PID_SHIFT);
}

u32 proc_number_of(const struct inode *inode)
{
	return inode->i_ino & INO_NUMBER;
}

const struct proc_entry *proc_entry_of(const struct inode *inode)
{
	BUG_ON(!inode->i_private);
	return inode->i_private;
}

static const struct proc_dir *proc_dir_of(const struct inode *inode)
{
	return inode->i_private;
}

/* ---- inodes ------------------------------------------------------ */

/* Its name, for ".." and getcwd. Nobody else knows the inode yet. */
static int name_dir(struct inode *inode, struct inode *parent, const char *name)
{
	u32 bytes = (u32)strlen(name);
	struct dir_entry *entry = kzalloc(sizeof(*entry) + bytes + 1,
					  GFP_KERNEL);

	if (!entry)
		return -ENOMEM;
	entry->dir = igrab(parent);
	entry->inode = inode;
	entry->bytes = bytes;
	memcpy(entry->name, name, bytes);
	inode->i_entry = entry;
	return 0;
}

static void proc_dir_evict(struct inode *inode)
{
	BUG_ON(inode == proc_root);
	if (inode->i_entry)
		iput(inode->i_entry->dir);
	kfree(inode->i_entry);
	inode->i_entry = NULL;
}

/*
 * What is below /proc/PID belongs to whom the task acts for, or to root where that
 * one may not look into it; a process's directories of numbers are its own all
 * the same, as Linux has it.
 */
static void set_owner(struct inode *inode)
{
	u32 flags = tasklist_lock();
	s32 pid = proc_pid_of(inode);
	const struct task_struct *task = pid ? find_task(pid) : NULL;
	const struct cred *cred = task ? cred_of(&task->thread_info) : NULL;

	if (cred &&
	    (!cred->not_dumpable || inode->i_mode == (S_IFDIR | 0555) ||
	     (S_ISDIR(inode->i_mode) && task->tgid == current->tgid))) {
		inode->i_uid = cred->euid;
		inode->i_gid = cred->egid;
	}
	tasklist_unlock(flags);
}

/* Of process pid, or of none: 0; parent NULL: it is /proc itself. */
static struct inode *proc_dir_inode(s32 pid, const struct proc_dir *dir,
				    struct inode *parent, const char *name,
				    u32 mode)
{
	struct inode *inode = new_inode(mode);

	if (!inode)
		return NULL;
	inode->i_ino = PROC_INO(pid, dir, INO_DIR);
	inode->i_dev = PROC_DEV;
	set_owner(inode);
	inode->i_nlink = 2;
	inode->i_op = &proc_dir_ops;
	inode->i_fop = &proc_dir_fops;
	inode->i_private = (void *)(uintptr_t)dir;
	if (parent && name_dir(inode, parent, name)) {
		iput(inode);
		return NULL;
	}
	return inode;
}

static struct inode *proc_inode(u32 ino, const struct proc_entry *entry)
{
	struct inode *inode = new_inode(entry->mode);

	if (!inode)
		return NULL;
	inode->i_ino = ino;
	inode->i_dev = PROC_DEV;
	set_owner(inode);
	inode->i_fop = entry->fops;
	inode->i_op = &proc_file_ops;
	if (S_ISLNK(entry->mode))
		inode->i_op = entry->link->jump ? &proc_jump_ops :
						  &proc_link_ops;
	inode->i_private = (void *)(uintptr_t)entry;
	return inode;
}

struct inode *proc_numbered_inode(s32 pid, u32 number,
				  const struct proc_entry *entry)
{
	return proc_inode(PROC_INO_NUMBERED(pid, number), entry);
}

static struct inode *proc_entry_inode(struct inode *dir, u32 n)
{
	const struct proc_dir *of = proc_dir_of(dir);
	const struct proc_entry *entry = &of->entries[n];
	s32 pid = proc_pid_of(dir);

	if (entry->dir)
		return proc_dir_inode(pid, entry->dir, dir, entry->name,
				      entry->mode);
	return proc_inode(PROC_INO(pid, of, INO_DIR + 1 + n), entry);
}

static int check_owner(const struct inode *inode)
{
	return !proc_entry_of(inode)->own || proc_may_look(proc_pid_of(inode)) ?
		0 :
		-EACCES;
}

static int proc_open(struct inode *inode, struct file *file)
{
	int err = check_owner(inode);

	return err || inode->i_fop ? err : seq_open(inode, file);
}

static int proc_readlink(struct inode *inode, char *buf, u32 bytes)
{
	int err = check_owner(inode);

	return err ? err :
		     proc_entry_of(inode)->link->readlink(inode, buf, bytes);
}

static int proc_jump(struct inode *inode, struct inode **target)
{
	int err = check_owner(inode);

	return err ? err : proc_entry_of(inode)->link->jump(inode, target);
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

/* The number that a name says, or -1: it says none. */
static s32 parse_number(const char *name, u32 bytes)
{
	s32 number = 0;

	if (name[0] == '0' && bytes > 1)
		return -1;
	for (u32 i = 0; i < bytes; i++) {
		if (name[i] < '0' || name[i] > '9')
			return -1;
		number = number * 10 + (name[i] - '0');
		if (number > MAX_PID)
			return -1;
	}
	return number;
}

static bool pid_exists(s32 pid)
{
	u32 flags = tasklist_lock();
	bool found = find_task(pid);

	tasklist_unlock(flags);
	return found;
}

static int lookup_entry(const struct proc_entry *entry, const char *name,
			u32 bytes, u32 *n)
{
	for (*n = 0; entry[*n].name; (*n)++)
		if (strlen(entry[*n].name) == bytes &&
		    memcmp(entry[*n].name, name, bytes) == 0)
			return 0;
	return -ENOENT;
}

static int proc_lookup(struct inode *dir, const char *name, u32 bytes,
		       struct inode **child)
{
	const struct proc_dir *of = proc_dir_of(dir);
	s32 pid = proc_pid_of(dir), number;
	u32 n;

	if (pid && !pid_exists(pid))
		return -ENOENT;
	if (lookup_entry(of->entries, name, bytes, &n) == 0) {
		*child = proc_entry_inode(dir, n);
		return *child ? 0 : -ENOMEM;
	}
	number = of->list ? parse_number(name, bytes) : -1;
	return number < 0 ? -ENOENT : of->list->lookup(dir, number, child);
}

/* A process's directory; also of each of its threads, below task/. */
static int lookup_pid(struct inode *dir, s32 pid, struct inode **child)
{
	char name[NAME_CHARS];

	if (!pid || !pid_exists(pid))
		return -ENOENT;
	snprintf(name, sizeof(name), "%d", pid);
	*child = proc_dir_inode(pid, pid_dir, dir, name, S_IFDIR | 0555);
	return *child ? 0 : -ENOMEM;
}

static s32 next_pid(s32 pid __unused_arg, s32 from)
{
	s32 next = next_process(max(from, 1));

	return next ? next : -1;
}

static s32 next_thread(s32 pid, s32 from)
{
	u32 flags = tasklist_lock();
	struct task_struct *leader = find_task(pid), *task;
	s32 found = -1;

	if (leader)
		for_each_thread(task, leader->group_leader)
			if (task->pid >= from &&
			    (found < 0 || task->pid < found))
				found = task->pid;
	tasklist_unlock(flags);
	return found;
}

static int lookup_thread(struct inode *dir, s32 tid, struct inode **child)
{
	return next_thread(proc_pid_of(dir), tid) == tid ?
		lookup_pid(dir, tid, child) :
		-ENOENT;
}

const struct proc_list_operations process_list = { DT_DIR, next_pid,
						   lookup_pid };
const struct proc_list_operations thread_list = { DT_DIR, next_thread,
						  lookup_thread };

/* ---- readdir ----------------------------------------------------- */

static bool emit_dots(struct inode *dir, struct dir_context *ctx)
{
	if (ctx->pos == 0) {
		if (!ctx->emit(ctx, ".", 1, dir->i_ino, DT_DIR))
			return false;
		ctx->pos = 1;
	}
	if (ctx->pos == 1) {
		if (!ctx->emit(ctx, "..", 2, proc_root->i_ino, DT_DIR))
			return false;
		ctx->pos = POS_ENTRIES;
	}
	return true;
}

static bool emit_entries(s32 pid, const struct proc_dir *dir,
			 struct dir_context *ctx)
{
	const struct proc_entry *entry = dir->entries;
	u32 n;

	/* From the first on: a program may have put pos behind the last. */
	for (n = 0; entry->name; n++, entry++) {
		if (n < ctx->pos - POS_ENTRIES)
			continue;
		if (!ctx->emit(ctx, entry->name, (u32)strlen(entry->name),
			       entry->dir ? PROC_INO(pid, entry->dir, INO_DIR) :
					    PROC_INO(pid, dir, INO_DIR + 1 + n),
			       (entry->mode & S_IFMT) >> 12))
			return false;
		ctx->pos = POS_ENTRIES + n + 1;
	}
	return true;
}

static u32 number_ino(s32 pid, const struct proc_dir *dir, s32 number)
{
	return dir->list->type == DT_DIR ? PROC_INO(number, pid_dir, INO_DIR) :
					   PROC_INO_NUMBERED(pid, number);
}

static void emit_numbers(s32 pid, const struct proc_dir *dir,
			 struct dir_context *ctx)
{
	s32 number = (s32)(ctx->pos - POS_NUMBERS);
	char name[NAME_CHARS];
	int bytes;

	while ((number = dir->list->next(pid, number)) >= 0) {
		ctx->pos = POS_NUMBERS + (u32)number;
		bytes = snprintf(name, sizeof(name), "%d", number);
		if (!ctx->emit(ctx, name, (u32)bytes,
			       number_ino(pid, dir, number), dir->list->type))
			return;
		ctx->pos = POS_NUMBERS + (u32)++number;
		cond_resched();
	}
}

static int proc_iterate(struct file *file, struct dir_context *ctx)
{
	const struct proc_dir *dir = proc_dir_of(file->f_inode);
	s32 pid = proc_pid_of(file->f_inode);

	if (pid && !pid_exists(pid))
		return -ENOENT;
	if (!emit_dots(file->f_inode, ctx))
		return 0;
	if (ctx->pos < POS_NUMBERS && !emit_entries(pid, dir, ctx))
		return 0;
	if (!dir->list)
		return 0;
	if (ctx->pos < POS_NUMBERS)
		ctx->pos = POS_NUMBERS;
	emit_numbers(pid, dir, ctx);
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

static const struct inode_operations proc_jump_ops = {
	.readlink = proc_readlink,
	.jump = proc_jump,
};

static const struct file_operations proc_dir_fops = {
	.iterate = proc_iterate,
	.llseek = proc_llseek,
};

void procfs_mount(const struct proc_dir *root, const struct proc_dir *of_pid)
{
	int err = -ENOMEM;

	pid_dir = of_pid;
	proc_root = proc_dir_inode(0, root, NULL, NULL, S_IFDIR | 0555);
	if (proc_root)
		err = ramfs_link(root_inode, "proc", 4, proc_root, true);
	if (err)
		pr_err("proc: no /proc: error %d\n", err);
}
