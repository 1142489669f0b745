/*
 * What stores, table walks and instruction fetches see.
 *
 * Two readers may look past the L1 data cache: the table walker (decided once,
 * from ID_MMFR3) and the instruction side (always). For both a line is cleaned
 * to the point of unification (DDI0406C B2.2.6).
 *
 * The Cortex-A9 instruction cache is virtually indexed: code may sit in it
 * under aliases we cannot name, so it is dropped whole (B2.2.9, DDI0388 7.3).
 * PG_DCACHE_CLEAN remembers that a page needs it no more.
 */
#include <alloc/alloc.h>
#include <asm/cp15.h>
#include <bug.h>
#include <lib/printk.h>
#include <mmu/mmu.h>
#include <mmu/tables.h>

/* ID_MMFR3[23:20] "coherent walk": 1 = no clean needed (B4.1.92). */
#define MMFR3_COHWALK_SHIFT 20
#define MMFR3_COHWALK_MASK  0xfu
/* CTR.DminLine: log2 of the words in the smallest data line (B4.1.42). */
#define CTR_DMINLINE_SHIFT  16
#define CTR_DMINLINE_MASK   0xfu

bool walks_coherent;
static u32 dcache_line = 4; /* bytes; the least there can be */

/*
 * Called once, before the first kernel table is built: table_clean depends on
 * both results. A Cortex-A8 walks past the L1 data cache.
 */
void walk_coherency_init(void)
{
	u32 words = (read_ctr() >> CTR_DMINLINE_SHIFT) & CTR_DMINLINE_MASK;

	/*
	 * The smallest line of any level: a larger step would skip lines of a
	 * cache that has smaller ones.
	 */
	dcache_line = 4u << words;
	walks_coherent = ((read_id_mmfr3() >> MMFR3_COHWALK_SHIFT) &
			  MMFR3_COHWALK_MASK) != 0;
	pr_info("mmu: table walks %s the data cache, lines of %u bytes\n",
		walks_coherent ? "look into" : "go past", dcache_line);
}

/*
 * Cleans every cache line that overlaps [start, start + bytes). The caller
 * issues the dsb that completes the cleans.
 */
static void clean_to_pou(const void *start, u32 bytes)
{
	const u32 line = dcache_line;
	const u8 *end = (const u8 *)start + bytes;
	const u8 *p = (const u8 *)start - ((uintptr_t)start & (line - 1));

	dsb(); /* A9 erratum 764369: no store to the lines is still under way */
	for (; p < end; p += line)
		dccmvau(p);
}

/*
 * For tables written with plain stores. The barrier is needed on every core:
 * even a walker that looks into the cache may miss a store that is still in the
 * write buffer.
 */
void table_clean(const void *table, u32 bytes)
{
	if (!walks_coherent)
		clean_to_pou(table, bytes);
	table_sync();
}

/*
 * Entries of one table lie side by side, so one clean covers eight of them
 * where a line is 32 bytes.
 */
void ptes_sync(const pte_t *first, u32 n)
{
	table_clean(first, n * (u32)sizeof(*first));
}

/*
 * The instruction side's half of a synchronisation; the caller has cleaned the
 * data lines.
 */
static void invalidate_icache(void)
{
	dsb(); /* the cleans are complete: fetches find the new bytes */
	iciallu();
	bpiall();
	dsb(); /* both invalidates are complete */
	isb(); /* drop what this core has fetched already */
}

/*
 * The flag is set last: another core that sees it may execute the page without
 * a flush of its own.
 */
void flush_icache_page(struct page *page)
{
	clean_to_pou(page_address(page), PAGE_SIZE);
	invalidate_icache();
	atomic_or(PG_DCACHE_CLEAN, &page->flags);
}

/*
 * Only the flag is cleared here. The flush waits until an executable entry is
 * made, which for most written pages never happens.
 */
void flush_dcache_page(struct page *page)
{
	atomic_andnot(PG_DCACHE_CLEAN, &page->flags);
}

/*
 * Linux's __sync_icache_dcache: without the flag, every fault on a page of libc
 * would drop the whole instruction cache.
 */
void sync_icache_page(struct page *page)
{
	if (!(READ_ONCE(page->flags) & PG_DCACHE_CLEAN))
		flush_icache_page(page);
}

/*
 * Cleans through the kernel's linear address of each page. The data cache is
 * physically tagged, so that address names the same lines, and it cannot abort,
 * which a clean of a user address could (erratum 775420).
 */
int flush_icache_user_range(struct mm_struct *mm, uaddr_t start, uaddr_t end)
{
	int err = 0;
	u32 bytes;
	pte_t pte;

	if (start > end || end > TASK_SIZE)
		return -EINVAL;
	for (uaddr_t va = start; va < end; va += bytes) {
		u32 offset = va & ~PAGE_MASK;

		bytes = min(PAGE_SIZE - offset, end - va);
		/*
		 * Continue past a hole: what is mapped is synchronised even if
		 * the call fails.
		 */
		if (follow_pte(mm, va, &pte)) {
			err = -EFAULT;
			continue;
		}
		/*
		 * A frame that is not RAM has no linear address, and no code of
		 * ours.
		 */
		if (pfn_valid(pte_pfn(pte)))
			clean_to_pou((u8 *)page_address(pte_page(pte)) + offset,
				     bytes);
	}
	invalidate_icache();
	return err;
}
