/*
 * Who may have a block, and what is done when there is none.
 *
 * Three watermarks, in free pages:
 *
 *	high	what reclaim restores
 *	low	below it, an allocation that may sleep asks the shrinkers first
 *	min	below it, pages are for __GFP_HIGH: interrupts cannot wait; and
 *		half of them for a task in do_exit, which gives back more, a
 *		quarter for init, which has to end who takes all memory
 *
 * The shrinkers are those who can give memory back: the slab's empty slabs,
 * the page cache's clean pages. They register themselves.
 */
#include <alloc/hot.h>
#include <lib/printk.h>
#include <thread_info.h>

#define MAX_RECLAIM_ROUNDS 4

/* Filled at boot, one core; never shrinks, so readers need no lock. */
static TAILQ_HEAD(, shrinker) shrinkers = TAILQ_HEAD_INITIALIZER(shrinkers);

void register_shrinker(struct shrinker *shrinker)
{
	BUG_ON(!shrinker->shrink);
	TAILQ_INSERT_TAIL(&shrinkers, shrinker, link);
}

/* ---- watermarks -------------------------------------------------- */

/*
 * min: a 128th of memory for those that cannot wait, within sense; low and
 * high above it as Linux has them.
 */
void zone_set_watermarks(void)
{
	u32 pages = zone.managed / 128;

	zone.min = min(max(pages, 16u), 1024u);
	zone.low = zone.min + zone.min / 4;
	zone.high = zone.min + zone.min / 2;
}

/* ---- reclaim ----------------------------------------------------- */

/* Boot runs with interrupts off, and has nothing to give back. */
static bool can_reclaim(gfp_t gfp)
{
	return (gfp & __GFP_DIRECT_RECLAIM) && !irqs_disabled();
}

u32 shrink_all(u32 nr)
{
	struct shrinker *shrinker;
	u32 freed = 0;

	TAILQ_FOREACH(shrinker, &shrinkers, link) {
		if (freed >= nr)
			break;
		freed += shrinker->shrink(nr - freed);
	}
	zone.reclaimed += freed;
	return freed;
}

/* What shrinkers free lands on the per-CPU list: bring it home. */
static u32 direct_reclaim(u32 nr)
{
	u32 freed = shrink_all(nr);

	drain_local_pages();
	return freed;
}

/* The step before the nth retry. False: there is nothing more to try. */
static bool make_room(gfp_t gfp, unsigned int order, u32 retry)
{
	if (retry == 0) {
		/* Single pages on the list may be the missing halves. */
		drain_local_pages();
		return true;
	}
	return retry <= MAX_RECLAIM_ROUNDS && can_reclaim(gfp) &&
		direct_reclaim(zone.high + (1u << order)) != 0;
}

/* One line for the 1st, 2nd, 4th, 8th ... failure: enough to see, and short. */
static void warn_failure(gfp_t gfp, unsigned int order)
{
	u32 n = ++zone.failures;

	if (!(gfp & __GFP_NOWARN) && (n & (n - 1)) == 0)
		pr_warn("page allocation failure %u: order %u, gfp %#x; %u pages free, %u kept for interrupts\n",
			n, order, gfp, nr_free_pages(), reserve_for(gfp));
}

/* Of the pages kept for interrupts: those that must stay free all the same. */
static u32 reserve_for_few(void)
{
	if (test_thread_flag(TIF_EXITING))
		return zone.min / 2;
	return zone.min / 4 * 3;
}

struct page *zone_alloc_slow(gfp_t gfp, unsigned int order)
{
	u32 nr_free = READ_ONCE(zone.free_pages);
	struct page *page;

	if (nr_free < zone.low && can_reclaim(gfp))
		direct_reclaim(zone.high - nr_free);
	for (u32 retry = 0;; retry++) {
		page = take_above_reserve(gfp, order);
		if (page)
			return page;
		if (!make_room(gfp, order, retry))
			break;
	}
	page = test_thread_flag(TIF_EXITING | TIF_INIT) ?
		buddy_take(order, reserve_for_few()) :
		NULL;
	if (!page)
		warn_failure(gfp, order);
	return page;
}
