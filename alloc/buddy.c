/*
 * The buddy system: free memory as blocks that split and coalesce.
 *
 * Free memory is a set of blocks of 2^order pages, orders 0..MAX_ORDER, each
 * at a multiple of its own size, on one list per order. To take a block that
 * is too big is to split it in halves, again and again; the halves that are
 * left over go to the lists of their orders. To free a block is to coalesce
 * it: while its other half, its buddy, is free as a whole, both become one
 * block of the next order. Eight pages, of which one is taken and freed again:
 *
 *	page    0 1 2 3 4 5 6 7
 *	       [       3       ]	one free block of order 3
 *	take 0  x[0][ 1 ][  2  ]	split three times; the lower half is kept
 *	free 0 [0][0][ 1 ][  2  ]	its buddy, page 1, is free: order 1,
 *	       [ 1 ][ 1 ][  2  ]	and pages 2-3 are: order 2,
 *	       [   2   ][  2  ]	and pages 4-7 are:
 *	       [       3       ]	as it was
 *
 * The numbers of two buddies' first pages differ in bit `order` only. The
 * first page of a free block is marked with PG_BUDDY and the order, the
 * others with nothing; mem_map has an entry for every buddy that can be asked
 * for (memblock.c), so no bound is checked here.
 *
 * How many pages a caller must leave free is its own business (page_policy.c);
 * here it is a number, looked at under the lock.
 *
 * Lock: zone.lock, interrupts off; innermost.
 */
#include <alloc/internal.h>

struct zone zone;

/* ---- the algorithm; zone.lock held ------------------------------- */

static void insert_block(struct page *page, unsigned int order)
{
	page->flags = buddy_flags(order);
	LIST_INSERT_HEAD(&zone.free_area[order], page, buddy_list);
}

/* Keep the first 2^to pages of a block; the upper halves are free blocks. */
static void split_block(struct page *page, unsigned int from, unsigned int to)
{
	while (from > to) {
		/* take_block saw this list empty: now the compiler knows. */
		LIST_INIT(&zone.free_area[--from]);
		insert_block(page + (1u << from), from);
	}
}

/*
 * A block of exactly this order, which is written on it, of the smallest that
 * is big enough. NULL: there is none.
 *
 * Inline, as free_block is, in the one that moves a block and the one that
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
	page->flags = (u32)order << PG_ORDER_SHIFT;
	zone.free_pages -= 1u << order;
	return page;
}

/* The block is free, as one with its buddy, and with that one's, and so on. */
static __always_inline void free_block(struct page *page, unsigned int order)
{
	BUG_ON(page != block_of(page, order));
	zone.free_pages += 1u << order;
	for (; order < MAX_ORDER; order++) {
		struct page *buddy = find_buddy(page, order);

		if (buddy->flags != buddy_flags(order))
			break;
		LIST_REMOVE(buddy, buddy_list);
		buddy->flags = 0;
		page = block_of(page, order + 1);
	}
	insert_block(page, order);
}

/* ---- one block --------------------------------------------------- */

struct page *buddy_take(unsigned int order, u32 keep)
{
	struct page *page = NULL;
	u32 flags;

	spin_lock_irqsave(&zone.lock, flags);
	if (zone.free_pages >= keep + (1u << order))
		page = take_block(order);
	spin_unlock_irqrestore(&zone.lock, flags);
	return page;
}

void buddy_free(struct page *page, unsigned int order)
{
	u32 flags;

	spin_lock_irqsave(&zone.lock, flags);
	free_block(page, order);
	spin_unlock_irqrestore(&zone.lock, flags);
}

/* ---- many single pages under one lock ---------------------------- */

/*
 * The smallest free block is the next to become single pages: a large one is
 * broken only when nothing smaller is left.
 */
static unsigned int next_batch_order(void)
{
	unsigned int order = 0;

	while (order < PCP_BATCH_ORDER && LIST_EMPTY(&zone.free_area[order]))
		order++;
	return order;
}

/* Fill pages from block after block. Returns how many. */
static u32 take_batch(struct page **pages)
{
	u32 got = 0;

	while (got < PCP_BATCH) {
		unsigned int order = next_batch_order();
		struct page *page = take_block(order);

		if (!page)
			break;
		page->flags = 0; /* a single page now, like those behind it */
		for (u32 i = 0; i < 1u << order; i++)
			pages[got++] = page + i;
	}
	return got;
}

u32 buddy_take_batch(struct page *pages[PCP_BATCH_MAX], u32 keep)
{
	u32 got = 0, flags;

	spin_lock_irqsave(&zone.lock, flags);
	if (zone.free_pages >= keep + PCP_BATCH)
		got = take_batch(pages);
	spin_unlock_irqrestore(&zone.lock, flags);
	return got;
}

void buddy_free_batch(struct page **pages, u32 nr)
{
	u32 flags;

	spin_lock_irqsave(&zone.lock, flags);
	while (nr > 0)
		free_block(pages[--nr], 0);
	spin_unlock_irqrestore(&zone.lock, flags);
}
