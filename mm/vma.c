/*
 * The set of VMAs of an address space. Owns the sorted list, the red-black tree
 * over the same VMAs, the gap sizes kept in the tree, and find_vma's cache. Two
 * VMAs never overlap; neighbours that could be one VMA are merged where an
 * operation ends (vma_merge.c).
 *
 * Gaps: each VMA has in vm_gap the free space below itself, and in
 * rb_subtree_gap the largest vm_gap in its subtree, so the search for free
 * address space is O(log n). A function that changes a gap sets vm_gap and
 * recomputes the path up to the root, until a value stays as it was. The tree
 * macros recompute the nodes that they rotate (RB_AUGMENT): a rotation moves
 * VMAs within the tree, and changes no gap.
 */
#include <mm/internal.h>

/*
 * Recomputes rb_subtree_gap of vma. Returns true if the value changed, so that
 * its parent must be recomputed too.
 */
static bool gap_update(struct vm_area_struct *vma)
{
	u32 children = max(subtree_gap(RB_LEFT(vma, vm_rb)),
			   subtree_gap(RB_RIGHT(vma, vm_rb)));
	u32 old = vma->rb_subtree_gap;

	vma->rb_subtree_gap = max(vma->vm_gap, children);
	return vma->rb_subtree_gap != old;
}

#undef RB_AUGMENT
#define RB_AUGMENT(vma) gap_update(vma)

/*
 * The macros for insertion and look-up by key are not needed: the list gives
 * each VMA's place, so no keys are compared.
 */
RB_GENERATE_INSERT_COLOR(vma_tree, vm_area_struct, vm_rb, static)
RB_GENERATE_REMOVE_COLOR(vma_tree, vm_area_struct, vm_rb, static)
RB_GENERATE_REMOVE(vma_tree, vm_area_struct, vm_rb, static)

/*
 * vma's gap or a child of it changed: recomputes upward. Once a value stays,
 * all above it stay, too.
 */
static void gap_propagate(struct vm_area_struct *vma)
{
	while (vma && gap_update(vma))
		vma = RB_PARENT(vma, vm_rb);
}

/* Sets the gap below vma, which is in the tree. */
static inline void gap_set(struct vm_area_struct *vma, u32 gap)
{
	if (vma->vm_gap == gap)
		return;
	vma->vm_gap = gap;
	gap_propagate(vma);
}

/* ---- objects ----------------------------------------------------- */

static struct kmem_cache *vma_cachep;

void vma_cache_init(void)
{
	vma_cachep = kmem_cache_create("vm_area_struct",
				       sizeof(struct vm_area_struct), 0,
				       SLAB_PANIC, NULL);
}

/*
 * Allocates a VMA. It is not cleared: prepare_vma sets the range, and linking
 * sets list, tree and gaps.
 */
struct vm_area_struct *vm_area_alloc(struct mm_struct *mm)
{
	struct vm_area_struct *vma = kmem_cache_alloc(vma_cachep, GFP_KERNEL);

	if (!vma)
		return NULL;
	/* vm_area_free reads these three, even after an error. */
	vma->vm_file = NULL;
	vma->vm_ops = NULL;
	vma->vm_private_data = NULL;
	vma->vm_mm = mm;
	return vma;
}

/*
 * Copies a VMA. The copy counts as a user of file and object, and ends by
 * vm_area_free like the original.
 */
struct vm_area_struct *vm_area_dup(const struct vm_area_struct *vma,
				   struct mm_struct *mm)
{
	struct vm_area_struct *new = kmem_cache_alloc(vma_cachep, GFP_KERNEL);

	if (!new)
		return NULL;
	/*
	 * Member by member: the links and gaps of the original belong to its
	 * own place.
	 */
	new->vm_start = vma->vm_start;
	new->vm_end = vma->vm_end;
	new->vm_flags = vma->vm_flags;
	new->vm_page_prot = vma->vm_page_prot;
	new->vm_pgoff = vma->vm_pgoff;
	new->vm_file = vma->vm_file;
	new->vm_ops = vma->vm_ops;
	new->vm_private_data = vma->vm_private_data;
	new->vm_mm = mm;
	BUG_ON(vma->vm_start >= vma->vm_end);
	if (new->vm_file)
		get_file(new->vm_file);
	/* open comes last, as it may read the whole VMA. */
	if (new->vm_ops &&new->vm_ops->open)
		new->vm_ops->open(new);
	return new;
}

/* Frees a VMA. close comes first, as it may still need the file. */
void vm_area_free(struct vm_area_struct *vma)
{
	if (vma->vm_ops && vma->vm_ops->close)
		vma->vm_ops->close(vma);
	if (vma->vm_file)
		fput(vma->vm_file);
	kmem_cache_free(vma_cachep, vma);
}

/* ---- linking ----------------------------------------------------- */

/*
 * Adds vma to the tree between prev and next. Of two neighbours in order one
 * always has a free place on the inner side: below prev on the right, or below
 * next on the left.
 */
static inline void tree_insert(struct mm_struct *mm, struct vm_area_struct *vma,
			       struct vm_area_struct *prev,
			       struct vm_area_struct *next)
{
	struct vm_area_struct *parent = NULL;

	if (prev && !RB_RIGHT(prev, vm_rb)) {
		parent = prev;
		RB_RIGHT(parent, vm_rb) = vma;
	} else if (next) {
		parent = next;
		/*
		 * A VMA below next on the left would lie between prev and next.
		 */
		BUG_ON(RB_LEFT(parent, vm_rb));
		RB_LEFT(parent, vm_rb) = vma;
	} else {
		BUG_ON(RB_ROOT(&mm->mm_rb));
		RB_ROOT(&mm->mm_rb) = vma;
	}
	RB_SET(vma, parent, vm_rb);
	/*
	 * Before the tree is rebalanced: a rotation recomputes only the nodes
	 * that it moves, from these values.
	 */
	vma->rb_subtree_gap = vma->vm_gap = vma_gap(prev, vma);
	if (vma->vm_gap)
		gap_propagate(parent);
	if (next)
		gap_set(next, vma_gap(vma, next)); /* vma took a part of it */
	vma_tree_RB_INSERT_COLOR(&mm->mm_rb, vma);
}

/* Links vma after prev. The caller has found prev, so no search is needed. */
void __vma_link(struct mm_struct *mm, struct vm_area_struct *vma,
		struct vm_area_struct *prev)
{
	struct vm_area_struct *next;

	BUG_ON(vma->vm_start >= vma->vm_end || vma->vm_end > TASK_SIZE);
	BUG_ON(prev && prev->vm_end > vma->vm_start);
	if (prev)
		TAILQ_INSERT_AFTER(&mm->mmap, prev, vma, vm_link);
	else
		TAILQ_INSERT_HEAD(&mm->mmap, vma, vm_link);
	next = vma_next(vma);
	BUG_ON(next && next->vm_start < vma->vm_end);
	tree_insert(mm, vma, prev, next);
	mm->map_count++;
	/* This comes last: from here on a truncation may look at vma. */
	if (vma->vm_file)
		i_mmap_add(vma);
}

/*
 * Takes vma out of the tree. If it has two children, RB_REMOVE puts next in its
 * place and recomputes the path from next's old place to the root, so next only
 * needs its new vm_gap. Otherwise RB_REMOVE recomputes nothing above vma, so
 * the changed gap of next and vma's own, now 0, are propagated before.
 */
static void tree_remove(struct mm_struct *mm, struct vm_area_struct *vma,
			struct vm_area_struct *prev,
			struct vm_area_struct *next)
{
	if (RB_LEFT(vma, vm_rb) && RB_RIGHT(vma, vm_rb)) {
		next->vm_gap = vma_gap(prev, next);
	} else {
		if (next)
			gap_set(next, vma_gap(prev, next));
		gap_set(vma, 0);
	}
	vma_tree_RB_REMOVE(&mm->mm_rb, vma);
}

/* The part of __vma_unlink that is not the tree. */
static inline void list_remove(struct mm_struct *mm, struct vm_area_struct *vma)
{
	BUG_ON(vma->vm_mm != mm || !mm->map_count);
	TAILQ_REMOVE(&mm->mmap, vma, vm_link);
	/* find_vma would return a VMA that is about to be freed. */
	if (mm->mmap_cache == vma)
		mm->mmap_cache = NULL;
	mm->map_count--;
	if (vma->vm_file)
		i_mmap_remove(vma);
}

/*
 * Unlinks vma, first from the tree, which reads vma's neighbours in the list.
 */
void __vma_unlink(struct mm_struct *mm, struct vm_area_struct *vma)
{
	tree_remove(mm, vma, vma_prev(vma), vma_next(vma));
	list_remove(mm, vma);
}

/* Builds a new tree of the VMAs in the list. */
static void make_tree(struct mm_struct *mm)
{
	struct vm_area_struct *vma, *prev = NULL;

	RB_INIT(&mm->mm_rb);
	TAILQ_FOREACH(vma, &mm->mmap, vm_link) {
		/* VMAs come in ascending order, so none is above vma. */
		tree_insert(mm, vma, prev, NULL);
		prev = vma;
		cond_resched();
	}
}

/*
 * Whether more than half of all VMAs, and not only one, begin in
 * [vma->vm_start, end).
 */
static bool most_go(const struct mm_struct *mm, struct vm_area_struct *vma,
		    uaddr_t end)
{
	u32 n = 1;

	while ((vma = vma_next(vma)) && vma->vm_start < end)
		n++;
	/* For a single VMA its removal is always cheaper. */
	return n > 1 && n > mm->map_count / 2;
}

/*
 * Unlinks a run of VMAs. Each removal from the tree costs O(log n) and
 * rotations; building a tree of n VMAs costs O(n), and little for each.
 */
struct vm_area_struct *vma_unlink_run(struct mm_struct *mm,
				      struct vm_area_struct *vma, uaddr_t end,
				      struct vma_list *run)
{
	bool most = most_go(mm, vma, end);
	struct vm_area_struct *next;

	do {
		next = vma_next(vma);
		/* Each VMA may have another file. */
		i_mmap_lock(vma);
		if (most)
			list_remove(mm, vma);
		else
			__vma_unlink(mm, vma);
		i_mmap_unlock(vma);
		TAILQ_INSERT_TAIL(run, vma, vm_link);
		cond_resched();
	} while ((vma = next) && vma->vm_start < end);
	if (most)
		make_tree(mm);
	return vma;
}

/* Moves vma's borders. On each side where a border moves a gap changes. */
void __vma_resize(struct vm_area_struct *vma, uaddr_t start, uaddr_t end,
		  u32 pgoff)
{
	struct vm_area_struct *next = vma_next(vma);

	BUG_ON(start >= end || (next && end > next->vm_start));
	if (start != vma->vm_start) {
		vma->vm_start = start;
		gap_set(vma, vma_gap(vma_prev(vma), vma));
	}
	if (end != vma->vm_end) {
		vma->vm_end = end;
		/*
		 * The gap above the last VMA is stored nowhere: last_gap_fits
		 * computes it.
		 */
		if (next)
			gap_set(next, vma_gap(vma, next));
	}
	vma->vm_pgoff = pgoff;
}

/* ---- finding ----------------------------------------------------- */

/*
 * Searches the tree. Several readers may set mmap_cache at once: each stores a
 * VMA of the set, which stays in it as long as mmap_lock is held.
 */
struct vm_area_struct *__find_vma(struct mm_struct *mm, uaddr_t va)
{
	struct vm_area_struct *vma = mm->mmap_cache, *found = NULL;

	/*
	 * An address in the hole below the cached VMA has the same result: mmap
	 * and the fault after it often come here.
	 */
	if (vma && va < vma->vm_end) {
		const struct vm_area_struct *prev = vma_prev(vma);

		if (!prev || prev->vm_end <= va)
			return vma;
	}
	vma = RB_ROOT(&mm->mm_rb);
	while (vma) {
		if (va >= vma->vm_end) {
			vma = RB_RIGHT(vma, vm_rb);
			continue;
		}
		/*
		 * A VMA further left may end above va, too, and would be the
		 * first.
		 */
		found = vma;
		if (va >= vma->vm_start)
			break;
		vma = RB_LEFT(vma, vm_rb);
	}
	if (found)
		mm->mmap_cache = found;
	return found;
}

/*
 * find_vma and the VMA before it, which is the last of the list if va is above
 * all.
 */
struct vm_area_struct *find_vma_prev(struct mm_struct *mm, uaddr_t va,
				     struct vm_area_struct **prev)
{
	struct vm_area_struct *vma = find_vma(mm, va);

	*prev = vma ? vma_prev(vma) : TAILQ_LAST(&mm->mmap, vma_list);
	return vma;
}

/*
 * Finds the first VMA in a range. VMAs are sorted by start and by end alike, so
 * the first that ends above start decides.
 */
struct vm_area_struct *find_vma_intersection(struct mm_struct *mm,
					     uaddr_t start, uaddr_t end)
{
	struct vm_area_struct *vma = find_vma(mm, start);

	return vma && vma->vm_start < end ? vma : NULL;
}
