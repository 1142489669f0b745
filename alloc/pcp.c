/*
 * Each core's short list of single free pages, in front of the buddy.
 *
 * Most allocations and frees are of one page and end at this list. It needs no
 * lock: only its core uses it, with interrupts off (pcp_pop and pcp_push,
 * hot.h). An empty list is filled with PCP_BATCH pages, and a full one returns
 * as many, so that zone.lock is taken once for all of them.
 *
 * A page on a list is not free to the buddy: its flags are 0, and it keeps its
 * block from being coalesced until the list is drained.
 */
#include <alloc/hot.h>

u32 page_uses[NR_CPUS][NR_PAGE_USES];
DEFINE_PER_CPU(struct per_cpu_pages, pcp_pages);

/*
 * Refills the list. Interrupts stay off from the look to the refill, or the
 * batch could overwrite pages.
 */
struct page *pcp_refill(void)
{
	u32 flags = local_irq_save();
	struct per_cpu_pages *pcp = &this_cpu(pcp_pages);
	struct page *page = NULL;

	/* An interrupt may have freed pages since the list was found empty. */
	if (pcp->count == 0)
		pcp->count = buddy_take_batch(pcp->page, zone.min + PCP_BATCH);
	/* buddy_take_batch may exceed a batch, but not the list. */
	BUG_ON(pcp->count > PCP_HIGH);
	if (pcp->count != 0)
		page = pcp->page[--pcp->count];
	local_irq_restore(flags);
	return page;
}

/* Returns up to nr pages to the buddy. Interrupts are off. */
static void pcp_drain(struct per_cpu_pages *pcp, u32 nr)
{
	nr = min(nr, pcp->count);
	pcp->count -= nr;
	/* The pages on top go, so none has to be moved down. */
	buddy_free_batch(pcp->page + pcp->count, nr);
}

/*
 * Makes room on a full list: a batch and not all goes, so that the next
 * allocations still find pages.
 */
void pcp_free_slow(struct page *page)
{
	u32 flags = local_irq_save();
	bool pushed;

	pcp_drain(&this_cpu(pcp_pages), PCP_BATCH);
	pushed = pcp_push(page);
	BUG_ON(!pushed);
	local_irq_restore(flags);
}

/* Empties this core's list. Those of other cores have no lock. */
void drain_local_pages(void)
{
	u32 flags = local_irq_save();

	pcp_drain(&this_cpu(pcp_pages), PCP_HIGH);
	local_irq_restore(flags);
}
