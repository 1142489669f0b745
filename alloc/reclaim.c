/*
 * Who can give memory back when it runs short.
 *
 * The list of shrinkers: the slab's empty slabs, the page cache's clean pages.
 * page_alloc.c asks them when an allocation that may sleep finds few pages.
 */
#include <alloc/internal.h>

/* Filled at boot, one core; never shrinks, so readers need no lock. */
static TAILQ_HEAD(, shrinker) shrinkers = TAILQ_HEAD_INITIALIZER(shrinkers);

void register_shrinker(struct shrinker *shrinker)
{
	BUG_ON(!shrinker->shrink);
	TAILQ_INSERT_TAIL(&shrinkers, shrinker, link);
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
