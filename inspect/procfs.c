/*
 * The tree of /proc: directories, names, inodes.
 *
 * No part of the tree is kept: a lookup creates the inode, and its last iput
 * frees it. The inode's number identifies it: process (0: none), directory id
 * and index in its table; or process and number, of a descriptor.
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
#define INO_DIR       1u /* the directory itself; its entries follow */
#define PROC_INO(pid, dir, n) \
	((u32)(pid) << INO_PID_SHIFT | (dir)->id << 8 | (n))
#define PROC_INO_NUMBERED(pid, number)                \
	((u32)(pid) << INO_PID_SHIFT | INO_NUMBERED | \
	 ((u32)(number)&INO_NUMBER))

/* readdir's cookies: ".", "..", the table's entries, then the numbers. */
#define POS_ENTRIES 2u
#define POS_NUMBERS 0x100u

static const struct inode_operations proc_dir_ops, proc_file_ops, proc_link_ops,
	proc_jump_ops;
static const struct file_operations proc_dir_fops;

static struct inode *proc_root; /* never goes away */

/* See internal.h for these three. */
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

/* Returns a directory's table entry, which i_private has. */
static const struct proc_dir *proc_dir_of(const struct inode *inode)
{
	return inode->i_private;
}

/* ---- inodes ------------------------------------------------------ */

/*
 * Gives a new directory its name and parent, for ".." and getcwd: 0 or -ENOMEM.
 * No other task knows the inode yet, so no lock is needed.
 */
static int name_dir(struct inode *inode, struct inode *parent, const char *name)
{
	u32 bytes = (u32)strlen(name);
	struct dir_entry *entry = kzalloc(sizeof(*entry) + bytes + 1,
					  GFP_KERNEL);

	if (!entry)
		return -ENOMEM;
	/* The reference keeps the way up to the root, for getcwd(). */
	entry->dir = igrab(parent);
	entry->inode = inode;
	entry->bytes = bytes;
	memcpy(entry->name, name, bytes); /* kzalloc has written the NUL */
	inode->i_entry = entry;
	return 0;
}

/*
 * The last reference of a directory is gone: drops its parent, which may go,
 * too.
 */
static void proc_dir_evict(struct inode *inode)
{
	BUG_ON(inode == proc_root);
	/* There is none if name_dir() has failed. */
	if (inode->i_entry)
		iput(inode->i_entry->dir);
	kfree(inode->i_entry);
	inode->i_entry = NULL;
}

/* The last reference of a link is gone: an entry of its own goes, too. */
static void proc_link_evict(struct inode *inode)
{
	if (proc_entry_of(inode)->page)
		kfree(inode->i_private);
}

/*
 * Sets the owner of an inode below /proc/PID: the task's effective user, or
 * root if the task has ended or its user's other tasks may not look into it. As
 * on Linux a process's own list directories are its own even then.
 */
static void set_owner(struct inode *inode)
{
	u32 flags = tasklist_lock();
	s32 pid = proc_pid_of(inode);
	const struct task_struct *task = pid ? find_task(pid) : NULL;
	const struct mm_struct *mm = task ? task->thread_info.mm : NULL;
	const struct cred *cred;

	if (task &&
	    ((mm && !mm->not_dumpable) || inode->i_mode == (S_IFDIR | 0555) ||
	     (S_ISDIR(inode->i_mode) && task->tgid == current->tgid))) {
		cred = cred_of(&task->thread_info);
		inode->i_uid = cred->euid;
		inode->i_gid = cred->egid;
	}
	tasklist_unlock(flags);
}

/*
 * Returns a new directory inode, of process pid (0: none); parent is NULL for
 * /proc itself. NULL: no memory.
 */
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
	inode->i_nlink = 2; /* its name and its "." */
	inode->i_op = &proc_dir_ops;
	inode->i_fop = &proc_dir_fops;
	inode->i_private = (void *)(uintptr_t)dir;
	if (parent && name_dir(inode, parent, name)) {
		iput(inode);
		return NULL;
	}
	return inode;
}

/* Returns a new inode for a file or link; NULL: no memory. */
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
	/* A link that jumps has a target even where no path leads to it. */
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

/* Returns a new inode for the n-th entry of dir's table; NULL: no memory. */
static struct inode *proc_entry_inode(struct inode *dir, u32 n)
{
	const struct proc_dir *of = proc_dir_of(dir);
	const struct proc_entry *entry = &of->entries[n];
	s32 pid = proc_pid_of(dir);

	if (entry->dir)
		return proc_dir_inode(pid, entry->dir, dir, entry->name,
				      entry->mode);
	/* The directory itself has number INO_DIR. */
	return proc_inode(PROC_INO(pid, of, INO_DIR + 1 + n), entry);
}

/*
 * Returns 0, or -EACCES for an entry that the reader may not use. Checked at
 * each use, since the process may have executed a set-uid program after the
 * lookup.
 */
static int check_owner(const struct inode *inode)
{
	return !proc_entry_of(inode)->own || proc_may_look(proc_pid_of(inode)) ?
		0 :
		-EACCES;
}

/*
 * The open of files: text files are opened by seq_open(), others have
 * operations of their own.
 */
static int proc_open(struct inode *inode, struct file *file)
{
	/* Before the look: the one that is looked at may be a later one. */
	uintptr_t serial = mm_serial_of(proc_pid_of(inode));
	const struct proc_entry *entry = proc_entry_of(inode);
	int err = check_owner(inode);

	if (!err && entry->may_open)
		err = entry->may_open();
	file->private_data = (void *)serial;
	return err || inode->i_fop ? err : seq_open(inode, file);
}

static int proc_readlink(struct inode *inode, char *buf, u32 bytes)
{
	int err = check_owner(inode);

	return err ? err :
		     proc_entry_of(inode)->link->readlink(inode, buf, bytes);
}

static int proc_jump(struct inode *inode, struct fs_path *target)
{
	int err = check_owner(inode);

	return err ? err : proc_entry_of(inode)->link->jump(inode, target);
}

s64 proc_llseek(struct file *file, s64 offset, int whence)
{
	s64 base = 0;

	if (whence == SEEK_CUR)
		base = (s64)file->f_pos;
	/* A directory's size is 0; a text's is not known. */
	else if (whence != SEEK_SET &&
		 !(whence == SEEK_END && S_ISDIR(file->f_inode->i_mode)))
		return -EINVAL;
	/* A program may pass any 64-bit offset. */
	if (__builtin_add_overflow(base, offset, &offset) || offset < 0)
		return -EINVAL;
	file->f_pos = (u64)offset;
	return offset;
}

/* ---- names ------------------------------------------------------- */

/*
 * Returns the number that a name is, or -ENOENT. "007" is none: each process has one
 * name.
 */
static s32 parse_number(const char *name, u32 bytes)
{
	s32 number = 0;

	if (name[0] == '0' && bytes > 1)
		return -ENOENT;
	for (u32 i = 0; i < bytes; i++) {
		if (name[i] < '0' || name[i] > '9')
			return -ENOENT;
		number = number * 10 + (name[i] - '0');
		/* At each digit, so that the number cannot overflow. */
		if (number > MAX_PID)
			return -ENOENT;
	}
	return number;
}

/* Returns true if there is a task with number pid. Takes tasklist_lock. */
static bool pid_exists(s32 pid)
{
	u32 flags = tasklist_lock();
	bool found = find_task(pid);

	tasklist_unlock(flags);
	return found;
}

/* Sets *n to the index of a name in a table: 0 or -ENOENT. */
static int lookup_entry(const struct proc_entry *entry, const char *name,
			u32 bytes, u32 *n)
{
	/* The name is a part of a path: no NUL ends it. */
	for (*n = 0; entry[*n].name; (*n)++)
		if (strlen(entry[*n].name) == bytes &&
		    memcmp(entry[*n].name, name, bytes) == 0)
			return 0;
	return -ENOENT;
}

/* A name in a directory: 0 with a new inode in *child, -ENOENT or -ENOMEM. */
static int proc_lookup(struct inode *dir, const char *name, u32 bytes,
		       struct inode **child)
{
	const struct proc_dir *of = proc_dir_of(dir);
	s32 pid = proc_pid_of(dir), number;
	u32 n;

	/* An open directory of a process that has ended is empty. */
	if (pid && !pid_exists(pid))
		return -ENOENT;
	if (lookup_entry(of->entries, name, bytes, &n) == 0) {
		*child = proc_entry_inode(dir, n);
		return *child ? 0 : -ENOMEM;
	}
	/* After the table's names, none of which is a number. */
	if (!of->list)
		return -ENOENT;
	number = of->list->parse ? of->list->parse(pid, name, bytes) :
				   parse_number(name, bytes);
	return number < 0 ? number : of->list->lookup(dir, number, child);
}

/*
 * Creates the directory of process pid, or of a thread, below task/: 0, -ENOENT
 * or -ENOMEM. Any thread's number works in /proc itself, as on Linux, though it
 * is not listed.
 */
static int lookup_pid(struct inode *dir, s32 pid, struct inode **child)
{
	char name[NAME_CHARS];

	if (!pid || !pid_exists(pid))
		return -ENOENT;
	snprintf(name, sizeof(name), "%d", pid);
	*child = proc_dir_inode(pid, proc_dir_of(dir)->each, dir, name,
				S_IFDIR | 0555);
	return *child ? 0 : -ENOMEM;
}

/* The next of the list of processes. */
static s32 next_pid(s32 pid __unused_arg, s32 from)
{
	/* 0 is the idle task, which Linux does not list, either. */
	s32 next = next_process(max(from, 1));

	return next ? next : -1;
}

/*
 * The next of a process's threads: the lowest number from `from` on. They are
 * not sorted.
 */
static s32 next_thread(s32 pid, s32 from)
{
	u32 flags = tasklist_lock();
	struct task_struct *leader = find_task(pid), *task;
	s32 found = -1;

	/* The process may have ended since its directory was opened. */
	if (leader)
		for_each_thread(task, leader->group_leader)
			if (task->pid >= from &&
			    (found < 0 || task->pid < found))
				found = task->pid;
	tasklist_unlock(flags);
	return found;
}

/* Only threads of this process are found in its task directory. */
static int lookup_thread(struct inode *dir, s32 tid, struct inode **child)
{
	return next_thread(proc_pid_of(dir), tid) == tid ?
		lookup_pid(dir, tid, child) :
		-ENOENT;
}

const struct proc_list_operations process_list = {
	.type = DT_DIR,
	.next = next_pid,
	.lookup = lookup_pid,
};
const struct proc_list_operations thread_list = {
	.type = DT_DIR,
	.next = next_thread,
	.lookup = lookup_thread,
};

/* ---- readdir ----------------------------------------------------- */

/*
 * Emits "." and ".." if they are due. Returns false if the program's buffer is
 * full.
 */
static bool emit_dots(struct inode *dir, struct dir_context *ctx)
{
	/* Of the mount's root it is the root itself, as on Linux. */
	const struct inode *parent = dir == proc_root ? dir : dir->i_entry->dir;

	if (ctx->pos == 0) {
		if (!ctx->emit(ctx, ".", 1, dir->i_ino, DT_DIR))
			return false;
		ctx->pos = 1;
	}
	if (ctx->pos == 1) {
		if (!ctx->emit(ctx, "..", 2, parent->i_ino, DT_DIR))
			return false;
		ctx->pos = POS_ENTRIES;
	}
	return true;
}

/* Emits the names of the table that are due: false if the buffer is full. */
static bool emit_entries(s32 pid, const struct proc_dir *dir,
			 struct dir_context *ctx)
{
	const struct proc_entry *entry = dir->entries;
	u32 n;

	/*
	 * From the first entry on: a program may have set pos beyond the last
	 * one.
	 */
	for (n = 0; entry->name; n++, entry++) {
		if (n < ctx->pos - POS_ENTRIES)
			continue;
		if (!ctx->emit(ctx, entry->name, (u32)strlen(entry->name),
			       entry->dir ? PROC_INO(pid, entry->dir, INO_DIR) :
					    PROC_INO(pid, dir, INO_DIR + 1 + n),
			       /* DT_* are the S_IF* values, shifted. */
			       (entry->mode & S_IFMT) >> 12))
			return false;
		ctx->pos = POS_ENTRIES + n + 1;
	}
	return true;
}

/* Returns the inode number of a list's entry, as a lookup would give it. */
static u32 number_ino(s32 pid, const struct proc_dir *dir, s32 number)
{
	return dir->each ? PROC_INO(number, dir->each, INO_DIR) :
			   PROC_INO_NUMBERED(pid, number);
}

/* Writes the name of a list's number to buf; false: it has none any more. */
static bool print_number(s32 pid, const struct proc_list_operations *list,
			 s32 number, char *buf)
{
	if (list->print)
		return list->print(pid, number, buf);
	snprintf(buf, NAME_CHARS, "%d", number);
	return true;
}

/* Emits the numbers that are due, until the buffer is full. */
static void emit_numbers(s32 pid, const struct proc_dir *dir,
			 struct dir_context *ctx)
{
	s32 number = (s32)(ctx->pos - POS_NUMBERS);
	char name[NAME_CHARS];

	while ((number = dir->list->next(pid, number)) >= 0) {
		/*
		 * Before the attempt: if the buffer is full the next call
		 * begins with this number.
		 */
		ctx->pos = POS_NUMBERS + (u32)number;
		if (!print_number(pid, dir->list, number, name))
			number++; /* it has gone just now */
		else if (!ctx->emit(ctx, name, (u32)strlen(name),
				    number_ino(pid, dir, number),
				    dir->list->type))
			return;
		else
			number++;
		ctx->pos = POS_NUMBERS + (u32)number;
		/* No lock is held, and there may be thousands of names. */
		cond_resched();
	}
}

/* Fills a program's buffer with names from ctx->pos on. */
static int proc_iterate(struct file *file, struct dir_context *ctx)
{
	const struct proc_dir *dir = proc_dir_of(file->f_inode);
	s32 pid = proc_pid_of(file->f_inode);

	/*
	 * As on Linux the open directory of a process that has ended cannot be
	 * read.
	 */
	if (pid && !pid_exists(pid))
		return -ENOENT;
	/* A full buffer is no error: the next call continues at ctx->pos. */
	if (!emit_dots(file->f_inode, ctx))
		return 0;
	if (ctx->pos < POS_NUMBERS && !emit_entries(pid, dir, ctx))
		return 0;
	if (!dir->list)
		return 0;
	if (ctx->pos < POS_NUMBERS)
		ctx->pos = POS_NUMBERS;
	/*
	 * A number is its own position, so it stays the same while other
	 * processes end.
	 */
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
	.evict = proc_link_evict,
};

static const struct file_operations proc_dir_fops = {
	.iterate = proc_iterate,
	.llseek = proc_llseek,
};

void procfs_mount(const struct proc_dir *root)
{
	int err = -ENOMEM;

	proc_root = proc_dir_inode(0, root, NULL, NULL, S_IFDIR | 0555);
	if (proc_root)
		err = ramfs_link(root_inode, "proc", 4, proc_root, true);
	/* Programs that need no /proc still run. */
	if (err)
		pr_err("proc: /proc cannot be mounted: error %d\n", err);
}
