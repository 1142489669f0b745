/*
 * services/files/files.h - the system calls on files and names that the core
 * does not have, and the functions that this service's files share.
 */
#ifndef SERVICES_FILES_FILES_H
#define SERVICES_FILES_FILES_H

#include <fs/fs.h>
#include <service.h>
#include <trap/core_calls.h>
#include <types.h>
#include <uapi/mount.h>

extern const struct service files_service;
/*
 * Sets the text of a symbolic link that was just made and has no name yet.
 * Copies text. 0 or -ENOMEM. (make.c)
 */
int __must_check ramfs_set_link_text(struct inode *inode, const char *text);
/* At boot: makes /dev/shm and the links to /proc/self/fd. (devices.c) */
void files_make_dev(void);
/* The row's table of devices, which ends with a NULL name. (devices.c) */
extern const struct chrdev files_devices[];
/* /dev/kmsg (kmsg.c) */
extern const struct file_operations kmsg_fops;

/* clang-format off */
/* open, openat and ioctl replace the core's calls, which can do less. */
#define FILES_CALLS \
	CALL(readv), CALL(writev), CALL(pread64), CALL(pwrite64), \
	CALL(sendfile), CALL(sendfile64), ROW(_llseek, sys_llseek), \
	ROW(open, sys_open_or_create), ROW(openat, sys_openat_or_create), \
	CALL(creat), CALL(truncate), CALL(ftruncate), CALL(ftruncate64), \
	CALL(fsync), CALL(flock), CALL(dup), CALL(dup2), CALL(dup3), CALL(fcntl), CALL(fcntl64), \
	ROW(ioctl, sys_ioctl_all), CALL(getdents64), CALL(getdents), CALL(stat64), \
	CALL(stat), CALL(lstat), CALL(fstat), \
	CALL(lstat64), CALL(fstatat64), CALL(statx), CALL(statfs64), \
	CALL(access), CALL(faccessat), CALL(faccessat2), CALL(chmod), \
	CALL(fchmod), CALL(fchmodat), CALL(chown), CALL(lchown), \
	CALL(fchown), CALL(chown32), CALL(lchown32), CALL(fchown32), \
	CALL(fchownat), CALL(utimensat), CALL(utimensat_time64), \
	CALL(futimesat), CALL(utimes), CALL(statfs), CALL(ustat), \
	CALL(fstatfs), CALL(fstatfs64), CALL(sync), CALL(syncfs), \
	ROW(fdatasync, sys_fsync), CALL(truncate64), \
	CALL(mkdir), CALL(mkdirat), CALL(mknod), CALL(mknodat), \
	CALL(symlink), CALL(symlinkat), CALL(link), CALL(linkat), \
	CALL(rmdir), CALL(unlink), CALL(unlinkat), \
	CALL(mount), CALL(umount2), CALL(syslog), \
	CALL(rename), CALL(renameat), CALL(renameat2), \
	CALL(readlink), CALL(readlinkat), \
	CALL(chdir), CALL(fchdir), CALL(chroot), \
	CALL(fallocate), CALL(copy_file_range), CALL(getcwd), CALL(umask), \
	CALL(preadv), CALL(pwritev), CALL(preadv2), CALL(pwritev2), \
	CALL(close_range), CALL(execveat), CALL(readahead), CALL(arm_fadvise64_64), \
	CALL(arm_sync_file_range), CALL(unshare), \
	CALL(setxattr), CALL(lsetxattr), CALL(fsetxattr), CALL(getxattr), \
	CALL(lgetxattr), CALL(fgetxattr), CALL(listxattr), \
	CALL(llistxattr), CALL(flistxattr), \
	ROW(removexattr, sys_getxattr), ROW(lremovexattr, sys_lgetxattr), \
	ROW(fremovexattr, sys_fgetxattr)
/* clang-format on */

/*
 * The system calls, with Linux's arguments and errors. u32 lengths are bytes.
 * The EABI passes a 64-bit argument in an even/odd register pair, low word
 * first, so some calls have a `pad` in between.
 */
s32 sys_pread64(u32 fd, uaddr_t buf, u32 bytes, u32 pad, u32 lo, u32 hi);
s32 sys_pwrite64(u32 fd, uaddr_t buf, u32 bytes, u32 pad, u32 lo, u32 hi);
s32 sys_llseek(u32 fd, u32 hi, u32 lo, uaddr_t result, u32 whence);
s32 sys_readv(u32 fd, uaddr_t iov, u32 n);
s32 sys_writev(u32 fd, uaddr_t iov, u32 n);
s32 sys_preadv(u32 fd, uaddr_t iov, u32 n, u32 lo, u32 hi);
s32 sys_pwritev(u32 fd, uaddr_t iov, u32 n, u32 lo, u32 hi);
s32 sys_preadv2(u32 fd, uaddr_t iov, u32 n, u32 lo, u32 hi, u32 flags);
s32 sys_pwritev2(u32 fd, uaddr_t iov, u32 n, u32 lo, u32 hi, u32 flags);
s32 sys_ustat(u32 dev, uaddr_t buf);
s32 sys_sendfile(u32 out, u32 in, uaddr_t offset, u32 bytes);
s32 sys_sendfile64(u32 out, u32 in, uaddr_t offset, u32 bytes);
s32 sys_open_or_create(uaddr_t path, u32 flags, u32 mode);
s32 sys_openat_or_create(s32 dirfd, uaddr_t path, u32 flags, u32 mode);
s32 sys_creat(uaddr_t path, u32 mode);
s32 sys_truncate(uaddr_t path, u32 bytes);
s32 sys_ftruncate(u32 fd, u32 bytes);
s32 sys_ftruncate64(u32 fd, u32 pad, u32 lo, u32 hi);
s32 sys_truncate64(uaddr_t path, u32 pad, u32 lo, u32 hi);
s32 sys_fsync(u32 fd); /* and fdatasync */
s32 sys_syncfs(u32 fd);
s32 sys_sync(void);
s32 sys_flock(u32 fd, u32 op);
s32 sys_dup(u32 fd);
s32 sys_dup2(u32 old, u32 new);
s32 sys_dup3(u32 old, u32 new, u32 flags);
s32 sys_close_range(u32 first, u32 last, u32 flags);
s32 sys_unshare(u32 flags);
s32 sys_fcntl(u32 fd, u32 cmd, u32 arg);
s32 sys_execveat(s32 dirfd, uaddr_t path, uaddr_t argv, uaddr_t envp,
		 u32 at_flags);
s32 sys_fcntl64(u32 fd, u32 cmd, u32 arg);
s32 sys_ioctl_all(u32 fd, u32 cmd, u32 arg);
s32 sys_getdents64(u32 fd, uaddr_t buf, u32 bytes);
s32 sys_getdents(u32 fd, uaddr_t buf, u32 bytes);
s32 sys_stat64(uaddr_t path, uaddr_t st);
s32 sys_lstat64(uaddr_t path, uaddr_t st);
s32 sys_stat(uaddr_t path, uaddr_t st);
s32 sys_lstat(uaddr_t path, uaddr_t st);
s32 sys_fstat(u32 fd, uaddr_t st);
s32 sys_fstatat64(s32 dirfd, uaddr_t path, uaddr_t st, u32 flags);
s32 sys_statx(s32 dirfd, uaddr_t path, u32 flags, u32 mask, uaddr_t st);
s32 sys_statfs64(uaddr_t path, u32 bytes, uaddr_t buf);
s32 sys_access(uaddr_t path, u32 mode);
s32 sys_faccessat(s32 dirfd, uaddr_t path, u32 mode);
s32 sys_faccessat2(s32 dirfd, uaddr_t path, u32 mode, u32 at_flags);
s32 sys_chmod(uaddr_t path, u32 mode);
s32 sys_fchmod(u32 fd, u32 mode);
s32 sys_fchmodat(s32 dirfd, uaddr_t path, u32 mode);
s32 sys_chown(uaddr_t path, u32 uid, u32 gid);
s32 sys_lchown(uaddr_t path, u32 uid, u32 gid);
s32 sys_fchown(u32 fd, u32 uid, u32 gid);
s32 sys_chown32(uaddr_t path, u32 uid, u32 gid);
s32 sys_lchown32(uaddr_t path, u32 uid, u32 gid);
s32 sys_fchown32(u32 fd, u32 uid, u32 gid);
s32 sys_fchownat(s32 dirfd, uaddr_t path, u32 uid, u32 gid, u32 at_flags);
s32 sys_statfs(uaddr_t path, uaddr_t buf);
s32 sys_fstatfs(u32 fd, uaddr_t buf);
s32 sys_fstatfs64(u32 fd, u32 bytes, uaddr_t buf);
s32 sys_utimensat_time64(s32 dirfd, uaddr_t path, uaddr_t times, u32 flags);
s32 sys_futimesat(s32 dirfd, uaddr_t path, uaddr_t times);
s32 sys_utimes(uaddr_t path, uaddr_t times);
s32 sys_utimensat(s32 dirfd, uaddr_t path, uaddr_t times, u32 flags);
s32 sys_mkdir(uaddr_t path, u32 mode);
s32 sys_mkdirat(s32 dirfd, uaddr_t path, u32 mode);
s32 sys_mknod(uaddr_t path, u32 mode, u32 dev);
s32 sys_mknodat(s32 dirfd, uaddr_t path, u32 mode, u32 dev);
s32 sys_link(uaddr_t old, uaddr_t path);
s32 sys_linkat(s32 old_dirfd, uaddr_t old, s32 dirfd, uaddr_t path,
	       u32 at_flags);
s32 sys_rmdir(uaddr_t path);
s32 sys_unlink(uaddr_t path);
s32 sys_unlinkat(s32 dirfd, uaddr_t path, u32 flags);
s32 sys_rename(uaddr_t from, uaddr_t to);
s32 sys_renameat(s32 old_dirfd, uaddr_t from, s32 new_dirfd, uaddr_t to);
s32 sys_renameat2(s32 old_dirfd, uaddr_t from, s32 new_dirfd, uaddr_t to,
		  u32 flags);
s32 sys_symlink(uaddr_t text, uaddr_t path);
s32 sys_symlinkat(uaddr_t text, s32 dirfd, uaddr_t path);
s32 sys_readlink(uaddr_t path, uaddr_t buf, u32 bytes);
s32 sys_readlinkat(s32 dirfd, uaddr_t path, uaddr_t buf, u32 bytes);
s32 sys_chdir(uaddr_t path);
s32 sys_fchdir(u32 fd);
s32 sys_chroot(uaddr_t path);
s32 sys_mount(uaddr_t source, uaddr_t target, uaddr_t type, u32 flags,
	      uaddr_t data);
s32 sys_umount2(uaddr_t target, u32 flags);
s32 sys_syslog(u32 type, uaddr_t buf, u32 bytes);
s32 sys_fallocate(u32 fd, u32 mode, u32 offset_lo, u32 offset_hi, u32 bytes_lo,
		  u32 bytes_hi);
s32 sys_copy_file_range(u32 in_fd, uaddr_t in_offset, u32 out_fd,
			uaddr_t out_offset, u32 bytes, u32 flags);
s32 sys_readahead(u32 fd, u32 pad, u32 lo, u32 hi, u32 bytes);
s32 sys_arm_fadvise64_64(u32 fd, u32 advice, u32 offset_lo, u32 offset_hi,
			 u32 bytes_lo, u32 bytes_hi);
s32 sys_arm_sync_file_range(u32 fd, u32 flags, u32 offset_lo, u32 offset_hi,
			    u32 bytes_lo, u32 bytes_hi);
s32 sys_setxattr(uaddr_t path, uaddr_t name, uaddr_t value, u32 bytes,
		 u32 flags);
s32 sys_lsetxattr(uaddr_t path, uaddr_t name, uaddr_t value, u32 bytes,
		  u32 flags);
s32 sys_fsetxattr(u32 fd, uaddr_t name, uaddr_t value, u32 bytes, u32 flags);
s32 sys_getxattr(uaddr_t path, uaddr_t name); /* and removexattr */
s32 sys_lgetxattr(uaddr_t path, uaddr_t name);
s32 sys_fgetxattr(u32 fd, uaddr_t name);
s32 sys_listxattr(uaddr_t path);
s32 sys_llistxattr(uaddr_t path);
s32 sys_flistxattr(u32 fd);
s32 sys_getcwd(uaddr_t buf, u32 bytes);
s32 sys_umask(u32 mask);

/* ---- changing ramfs ---------------------------------------------- */

/*
 * Makes an inode of the mount that dir belongs to, owned by the running task,
 * without a name. 0 and a reference in *result, -ENOSPC or -ENOMEM. (make.c)
 */
int __must_check ramfs_make_inode(const struct inode *dir, u32 mode,
				  struct inode **result);
/*
 * The same with a name in dir; name has `bytes` bytes and need not end in NUL.
 * Takes dir's i_lock. Also -EEXIST, and -ENOENT if dir was removed. (make.c)
 */
int ramfs_create(struct inode *dir, const char *name, u32 bytes, u32 mode,
		 struct inode **child);
/*
 * Makes an inode without data under a path of the kernel's, for the running
 * task. 0 and a reference in *made, -EEXIST, or the walk's -errno. (make.c)
 */
int __must_check make_node(const char *path, u32 mode, struct inode **made);
/* The largest size for a program without O_LARGEFILE: its off_t has 32 bits. */
#define MAX_SMALL_FILE 0x7fffffffu
/*
 * Operations of ramfs's files; see struct inode_operations, file_operations.
 * The ones that change data take i_lock. (write_access.c, holes.c, write.c)
 */
int ramfs_open(struct inode *inode, struct file *file);
int ramfs_run(struct inode *inode, struct file *file);
void ramfs_release(struct file *file);
s64 ramfs_llseek(struct file *file, s64 offset, int whence);
s32 generic_file_write(struct file *file, uaddr_t buf, u32 bytes, u64 *pos);
/*
 * As *pos: the file's end, whatever f_flags says. No position has this bit. The
 * write replaces it by the position behind the bytes.
 */
#define POS_APPEND (1ull << 63)
s32 generic_kernel_write(struct file *file, const void *buf, u32 bytes,
			 u64 *pos);
int generic_fallocate(struct file *file, u32 mode, u64 start, u64 bytes);
/* How many pages all files may take; ramfs_pages counts the used. (limit.c) */
u32 ramfs_max_pages(void);
/*
 * How many pages may be charged yet to files of a tree; limits is NULL if it has no
 * limit of its own. (limit.c)
 */
u32 limit_pages_left(const struct tree_limits *limits);
/*
 * Charges a page that will be written to, unless it is charged already. The
 * caller has a reference to it. 0 or -ENOSPC. (limit.c)
 */
int __must_check limit_data(struct page *page);
/*
 * Counts inode in a mount's limits; NULL: it has none. Freeing the inode
 * counts it off. 0 or -ENOSPC. (mount_options.c)
 */
int __must_check join_tree(struct inode *inode, struct tree_limits *limits);
/*
 * vm_operations.page_mkwrite of all files: charges the page and sets the file's
 * times. Returns 0, or VM_FAULT_SIGBUS at the limit. (limit.c)
 */
u32 limited_mkwrite(struct vm_area_struct *vma, struct page *page);
/*
 * Whether memory allows another name or inode. May drop clean pages, so hold no
 * spinlock. 0 or -ENOSPC. (limit.c)
 */
int __must_check limit_names(void);
/*
 * Sets the size in bytes of a file of ramfs and frees the pages behind it.
 * Takes i_lock. 0 or -EFBIG. (truncate.c)
 */
int __must_check generic_truncate(struct inode *inode, u64 bytes);

/* ---- working directory, root and umask of tasks (fs_struct.c) ---- */

/* The row's hooks; see struct service. fork: 0 or -ENOMEM. */
void fs_struct_init(void);
int fs_struct_fork(struct task_struct *child, u32 flags);
void fs_struct_undo_fork(struct task_struct *child);
void fs_struct_exec(void);
void fs_struct_exit(struct task_struct *task);
/*
 * For unshare. Sets *copy to a copy of the caller's, or to NULL if no other
 * task uses that one: 0 or -ENOMEM. The copy is for fs_replace, or for fs_put.
 */
int __must_check fs_copy_shared(struct fs_struct **copy);
void fs_replace(struct task_struct *task, struct fs_struct *fs);
void fs_put(struct fs_struct *fs); /* NULL allowed */
/* The mode bits that files made by the running task do not get. */
u32 current_umask(void);
/* The same of another task's fs, for /proc. Hold tasklist_lock, so it stays. */
static inline u32 fs_umask(const struct fs_struct *fs)
{
	return READ_ONCE(fs->umask);
}

/* ---- functions that the calls share ------------------------------ */

/*
 * As do_filp_open(), and obeys O_CREAT, O_TRUNC, O_TMPFILE and O_PATH. mode: of
 * a file that is made. 0 and the caller's reference in *file, or -errno.
 * (create.c)
 */
int __must_check files_open(s32 dirfd, const char *path, u32 flags, u32 mode,
			    struct file **file);
/* Gives the caller its own descriptors: 0 or -ENOMEM. (close_range.c) */
int __must_check unshare_table(struct thread_info *ti);
/* A file that only marks a place, as O_PATH opens one: as above. */
int __must_check open_place(const struct fs_path *at, u32 flags,
			    struct file **file);
/* unlink, or rmdir (want_dir), for a path of the kernel's. (namespace.c) */
int __must_check do_unlinkat(s32 dirfd, const char *path, bool want_dir);
/*
 * Counts a writer of the file, so that no program executes it until
 * put_write_access(). 0, or -ETXTBSY if one does. (write_access.c)
 */
int __must_check get_write_access(struct inode *inode);
void put_write_access(struct inode *inode);
/*
 * Sets the size in bytes of an inode that has a truncate operation. 0, -EFBIG,
 * or -ETXTBSY if a program executes it. Takes i_lock. (truncate.c)
 */
int __must_check do_truncate(struct inode *inode, u64 bytes);
/*
 * Stores the inode of an open file with a reference; with `path` also for a
 * descriptor opened with O_PATH. 0 or -EBADF. (owner.c)
 */
int __must_check fd_inode(u32 fd, bool path, struct inode **inode);
/*
 * Stores the place of an open file that is to be changed; end_change() must
 * follow. 0, -EBADF (also for O_PATH), or -EROFS if its mount is read-only.
 * (owner.c)
 */
int __must_check fd_to_change(u32 fd, struct fs_path *at);
/*
 * Whether the running task may make a name in dir (make.c), or remove inode's
 * from it (namespace.c). 0, -EACCES or -EPERM. Hold dir's i_lock to rely on it.
 */
int __must_check may_create(const struct inode *dir);
int __must_check may_remove(const struct inode *dir, const struct inode *inode);
/*
 * Clears set-uid and set-gid before the data changes, unless the task has
 * CAP_FSETID. Hold i_lock for writing, which guards i_mode. (owner.c)
 */
void file_remove_privs(struct inode *inode);
/* File systems without a place in the tree, by Linux's numbers; no devices. */
#define SHMEM_DEV        MKDEV(0, 1)
#define SOCKFS_DEV       MKDEV(0, 8)
#define PIPEFS_DEV       MKDEV(0, 10)
#define ANON_INODEFS_DEV MKDEV(0, 14)
#define MQUEUE_DEV       MKDEV(0, 18)
/* The minor device numbers of tmpfs mounts are larger than this one. */
#define TMPFS_FIRST_DEV  32

#define ROOT_MOUNT_ID 1u

static inline u32 mount_id(const struct mount *mnt)
{
	return mnt ? mnt->mnt_id : ROOT_MOUNT_ID;
}

#define MOUNT_NAME_BYTES 128 /* a type or a source, with its NUL */

/*
 * How many mounts there may be, the root among them: /proc/sys/fs/mount-max.
 * mounts_init() sets it by the size of the memory. (mounts.c)
 */
extern u32 max_mounts;

/* A mount, as /proc/mounts shows it. */
struct mount_facts {
	char type[MOUNT_NAME_BYTES], source[MOUNT_NAME_BYTES];
	char path[512], root[512]; /* mount point; part of the tree shown */
	char options[128];         /* ",size=1024k" of a tmpfs, or "" */
	u32 flags;                 /* MS_* */
	u32 id, parent, dev;       /* the root's id is ROOT_MOUNT_ID */
	bool read_only;            /* its whole tree is */
};

/*
 * Stores facts of mount n, from 0 on. False: there are not so many. Takes
 * mounts_lock. (mounts.c)
 */
bool get_mount(u32 n, struct mount_facts *facts);
/*
 * Stores the root of a mount whose tree has device number dev, for path_put().
 * False: there is none. Takes mounts_lock. (mounts.c)
 */
bool mount_of_dev(u32 dev, struct fs_path *at);
/* ---- protected.c ------------------------------------------------- */

/* /proc/sys/fs/protected_*, read without a lock: 0 off, 1, of the last two 2. */
extern u32 protected_symlinks, protected_hardlinks, protected_fifos,
	protected_regular;
/*
 * mount_operations.may_follow; last: the link is the path's last name. 0,
 * -ELOOP (MS_NOSYMFOLLOW), or -EACCES (protected_symlinks).
 */
int may_follow_link(const struct fs_path *at, const struct inode *link,
		    bool last);
/* Whether the running task may give inode a further name. 0 or -EPERM. */
int may_link(const struct inode *inode);
/* Whether open with O_CREAT may open inode, which is in dir. 0 or -EACCES. */
int may_create_in_sticky(const struct inode *dir, const struct inode *inode);

/* ---- locks ------------------------------------------------------- */

/* Whether cmd is one of fcntl's commands for record locks. (lock_calls.c) */
bool is_lock_cmd(u32 cmd);
/*
 * Such a command on file, which is open at fd; the caller has a reference. arg:
 * the address of a struct flock or flock64. May sleep. fcntl's result.
 */
s32 fcntl_lock(u32 fd, struct file *file, u32 cmd, uaddr_t arg);
/*
 * service.unlock_file: drops the locks that the process (files) has on file,
 * or, with files NULL, those of the open file itself. (lock_calls.c)
 */
void locks_close(struct file *file, const struct files_struct *files);
/*
 * Sets whether execve closes fd. Takes the table's lock. 0 or -EBADF. (fcntl.c)
 */
int files_set_cloexec(struct files_struct *files, u32 fd, bool cloexec);
/*
 * The owner of fd's file gets SIGIO when it becomes readier, or no more. Returns 0,
 * -ENOTTY if this kind of file never does that, or -ENOMEM.
 */
int files_set_async(struct file *file, u32 fd, bool on);
/*
 * Translates the AT_* flags of the stat calls to LOOKUP_*. 0, or -EINVAL for
 * others. (stat.c)
 */
int __must_check lookup_flags(u32 at_flags, u32 *flags);
/*
 * path_lookup() for a path at a user address: 0 and a reference in *inode, or
 * -errno. May fault, so hold no lock. (stat.c)
 */
int __must_check user_path_lookup(s32 dirfd, uaddr_t path, u32 flags,
				  struct inode **inode);
/* The same with the mount. The caller ends *at by path_put(). (stat.c) */
int __must_check user_path_at(s32 dirfd, uaddr_t path, u32 flags,
			      struct fs_path *at);
/*
 * The same for what is to be changed; end_change() must follow. -EROFS if its
 * mount is read-only. (stat.c)
 */
int __must_check user_path_to_change(s32 dirfd, uaddr_t path, u32 flags,
				     struct fs_path *at);
/* The change is done: drops the references, too. May sleep. (stat.c) */
void end_change(const struct fs_path *at);
/* At boot: fills in mount_ops, so that there can be mounts. (mount_path.c) */
void mounts_init(void);
/* The mount's MS_* flags; 0 for NULL, the root file system. (mount_write.c) */
u32 mnt_flags(const struct mount *mnt);
/*
 * mount_operations.keeps_atime: MS_RDONLY, too, forbids the change. mnt may be
 * NULL, the root file system. (mount_path.c)
 */
bool mnt_keeps_atime(const struct inode *inode, const struct mount *mnt);
/*
 * Begins a change by way of a mount, which cannot become read-only before
 * mnt_drop_write(). mnt may be NULL, the root file system, and the caller has a
 * reference. 0, or -EROFS: nothing has begun. (mount_write.c)
 */
int __must_check __mnt_want_write(struct mount *mnt);
static inline int __must_check mnt_want_write(struct mount *mnt)
{
	return unlikely(mnt) ? __mnt_want_write(mnt) : 0;
}

/* Ends it. (mount_write.c) */
void __mnt_drop_write(struct mount *mnt);
static inline void mnt_drop_write(struct mount *mnt)
{
	if (unlikely(mnt))
		__mnt_drop_write(mnt);
}

/*
 * As inode_permission(), but at's mount may forbid more: -EROFS, -EACCES.
 * (mount_path.c)
 */
int __must_check path_permission(const struct fs_path *at, u32 mask);
/* The tree's shape stays: no directory gets another parent. (rename.c) */
extern struct rw_semaphore rename_lock;
/*
 * Whether dir is `what` or lies below it, in their own tree. Hold rename_lock
 * for an answer that stays true; without it one may be wrong if a directory
 * moves meanwhile. Lets others run. (mount_path.c)
 */
bool is_below(struct inode *dir, const struct inode *what);
/*
 * Calls ctx->emit for the names of an open directory, from ctx->pos on, with
 * its i_lock held: emit must not fault. 0 or -ENOTDIR. (readdir.c)
 */
int iterate_dir(struct file *file, struct dir_context *ctx);

#endif
