/*
 * services/memfd/memfd.c - memory as a file that has no name, and its seals.
 *
 * One process fills the file, another maps it. No process can remove a seal, so
 * the second can rely on what it has checked. What each seal refuses:
 *
 *	seal		write	ftruncate	mmap, MAP_SHARED and PROT_WRITE
 *	SHRINK			shorter
 *	GROW		longer	longer
 *	WRITE		any			-EPERM
 *	FUTURE_WRITE	any			-EPERM
 *
 * Stores through a writable mapping would bypass the seals, so F_SEAL_WRITE can
 * be added only while there is none (-EBUSY); F_SEAL_FUTURE_WRITE leaves
 * existing ones alone. Shared mappings that only read can still be made: they
 * lose VM_MAYWRITE, so that mprotect cannot make them writable.
 */
#include <fs/fs.h>
#include <mm/mm.h>
#include <sched.h>
#include <services/files/files.h>
#include <services/memfd/memfd.h>
#include <stdio.h>
#include <string.h>
#include <uapi/memfd.h>

#define ALL_SEALS                                                   \
	(F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | \
	 F_SEAL_FUTURE_WRITE)
#define WRITE_SEALS (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE)
/* With "memfd:" in front it must not be longer than a file name. */
#define NAME_BYTES  (NAME_MAX - 6)

/* An inode's i_private. */
struct memfd {
	/*
	 * Held for writing while data, size or seals change, so that no write
	 * that began before a seal ends after it. A write may fault while it
	 * holds this lock, and a fault takes mmap_lock: therefore mmap, which
	 * holds mmap_lock, must not take this one. A task that waits for it can
	 * be killed, since the holder may wait for that task's memory.
	 */
	struct rw_semaphore change;
	spinlock_t lock;
	u32 seals;                 /* lock */
	u32 writable;              /* lock; shared VMAs with VM_MAYWRITE */
	char name[NAME_BYTES + 1]; /* constant */
};

static inline struct memfd *memfd_of(const struct inode *inode)
{
	return inode->i_private;
}

/* ---- data and size ----------------------------------------------- */

/*
 * Returns how many of `bytes` bytes the seals let a write at pos store, or
 * -EPERM. Hold `change`, which keeps seals and size.
 */
static s32 writable_bytes(const struct file *file, u32 bytes, u64 pos)
{
	const struct inode *inode = file->f_inode;
	u32 seals = memfd_of(inode)->seals;
	u64 size = inode->i_size;

	bytes = min(bytes, MAX_RW_BYTES);
	/* write_file() will move the position in the same way. */
	if (file->f_flags & O_APPEND || pos & POS_APPEND)
		pos = size;
	if (!bytes)
		return 0;
	if (seals & WRITE_SEALS)
		return -EPERM;
	if (!(seals & F_SEAL_GROW) || pos + bytes <= size)
		return (s32)bytes;
	/*
	 * A write across the end stores only whole pages below it, as Linux,
	 * which checks the seal page by page.
	 */
	size = ALIGN_DOWN(size, (u64)PAGE_SIZE);
	return pos < size ? (s32)(size - pos) : -EPERM;
}

/*
 * Takes `change` and returns how many bytes to write; on -errno it is not held.
 */
static s32 begin_write(struct file *file, u32 bytes, u64 pos)
{
	struct memfd *memfd = memfd_of(file->f_inode);
	s32 ret;

	if (down_write_killable(&memfd->change))
		return -EINTR;
	ret = writable_bytes(file, bytes, pos);
	if (ret < 0)
		up_write(&memfd->change);
	return ret;
}

/* file_operations.write: as ramfs's, after the seals. */
static s32 memfd_write(struct file *file, uaddr_t buf, u32 bytes, u64 *pos)
{
	s32 ret = begin_write(file, bytes, *pos);

	if (ret < 0)
		return ret;
	/* `change` is held over the whole write, faults included. */
	ret = generic_file_write(file, buf, (u32)ret, pos);
	up_write(&memfd_of(file->f_inode)->change);
	return ret;
}

/* file_operations.kernel_write, for sendfile. */
static s32 memfd_kernel_write(struct file *file, const void *buf, u32 bytes,
			      u64 *pos)
{
	s32 ret = begin_write(file, bytes, *pos);

	if (ret < 0)
		return ret;
	ret = generic_kernel_write(file, buf, (u32)ret, pos);
	up_write(&memfd_of(file->f_inode)->change);
	return ret;
}

/* inode_operations.truncate. 0, -EPERM (a seal), -EINTR, -EFBIG. */
static int memfd_truncate(struct inode *inode, u64 bytes)
{
	struct memfd *memfd = memfd_of(inode);
	int err;

	if (down_write_killable(&memfd->change))
		return -EINTR;
	if ((bytes < inode->i_size && memfd->seals & F_SEAL_SHRINK) ||
	    (bytes > inode->i_size && memfd->seals & F_SEAL_GROW))
		err = -EPERM;
	else
		err = generic_truncate(inode, bytes);
	up_write(&memfd->change);
	return err;
}

/*
 * A hole changes data, so the write seals refuse it; an allocation can only
 * change the size.
 */
static int memfd_fallocate(struct file *file, u32 mode, u64 start, u64 bytes)
{
	struct memfd *memfd = memfd_of(file->f_inode);
	bool punch = mode & FALLOC_FL_PUNCH_HOLE;
	int err = -EPERM;

	if (down_write_killable(&memfd->change))
		return -EINTR;
	if (punch ? !(memfd->seals & WRITE_SEALS) :
		    !(memfd->seals & F_SEAL_GROW) ||
			    start + bytes <= file->f_inode->i_size)
		err = generic_fallocate(file, mode, start, bytes);
	up_write(&memfd->change);
	return err;
}

/* ---- mappings ---------------------------------------------------- */

/* Whether the VMA can store to the file, now or after mprotect. */
static bool may_write(const struct vm_area_struct *vma)
{
	return vma->vm_flags & VM_SHARED && vma->vm_flags & VM_MAYWRITE;
}

/* Adds step, 1 or -1, for a VMA that may write. */
static void count_writable(const struct vm_area_struct *vma, s32 step)
{
	struct memfd *memfd = memfd_of(vma->vm_file->f_inode);

	if (!may_write(vma))
		return;
	spin_lock(&memfd->lock);
	memfd->writable += (u32)step;
	spin_unlock(&memfd->lock);
}

/* A VMA was split or copied by fork: there is one more. */
static void memfd_vma_open(struct vm_area_struct *vma)
{
	count_writable(vma, 1);
}

static void memfd_vma_close(struct vm_area_struct *vma)
{
	count_writable(vma, -1);
}

static struct vm_operations memfd_vm_ops; /* filled in by memfd_init() */

/*
 * The caller holds mmap_lock, so this must not take `change`; lock makes the
 * check of the seals and the count one step.
 */
static int memfd_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct memfd *memfd = memfd_of(file->f_inode);
	int err = 0;

	if (may_write(vma)) {
		spin_lock(&memfd->lock);
		if (!(memfd->seals & WRITE_SEALS))
			memfd->writable++;
		else if (vma->vm_flags & VM_WRITE)
			err = -EPERM;
		else
			/*
			 * Read only now: without VM_MAYWRITE mprotect cannot
			 * allow stores later.
			 */
			vma->vm_flags &= ~(u32)VM_MAYWRITE;
		spin_unlock(&memfd->lock);
	}
	if (!err)
		vma->vm_ops = &memfd_vm_ops;
	return err;
}

/* ---- seals ------------------------------------------------------- */

/* F_ADD_SEALS. 0, -EPERM, -EINVAL, -EBUSY or -EINTR. */
static int add_seals(struct file *file, u32 seals)
{
	struct memfd *memfd = memfd_of(file->f_inode);
	int err = 0;

	if (!(file->f_mode & FMODE_WRITE))
		return -EPERM;
	if (seals & ~(u32)ALL_SEALS)
		return -EINVAL;
	/* Waits until a write that began without the seal has ended. */
	if (down_write_killable(&memfd->change))
		return -EINTR;
	/* mmap checks the seals under this lock only. */
	spin_lock(&memfd->lock);
	if (memfd->seals & F_SEAL_SEAL)
		err = -EPERM;
	else if (seals & ~memfd->seals & F_SEAL_WRITE && memfd->writable)
		err = -EBUSY;
	else
		memfd->seals |= seals;
	spin_unlock(&memfd->lock);
	up_write(&memfd->change);
	return err;
}

/*
 * file_operations.fcntl: reads or adds seals. Seals may be read without a lock,
 * as none is ever removed.
 */
static s32 memfd_fcntl(struct file *file, u32 cmd, u32 arg)
{
	switch (cmd) {
	case F_ADD_SEALS:
		return add_seals(file, arg);
	case F_GET_SEALS:
		return (s32)memfd_of(file->f_inode)->seals;
	default:
		return -EBADF; /* F_GETPIPE_SZ, F_SETPIPE_SZ: no pipe */
	}
}

/* ---- making a memfd ---------------------------------------------- */

/* The path that /proc shows, as on Linux. */
static void memfd_describe(const struct inode *inode, char *buf, size_t bytes)
{
	snprintf(buf, bytes, "/memfd:%s (deleted)", memfd_of(inode)->name);
}

/* A VMA holds a reference to the file, so none can be left here. */
static void memfd_evict(struct inode *inode)
{
	BUG_ON(memfd_of(inode)->writable);
	kfree(inode->i_private);
}

static const struct inode_operations memfd_inode_ops = {
	.open = ramfs_open,
	.run = ramfs_run,
	.truncate = memfd_truncate,
	.evict = memfd_evict,
	.describe = memfd_describe,
};

static struct file_operations memfd_fops; /* filled in by memfd_init() */

/*
 * Makes an inode without a name, which owns memfd. NULL: no memory, and memfd
 * is freed.
 */
static struct inode *memfd_inode(struct memfd *memfd)
{
	struct inode *inode = ramfs_inode(S_IFREG | 0777);

	if (!inode) {
		kfree(memfd);
		return NULL;
	}
	/* No directory will ever name it, so the last close frees it. */
	inode->i_nlink = 0;
	inode->i_dev = SHMEM_DEV;
	/* The user may change its mode. */
	inode->i_uid = current_cred()->fsuid;
	inode->i_gid = current_cred()->fsgid;
	inode->i_crtime = inode->i_ctime;
	inode->i_private = memfd;
	inode->i_op = &memfd_inode_ops;
	inode->i_fop = &memfd_fops;
	return inode;
}

/*
 * Opens a new memfd. The file that its maker gets does not count as a writer:
 * as on Linux, the memfd can be executed while it is open.
 */
static int open_memfd(struct memfd *memfd, struct file **file)
{
	struct inode *inode = memfd_inode(memfd);
	int err;

	if (!inode)
		return -ENOMEM;
	err = file_open_inode(inode, O_RDWR | O_LARGEFILE, file);
	/* The file has a reference of its own. */
	iput(inode);
	if (err)
		return err;
	put_write_access(inode);
	(*file)->f_mode &= ~(u32)FMODE_WRITER;
	return 0;
}

/*
 * memfd_create(2). A name that is too long is -EINVAL and not -ENAMETOOLONG, as
 * on Linux.
 */
s32 sys_memfd_create(uaddr_t name, u32 flags)
{
	u32 known = MFD_CLOEXEC | MFD_ALLOW_SEALING;
	struct memfd *memfd;
	struct file *file;
	int err;

	if (flags & MFD_HUGETLB)
		known |= MFD_HUGETLB | (u32)MFD_HUGE_MASK << MFD_HUGE_SHIFT;
	if (flags & ~known)
		return -EINVAL;
	/*
	 * Only now: a program that asks by a call with every bit set whether
	 * memfd_create exists would take -ENOSYS for a no.
	 */
	if (flags & MFD_HUGETLB)
		return -ENOSYS;
	memfd = kzalloc(sizeof(*memfd), GFP_KERNEL);
	if (!memfd)
		return -ENOMEM;
	err = strncpy_from_user(memfd->name, name, sizeof(memfd->name), NULL);
	if (err) {
		kfree(memfd);
		return err == -ENAMETOOLONG ? -EINVAL : err;
	}
	init_rwsem(&memfd->change);
	spin_lock_init(&memfd->lock);
	/*
	 * Linux: a program must ask for sealing, or a hostile peer could seal a
	 * file whose owner does not expect it.
	 */
	memfd->seals = flags & MFD_ALLOW_SEALING ? 0 : F_SEAL_SEAL;
	/* Takes over memfd, also if it fails. */
	err = open_memfd(memfd, &file);
	return err ? err : open_fd(file, flags & MFD_CLOEXEC ? O_CLOEXEC : 0);
}

/*
 * Copies ramfs's tables, so it runs after services/files, which adds the
 * operations that write.
 */
static void memfd_init(void)
{
	memfd_fops = ramfs_file_fops;
	memfd_fops.write = memfd_write;
	memfd_fops.kernel_write = memfd_kernel_write;
	memfd_fops.fallocate = memfd_fallocate;
	memfd_fops.mmap = memfd_mmap;
	memfd_fops.fcntl = memfd_fcntl;
	memfd_vm_ops = generic_file_vm_ops;
	memfd_vm_ops.open = memfd_vma_open;
	memfd_vm_ops.close = memfd_vma_close;
}

const struct service memfd_service = {
	.init = memfd_init,
};
