/*
 * The page cache: file data in memory, read, written and mapped.
 *
 * Owns every page with PG_CACHE: the tree of its file holds one reference. A
 * page is filled before it enters the tree, so a task that finds it may use it
 * at once. A page without PG_DIRTY equals what filling it again would give (the
 * archive's bytes, then zeroes). If nobody else holds or maps it, it may be
 * dropped at any time: the shrinker "page cache" does.
 */
#include <fs/internal.h>
#include <mm/mm.h>
#include <string.h>

#define BATCH_PAGES 64 /* dropped before other tasks may run */

/* clang-format off */
/* Files that have pages in the cache. Outside of any mapping->lock. */
static LIST_HEAD(, address_space) cached_files =
	LIST_HEAD_INITIALIZER(cached_files);
/* clang-format on */
static spinlock_t cached_lock = SPINLOCK_INIT;

static struct shrinker cache_shrinker = {
	.name = "page cache",
	.shrink = drop_pagecache,
};

/*
 * Registers the shrinker: from here on allocations may drop clean pages to
 * succeed.
 */
void filemap_init(void)
{
	register_shrinker(&cache_shrinker);
}

/* ---- pages enter and leave --------------------------------------- */

/* Looks a page up. Inline, because a small read costs little more than this. */
inline struct page *find_get_page(struct address_space *mapping, u32 index)
{
	struct page *page;

	spin_lock(&mapping->lock);
	page = page_tree_lookup(mapping, index);
	if (page)
		/*
		 * The reference is taken under the lock, or a truncation could
		 * free the page before.
		 */
		get_page(page);
	spin_unlock(&mapping->lock);
	return page;
}

/* Fills page as the backing has it: the archive's bytes, then zeroes. */
static void fill_page(const struct address_space *mapping, u32 index,
		      struct page *page)
{
	u64 pos = (u64)index << PAGE_SHIFT;
	char *to = page_address(page);
	u32 bytes = 0;

	/* Compared as 64 bits: pos may be beyond 4 GiB. */
	if (pos < mapping->backing_bytes) {
		bytes = min(mapping->backing_bytes - (u32)pos, (u32)PAGE_SIZE);
		memcpy(to, mapping->backing + pos, bytes);
	}
	if (bytes == 0)
		clear_page(to);
	else
		memset(to + bytes, 0, PAGE_SIZE - bytes);
}

/*
 * Returns the count of truncations; called before the caller reads the file's
 * size or backing, which a truncation changes first. If the count is the same
 * later, size and backing were current.
 */
static u32 read_truncate_count(const struct address_space *mapping)
{
	u32 count = READ_ONCE(mapping->truncate_count);

	smp_mb(); /* count first: an old size must not meet a new count */
	return count;
}

/*
 * Adds the caller's page, filled after count was read by read_truncate_count(),
 * to the tree, which takes a further reference. 0, -ENOMEM, -EEXIST, -EAGAIN:
 * the bytes it was filled with may have been cut off.
 */
static int add_to_page_cache(struct address_space *mapping, u32 index,
			     struct page *page, u32 count)
{
	int err;

	spin_lock(&cached_lock);
	spin_lock(&mapping->lock);
	err = mapping->truncate_count != count ?
		-EAGAIN :
		page_tree_insert(mapping, index, page);
	if (!err) {
		/*
		 * Plain stores do: nobody can find the page before the lock is
		 * dropped.
		 */
		get_page(page);
		page->flags |= PG_CACHE;
		add_page_use(USE_CACHE, 1);
		page->mapping = mapping;
		page->index = index;
		/*
		 * The shrinker's list has only files with pages; it is short.
		 */
		if (mapping->nr_pages == 1)
			LIST_INSERT_HEAD(&cached_files, mapping, cached);
	}
	spin_unlock(&mapping->lock);
	spin_unlock(&cached_lock);
	return err;
}

/*
 * Takes page out of its tree; hold both locks. A process that maps it keeps it,
 * as memory that belongs to no file any more. PG_CACHE stays, since address
 * spaces count it as a file's page until they unmap it. The tree's reference
 * becomes the caller's.
 */
static void delete_from_page_cache(struct address_space *mapping,
				   struct page *page)
{
	struct page *deleted = page_tree_delete(mapping, page->index);
	struct tree_limits *limits = mapping->host->i_limits;

	BUG_ON(deleted != page);
	add_page_use(USE_CACHE, -1);
	page->mapping = NULL;
	/*
	 * Atomic, because another owner of the page may change its flags
	 * without this lock.
	 */
	atomic_add(-!!(page->flags & PG_CHARGED), &ramfs_pages);
	if (limits)
		atomic_add(-!!(page->flags & PG_CHARGED), &limits->pages);
	atomic_andnot(PG_DIRTY | PG_CHARGED, &page->flags);
	if (mapping->nr_pages == 0)
		LIST_REMOVE(mapping, cached);
}

/*
 * Finds a page or fills a new one. No lock is held meanwhile, because both may
 * sleep, so another task may add the page first.
 */
int read_cache_page(struct address_space *mapping, u32 index,
		    struct page **result)
{
	struct page *page = find_get_page(mapping, index);
	u32 count;
	int err;

	while (!page) {
		/*
		 * Allocated without a lock: this may sleep, and may call this
		 * cache's own shrinker.
		 */
		page = alloc_page(GFP_USER);
		if (!page)
			return -ENOMEM;
		count = read_truncate_count(mapping);
		fill_page(mapping, index, page);
		err = add_to_page_cache(mapping, index, page, count);
		if (!err)
			break;
		/*
		 * Another task added the page, the file was cut, or there is no
		 * memory for a node. The first two are tried again.
		 */
		put_page(page);
		if (err == -ENOMEM)
			return err;
		page = find_get_page(mapping, index);
	}
	*result = page;
	return 0;
}

/*
 * Frees up to nr clean pages of one file that only its tree holds; returns how
 * many. Hold cached_lock.
 */
static u32 drop_clean_pages(struct address_space *mapping, u32 nr)
{
	struct page *page;
	u32 index = 0, dropped = 0;

	spin_lock(&mapping->lock);
	while (dropped < nr && (page = page_tree_next(mapping, &index))) {
		index++;
		/*
		 * An entry holds a reference, too, so 1 means neither mapped
		 * nor in use; a new one needs mapping->lock.
		 */
		if ((page->flags & PG_DIRTY) || page_count(page) != 1)
			continue;
		delete_from_page_cache(mapping, page);
		put_page(page);
		dropped++;
	}
	spin_unlock(&mapping->lock);
	return dropped;
}

/*
 * Drops a page even if it is dirty: the caller has restored what filling it
 * would give.
 */
void drop_unused_page(struct address_space *mapping, u32 index)
{
	struct page *page;

	spin_lock(&cached_lock);
	spin_lock(&mapping->lock);
	page = page_tree_lookup(mapping, index);
	/*
	 * A page that is mapped or being read stays: its contents are right, as
	 * the caller has restored them.
	 */
	if (page && page_count(page) == 1) {
		delete_from_page_cache(mapping, page);
		put_page(page);
	}
	spin_unlock(&mapping->lock);
	spin_unlock(&cached_lock);
}

/*
 * The shrinker. It is called where memory is short, so it allocates nothing and
 * does not sleep.
 */
u32 drop_pagecache(u32 nr)
{
	struct address_space *mapping, *next;
	u32 dropped = 0;

	spin_lock(&cached_lock);
	/* A file leaves the list with its last page, within this loop. */
	LIST_FOREACH_SAFE(mapping, &cached_files, cached, next) {
		if (dropped >= nr)
			break;
		dropped += drop_clean_pages(mapping, nr - dropped);
	}
	spin_unlock(&cached_lock);
	return dropped;
}

/*
 * Drops up to BATCH_PAGES pages from *index on. Returns false when none is
 * left.
 */
static bool truncate_batch(struct address_space *mapping, u32 *index)
{
	struct page *page = NULL;

	spin_lock(&cached_lock);
	spin_lock(&mapping->lock);
	/*
	 * Counted even where no page is cached: a task that read the old size
	 * may be filling one.
	 */
	mapping->truncate_count++;
	for (u32 nr = 0; nr < BATCH_PAGES; nr++) {
		page = page_tree_next(mapping, index);
		if (!page)
			break;
		delete_from_page_cache(mapping, page);
		put_page(page);
	}
	spin_unlock(&mapping->lock);
	spin_unlock(&cached_lock);
	/* page is not NULL only if the batch was full: more may follow. */
	return page;
}

/*
 * Drops all pages from index on. The caller has cut the file's size before, so
 * none of them is added again.
 */
void truncate_inode_pages(struct address_space *mapping, u32 index)
{
	while (truncate_batch(mapping, &index))
		cond_resched();
}

/* ---- reading ----------------------------------------------------- */

/* Bytes of [pos, pos + bytes) that lie before the end of the file. */
static inline u32 before_end(const struct inode *inode, u64 pos, u32 bytes)
{
	u64 size = i_size_read(inode);

	if (pos >= size)
		return 0;
	/* Compared as 64 bits before it is cut to 32. */
	return size - pos < bytes ? (u32)(size - pos) : bytes;
}

/*
 * Stores the page to read from, with a reference; 0 or -ENOMEM. A page that is
 * cached is found without a call, which small reads notice.
 */
static inline int get_read_page(struct address_space *mapping, u32 index,
				struct page **page)
{
	*page = find_get_page(mapping, index);
	if (likely(*page))
		return 0;
	return read_cache_page(mapping, index, page);
}

/*
 * read(2) of a regular file. As on Linux it takes no i_lock: a read beside a
 * write may see a part of it.
 */
s32 generic_file_read(struct file *file, uaddr_t buf, u32 bytes, u64 *pos)
{
	struct address_space *mapping = &file->f_inode->i_data;
	u32 index = (u32)(*pos >> PAGE_SHIFT), offset = page_offset(*pos);
	u32 done = 0, part, left = 0;
	struct page *page;
	int err = 0;

	might_fault();
	/* The whole range is checked once: __copy_to_user does not check. */
	if (!access_ok(buf, bytes))
		return -EFAULT;
	touch_atime(file);
	bytes = before_end(mapping->host, *pos, bytes);
	for (; done < bytes && !left; index++) {
		err = get_read_page(mapping, index, &page);
		if (err)
			break;
		part = min(bytes - done, PAGE_SIZE - offset);
		left = __copy_to_user(buf + done,
				      (char *)page_address(page) + offset,
				      part);
		/*
		 * The copy must be complete before the page can have a new
		 * owner.
		 */
		put_shared_page_after_use(page);
		done += part - left;
		offset = 0;
		/*
		 * A kill ends a long read early; a short count is a valid
		 * result.
		 */
		if (done < bytes && give_way())
			break;
	}
	*pos += done;
	if (done)
		return (s32)done;
	return left ? -EFAULT : err;
}

/* Reads for execve into kernel memory, which cannot fault. */
s32 generic_kernel_read(struct file *file, void *buf, u32 bytes, u64 pos)
{
	struct address_space *mapping = &file->f_inode->i_data;
	u32 done, part;
	struct page *page;
	int err;

	bytes = before_end(mapping->host, pos, bytes);
	for (done = 0; done < bytes; done += part, pos += part) {
		err = read_cache_page(mapping, (u32)(pos >> PAGE_SHIFT), &page);
		/* As read(2): an error shows only if nothing was read. */
		if (err)
			return done ? (s32)done : err;
		part = page_part(pos, bytes - done);
		memcpy((char *)buf + done,
		       (char *)page_address(page) + page_offset(pos), part);
		put_page(page);
		cond_resched();
	}
	return (s32)done;
}

/*
 * Moves the position, also beyond the end, where a write leaves a hole.
 */
s64 generic_file_llseek(struct file *file, s64 offset, int whence)
{
	u64 pos = (u64)offset;

	if (whence == SEEK_CUR)
		pos += file->f_pos;
	/* i_lock is not needed: the end may move right after, anyway. */
	else if (whence == SEEK_END && !S_ISDIR(file->f_inode->i_mode))
		pos += i_size_read(file->f_inode);
	else if (whence != SEEK_SET)
		return -EINVAL;
	/* A negative sum is above it, too. */
	if (pos > MAX_FILE_BYTES)
		return -EINVAL;
	file->f_pos = pos;
	return (s64)pos;
}

/* ---- mapping ----------------------------------------------------- */

/* Whether the page at pgoff contains bytes of the file. */
static bool within_file(const struct address_space *mapping, u32 pgoff)
{
	return ((u64)pgoff << PAGE_SHIFT) < i_size_read(mapping->host);
}

/*
 * Finds the page for a fault. Takes no lock of the file: the caller compares
 * truncate_count once it holds page_table_lock.
 */
static u32 filemap_fault(struct vm_fault *vmf)
{
	struct address_space *mapping = &vmf->vma->vm_file->f_inode->i_data;

	/*
	 * The order is count, size, page: see docs/locking.md, fault against
	 * truncation.
	 */
	vmf->truncate_count = read_truncate_count(mapping);
	/* The last page counts although its end lies beyond the file. */
	if (!within_file(mapping, vmf->pgoff))
		return VM_FAULT_SIGBUS;
	return read_cache_page(mapping, vmf->pgoff, &vmf->page) ? VM_FAULT_OOM :
								  0;
}

/* How many of the nr pages from pgoff on are part of the file. */
static u32 pages_within_file(const struct address_space *mapping, u32 pgoff,
			     u32 nr)
{
	while (nr && !within_file(mapping, pgoff + nr - 1))
		nr--;
	return nr;
}

/*
 * Finds pages for fault-around. page_table_lock is held, so it never sleeps and
 * reads nothing in.
 */
static void filemap_find_pages(struct vm_area_struct *vma, u32 pgoff, u32 nr,
			       struct page *pages[])
{
	struct address_space *mapping = &vma->vm_file->f_inode->i_data;
	u32 inside = pages_within_file(mapping, pgoff, nr);

	spin_lock(&mapping->lock);
	page_tree_lookup_run(mapping, pgoff, inside, pages);
	for (u32 i = 0; i < inside; i++)
		if (pages[i])
			get_page(pages[i]);
	spin_unlock(&mapping->lock);
	/*
	 * Beyond the end an access must be SIGBUS, so nothing may be mapped
	 * there, though a page may still be cached.
	 */
	for (u32 i = inside; i < nr; i++)
		pages[i] = NULL;
}

struct vm_operations generic_file_vm_ops = {
	.fault = filemap_fault,
	.find_pages = filemap_find_pages,
};

/* Maps a file. Faults look its pages up, so mapping itself costs nothing. */
int generic_file_mmap(struct file *file, struct vm_area_struct *vma)
{
	touch_atime(file);
	vma->vm_ops = &generic_file_vm_ops;
	return 0;
}
