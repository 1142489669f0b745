/*
 * mm/vmap_area.h - the set of areas of the vmalloc range, for mm/vmalloc.c and
 * the verifier.
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
	bool owns_pages;           /* vmalloc: pages are ours, and mapped */
	STAILQ_HEAD(, page) pages; /* ours, by page->area_link */
	u32 nr_pages;
	/* vmap_lock */
	TAILQ_ENTRY(vmap_area) link;
	RB_ENTRY(vmap_area) rb;
	u32 subtree_gap;
};

TAILQ_HEAD(area_list, vmap_area);
RB_HEAD(area_tree, vmap_area);

/* Guards the set; taken by the caller of what says so. */
extern spinlock_t vmap_lock;
extern struct area_list vmap_areas;
extern struct area_tree vmap_area_tree;

/* Where the free space below area begins. (vmap_lock) */
u32 vmap_gap_start(struct vmap_area *area);

static inline u32 vmap_subtree_gap(const struct vmap_area *area)
{
	return area ? area->subtree_gap : 0;
}

/*
 * Give area, whose bytes are set, the lowest free multiple of align, and put
 * it into the set. 0, or -ENOMEM: there is no room.
 */
int __must_check vmap_area_insert(struct vmap_area *area, u32 align);
void vmap_area_remove(struct vmap_area *area);
/* The area that begins at va, or NULL. */
struct vmap_area *vmap_area_find(const void *va);

#endif
