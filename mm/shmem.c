/*
 * Shared anonymous memory. Owns the pages that MAP_SHARED | MAP_ANONYMOUS maps
 * and fork shares. The object has a fixed size; every VMA that maps it finds it
 * through vm_private_data, and it is freed with the last of them. Pages are
 * allocated when first touched; they are found through leaves, pages of
 * pointers, which keep a large sparse object cheap.
 */
#include <mm/internal.h>

#define LEAF_SLOTS (PAGE_SIZE / sizeof(struct page *))

struct shmem {
	atomic_t vmas; /* VMAs that map it */
	u32 nr_pages;  /* constant; beyond it is SIGBUS */
	u32 charged;   /* constant; pages promised */
	spinlock_t lock;
	struct page ***leaves; /* lock; NULL until a page of it is touched */
};

static struct kmem_cache *shmem_cachep;

/* Creates the cache of objects, which come and go with each shared mapping. */
void shmem_init(void)
{
	shmem_cachep = kmem_cache_create("shmem", sizeof(struct shmem), 0,
					 SLAB_PANIC, NULL);
}

/* Returns the number of leaves, of which the last may be used in part. */
static u32 nr_leaves(const struct shmem *shm)
{
	return (shm->nr_pages + (u32)LEAF_SLOTS - 1) / (u32)LEAF_SLOTS;
}

/* Frees a leaf and the object's references to its pages. */
static void shmem_free_leaf(struct page **leaf)
{
	u32 i;

	for (i = 0; i < LEAF_SLOTS; i++) {
		if (!leaf[i])
			continue;
		/* Entries are cleared before their VMA is closed. */
		BUG_ON(atomic_read(&leaf[i]->_mapcount));
		put_page(leaf[i]);
	}
	free_pages(leaf, 0);
}

/*
 * Frees the object with its pages. No VMA is left to reach it by, so no lock is
 * needed.
 */
static void shmem_free(struct shmem *shm)
{
	u32 i;

	for (i = 0; i < nr_leaves(shm); i++) {
		if (shm->leaves[i])
			shmem_free_leaf(shm->leaves[i]);
	}
	vm_unacct_memory(shm->charged);
	kfree(shm->leaves);
	kmem_cache_free(shmem_cachep, shm);
}

/*
 * A VMA of the object was copied. shmem_zero_setup has counted the first one.
 */
static void shmem_open(struct vm_area_struct *vma)
{
	struct shmem *shm = vma->vm_private_data;

	/* A copy is made of a VMA that counts itself. */
	BUG_ON(atomic_read(&shm->vmas) <= 0);
	atomic_inc(&shm->vmas);
}

/*
 * A VMA is about to be freed. Its entries have been cleared before, so the last
 * one finds no page mapped.
 */
static void shmem_close(struct vm_area_struct *vma)
{
	struct shmem *shm = vma->vm_private_data;

	if (atomic_dec_and_test(&shm->vmas))
		shmem_free(shm);
}

/*
 * Returns the slot of pgoff, or NULL while its leaf does not exist. Hold
 * shm->lock.
 */
static struct page **shmem_slot(struct shmem *shm, u32 pgoff)
{
	struct page **leaf;

	BUG_ON(pgoff >= shm->nr_pages);
	leaf = shm->leaves[pgoff / LEAF_SLOTS];
	return leaf ? &leaf[pgoff % LEAF_SLOTS] : NULL;
}

/*
 * Finds pages that exist, for faults and fault-around (struct vm_operations).
 * It allocates nothing.
 */
static void shmem_find_pages(struct vm_area_struct *vma, u32 pgoff, u32 nr,
			     struct page *pages[])
{
	struct shmem *shm = vma->vm_private_data;

	spin_lock(&shm->lock);
	for (u32 i = 0; i < nr; i++, pgoff++) {
		/* mremap may have made the VMA longer than the object. */
		struct page **slot = pgoff < shm->nr_pages ?
			shmem_slot(shm, pgoff) :
			NULL;

		pages[i] = slot ? *slot : NULL;
		if (pages[i])
			/*
			 * The reference is taken under the lock, while the
			 * object's own keeps the page.
			 */
			get_page(pages[i]);
	}
	spin_unlock(&shm->lock);
}

/* Makes sure that the leaf for pgoff exists. False: no memory. */
static bool shmem_grow_leaf(struct shmem *shm, u32 pgoff)
{
	struct page **leaf = get_zeroed_page(GFP_KERNEL);
	struct page ***place = &shm->leaves[pgoff / LEAF_SLOTS];

	if (!leaf)
		return false;
	spin_lock(&shm->lock);
	if (!*place) {
		*place = leaf;
		leaf = NULL;
	}
	spin_unlock(&shm->lock);
	free_pages(leaf, 0); /* another fault was faster; or NULL */
	return true;
}

/*
 * Returns the page of pgoff with a reference for the caller, allocating it.
 * NULL: no memory.
 */
static struct page *shmem_add_page(struct shmem *shm, u32 pgoff)
{
	struct page **slot, *page = alloc_page(GFP_USER | __GFP_ZERO);

	if (!page)
		return NULL;
	spin_lock(&shm->lock);
	slot = shmem_slot(shm, pgoff);
	BUG_ON(!slot); /* leaves stay as long as the object */
	/*
	 * Another process touched the page first: both must map the same one.
	 */
	if (*slot) {
		put_page(page);
		page = *slot;
	} else {
		*slot = page;
	}
	get_page(page);
	spin_unlock(&shm->lock);
	return page;
}

/*
 * Finds or makes the page of a fault. Two processes may fault on one page at
 * once, so each step looks again under the lock.
 */
static u32 shmem_fault(struct vm_fault *vmf)
{
	struct shmem *shm = vmf->vma->vm_private_data;

	if (vmf->pgoff >= shm->nr_pages)
		return VM_FAULT_SIGBUS;
	shmem_find_pages(vmf->vma, vmf->pgoff, 1, &vmf->page);
	if (vmf->page)
		return 0;
	/* This is read without the lock: a leaf stays as long as the object. */
	if (!shm->leaves[vmf->pgoff / LEAF_SLOTS] &&
	    !shmem_grow_leaf(shm, vmf->pgoff))
		return VM_FAULT_OOM;
	vmf->page = shmem_add_page(shm, vmf->pgoff);
	return vmf->page ? 0 : VM_FAULT_OOM;
}

/* The name that Linux gives the file behind the object. */
static const char *shmem_name(struct vm_area_struct *vma __unused_arg)
{
	return "/dev/zero (deleted)"; /* as Linux shows it */
}

static const struct vm_operations shmem_vm_ops = {
	.open = shmem_open,
	.close = shmem_close,
	.fault = shmem_fault,
	.find_pages = shmem_find_pages,
	.name = shmem_name,
};

/*
 * Makes object, table and promise for vma, or nothing: each label undoes the
 * steps above it.
 */
int shmem_zero_setup(struct vm_area_struct *vma)
{
	u32 pages = vma_pages(vma);
	u32 charged = vma->vm_flags & VM_NORESERVE ? 0 : pages;
	struct shmem *shm;

	BUG_ON(!pages || vma->vm_ops);
	/*
	 * The object makes the promise, not the VMA: many VMAs may share it
	 * (accountable_mapping).
	 */
	if (charged && vm_acct_memory(charged))
		return -ENOMEM;
	shm = kmem_cache_alloc(shmem_cachep, GFP_KERNEL | __GFP_ZERO);
	if (!shm)
		goto err_unacct;
	shm->nr_pages = pages;
	shm->charged = charged;
	spin_lock_init(&shm->lock);
	atomic_set(&shm->vmas, 1);
	shm->leaves = kcalloc(nr_leaves(shm), sizeof(*shm->leaves), GFP_KERNEL);
	if (!shm->leaves)
		goto err_free;
	vma->vm_ops = &shmem_vm_ops;
	vma->vm_private_data = shm;
	/* Nothing can fail from here: vma owns the object. */
	vma->vm_pgoff = 0;
	return 0;

err_free:
	kmem_cache_free(shmem_cachep, shm);
err_unacct:
	vm_unacct_memory(charged);
	return -ENOMEM;
}
