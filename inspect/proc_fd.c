/*
 * /proc/PID/fd and fdinfo: the open files of a process, by descriptor; also its
 * working directory and root, the place where it waits, and its memory as a
 * file.
 *
 * A link of fd/ leads to the very inode that the process has open, even if no
 * path does: /proc/self/fd/0 opens a pipe again, or a file that was deleted.
 */
#include <inspect/inspect.h>
#include <inspect/internal.h>
#include <services/files/files.h>
#include <stdio.h>
#include <string.h>
#include <uapi/dirent.h>
#include <uapi/fcntl.h>

/* ---- files ------------------------------------------------------- */

/*
 * Returns the file behind fd of process pid, with a reference, or NULL; *size
 * is the number of its descriptors. tasklist_lock keeps the table: a task that
 * exits gives it up under that lock.
 */
static struct file *get_file_of(s32 pid, u32 fd, u32 *size)
{
	u32 flags = tasklist_lock();
	const struct task_struct *task = find_task(pid);
	struct files_struct *files = task ? task->thread_info.files : NULL;
	struct file *file = NULL;

	*size = 0;
	if (files) {
		file = files_get(files, fd);
		*size = files_size(files);
	}
	tasklist_unlock(flags);
	return file;
}

/* The next of the list: the lowest descriptor in use from `from` on, or -1. */
static s32 next_fd(s32 pid, s32 from)
{
	struct file *file;
	u32 fd = (u32)from, size;

	do {
		file = get_file_of(pid, fd, &size);
		if (file) {
			fput(file);
			return (s32)fd;
		}
		/* The table may have thousands of unused descriptors. */
		cond_resched();
		/* size is 0 if the process has ended: the list ends. */
	} while (++fd < size);
	return -1;
}

/*
 * Returns the file that a link of fd/ is for, with a reference, or NULL if it
 * was closed.
 */
static struct file *file_of(const struct inode *link)
{
	u32 size;

	return get_file_of(proc_pid_of(link), proc_number_of(link), &size);
}

int readlink_file(struct file *file, char *buf, u32 bytes)
{
	if (!file)
		return -ENOENT;
	file_path(file, buf, bytes);
	fput(file);
	return 0;
}

int jump_to_file(struct file *file, struct fs_path *target)
{
	if (!file)
		return -ENOENT;
	/* With the mount, whose flags (nosuid, ro) hold at the new open, too. */
	*target = (struct fs_path){ igrab(file->f_inode), mntget(file->f_mnt) };
	fput(file);
	return 0;
}

static int readlink_fd(const struct inode *link, char *buf, u32 bytes)
{
	return readlink_file(file_of(link), buf, bytes);
}

static int jump_to_fd(const struct inode *link, struct fs_path *target)
{
	return jump_to_file(file_of(link), target);
}

static const struct proc_link_operations fd_link = { readlink_fd, jump_to_fd };

/*
 * The position is read without its lock: a read under way may have moved it or
 * not.
 */
static int show_fdinfo(struct seq_file *m)
{
	u32 size;
	struct file *file = get_file_of(m->pid, m->number, &size);

	if (!file)
		return -ENOENT;
	seq_puts(m, "pos:\t");
	seq_put_u64(m, file->f_pos);
	seq_printf(m, "\nflags:\t0%o\nmnt_id:\t%u\nino:\t%u\n", file->f_flags,
		   mount_id(file->f_mnt), file->f_inode->i_ino);
	fput(file);
	return 0;
}

/*
 * The lookup of both lists: 0 with a new inode, -ENOENT if fd is not open, or
 * -ENOMEM.
 */
static int lookup_of(struct inode *dir, s32 fd, const struct proc_entry *entry,
		     struct inode **child)
{
	u32 size;
	struct file *file = get_file_of(proc_pid_of(dir), (u32)fd, &size);

	if (!file)
		return -ENOENT;
	/*
	 * The inode keeps no file: each use of it looks up the descriptor
	 * again.
	 */
	fput(file);
	*child = proc_numbered_inode(proc_pid_of(dir), (u32)fd, entry);
	return *child ? 0 : -ENOMEM;
}

/* What lstat shows, as on Linux, whatever the length of the path. */
#define LINK_SIZE 64

/*
 * The link's own rights are not checked, but show how the file was opened:
 * lsof and fuser read them. With O_PATH it can be neither read nor written.
 */
static u32 link_mode(const struct file *file)
{
	u32 access = file->f_flags & O_PATH ? 0 : file->f_flags + 1;

	return S_IFLNK | (access & 1 ? 0500 : 0) | (access & 2 ? 0300 : 0);
}

static int lookup_fd(struct inode *dir, s32 fd, struct inode **child)
{
	/* Without a name: the descriptor's number is the name. */
	static const struct proc_entry entry = LINK(NULL, &fd_link);
	int err = lookup_of(dir, fd, &entry, child);
	struct file *file;

	if (err)
		return err;
	file = file_of(*child);
	if (file) {
		(*child)->i_mode = link_mode(file);
		(*child)->i_size = LINK_SIZE;
		fput(file);
	}
	return 0;
}

static int lookup_fdinfo(struct inode *dir, s32 fd, struct inode **child)
{
	static const struct proc_entry entry = TEXT(NULL, show_fdinfo);

	return lookup_of(dir, fd, &entry, child);
}

const struct proc_list_operations fd_list = {
	.type = DT_LNK,
	.next = next_fd,
	.lookup = lookup_fd,
};
const struct proc_list_operations fdinfo_list = {
	.type = DT_REG,
	.next = next_fd,
	.lookup = lookup_fdinfo,
};

/* ---- directories ------------------------------------------------- */

/*
 * Sets *target to the process's working directory or its root, with
 * references. Returns 0, or -ENOENT if it has none.
 */
static int get_dir(const struct inode *link, bool root, struct fs_path *target)
{
	u32 flags = tasklist_lock();
	const struct task_struct *task = find_task(proc_pid_of(link));
	struct fs_struct *fs = task ? task->thread_info.fs : NULL;

	if (fs) {
		/*
		 * A chdir() of another thread may drop the directory at this
		 * moment.
		 */
		spin_lock(&fs->lock);
		*target = root ? fs->root : fs->pwd;
		/* A process that never called chroot() or chdir() has NULL. */
		if (!target->inode)
			target->inode = root_inode;
		igrab(target->inode);
		mntget(target->mnt);
		spin_unlock(&fs->lock);
	}
	tasklist_unlock(flags);
	return fs ? 0 : -ENOENT;
}

/*
 * Writes the path as the reader sees it: the root of another process may be
 * inside the reader's.
 */
static int readlink_dir(const struct inode *link, bool root, char *buf,
			u32 bytes)
{
	struct fs_path dir;
	int err = get_dir(link, root, &dir);

	if (!err) {
		err = inode_path(&dir, NULL, buf, bytes);
		/* As a file's that was opened there and has lost its name. */
		if (err == -ENOENT) {
			const struct file was = { .f_inode = dir.inode,
						  .f_mnt = dir.mnt };

			file_path(&was, buf, bytes);
			err = 0;
		}
		path_put(&dir);
	}
	return err;
}

static int jump_to_cwd(const struct inode *link, struct fs_path *target)
{
	return get_dir(link, false, target);
}

static int readlink_cwd(const struct inode *link, char *buf, u32 bytes)
{
	return readlink_dir(link, false, buf, bytes);
}

static int jump_to_root(const struct inode *link, struct fs_path *target)
{
	return get_dir(link, true, target);
}

static int readlink_root(const struct inode *link, char *buf, u32 bytes)
{
	return readlink_dir(link, true, buf, bytes);
}

/* The text of /proc/thread-self. */
static int readlink_thread_self(const struct inode *link __unused_arg,
				char *buf, u32 bytes)
{
	snprintf(buf, bytes, "%d/task/%d", current->tgid, current->pid);
	return 0;
}

const struct proc_link_operations cwd_link = { readlink_cwd, jump_to_cwd };
const struct proc_link_operations root_link = { readlink_root, jump_to_root };
const struct proc_link_operations thread_self_link = {
	.readlink = readlink_thread_self,
};

/* ---- where it waits ---------------------------------------------- */

/*
 * /proc/PID/wchan: the function in which the task waits, or 0 if it runs or the
 * reader may not look into it, as on Linux. No newline, either.
 */
int show_wchan(struct seq_file *m)
{
	bool may = proc_may_look(m->pid);
	u32 flags = tasklist_lock();
	const struct task_struct *task = find_task(m->pid);
	const char *name = NULL;

	/*
	 * proc_may_look() came before: it takes tasklist_lock itself. Only in
	 * these states the saved registers are those of a sleep: a running task
	 * has others now, and an ended one may have no stack.
	 */
	if (may && task && task->state >= TASK_INTERRUPTIBLE &&
	    task->state <= TASK_STOPPED)
		name = task_waits_in(task);
	tasklist_unlock(flags);
	if (!task)
		return -ESRCH;
	seq_puts(m, name ? name : "0");
	return 0;
}

/*
 * /proc/PID/syscall: "running", or the number of the system call in which the
 * task waits, its six arguments, its stack pointer and its pc, in Linux's
 * format. The reader itself is in the call that reads. -1 for one that has
 * ended.
 */
int show_syscall(struct seq_file *m)
{
	u32 flags = tasklist_lock();
	const struct task_struct *task = find_task(m->pid);
	struct pt_regs regs = { .r = { 0 } };
	bool runs = false, ended = false;

	if (task) {
		runs = task != current && task->state == TASK_RUNNING;
		ended = task->state > TASK_STOPPED;
		/* A kernel thread was never in user mode: zeros, as there. */
		if (task->thread_info.mm && !runs && !ended)
			regs = *task_pt_regs(task);
	}
	tasklist_unlock(flags);
	if (!task)
		return -ESRCH;
	if (runs)
		seq_puts(m, "running\n");
	else if (ended)
		seq_puts(m, "-1 0x0 0x0\n");
	else
		seq_printf(m, "%u 0x%x 0x%x 0x%x 0x%x 0x%x 0x%x 0x%x 0x%x\n",
			   regs.r[7], regs.orig_r0, regs.r[1], regs.r[2],
			   regs.r[3], regs.r[4], regs.r[5], regs.sp, regs.pc);
	return 0;
}

/* ---- memory ------------------------------------------------------ */

#define PIECE 256u /* bytes copied at a time, on the stack */

/*
 * Copies n bytes between piece and address va of file's process: 0, -EIO, or
 * -ESRCH if it has ended or executed another program. The mm is referenced for
 * this copy only: the caller's
 * own copy may wait for memory, which the OOM killer may have to take from this
 * process.
 */
static int copy_piece(const struct file *file, uaddr_t va, char *piece, u32 n,
		      bool write)
{
	struct mm_struct *mm = get_task_mm_by_pid(proc_pid_of(file->f_inode));
	int err = -ESRCH;

	if (!mm)
		return err;
	if (mm->serial == (uintptr_t)file->private_data)
		err = copy_remote_vm(mm, va, piece, n,
				     FOLL_FORCE | (write ? FOLL_WRITE : 0));
	mmput(mm);
	return err && err != -ESRCH ? -EIO : err;
}

/*
 * Copies between the program's buffer and that memory at *pos, whatever rights
 * the owner has there: a debugger reads everything, and writes breakpoints into
 * code. Returns the bytes, or -EIO if nothing is mapped, or a shared mapping is
 * read-only.
 */
static s32 copy_memory(const struct file *file, uaddr_t buf, u32 bytes,
		       u64 *pos, bool write)
{
	char piece[PIECE];
	u32 done = 0, n;
	int err = 0;

	for (; done < bytes && !err; done += n) {
		n = min(bytes - done, PIECE);
		/*
		 * Up to a page's end: the next page may be missing, and the
		 * bytes before it count.
		 */
		n = min(n, (u32)(PAGE_SIZE - (*pos & ~(u64)PAGE_MASK)));
		/* The kernel's memory is not the process's, even for root. */
		if (*pos >= TASK_SIZE)
			err = -EIO;
		else if (write && copy_from_user(piece, buf + done, n))
			err = -EFAULT;
		else
			err = copy_piece(file, (uaddr_t)*pos, piece, n, write);
		if (!err && !write && copy_to_user(buf + done, piece, n))
			err = -EFAULT;
		if (err)
			break;
		/*
		 * After each piece: an error later does not take back what was
		 * copied.
		 */
		*pos += n;
		/* A large copy must neither keep the core nor outlive a kill. */
		if (give_way()) {
			done += n;
			break;
		}
	}
	/* Linux reports the end of the file once the process has ended. */
	if (err == -ESRCH)
		err = 0;
	return done ? (s32)done : err;
}

static s32 mem_read(struct file *file, uaddr_t buf, u32 bytes, u64 *pos)
{
	return copy_memory(file, buf, bytes, pos, false);
}

static s32 mem_write(struct file *file, uaddr_t buf, u32 bytes, u64 *pos)
{
	return copy_memory(file, buf, bytes, pos, true);
}

const struct file_operations mem_fops = {
	.read = mem_read,
	.write = mem_write,
	.llseek = proc_llseek,
};
