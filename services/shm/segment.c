/*
 * services/shm/segment.c - segments: memory that belongs to no process.
 *
 *	table[place] -> inode (i_private: the segment) <- file <- VMA
 *
 * The table has a reference to the inode, and so has each attach, by the file
 * that it maps. IPC_RMID hides the key at once; the table drops its reference
 * when no VMA maps the segment any more. The open and close of VMAs count: fork
 * attaches the child, exit and execve detach, and a mapping that is split
 * counts twice, as on Linux. The segment is freed with its inode.
 */
#include <cred.h>
#include <mm/mm.h>
#include <proc/proc.h>
#include <sched.h>
#include <services/files/files.h>
#include <services/shm/segment.h>
#include <stdio.h>
#include <time_units.h>

spinlock_t shm_lock = SPINLOCK_INIT;
/* shm_lock; SHMMNI places, allocated with the first segment */
static struct segment **table;
static u32 next_place; /* where the search for a free place begins */
static u32 rounds;     /* how often that search passed the end */
static u32 nr_segments, all_pages;
u32 shm_max_bytes = SHMMAX, shm_max_pages = SHMALL, shm_max_segments = SHMMNI;
s32 shm_next_id = -1;

/* Seconds since 1970, cut to 32 bits by the structure. */
u32 shm_seconds(void)
{
	u32 nsec;

	return split_seconds(wall_clock_ns(), &nsec);
}

/* Charged pages: all of the size, touched or not. */
static u32 segment_pages(const struct segment *segment)
{
	return ALIGN_UP(segment->ds.shm_segsz, PAGE_SIZE) >> PAGE_SHIFT;
}

/* ---- the table --------------------------------------------------- */

/* Before the first segment there is no table. */
struct segment *segment_at(u32 place)
{
	return table && place < SHMMNI ? table[place] : NULL;
}

/* The comparison catches an id whose place has got another segment since. */
struct segment *segment_of_id(s32 id)
{
	struct segment *segment = segment_at((u32)id % SHMMNI);

	return segment && segment->id == id ? segment : NULL;
}

u64 segment_locked_bytes(u32 uid)
{
	u64 bytes = 0;

	for (u32 i = 0; table && i < SHMMNI; i++)
		if (table[i] && table[i]->locker == uid &&
		    table[i]->ds.shm_perm.mode & SHM_LOCKED)
			bytes += (u64)segment_pages(table[i]) * PAGE_SIZE;
	return bytes;
}

/* Stops after the last segment in use: most of the table's places are free. */
struct segment *segment_of_key(s32 key)
{
	u32 left = nr_segments;

	for (u32 place = 0; left; place++) {
		if (!table[place])
			continue;
		if (table[place]->ds.shm_perm.key == key)
			return table[place];
		left--;
	}
	return NULL;
}

u32 segments_used(u32 *nr, u32 *pages)
{
	u32 place = SHMMNI - 1;

	*nr = nr_segments;
	*pages = all_pages;
	while (place && !segment_at(place))
		place--;
	return place;
}

/*
 * Finds a free place, of which there is one, and the id for it. Hold shm_lock.
 */
static s32 new_id(void)
{
	u32 at = next_place;
	s32 wanted = READ_ONCE(shm_next_id);

	if (wanted >= 0) {
		WRITE_ONCE(shm_next_id, -1);
		at = (u32)wanted % SHMMNI;
		while (table[at % SHMMNI])
			at++;
		return wanted - wanted % (s32)SHMMNI + (s32)(at % SHMMNI);
	}
	/*
	 * Begins behind the last place that was given, so that an id is not
	 * reused soon: a program may still have an old one.
	 */
	while (table[at % SHMMNI])
		at++;
	if (at >= SHMMNI) {
		at -= SHMMNI;
		rounds = (rounds + 1) & MAX_ROUNDS;
	}
	next_place = at + 1;
	return (s32)(rounds << PLACE_BITS | at);
}

/*
 * Puts the segment into the table and gives it an id. Hold shm_lock. 0, -EEXIST
 * (the key is taken) or -ENOSPC.
 */
static int list_segment(struct segment *segment)
{
	u32 pages = segment_pages(segment);

	if (segment->made_with != IPC_PRIVATE &&
	    segment_of_key(segment->made_with))
		return -EEXIST;
	if (nr_segments >= READ_ONCE(shm_max_segments) ||
	    (u64)all_pages + pages > READ_ONCE(shm_max_pages))
		return -ENOSPC;
	segment->id = new_id();
	segment->ds.shm_perm.seq = (u16)((u32)segment->id >> PLACE_BITS);
	segment->listed = true;
	table[(u32)segment->id % SHMMNI] = segment;
	nr_segments++;
	all_pages += pages;
	return 0;
}

/*
 * Takes the segment out of the table. Returns the inode, whose reference the
 * caller puts after it has released shm_lock.
 */
static struct inode *unlist_segment(struct segment *segment)
{
	table[(u32)segment->id % SHMMNI] = NULL;
	segment->listed = false;
	nr_segments--;
	all_pages -= segment_pages(segment);
	return segment->inode;
}

void segment_remove(struct segment *segment)
{
	struct inode *inode = NULL;

	/* shmget no longer finds this one, so the key may be used again. */
	segment->ds.shm_perm.key = IPC_PRIVATE;
	segment->ds.shm_perm.mode |= SHM_DEST;
	if (!segment->ds.shm_nattch)
		inode = unlist_segment(segment);
	spin_unlock(&shm_lock);
	iput(inode);
}

bool shm_next(u32 *index, s32 *id, u32 *rss, struct shmid64_ds *ds)
{
	const struct segment *segment = NULL;

	for (; *index < SHMMNI; ++*index) {
		/* Per place, not for the whole walk: there are thousands. */
		spin_lock(&shm_lock);
		segment = segment_at(*index);
		if (segment) {
			*id = segment->id;
			*rss = segment->inode->i_data.nr_pages;
			*ds = segment->ds;
		}
		spin_unlock(&shm_lock);
		if (segment)
			break;
		cond_resched();
	}
	return segment;
}

/* ---- attaching and detaching ------------------------------------- */

/* The segment behind an attach's file. */
static struct segment *segment_of(const struct file *file)
{
	return file->f_inode->i_private;
}

/*
 * Counts one VMA more. Takes shm_lock inside mmap_lock, which the caller holds.
 */
static void attach(struct segment *segment)
{
	spin_lock(&shm_lock);
	segment->ds.shm_nattch++;
	segment->ds.shm_atime = shm_seconds();
	segment->ds.shm_lpid = current->tgid;
	spin_unlock(&shm_lock);
}

/* vm_operations.open: a fork or a split made another VMA. */
static void segment_vma_open(struct vm_area_struct *vma)
{
	attach(segment_of(vma->vm_file));
}

/*
 * vm_operations.close. The VMA's reference to the file is put only after this,
 * so the segment is still valid.
 */
static void segment_vma_close(struct vm_area_struct *vma)
{
	struct segment *segment = segment_of(vma->vm_file);
	struct inode *inode = NULL;

	spin_lock(&shm_lock);
	segment->ds.shm_dtime = shm_seconds();
	segment->ds.shm_lpid = current->tgid;
	segment->ds.shm_nattch--;
	/* The last one detaches a segment that IPC_RMID has marked. */
	if (!segment->ds.shm_nattch && segment->listed &&
	    segment->ds.shm_perm.mode & SHM_DEST)
		inode = unlist_segment(segment);
	spin_unlock(&shm_lock);
	iput(inode);
}

static struct vm_operations segment_vm_ops; /* filled in by segment_init() */

bool is_segment_vma(const struct vm_area_struct *vma)
{
	return vma->vm_ops == &segment_vm_ops;
}

/*
 * file_operations.mmap: the first VMA of an attach, for which `open` is not
 * called.
 */
static int segment_mmap(struct file *file, struct vm_area_struct *vma)
{
	attach(segment_of(file));
	vma->vm_ops = &segment_vm_ops;
	return 0;
}

/* ---- making a segment -------------------------------------------- */

/* The path that /proc/PID/maps shows, as on Linux. */
static void segment_describe(const struct inode *inode, char *buf, size_t bytes)
{
	const struct segment *segment = inode->i_private;

	snprintf(buf, bytes, "/SYSV%08x (deleted)", (u32)segment->made_with);
}

/* The inode's last reference is gone: neither the table nor a VMA has one. */
static void segment_evict(struct inode *inode)
{
	const struct segment *segment = inode->i_private;

	BUG_ON(segment->listed || segment->ds.shm_nattch);
	kfree(inode->i_private);
}

static const struct inode_operations segment_inode_ops = {
	.evict = segment_evict,
	.describe = segment_describe,
};

static const struct file_operations segment_fops = {
	.fallocate = generic_fallocate, /* for MADV_REMOVE */
	.mmap = segment_mmap,
};

void segment_init(void)
{
	segment_vm_ops = generic_file_vm_ops;
	segment_vm_ops.open = segment_vma_open;
	segment_vm_ops.close = segment_vma_close;
}

int segment_open(struct segment *segment, bool write, struct file **file)
{
	return file_open_inode(segment->inode, write ? O_RDWR : O_RDONLY, file);
}

/*
 * Makes an inode with a segment that is not in the table yet. NULL: no memory.
 */
static struct inode *segment_inode(u32 bytes)
{
	struct segment *segment = kzalloc(sizeof(*segment), GFP_KERNEL);
	struct inode *inode = segment ? ramfs_inode(S_IFREG) : NULL;

	if (!inode) {
		kfree(segment);
		return NULL;
	}
	segment->inode = inode;
	inode->i_private = segment;
	inode->i_op = &segment_inode_ops;
	inode->i_fop = &segment_fops;
	/* No directory will name it, so its references alone keep it. */
	inode->i_nlink = 0;
	inode->i_dev = SHMEM_DEV;
	inode->i_size = bytes;
	return inode;
}

/* Allocates the table unless it exists. 0 or -ENOMEM. */
static int make_table(void)
{
	struct segment **new;

	if (likely(READ_ONCE(table)))
		return 0;
	new = kcalloc(SHMMNI, sizeof(struct segment *), GFP_KERNEL);
	if (!new)
		return -ENOMEM;
	spin_lock(&shm_lock);
	if (!table) {
		table = new;
		new = NULL;
	}
	spin_unlock(&shm_lock);
	/* kcalloc may have slept while another task made the table. */
	kfree(new);
	return 0;
}

int segment_create(s32 key, u32 bytes, u32 flags, s32 *id)
{
	int err = make_table();
	struct inode *inode = err ? NULL : segment_inode(bytes);
	struct segment *segment;

	if (!inode)
		return -ENOMEM;
	segment = inode->i_private;
	segment->made_with = segment->ds.shm_perm.key = key;
	segment->ds.shm_perm.mode = (u16)(flags & 0777);
	segment->ds.shm_perm.uid = segment->ds.shm_perm.cuid =
		current_cred()->euid;
	segment->ds.shm_perm.gid = segment->ds.shm_perm.cgid =
		current_cred()->egid;
	segment->ds.shm_segsz = bytes;
	segment->ds.shm_cpid = current->tgid;
	segment->ds.shm_ctime = shm_seconds();
	/* Other tasks can use a segment as soon as it is listed. */
	spin_lock(&shm_lock);
	err = list_segment(segment);
	if (!err) {
		*id = segment->id;
		/* /proc/PID/maps shows the id as the inode's number. */
		inode->i_ino = (u32)segment->id;
	}
	spin_unlock(&shm_lock);
	if (err)
		iput(inode);
	return err;
}
