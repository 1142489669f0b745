/*
 * The page at VECTORS_BASE. Programs may read and execute it:
 *
 *	0xffff0000  exception vectors (vectors.S)
 *	0xffff0500  sigreturn trampolines (services/signal/)
 *	0xffff0f60  kuser helpers (vectors.S), version at 0xffff0ffc
 */
#include <asm/barrier.h>
#include <asm/cacheflush.h>
#include <asm/tlbflush.h>
#include <string.h>
#include <trap/internal.h>

#define CACHE_LINE 32u

static u8 *vectors_page; /* in the linear map, where it is writable */

/*
 * Makes what was just stored in the page visible to instruction fetches. In
 * steps of the smallest line of any core; more cleans than needed do no harm.
 */
static void sync_page(const u8 *page)
{
	for (u32 i = 0; i < PAGE_SIZE; i += CACHE_LINE)
		dccmvau(page + i);
	dsb(); /* the code is at the PoU before lines are dropped */
	iciallu();
	bpiall();
	dsb(); /* ... and both drops are complete */
	isb(); /* nothing fetched before it is used */
}

/*
 * Through the linear map: the mapping at VECTORS_BASE is read-only for the
 * kernel, too.
 */
void vectors_install(u32 offset, const void *code, size_t bytes)
{
	BUG_ON(offset + bytes > PAGE_SIZE);
	memcpy(vectors_page + offset, code, bytes);
	sync_page(vectors_page);
}

/* From memblock, since exceptions must work before the buddy does. */
void vectors_page_init(void)
{
	vectors_page = memblock_alloc(PAGE_SIZE, PAGE_SIZE, "vectors");
	if (!vectors_page)
		panic("no page for the exception vectors");
	map_vectors(virt_to_phys(vectors_page));
}
