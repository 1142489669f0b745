/*
 * Shared anonymous memory. Owns the pages that MAP_SHARED | MAP_ANONYMOUS maps
 * and fork shares: an object of fixed size, found by every VMA that maps it
 * through vm_private_data, gone with the last of them. Pages come when first
 * touched; a second-level table of pointers keeps a large sparse object cheap.
 */
#include <mm/internal.h>

#define LEAF_SLOTS (PAGE_SIZE / sizeof(struct page *))

struct shmem {
	atomic_t vmas; /* VMAs that map it */
	u32 nr_pages;  /* constant; beyond is SIGBUS */
	u32 charged;   /* constant; pages promised */
	spinlock_t lock;
	struct page ***leaves; /* lock; leaves[n] NULL: nothing there */
};

static struct kmem_cache *shmem_cachep;

void shmem_init(void)
{
	shmem_cachep = kmem_cache_create("shmem", sizeof(struct shmem), 0,
					 SLAB_PANIC, NULL);
}

static u32 nr_leaves(const struct shmem *shm)
{
	return (shm->nr_pages + (u32)LEAF_SLOTS - 1) / (u32)LEAF_SLOTS;
}

static void shmem_free_leaf(struct page **leaf)
{
	u32 i;

	for (i = 0; i < LEAF_SLOTS; i++) {
		if (!leaf[i])
			continue;
		BUG_ON(atomic_read(&leaf[i]->_mapcount));
		put_page(leaf[i]);
	}
	free_pages(leaf, 0);
}

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

static void shmem_open(struct vm_area_struct *vma)
{
	struct shmem *shm = vma->vm_private_data;

	BUG_ON(atomic_read(&shm->vmas) <= 0);
	atomic_inc(&shm->vmas);
}

static void shmem_close(struct vm_area_struct *vma)
{
	struct shmem *shm = vma->vm_private_data;

	if (atomic_dec_and_test(&shm->vmas))
		shmem_free(shm);
}

/* The slot of pgoff, or NULL while its leaf is not there. lock held. */
static struct page **shmem_slot(struct shmem *shm, u32 pgoff)
{
	struct page **leaf;

	BUG_ON(pgoff >= shm->nr_pages);
	leaf = shm->leaves[pgoff / LEAF_SLOTS];
	return leaf ? &leaf[pgoff % LEAF_SLOTS] : NULL;
}

static void shmem_find_pages(struct vm_area_struct *vma, u32 pgoff, u32 nr,
			     struct page *pages[])
{
	struct shmem *shm = vma->vm_private_data;

	spin_lock(&shm->lock);
	for (u32 i = 0; i < nr; i++, pgoff++) {
		struct page **slot = pgoff < shm->nr_pages ?
			shmem_slot(shm, pgoff) :
			NULL;

		pages[i] = slot ? *slot : NULL;
		if (pages[i])
			get_page(pages[i]);
	}
	spin_unlock(&shm->lock);
}

/* Make sure that the leaf for pgoff exists. */
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
	free_pages(leaf, 0); /* another was faster; or NULL */
	return true;
}

static struct page *shmem_add_page(struct shmem *shm, u32 pgoff)
{
	struct page **slot, *page = alloc_page(GFP_USER | __GFP_ZERO);

	if (!page)
		return NULL;
	spin_lock(&shm->lock);
	slot = shmem_slot(shm, pgoff);
	BUG_ON(!slot); /* leaves stay as long as the object */
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

static u32 shmem_fault(struct vm_fault *vmf)
{
	struct shmem *shm = vmf->vma->vm_private_data;

	if (vmf->pgoff >= shm->nr_pages)
		return VM_FAULT_SIGBUS;
	shmem_find_pages(vmf->vma, vmf->pgoff, 1, &vmf->page);
	if (vmf->page)
		return 0;
	if (!shm->leaves[vmf->pgoff / LEAF_SLOTS] &&
	    !shmem_grow_leaf(shm, vmf->pgoff))
		return VM_FAULT_OOM;
	vmf->page = shmem_add_page(shm, vmf->pgoff);
	return vmf->page ? 0 : VM_FAULT_OOM;
}

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

int shmem_zero_setup(struct vm_area_struct *vma)
{
	u32 pages = vma_pages(vma);
	u32 charged = vma->vm_flags & VM_NORESERVE ? 0 : pages;
	struct shmem *shm;

	BUG_ON(!pages || vma->vm_ops);
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
	vma->vm_pgoff = 0;
	return 0;

err_free:
	kmem_cache_free(shmem_cachep, shm);
err_unacct:
	vm_unacct_memory(charged);
	return -ENOMEM;
}
