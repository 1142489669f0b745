/*
 * mm/vmap_area.h - the set of areas of the vmalloc range, for mm/vmalloc.c and
 * the verifier. An area is one vmalloc or ioremap allocation.
 */
#ifndef MM_VMAP_AREA_H
#define MM_VMAP_AREA_H

#include <mm/internal.h>

struct vmap_area {
	/* constant */
	u32 va, bytes;  /* guard page included */
	u32 caller;     /* text address */
	phys_addr_t pa; /* ioremap */
	const char *label;
	bool owns_pages; /* vmalloc: the area owns `pages`, all mapped */
	STAILQ_HEAD(, page) pages; /* linked by page->area_link */
	u32 nr_pages;
	/* vmap_lock */
	TAILQ_ENTRY(vmap_area) link;
	RB_ENTRY(vmap_area) rb;
	u32 subtree_gap;
};

TAILQ_HEAD(area_list, vmap_area);
RB_HEAD(area_tree, vmap_area);

/*
 * Guards the set. The functions below that need it held say so; the others take
 * it themselves.
 */
extern spinlock_t vmap_lock;
extern struct area_list vmap_areas;
extern struct area_tree vmap_area_tree;

/*
 * Returns the address where the free space below area begins: the end of the
 * area before it. Hold vmap_lock.
 */
u32 vmap_gap_start(struct vmap_area *area);

/*
 * Bytes of the largest gap below any area of this subtree; 0 if it is empty.
 * Hold vmap_lock.
 */
static inline u32 vmap_subtree_gap(const struct vmap_area *area)
{
	return area ? area->subtree_gap : 0;
}

/*
 * Gives area, whose bytes are set, the lowest free address that is a multiple
 * of align (bytes, a power of two), and links it. 0, or -ENOMEM if no gap is
 * large enough: then nothing has changed. Takes vmap_lock.
 */
int __must_check vmap_area_insert(struct vmap_area *area, u32 align);
/*
 * Unlinks area, so that its addresses may be given out again: the caller has
 * unmapped and flushed them. The caller frees area. Takes vmap_lock.
 */
void vmap_area_remove(struct vmap_area *area);
/*
 * Returns the area that begins at va, or NULL. Takes vmap_lock; the area stays
 * valid only because its owner alone may free it.
 */
struct vmap_area *vmap_area_find(const void *va);

#endif
