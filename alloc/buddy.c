/*
 * The buddy system: free memory as blocks that split and coalesce.
 *
 * Free memory is a set of blocks of 2^order pages, orders 0..MAX_ORDER, each at
 * a multiple of its own size, on one list per order. A block that is larger
 * than wanted is split in halves, again and again; the halves that are not
 * needed go to the lists of their orders. A freed block is coalesced: while its
 * other half, its buddy, is free as a whole, both become one block of the next
 * order. Eight pages, of which one is taken and freed again:
 *
 *	page    0 1 2 3 4 5 6 7
 *	       [       3       ]	one free block of order 3
 *	take 0  x[0][ 1 ][  2  ]	split three times; the lower half is kept
 *	free 0 [0][0][ 1 ][  2  ]	its buddy, page 1, is free: order 1,
 *	       [ 1 ][ 1 ][  2  ]	and pages 2-3 are: order 2,
 *	       [   2   ][  2  ]	and pages 4-7 are:
 *	       [       3       ]	as it was
 *
 * The numbers of two buddies' first pages differ in bit `order` only. The first
 * page of a free block has PG_BUDDY and the order in its flags, the others have
 * no flags; mem_map has an entry for every possible buddy (memblock.c), so no
 * bound is checked here.
 *
 * How many pages a caller must leave free is decided in page_policy.c; here it
 * is a number that is compared under the lock.
 *
 * Lock: zone.lock, interrupts off; innermost.
 */
#include <alloc/internal.h>

struct zone zone;

/* ---- the algorithm; zone.lock held ------------------------------- */

/*
 * Puts a block at the head of its list: the block freed last is taken first,
 * while its lines may still be cached.
 */
static void insert_block(struct page *page, unsigned int order)
{
	/* Blocks are marked here alone, so all on a list are marked. */
	page->flags = buddy_flags(order);
	LIST_INSERT_HEAD(&zone.free_area[order], page, buddy_list);
}

/*
 * Splits a block of order `from` until its first 2^to pages remain; the upper
 * halves become free blocks.
 */
static void split_block(struct page *page, unsigned int from, unsigned int to)
{
	while (from > to) {
		/*
		 * take_block found this list empty. Said again, it saves the
		 * insertion a test for a successor.
		 */
		LIST_INIT(&zone.free_area[--from]);
		insert_block(page + (1u << from), from);
	}
}

/*
 * Returns a block of this order, noted in its flags, cut from the smallest that
 * is large enough. NULL: there is none.
 *
 * Inline, as free_block is, in the function that moves a block and the one that
 * moves a batch: out of line a page of a batch takes 139 instructions instead
 * of 127, a block 204 instead of 192 ("block of order 0" and 1, make bench).
 */
static __always_inline struct page *take_block(unsigned int order)
{
	unsigned int found = order;
	struct page *page;

	while (LIST_EMPTY(&zone.free_area[found]))
		if (++found > MAX_ORDER)
			return NULL;
	page = LIST_FIRST(&zone.free_area[found]);
	LIST_REMOVE(page, buddy_list);
	split_block(page, found, order);
	/*
	 * The order replaces PG_BUDDY: a buddy that is freed now must not
	 * coalesce with this block.
	 */
	page->flags = (u32)order << PG_ORDER_SHIFT;
	zone.free_pages -= 1u << order;
	return page;
}

/* Frees a block and coalesces it with its buddy as often as that is free. */
static __always_inline void free_block(struct page *page, unsigned int order)
{
	BUG_ON(page != block_of(page, order));
	zone.free_pages += 1u << order;
	for (; order < MAX_ORDER; order++) {
		struct page *buddy = find_buddy(page, order);

		/*
		 * One comparison covers a buddy that is not free, free in
		 * another order, reserved, or on a per-CPU list, where flags
		 * are 0.
		 */
		if (buddy->flags != buddy_flags(order))
			break;
		LIST_REMOVE(buddy, buddy_list);
		/* Within a larger block no page may look like a free one. */
		buddy->flags = 0;
		page = block_of(page, order + 1);
	}
	insert_block(page, order);
}

/* ---- one block --------------------------------------------------- */

/*
 * Takes one block. The reserve is compared under the lock, or two callers could
 * both take its last pages.
 */
struct page *buddy_take(unsigned int order, u32 keep)
{
	struct page *page = NULL;
	u32 flags;

	spin_lock_irqsave(&zone.lock, flags);
	/* Compared as a sum: free_pages - keep could wrap. */
	if (zone.free_pages >= keep + (1u << order))
		page = take_block(order);
	spin_unlock_irqrestore(&zone.lock, flags);
	return page;
}

/* Frees one block. Single pages come here only by way of a core's list. */
void buddy_free(struct page *page, unsigned int order)
{
	u32 flags;

	spin_lock_irqsave(&zone.lock, flags);
	free_block(page, order);
	spin_unlock_irqrestore(&zone.lock, flags);
}

/* ---- many single pages under one lock ---------------------------- */

/*
 * Returns the order of the next block to be cut into single pages: the smallest
 * that is free, so that a large one is broken only when nothing smaller is
 * left.
 */
static unsigned int next_batch_order(void)
{
	unsigned int order = 0;

	while (order < PCP_BATCH_ORDER && LIST_EMPTY(&zone.free_area[order]))
		order++;
	return order;
}

/* Fills pages from block after block. Returns how many. */
static u32 take_batch(struct page **pages)
{
	u32 got = 0;

	while (got < PCP_BATCH) {
		unsigned int order = next_batch_order();
		struct page *page = take_block(order);

		/* A part of a batch is enough for the caller's list. */
		if (!page)
			break;
		page->flags = 0; /* a single page now, as those behind it */
		for (u32 i = 0; i < 1u << order; i++)
			pages[got++] = page + i;
	}
	return got;
}

/* Takes single pages with one lock and one check of the reserve for all. */
u32 buddy_take_batch(struct page *pages[PCP_BATCH_MAX], u32 keep)
{
	u32 got = 0, flags;

	spin_lock_irqsave(&zone.lock, flags);
	if (zone.free_pages >= keep + PCP_BATCH)
		got = take_batch(pages);
	spin_unlock_irqrestore(&zone.lock, flags);
	return got;
}

/* Frees single pages with one lock for all. Each coalesces as in buddy_free. */
void buddy_free_batch(struct page **pages, u32 nr)
{
	u32 flags;

	spin_lock_irqsave(&zone.lock, flags);
	while (nr > 0)
		free_block(pages[--nr], 0);
	spin_unlock_irqrestore(&zone.lock, flags);
}
