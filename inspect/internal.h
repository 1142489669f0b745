/*
 * inspect/internal.h - the interfaces between the files of inspect/.
 *
 *	procfs.c	the tree: directories, names, inodes
 *	seq_file.c	a file whose text a function makes
 *	proc_root.c	the tables: which function makes which file
 *	proc_fd.c	directories of numbers: descriptors, threads
 *	windows.c	the tables for the core alone
 *	proc_*.c	the functions
 *
 * A file of a process has only the pid: the process's structures are referenced
 * while text is made, so a file that stays open keeps nothing alive.
 */
#ifndef INSPECT_INTERNAL_H
#define INSPECT_INTERNAL_H

#include <fs/fs.h>
#include <proc/proc.h>
#include <trace.h>
#include <types.h>
#include <uapi/time.h>

/* ---- making text (seq_file.c) ------------------------------------ */

/*
 * A piece of text that a function makes. Bytes that do not fit into the buffer
 * are only counted; the piece is then made again with a larger buffer.
 */
struct seq_file {
	char *buf;
	u32 size;      /* bytes of buf */
	u32 count;     /* bytes of the piece so far, in buf or not */
	u32 items;     /* bytes of the list's complete items */
	u32 pad_until; /* see seq_setwidth() */
	bool more;     /* the text continues after this piece */
	/* for the functions that make the text */
	u64 place;     /* where a list continues: see seq_goes_on() */
	s32 pid;       /* the process; 0: not a file of one */
	u32 number;    /* the descriptor, in fdinfo */
	u32 arg;       /* what a program wrote; see walk */
	void *private; /* allocated by `write`, freed by `release` */
};

/* These append to the piece, and cannot fail: see struct seq_file. */
void seq_printf(struct seq_file *m, const char *fmt, ...) __printf(2, 3);
void seq_puts(struct seq_file *m, const char *s);
void seq_putc(struct seq_file *m, char c);
/* In decimal: seq_printf() has numbers of 32 bits alone. (proc_locks.c) */
void seq_put_u64(struct seq_file *m, u64 number);
void seq_write(struct seq_file *m, const void *bytes, u32 nr);
/*
 * Appends the low `digits` hexadecimal digits (1 to 8) of value, as %08x for 8.
 */
void seq_put_hex(struct seq_file *m, u32 value, u32 digits);
/* As %*u, for a width of at most 10. */
void seq_put_dec(struct seq_file *m, u32 value, u32 width);
/* As %d. */
void seq_put_num(struct seq_file *m, s32 value);
/* As "%-15s %8u kB\n"; a label of at most 15 bytes. */
void seq_put_kb(struct seq_file *m, const char *label, u32 kib);
/*
 * The next bytes form a column of `width` bytes: seq_pad() fills it with spaces
 * and appends `last`.
 */
static inline void seq_setwidth(struct seq_file *m, u32 width)
{
	m->pad_until = m->count + width;
}

void seq_pad(struct seq_file *m, char last);
/*
 * A list gives each item a place (0 for the first), by which a later call finds
 * it again. The function begins at m->place and calls this after each item with
 * the place of the next one. If it returns false the function must release its
 * locks and return; the next piece begins at m->place, which is this item's
 * again if it did not fit.
 */
bool seq_goes_on(struct seq_file *m, u64 next);

/* Returns ns in the unit of the times in stat. */
static inline u32 user_ticks(u64 ns)
{
	u32 nsec, sec = split_seconds(ns, &nsec);

	return sec * USER_HZ + nsec / ((u32)NSEC_PER_SEC / USER_HZ);
}

/* ---- events (trace.c) -------------------------------------------- */

#define TRACE_RING 1024u /* records, unless trace_ring= says otherwise */

/* Bits of trace_record.about. */
#define ABOUT_WRITE 1u /* the access was a write */
#define ABOUT_ANON  2u /* the VMA is anonymous */
#define ABOUT_COPY  4u /* the new frame is anonymous memory */

/* Addresses in functions that explain an event; 0: not known. */
struct why {
	u32 by;    /* the function that asked for it */
	u32 under; /* the one that the kernel was entered for */
};

/*
 * Sets *why from the callers, past those whose name begins with `past`: they do
 * for others what these ask for. (stack.c)
 */
void find_why(struct why *why, const char *past);

struct trace_record {
	u64 ns; /* since boot */
	u32 kind;
	s32 pid; /* task, and its program's pc */
	u32 pc;
	u32 a, b, c, d;
	union {
		struct { /* of a fault */
			u32 vm_start, vm_end, vm_flags, about;
		};
		struct why why; /* of a flush */
	};
	u32 free, resident, tables; /* pages; of the process */
	char comm[TASK_COMM_LEN];
};

/* Returns the name of a kind: "switch", "fault" and so on. */
const char *trace_kind_name(enum trace_kind kind);
/*
 * Copies record number seq (0 is the first since boot). Returns false if it has
 * been overwritten or does not exist yet.
 */
bool trace_get(u64 seq, struct trace_record *rec);
/*
 * Return how many events were recorded since the last trace_clear(), and how
 * many the ring holds.
 */
u64 trace_count(void);
u32 trace_ring_size(void);
/* Drops all records. */
void trace_clear(void);
/*
 * Replaces the ring by a larger one of `size` records, which is never freed.
 * Drops all records.
 */
void trace_use_ring(struct trace_record *larger, u32 size);
/* At boot, once vmalloc works: allocates the ring that trace_ring= asks for. */
void trace_init(void);

/* ---- the tables (proc_root.c, windows.c) ------------------------- */

/* How a symbolic link of /proc is read and followed. */
struct proc_link_operations {
	/* Writes the link's text, NUL-terminated, to buf: 0 or -errno. */
	int (*readlink)(const struct inode *link, char *buf, u32 bytes);
	/*
	 * Sets *target to the place, with references (struct
	 * inode_operations); NULL: follow the text.
	 */
	int (*jump)(const struct inode *link, struct fs_path *target);
};

/*
 * The same for a link that leads to an open file: to its inode, also if that has
 * no path any more. They put the reference; NULL: -ENOENT. (proc_fd.c)
 */
int readlink_file(struct file *file, char *buf, u32 bytes);
int jump_to_file(struct file *file, struct fs_path *target);

/* One name in a directory of /proc. */
struct proc_entry {
	const char *name;
	u32 mode; /* S_IF* and permissions */
	/*
	 * true: whatever its mode is, only tasks that may look into the process
	 */
	bool own;
	/* Besides: 0 or -errno of an open by the running task. Or NULL. */
	int (*may_open)(void);
	/* A text file: makes the text, or a list's next piece. 0 or -errno. */
	int (*show)(struct seq_file *m);
	/* Handles what a program wrote, NUL-terminated, without the newline. */
	int (*write)(struct seq_file *m, const char *text);
	/* The file is closed: frees m->private. NULL: nothing to do. */
	void (*release)(struct seq_file *m);
	/* A symbolic link. */
	const struct proc_link_operations *link;
	/* A directory. */
	const struct proc_dir *dir;
	/* None of these: the file has its own operations. */
	const struct file_operations *fops;
	/*
	 * In map_files, whose links have an entry each, that is freed with the
	 * inode: the VMA's first page, never 0. 0: the entry is constant.
	 */
	u32 page;
};

/*
 * A directory whose names stand for numbers: processes, threads, descriptors,
 * addresses.
 */
struct proc_list_operations {
	u32 type; /* DT_DIR ...: type of the entries */
	/* Returns the lowest number from `from` on, or a negative value. */
	s32 (*next)(s32 pid, s32 from);
	/* Creates the inode for number in dir: 0, -ENOENT or -ENOMEM. */
	int (*lookup)(struct inode *dir, s32 number, struct inode **child);
	/* Names that are not just the number in decimal; else both are NULL. */
	/* Returns the number that a name stands for, or -errno. */
	s32 (*parse)(s32 pid, const char *name, u32 bytes);
	/* Writes the name to buf, of NAME_CHARS; false: there is none now. */
	bool (*print)(s32 pid, s32 number, char *buf);
};

#define NAME_CHARS 20u /* such a name with its NUL */

/* A directory of /proc; all are constant. */
struct proc_dir {
	u32 id; /* 0 to 126, unique: part of the inodes' numbers */
	const struct proc_entry *entries; /* the last one's name is NULL */
	const struct proc_list_operations
		*list;               /* numbers after these; or NULL */
	const struct proc_dir *each; /* what a number is, if a directory */
};

/* clang-format off */
#define TEXT(file, fn)		{ .name = file, .mode = S_IFREG | 0444, \
				  .show = fn }
#define TEXT_RW(file, fn, wr)	{ .name = file, .mode = S_IFREG | 0644, \
				  .show = fn, .write = wr }
#define OWN_TEXT(file, fn)	{ .name = file, .mode = S_IFREG | 0444, \
				  .own = true, .show = fn }
#define OWN_LINK(file, ops)	{ .name = file, .mode = S_IFLNK | 0777, \
				  .own = true, .link = ops }
#define OWN_DIR(file, of)	{ .name = file, .mode = S_IFDIR | 0500, \
				  .dir = of }
#define OWN_FILE(file, bits, ops) \
				{ .name = file, .mode = S_IFREG | (bits), \
				  .own = true, .fops = ops }
#define ROOT_TEXT(file, fn)	{ .name = file, .mode = S_IFREG | 0400, \
				  .show = fn }
#define LINK(file, ops)		{ .name = file, .mode = S_IFLNK | 0777, \
				  .link = ops }
#define DIR(file, of)		{ .name = file, .mode = S_IFDIR | 0555, \
				  .dir = of }
/* clang-format on */

/* ---- the tree (procfs.c) ----------------------------------------- */

void procfs_mount(const struct proc_dir *root); /* root must stay */
/*
 * The processes in /proc, and a process's threads. Not for what is below a
 * thread: the end of a path of any depth would be one deep recursion.
 */
extern const struct proc_list_operations process_list, thread_list;
/*
 * Returns a new inode of a list; proc_number_of() will return number, and entry
 * has its functions. NULL: no memory.
 */
struct inode *proc_numbered_inode(s32 pid, u32 number,
				  const struct proc_entry *entry) __must_check;
/*
 * What an inode of /proc is for: its number in a list, its entry, and its
 * process (0: none).
 */
u32 proc_number_of(const struct inode *inode);
const struct proc_entry *proc_entry_of(const struct inode *inode);
s32 proc_pid_of(const struct inode *inode);
/*
 * Seeks in a file without a known end: SEEK_SET and SEEK_CUR. Returns the
 * position or -EINVAL.
 */
s64 proc_llseek(struct file *file, s64 offset, int whence);

/*
 * Opens a text file: makes it an open seq_file. Returns 0 or -ENOMEM
 * (seq_file.c).
 */
int seq_open(struct inode *inode, struct file *file);

/* ---- processes (proc_context.c) ---------------------------------- */

/*
 * Returns the lowest process number from `pid` on, or 0. Takes tasklist_lock,
 * and releases it in between.
 */
s32 next_process(s32 pid);
/*
 * Sets *mm to the address space of process pid, with a user that the caller
 * drops by mmput(), or NULL if it has none (a kernel thread, a zombie). Returns
 * 0, or -ESRCH if there is no such process.
 */
int __must_check get_mm_of(s32 pid, struct mm_struct **mm);

/* Returns "sleeping" and so on, as in /proc/PID/status (proc_task.c). */
const char *task_state_name(enum task_state state);

/* ---- page frames ------------------------------------------------- */

/*
 * Returns the page whose flags show the use of page: the head of its block, or
 * page itself.
 */
static inline const struct page *owner_page(const struct page *page)
{
	return page->flags & PG_TAIL ? page->head : page;
}

/* ---- the functions ----------------------------------------------- */

/*
 * The functions behind the tables in proc_root.c, each of which makes one
 * file's text, or handles a write to it: see struct proc_entry.
 */
int show_maps(struct seq_file *m);
/* Makes the line of one VMA in maps. Hold mmap_lock, so that vma stays. */
void show_vma_line(struct seq_file *m, struct vm_area_struct *vma);
/*
 * Calls show for each VMA of m's process, and for the vectors page last, in
 * pieces; mmap_lock is held for reading. Returns 0 or -ESRCH; no VMA is shown
 * if the process has no mm. A VMA's place is the end of the one before.
 */
int __must_check show_each_vma(struct seq_file *m,
			       void (*show)(struct seq_file *m,
					    struct vm_area_struct *vma));
extern struct vm_area_struct gate_vma;
int show_smaps(struct seq_file *m);
int show_smaps_rollup(struct seq_file *m);
int show_status(struct seq_file *m);
int show_stat(struct seq_file *m);
int show_statm(struct seq_file *m);
int show_cmdline(struct seq_file *m);
int show_comm(struct seq_file *m);
int write_comm(struct seq_file *m, const char *text);
int show_wchan(struct seq_file *m);
int show_syscall(struct seq_file *m);
int show_timerslack(struct seq_file *m);
int show_context(struct seq_file *m);
int show_walk(struct seq_file *m);
int show_pagetable(struct seq_file *m);
int show_meminfo(struct seq_file *m);
int show_buddyinfo(struct seq_file *m);
int show_slabinfo(struct seq_file *m);
int show_vmallocinfo(struct seq_file *m);
int show_zoneinfo(struct seq_file *m);
int show_pagetypemap(struct seq_file *m);
int show_uptime(struct seq_file *m);
int show_version(struct seq_file *m);
int show_cpuinfo(struct seq_file *m);
int show_interrupts(struct seq_file *m);
int show_trace(struct seq_file *m);
int show_audit(struct seq_file *m);
int show_vmstat(struct seq_file *m);
int show_kmem_demo(struct seq_file *m);
int write_walk(struct seq_file *m, const char *text);
int show_oom_score(struct seq_file *m);
int show_oom_score_adj(struct seq_file *m);
int write_oom_score_adj(struct seq_file *m, const char *text);
int write_timerslack(struct seq_file *m, const char *text);
int read_number(const char *text, u32 *number); /* decimal: 0 or -EINVAL */
int show_clear_refs(struct seq_file *m);
int write_clear_refs(struct seq_file *m, const char *text);
int write_trace(struct seq_file *m, const char *text);
int write_kmem_demo(struct seq_file *m, const char *text);
void release_kmem_demo(struct seq_file *m);
int show_auxv(struct seq_file *m);
int show_core_filter(struct seq_file *m);
int write_core_filter(struct seq_file *m, const char *text);
int show_environ(struct seq_file *m);
int show_limits(struct seq_file *m);
int show_boot_cmdline(struct seq_file *m);
int show_machine_stat(struct seq_file *m);
int show_loadavg(struct seq_file *m);
int show_file_locks(struct seq_file *m);
int show_mounts(struct seq_file *m);
int show_mountinfo(struct seq_file *m);
int show_mountstats(struct seq_file *m);
int show_devices(struct seq_file *m);
int show_no_disks(struct seq_file *m);
/* /proc/kmsg, and -EPERM without CAP_SYSLOG (proc_kmsg.c) */
extern const struct file_operations proc_kmsg_fops;
int may_open_kmsg(void);
int show_filesystems(struct seq_file *m);
int show_swaps(struct seq_file *m);
int show_config(struct seq_file *m); /* gzip; see proc_config.c */
int show_kallsyms(struct seq_file *m);
int show_iomem(struct seq_file *m);
extern const struct proc_link_operations self_link, thread_self_link, exe_link,
	cwd_link, root_link;
extern const struct proc_list_operations fd_list, fdinfo_list, map_files_list;
extern const struct proc_dir cpu_dir, sys_dir, sysvipc_dir;
extern const struct file_operations pagemap_fops, mem_fops, kpagecount_fops,
	kpageflags_fops;

#endif
