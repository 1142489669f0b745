/*
 * services/memfd/memfd.c - memory as a file that has no name, and its seals.
 *
 * One process writes, another maps what it gets: a seal lets the second rely on
 * what it has checked, for no process can take a seal away. What each refuses:
 *
 *	seal		write	ftruncate	mmap, MAP_SHARED and PROT_WRITE
 *	SHRINK			shorter
 *	GROW		longer	longer
 *	WRITE		any			-EPERM
 *	FUTURE_WRITE	any			-EPERM
 *
 * A mapping that may write would write past the seals, so F_SEAL_WRITE can be
 * added only while there is none (-EBUSY); F_SEAL_FUTURE_WRITE leaves those that
 * are there. Shared mappings that only read can still be made: they lose
 * VM_MAYWRITE, so that mprotect cannot change them.
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
/* With "memfd:" in front it is to be a name as others are. */
#define NAME_BYTES  (NAME_MAX - 6)

/* An inode's i_private. */
struct memfd {
	/*
	 * Held for writing while data, size or seals change: no write begun
	 * before a seal ends after it. A write may fault in what it copies
	 * meanwhile, under mmap_lock: mmap must not take this one, and
	 * who waits for it can be killed.
	 */
	struct rw_semaphore change;
	spinlock_t lock;
	u32 seals;    /* lock */
	u32 writable; /* lock; shared VMAs that may write, now or by mprotect */
	char name[NAME_BYTES + 1]; /* constant */
};

static inline struct memfd *memfd_of(const struct inode *inode)
{
	return inode->i_private;
}

/* ---- data and size ----------------------------------------------- */

/* How many of bytes the seals let a write at pos store; or -EPERM. */
static s32 writable_bytes(const struct file *file, u32 bytes, u64 pos)
{
	const struct inode *inode = file->f_inode;
	u32 seals = memfd_of(inode)->seals;
	u64 size = inode->i_size;

	bytes = min(bytes, MAX_RW_BYTES);
	if (file->f_flags & O_APPEND)
		pos = size;
	if (!bytes)
		return 0;
	if (seals & WRITE_SEALS)
		return -EPERM;
	if (!(seals & F_SEAL_GROW) || pos + bytes <= size)
		return (s32)bytes;
	/* As in Linux, which looks at page after page: the whole ones fit. */
	size = ALIGN_DOWN(size, (u64)PAGE_SIZE);
	return pos < size ? (s32)(size - pos) : -EPERM;
}

/* How many bytes to write; `change` is held then. Or -errno, and it is not. */
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

static s32 memfd_write(struct file *file, uaddr_t buf, u32 bytes, u64 *pos)
{
	s32 ret = begin_write(file, bytes, *pos);

	if (ret < 0)
		return ret;
	ret = generic_file_write(file, buf, (u32)ret, pos);
	up_write(&memfd_of(file->f_inode)->change);
	return ret;
}

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

/* Does it write to the file, now or once mprotect has allowed it? */
static bool may_write(const struct vm_area_struct *vma)
{
	return vma->vm_flags & VM_SHARED && vma->vm_flags & VM_MAYWRITE;
}

static void count_writable(const struct vm_area_struct *vma, s32 step)
{
	struct memfd *memfd = memfd_of(vma->vm_file->f_inode);

	if (!may_write(vma))
		return;
	spin_lock(&memfd->lock);
	memfd->writable += (u32)step;
	spin_unlock(&memfd->lock);
}

static void memfd_vma_open(struct vm_area_struct *vma)
{
	count_writable(vma, 1);
}

static void memfd_vma_close(struct vm_area_struct *vma)
{
	count_writable(vma, -1);
}

static struct vm_operations memfd_vm_ops; /* by memfd_init: ramfs's, too */

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
			vma->vm_flags &= ~(u32)VM_MAYWRITE;
		spin_unlock(&memfd->lock);
	}
	if (!err)
		vma->vm_ops = &memfd_vm_ops;
	return err;
}

/* ---- seals ------------------------------------------------------- */

static int add_seals(struct file *file, u32 seals)
{
	struct memfd *memfd = memfd_of(file->f_inode);
	int err = 0;

	if (!(file->f_mode & FMODE_WRITE))
		return -EPERM;
	if (seals & ~(u32)ALL_SEALS)
		return -EINVAL;
	if (down_write_killable(&memfd->change))
		return -EINTR;
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

static s32 memfd_fcntl(struct file *file, u32 cmd, u32 arg)
{
	switch (cmd) {
	case F_ADD_SEALS:
		return add_seals(file, arg);
	case F_GET_SEALS:
		return (s32)memfd_of(file->f_inode)->seals;
	default:
		return -EBADF; /* the size of a pipe */
	}
}

/* ---- making one -------------------------------------------------- */

static void memfd_describe(const struct inode *inode, char *buf, size_t bytes)
{
	snprintf(buf, bytes, "/memfd:%s (deleted)", memfd_of(inode)->name);
}

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

static struct file_operations memfd_fops; /* by memfd_init: ramfs's, too */

/* *memfd becomes the inode's. NULL: no memory, and it is freed. */
static struct inode *memfd_inode(struct memfd *memfd)
{
	struct inode *inode = ramfs_inode(S_IFREG | 0777);

	if (!inode) {
		kfree(memfd);
		return NULL;
	}
	inode->i_nlink = 0;
	inode->i_private = memfd;
	inode->i_op = &memfd_inode_ops;
	inode->i_fop = &memfd_fops;
	return inode;
}

/*
 * The file that its maker gets does not count as a writer: as in Linux, what
 * is in it can be executed while it is open.
 */
static int open_memfd(struct memfd *memfd, struct file **file)
{
	struct inode *inode = memfd_inode(memfd);
	int err;

	if (!inode)
		return -ENOMEM;
	err = file_open_inode(inode, O_RDWR | O_LARGEFILE, file);
	iput(inode); /* the file has a reference of its own */
	if (err)
		return err;
	put_write_access(inode);
	(*file)->f_mode &= ~(u32)FMODE_WRITER;
	return 0;
}

s32 sys_memfd_create(uaddr_t name, u32 flags)
{
	struct memfd *memfd;
	struct file *file;
	int err;

	if (flags & MFD_HUGETLB)
		return -ENOSYS;
	if (flags & ~(MFD_CLOEXEC | MFD_ALLOW_SEALING))
		return -EINVAL;
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
	memfd->seals = flags & MFD_ALLOW_SEALING ? 0 : F_SEAL_SEAL;
	err = open_memfd(memfd, &file);
	return err ? err : open_fd(file, flags & MFD_CLOEXEC ? O_CLOEXEC : 0);
}

/* After services/files, which makes ramfs one that programs can write to. */
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
