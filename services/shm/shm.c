/*
 * services/shm/shm.c - the calls: shmget, shmat, shmdt, shmctl.
 */
#include <asm/uaccess.h>
#include <cred.h>
#include <mm/mm.h>
#include <sched.h>
#include <services/shm/segment.h>
#include <string.h>

const struct service shm_service = {
	.init = segment_init,
};

/* ---- permissions ------------------------------------------------- */

/*
 * Whether the task has the rights `mode`, bits as of a file in any of its three
 * places. Hold shm_lock.
 */
static bool permits(const struct segment *segment, u32 mode)
{
	const struct ipc64_perm *perm = &segment->ds.shm_perm;
	const struct cred *cred = current_cred();
	u32 wanted = (mode | mode >> 3 | mode >> 6) & 7, granted = perm->mode;

	/*
	 * As for files, only one class counts; maker and owner are in the
	 * first.
	 */
	if (cred->euid == perm->cuid || cred->euid == perm->uid)
		granted >>= 6;
	else if (in_group(cred, perm->cgid) || in_group(cred, perm->gid))
		granted >>= 3;
	return !(wanted & ~granted) || capable(CAP_IPC_OWNER);
}

/*
 * Whether the task may change the segment itself: its maker, its owner, or a
 * task with cap. Hold shm_lock.
 */
static bool is_owner(const struct segment *segment, u32 cap)
{
	const struct ipc64_perm *perm = &segment->ds.shm_perm;
	u32 euid = current_cred()->euid;

	return euid == perm->cuid || euid == perm->uid || capable(cap);
}

/* ---- shmget ------------------------------------------------------ */

/*
 * shmget for a segment that exists. Its id, -ENOENT, -EEXIST, -EACCES, or
 * -EINVAL if it is smaller than bytes.
 */
static s32 find_segment(s32 key, u32 bytes, u32 flags)
{
	const struct segment *segment;
	s32 ret = -ENOENT;

	spin_lock(&shm_lock);
	segment = segment_of_key(key);
	if (segment) {
		ret = segment->id;
		if (flags & IPC_CREAT && flags & IPC_EXCL)
			ret = -EEXIST;
		else if (segment->ds.shm_segsz < bytes)
			ret = -EINVAL;
		else if (!permits(segment, flags))
			ret = -EACCES;
	}
	spin_unlock(&shm_lock);
	return ret;
}

/* shmget for a new one. Its id or -errno. */
static s32 make_segment(s32 key, u32 bytes, u32 flags)
{
	s32 id = 0;
	int err;

	/*
	 * Checked only for a new segment: 0 finds an existing one of any size.
	 */
	if (!bytes || bytes > READ_ONCE(shm_max_bytes) || flags & SHM_HUGETLB)
		return -EINVAL;
	/*
	 * Nothing is reserved, but a segment that can never be filled is
	 * refused, as Linux's overcommit heuristic does.
	 */
	if (!(flags & SHM_NORESERVE) &&
	    ALIGN_UP(bytes, PAGE_SIZE) >> PAGE_SHIFT > totalram_pages())
		return -ENOMEM;
	err = segment_create(key, bytes, flags, &id);
	return err ? err : id;
}

/*
 * shmget(2). Finding and making are separate steps without a lock in between,
 * because making allocates.
 */
s32 sys_shmget(s32 key, u32 bytes, u32 flags)
{
	s32 ret = -ENOENT;

	do {
		if (key != IPC_PRIVATE)
			ret = find_segment(key, bytes, flags);
		if (ret != -ENOENT ||
		    (key != IPC_PRIVATE && !(flags & IPC_CREAT)))
			return ret;
		ret = make_segment(key, bytes, flags);
	} while (ret == -EEXIST); /* another task has just made it: find it */
	return ret;
}

/* ---- shmat and shmdt --------------------------------------------- */

/*
 * Checks and rounds the address of an attach; 0: anywhere. 0 or -EINVAL. As on
 * Linux for ARM, it must be a multiple of SHMLBA, so that a cache with aliases
 * works on every core.
 */
static int check_address(uaddr_t *addr, u32 flags)
{
	if (!*addr)
		return flags & SHM_REMAP ? -EINVAL : 0;
	if (IS_ALIGNED(*addr, SHMLBA))
		return 0;
	if (!(flags & SHM_RND))
		return -EINVAL;
	*addr = ALIGN_DOWN(*addr, SHMLBA);
	return !*addr && flags & SHM_REMAP ? -EINVAL : 0;
}

/* Maps all of the segment. Returns the address or -errno. */
static s32 map_segment(struct file *file, u32 bytes, uaddr_t addr, bool fixed,
		       u32 flags)
{
	struct mm_struct *mm = current_thread_info()->mm;
	u32 prot = PROT_READ;
	uaddr_t result = 0;
	int err = 0;

	if (!(flags & SHM_RDONLY))
		prot |= PROT_WRITE;
	if (flags & SHM_EXEC)
		prot |= PROT_EXEC;
	down_write(&mm->mmap_lock);
	/*
	 * MAP_FIXED would silently replace what is mapped there; shmat does so
	 * only with SHM_REMAP.
	 */
	if (addr && !(flags & SHM_REMAP) &&
	    (addr + bytes < addr ||
	     find_vma_intersection(mm, addr, addr + bytes)))
		err = -EINVAL;
	if (!err)
		err = do_mmap(mm, file, addr, bytes, prot,
			      MAP_SHARED | (fixed ? MAP_FIXED : 0), 0, &result);
	up_write(&mm->mmap_lock);
	/*
	 * Without mmap_lock, since it faults. mlockall is a promise for later
	 * mappings, too; here a lack of memory is no error, as for mmap.
	 */
	if (!err && mm->def_flags & VM_LOCKED)
		(void)mm_populate(mm, result, bytes);
	return err ? err : (s32)result;
}

/*
 * shmat(2). SHM_RDONLY needs only the right to read, and then mprotect cannot
 * allow stores later.
 */
s32 sys_shmat(s32 id, uaddr_t addr, u32 flags)
{
	struct segment *segment;
	struct inode *inode;
	struct file *file;
	u32 mode = flags & SHM_RDONLY ? 0444 : 0666;
	bool fixed = addr;
	s32 ret = id < 0 ? -EINVAL : check_address(&addr, flags);

	if (ret)
		return ret;
	if (flags & SHM_EXEC)
		mode |= 0111;
	spin_lock(&shm_lock);
	segment = segment_of_id(id);
	/*
	 * A reference, taken under the lock: IPC_RMID may free the segment from
	 * now on.
	 */
	inode = segment && permits(segment, mode) ? igrab(segment->inode) :
						    NULL;
	spin_unlock(&shm_lock);
	if (!inode)
		return segment ? -EACCES : -EINVAL;
	/*
	 * Each attach has an open file of its own, whose mode bounds what
	 * mprotect may allow later.
	 */
	ret = segment_open(segment, !(flags & SHM_RDONLY), &file);
	if (!ret) {
		ret = map_segment(file, segment->ds.shm_segsz, addr, fixed,
				  flags);
		fput(file);
	}
	iput(inode);
	return ret;
}

/*
 * The first VMA, from vma on, of an attach that began at addr: its place in the
 * segment tells where that attach began. Hold mmap_lock.
 */
static struct vm_area_struct *attached_at(struct vm_area_struct *vma,
					  uaddr_t addr)
{
	for (; vma; vma = vma_next(vma)) {
		if (is_segment_vma(vma) &&
		    (vma->vm_start - addr) >> PAGE_SHIFT == vma->vm_pgoff)
			return vma;
		cond_resched();
	}
	return NULL;
}

/*
 * Parts of an attach may have been unmapped, or split by mprotect: unmaps all
 * VMAs that are left of it. Hold mmap_lock for writing. 0 or -errno.
 */
static int detach(struct mm_struct *mm, uaddr_t addr)
{
	struct vm_area_struct *vma = attached_at(find_vma(mm, addr), addr);
	const struct file *file;
	uaddr_t end;
	int err = vma ? 0 : -EINVAL;

	if (err)
		return err;
	/* No reference: the pointer is only compared, after it may be freed. */
	file = vma->vm_file;
	end = addr + ALIGN_UP((u32)file_size(file), PAGE_SIZE);
	while (!err && vma && vma->vm_start < end) {
		uaddr_t next = vma->vm_end;

		if (vma->vm_file == file)
			err = do_munmap(mm, vma->vm_start,
					next - vma->vm_start);
		/* Searched anew, since do_munmap() has freed the VMA. */
		vma = attached_at(find_vma(mm, next), addr);
	}
	return err;
}

/*
 * shmdt(2): by address, since a process may attach one segment several times.
 */
s32 sys_shmdt(uaddr_t addr)
{
	struct mm_struct *mm = current_thread_info()->mm;
	int err;

	if (!IS_ALIGNED(addr, PAGE_SIZE))
		return -EINVAL;
	down_write(&mm->mmap_lock);
	err = detach(mm, addr);
	up_write(&mm->mmap_lock);
	return err;
}

/* ---- shmctl ------------------------------------------------------ */

/* IPC_INFO. Returns the highest place, by which ipcs ends its walk. */
static s32 put_limits(uaddr_t buf)
{
	const struct shminfo64 info = {
		.shmmax = READ_ONCE(shm_max_bytes),
		.shmmin = 1,
		.shmmni = READ_ONCE(shm_max_segments),
		.shmseg = READ_ONCE(shm_max_segments),
		.shmall = READ_ONCE(shm_max_pages),
	};
	u32 nr, pages, highest;

	spin_lock(&shm_lock);
	highest = segments_used(&nr, &pages);
	spin_unlock(&shm_lock);
	return copy_to_user(buf, &info, sizeof(info)) ? -EFAULT : (s32)highest;
}

/* SHM_INFO, with the same result. */
static s32 put_totals(uaddr_t buf)
{
	struct shm_info info = { 0 };
	struct shmid64_ds ds;
	u32 nr, pages, highest, rss;
	s32 id;

	/* Segments may come and go during the walk; the sum is for people. */
	for (u32 place = 0; shm_next(&place, &id, &rss, &ds); place++)
		info.shm_rss += rss;
	spin_lock(&shm_lock);
	highest = segments_used(&nr, &pages);
	spin_unlock(&shm_lock);
	info.used_ids = (s32)nr;
	info.shm_tot = pages;
	return copy_to_user(buf, &info, sizeof(info)) ? -EFAULT : (s32)highest;
}

/*
 * IPC_STAT and SHM_STAT. by_place: id is a place, and the result is the
 * segment's id. any: without a check of the permissions.
 */
static s32 put_segment(s32 id, uaddr_t buf, bool by_place, bool any)
{
	const struct segment *segment;
	struct shmid64_ds ds;
	s32 ret = -EINVAL;

	spin_lock(&shm_lock);
	segment = by_place ? segment_at((u32)id) : segment_of_id(id);
	if (segment) {
		/*
		 * A copy, because copy_to_user may fault and shm_lock is a
		 * spinlock.
		 */
		ds = segment->ds;
		ret = by_place ? segment->id : 0;
		if (!any && !permits(segment, 0444))
			ret = -EACCES;
	}
	spin_unlock(&shm_lock);
	if (ret < 0)
		return ret;
	return copy_to_user(buf, &ds, sizeof(ds)) ? -EFAULT : ret;
}

/*
 * Marks segment as locked; nothing else is needed, since pages are never
 * swapped. A user's locked segments count together, for the user that locked
 * them. Returns 0, or -EPERM or -ENOMEM of RLIMIT_MEMLOCK. Hold shm_lock.
 */
static s32 lock_segment(struct segment *segment)
{
	u32 uid = current_cred()->uid;
	u64 bytes = ALIGN_UP((u64)segment->ds.shm_segsz, PAGE_SIZE);

	if (!may_lock_at_all())
		return -EPERM;
	if (segment->ds.shm_perm.mode & SHM_LOCKED)
		return 0;
	if (!capable(CAP_IPC_LOCK)) {
		bytes += segment_locked_bytes(uid);
		if (bytes > ALIGN_DOWN(rlimit(RLIMIT_MEMLOCK), PAGE_SIZE))
			return -ENOMEM;
	}
	segment->ds.shm_perm.mode |= SHM_LOCKED;
	segment->locker = uid;
	return 0;
}

/* The commands that change one segment. ds: for IPC_SET. */
static s32 change_segment(s32 id, u32 cmd, const struct shmid64_ds *ds)
{
	u32 cap = cmd == SHM_LOCK || cmd == SHM_UNLOCK ? CAP_IPC_LOCK :
							 CAP_SYS_ADMIN;
	struct segment *segment;
	struct ipc64_perm *perm;
	s32 err = 0;

	spin_lock(&shm_lock);
	segment = segment_of_id(id);
	if (!segment || !is_owner(segment, cap)) {
		spin_unlock(&shm_lock);
		return segment ? -EPERM : -EINVAL;
	}
	perm = &segment->ds.shm_perm;
	switch (cmd) {
	case IPC_RMID:
		/* segment_remove() releases shm_lock. */
		segment_remove(segment);
		return 0;
	case SHM_LOCK:
		err = lock_segment(segment);
		break;
	case SHM_UNLOCK:
		perm->mode &= (u16)~SHM_LOCKED;
		break;
	default: /* IPC_SET */
		perm->uid = ds->shm_perm.uid;
		perm->gid = ds->shm_perm.gid;
		perm->mode = (u16)((perm->mode & ~0777) |
				   (ds->shm_perm.mode & 0777));
		segment->ds.shm_ctime = shm_seconds();
		break;
	}
	spin_unlock(&shm_lock);
	return err;
}

/*
 * shmctl(2): splits by what the commands need: a buffer to fill, a buffer to
 * read, or none.
 */
s32 sys_shmctl(s32 id, u32 cmd, uaddr_t buf)
{
	struct shmid64_ds ds;

	/*
	 * Without IPC_64 a command means structures of Linux 2.2, which no EABI
	 * program uses.
	 */
	if (id < 0 ||
	    (!(cmd & IPC_64) && cmd != IPC_RMID && cmd != SHM_LOCK &&
	     cmd != SHM_UNLOCK))
		return -EINVAL;
	cmd &= ~(u32)IPC_64;
	switch (cmd) {
	case IPC_INFO:
		return put_limits(buf);
	case SHM_INFO:
		return put_totals(buf);
	case IPC_STAT:
		return put_segment(id, buf, false, false);
	case SHM_STAT:
	case SHM_STAT_ANY:
		return put_segment(id, buf, true, cmd == SHM_STAT_ANY);
	case IPC_SET:
		if (copy_from_user(&ds, buf, sizeof(ds)))
			return -EFAULT;
		return change_segment(id, cmd, &ds);
	case IPC_RMID:
	case SHM_LOCK:
	case SHM_UNLOCK:
		return change_segment(id, cmd, NULL);
	default:
		return -EINVAL;
	}
}
