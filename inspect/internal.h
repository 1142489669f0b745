/*
 * inspect/internal.h - what the files of inspect/ share.
 *
 *	procfs.c	the tree: directories, names, inodes
 *	seq_file.c	a file whose text a function makes
 *	proc_root.c	the tables: which file is made by which function
 *	proc_fd.c	directories of numbers: descriptors, threads
 *	windows.c	the same for the core alone
 *	proc_*.c	the functions
 *
 * A file of a process knows its pid and nothing else: what it pins it pins
 * while text is made, so a file that stays open keeps nothing alive.
 */
#ifndef INSPECT_INTERNAL_H
#define INSPECT_INTERNAL_H

#include <fs/fs.h>
#include <proc/proc.h>
#include <trace.h>
#include <types.h>
#include <uapi/time.h>

/* ---- text in the making (seq_file.c) ----------------------------- */

/* What does not fit is counted only; the piece is then made again, larger. */
struct seq_file {
	char *buf;
	u32 size;      /* of buf, bytes */
	u32 count;     /* bytes of the piece so far, kept or not */
	u32 items;     /* bytes of the items in it that are complete */
	u32 pad_until; /* see seq_setwidth */
	bool more;     /* the text goes on behind the piece */
	/* for the functions that make it */
	u64 place;     /* where a list is to go on: see seq_goes_on */
	s32 pid;       /* 0: not a process's file */
	u32 number;    /* of a descriptor, if it is about one */
	u32 arg;       /* what was written to the file: see walk */
	void *private; /* what `write` keeps until `release` */
};

void seq_printf(struct seq_file *m, const char *fmt, ...) __printf(2, 3);
void seq_puts(struct seq_file *m, const char *s);
void seq_putc(struct seq_file *m, char c);
void seq_write(struct seq_file *m, const void *bytes, u32 nr);
/* The low `digits` digits, 1 to 8, as %08x for 8. */
void seq_put_hex(struct seq_file *m, u32 value, u32 digits);
/* As %*u, at most 10 wide. */
void seq_put_dec(struct seq_file *m, u32 value, u32 width);
/* As %d. */
void seq_put_num(struct seq_file *m, s32 value);
/* As "%-15s %8u kB\n"; a label of at most 15 bytes. */
void seq_put_kb(struct seq_file *m, const char *label, u32 kib);
/* What follows is to be `width` bytes wide: seq_pad fills up, then last. */
static inline void seq_setwidth(struct seq_file *m, u32 width)
{
	m->pad_until = m->count + width;
}

void seq_pad(struct seq_file *m, char last);
/*
 * A list has a place for each item, which it finds again in a later call; 0 is
 * the first one's. It begins at m->place and says this after each item, with
 * the place of the next. False: it is to return, letting go of its locks; the
 * next piece begins at m->place, which is this item's once more if it did not
 * fit.
 */
bool seq_goes_on(struct seq_file *m, u64 next);

/* ns in the unit of stat's times. */
static inline u32 user_ticks(u64 ns)
{
	u32 nsec, sec = split_seconds(ns, &nsec);

	return sec * USER_HZ + nsec / ((u32)NSEC_PER_SEC / USER_HZ);
}

/* ---- events (trace.c) -------------------------------------------- */

#define TRACE_RING 1024u /* records, unless trace_ring= says otherwise */

/* Bits of trace_record.about. */
#define ABOUT_WRITE 1u /* the access */
#define ABOUT_ANON  2u /* the VMA has no backing */
#define ABOUT_COPY  4u /* the new frame is anonymous memory */

struct trace_record {
	u64 ns; /* since boot */
	u32 kind;
	s32 pid; /* whose event it is, and where its program was */
	u32 pc;
	u32 a, b, c, d;
	u32 vm_start, vm_end, vm_flags, about; /* of a fault */
	u32 free, resident, tables; /* pages, of the process; its tables */
	char comm[TASK_COMM_LEN];
};

/* "switch", "fault" ... */
const char *trace_kind_name(enum trace_kind kind);
/* Record number seq (0 = first since boot). False: gone or not yet there. */
bool trace_get(u64 seq, struct trace_record *rec);
/* How many were recorded since boot; how many the ring holds. */
u64 trace_count(void);
u32 trace_ring_size(void);
/* What was recorded is forgotten. */
void trace_clear(void);
/* Another ring, ours for ever; what was recorded at boot is gone. */
void trace_use_ring(struct trace_record *larger, u32 size);
/* The ring that trace_ring= asks for, once there is memory for it. */
void trace_init(void);

/* ---- the tables (proc_root.c, windows.c) ------------------------- */

struct proc_link_operations {
	/* Its text, NUL-terminated: 0 or -errno. */
	int (*readlink)(const struct inode *link, char *buf, u32 bytes);
	/* NULL, or where it leads: as in struct inode_operations. */
	int (*jump)(const struct inode *link, struct inode **target);
};

struct proc_entry {
	const char *name;
	u32 mode; /* S_IF* and permissions */
	/* Whatever its mode says: for those who may look into the process. */
	bool own;
	/* A text file: make it, or a list's next piece. 0 or -errno. */
	int (*show)(struct seq_file *m);
	/* What a program wrote, NUL-terminated, without the newline. */
	int (*write)(struct seq_file *m, const char *text);
	/* The open file ends: free m->private. NULL: nothing to do. */
	void (*release)(struct seq_file *m);
	/* A symbolic link. */
	const struct proc_link_operations *link;
	/* A directory. */
	const struct proc_dir *dir;
	/* None of these: its own operations. */
	const struct file_operations *fops;
};

/* Names that are numbers: processes, threads, descriptors. */
struct proc_list_operations {
	u32 type; /* DT_DIR ...: what they are */
	/* The lowest from `from` on; below 0: there is none. */
	s32 (*next)(s32 pid, s32 from);
	/* The inode that number names in dir, new: 0, -ENOENT or -ENOMEM. */
	int (*lookup)(struct inode *dir, s32 number, struct inode **child);
};

/* A directory of /proc. All stay. */
struct proc_dir {
	u32 id; /* 0 to 126, no two have the same: part of inodes' numbers */
	const struct proc_entry *entries; /* the last one's name is NULL */
	const struct proc_list_operations *list; /* behind these; or NULL */
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

/*
 * Hang /proc into the root. root, and of_pid, which is the directory of each
 * process, stay.
 */
void procfs_mount(const struct proc_dir *root, const struct proc_dir *of_pid);
/* For lists: processes from /proc, threads of one. */
extern const struct proc_list_operations process_list, thread_list;
/*
 * A new inode of a list: number is what proc_number_of() will say, entry what it
 * does. NULL: no memory.
 */
struct inode *proc_numbered_inode(s32 pid, u32 number,
				  const struct proc_entry *entry) __must_check;
u32 proc_number_of(const struct inode *inode);
const struct proc_entry *proc_entry_of(const struct inode *inode);
s32 proc_pid_of(const struct inode *inode);
s64 proc_llseek(struct file *file, s64 offset, int whence);

/* Of a text file's inode (seq_file.c). */
int seq_open(struct inode *inode, struct file *file);

/* ---- processes (proc_context.c) ---------------------------------- */

/* The process with the lowest pid from `pid` on; 0: there is none. */
s32 next_process(s32 pid);
/*
 * The address space of a process, with a use (mmput it). 0; -ESRCH: no such
 * process any more; *mm NULL: it has none (a kernel thread, a zombie).
 */
int __must_check get_mm_of(s32 pid, struct mm_struct **mm);

/* "sleeping" and the like, as in /proc/PID/status (proc_task.c). */
const char *task_state_name(enum task_state state);

/* ---- page frames ------------------------------------------------- */

/* The page whose flags say what page is used for: a block's head, or itself. */
static inline const struct page *owner_page(const struct page *page)
{
	return page->flags & PG_TAIL ? page->head : page;
}

/* ---- the functions ----------------------------------------------- */

int show_maps(struct seq_file *m);
/* The line of one VMA in it; mmap_lock held. */
void show_vma_line(struct seq_file *m, struct vm_area_struct *vma);
/*
 * Have show write each VMA of the process m is about, the vectors page last,
 * in pieces; mmap_lock is held for reading. 0, or -errno; nothing where it has
 * no mm. A VMA's place is the end of the one before.
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
int show_wchan(struct seq_file *m);
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
int show_mounts(struct seq_file *m);
int show_mountinfo(struct seq_file *m);
int show_mountstats(struct seq_file *m);
int show_devices(struct seq_file *m);
int show_partitions(struct seq_file *m);
int show_filesystems(struct seq_file *m);
int show_swaps(struct seq_file *m);
int show_kallsyms(struct seq_file *m);
int show_iomem(struct seq_file *m);
extern const struct proc_link_operations self_link, thread_self_link, exe_link,
	cwd_link, root_link;
extern const struct proc_list_operations fd_list, fdinfo_list;
extern const struct proc_dir sys_dir, sysvipc_dir;
extern const struct file_operations pagemap_fops, mem_fops, kpagecount_fops,
	kpageflags_fops;

#endif
