/*
 * Which caller may have a block, and what is done when there is none.
 *
 * Three watermarks, in free pages:
 *
 *	high	what reclaim restores
 *	low	below it, an allocation that may sleep reclaims first
 *	min	below it, pages are for __GFP_HIGH, as interrupts cannot wait.
 *		A task in do_exit may use half of them, since it frees more
 *		than it takes; init a quarter, since it must be able to end
 *		a task that takes all memory
 *
 * Shrinkers free memory that can be made again: the slab's empty slabs, the
 * page cache's clean pages. They register themselves.
 */
#include <alloc/hot.h>
#include <lib/printk.h>
#include <thread_info.h>

#define MAX_RECLAIM_ROUNDS 4

/* Filled at boot by one core and never changed later: readers need no lock. */
static TAILQ_HEAD(, shrinker) shrinkers = TAILQ_HEAD_INITIALIZER(shrinkers);

/* Adds a shrinker. The first is the slab's, which loses no data. */
void register_shrinker(struct shrinker *shrinker)
{
	BUG_ON(!shrinker->shrink);
	TAILQ_INSERT_TAIL(&shrinkers, shrinker, link);
}

/* ---- watermarks -------------------------------------------------- */

void zone_set_watermarks(u32 pages)
{
	WRITE_ONCE(zone.min, pages);
	WRITE_ONCE(zone.low, pages + pages / 4);
	WRITE_ONCE(zone.high, pages + pages / 2);
}

/* ---- reclaim ----------------------------------------------------- */

/*
 * Whether the caller may sleep to reclaim. Boot runs with interrupts off, and
 * has nothing to free yet.
 */
static bool can_reclaim(gfp_t gfp)
{
	return (gfp & __GFP_DIRECT_RECLAIM) && !irqs_disabled();
}

/* Calls the shrinkers in order of registration, until enough is free. */
u32 shrink_all(u32 nr)
{
	struct shrinker *shrinker;
	u32 freed = 0;

	TAILQ_FOREACH(shrinker, &shrinkers, link) {
		if (freed >= nr)
			break;
		freed += shrinker->shrink(nr - freed);
	}
	/* For reports only, so a lost update does no harm. */
	zone.reclaimed += freed;
	return freed;
}

/*
 * Shrinks, then returns this core's list to the buddy: freed pages land on the
 * list, where they coalesce with nothing.
 */
static u32 direct_reclaim(u32 nr)
{
	u32 freed = shrink_all(nr);

	drain_local_pages();
	return freed;
}

/* Does the step before the nth retry. False: nothing is left to try. */
static bool make_room(gfp_t gfp, unsigned int order, u32 retry)
{
	if (retry == 0) {
		/* Single pages on the list may be the missing halves. */
		drain_local_pages();
		return true;
	}
	/* The freed pages may never form a block of this order. */
	return retry <= MAX_RECLAIM_ROUNDS && can_reclaim(gfp) &&
		direct_reclaim(zone.high + (1u << order)) != 0;
}

/* Logs the 1st, 2nd, 4th, 8th ... failure: a program may cause thousands. */
static void warn_failure(gfp_t gfp, unsigned int order)
{
	u32 n = ++zone.failures;

	if (!(gfp & __GFP_NOWARN) && (n & (n - 1)) == 0)
		pr_warn("page allocation failure %u: order %u, gfp %#x; %u pages free, %u kept for interrupts\n",
			n, order, gfp, nr_free_pages(), reserve_for(gfp));
}

/* How much of the reserve an ending task, or init, must leave. */
static u32 reserve_for_few(void)
{
	if (test_thread_flag(TIF_EXITING))
		return zone.min / 2;
	return zone.min / 4 * 3;
}

/*
 * Tries what costs least first: reclaim only below low, then the core's list,
 * then the shrinkers, at last the reserve.
 */
struct page *zone_alloc_slow(gfp_t gfp, unsigned int order)
{
	u32 nr_free = READ_ONCE(zone.free_pages);
	struct page *page;

	/* Reclaiming now keeps the first try off the reserve. */
	if (nr_free < zone.low && can_reclaim(gfp))
		direct_reclaim(zone.high - nr_free);
	for (u32 retry = 0;; retry++) {
		page = take_above_reserve(gfp, order);
		if (page)
			return page;
		if (!make_room(gfp, order, retry))
			break;
	}
	/*
	 * A dying task must not wait for the memory that it frees, and
	 * without process 1 the machine ends.
	 */
	page = test_thread_flag(TIF_EXITING | TIF_INIT) ?
		buddy_take(order, reserve_for_few()) :
		NULL;
	if (!page)
		warn_failure(gfp, order);
	return page;
}
