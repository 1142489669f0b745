/*
 * Memory as the table walker and the fetches see it.
 *
 * host_ram is the data side's view. pou[] is the view beyond the L1 data cache:
 * a line gets there when it is cleaned and a dsb follows, or when the adversary
 * evicts it. Walks read host_ram on a coherent machine, pou[] otherwise; the
 * instruction side always fills from pou[] and keeps what it has until it is
 * invalidated (DDI0406C B2.2.9, B3.10.1).
 */
#include <asm/barrier.h>
#include <asm/cacheflush.h>
#include <asm/page.h>
#include <asm/tlbflush.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "mmu_model_internal.h"

#define LINE 32u
/* pou[] keeps bytes with these bits inverted, so that uncleaned ones are junk. */
#define JUNK 0x5au

/* A store to a table that the walker may not have seen. */
struct store {
	phys_addr_t pa;
	u32 old;
	bool clean; /* the next dsb makes it visible */
};

/* Growing arrays: entries, how many, room. */
static struct store *stores;
static u32 nr_stores, max_stores;
static u32 *cleans; /* line numbers waiting for a dsb */
static u32 nr_cleans, max_cleans;
static u32 *fetched; /* line numbers in the I-cache */
static u32 nr_fetched, max_fetched;

static u8 *pou, *icache, *icache_valid;
static bool icache_dropping;

static void *fresh(void *old, size_t bytes)
{
	void *p;

	if (old)
		munmap(old, bytes);
	p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (p == MAP_FAILED)
		abort();
	return p;
}

static void *grown(void *array, u32 n, u32 *max, size_t each)
{
	if (n < *max)
		return array;
	*max = *max ? *max * 2 : 256;
	array = realloc(array, *max * each);
	if (!array)
		abort();
	return array;
}

void model_mem_reset(void)
{
	pou = fresh(pou, HOST_RAM_MAX);
	icache = fresh(icache, HOST_RAM_MAX);
	icache_valid = fresh(icache_valid, HOST_RAM_MAX / LINE);
	nr_stores = nr_cleans = nr_fetched = 0;
	icache_dropping = false;
}

/* Freed pages are poisoned for ASan; the hardware would read them anyway. */
__no_asan u32 model_ram_word(phys_addr_t pa)
{
	u32 offset = pa - PHYS_OFFSET;

	return offset < HOST_RAM_MAX ?
		*(const volatile u32 *)(const void *)(host_ram + offset) :
		0;
}

/* To pou[] or from it. */
static __no_asan void copy_line(u8 *to, const u8 *from, u32 line)
{
	for (u32 i = line * LINE; i < (line + 1) * LINE; i++)
		*(volatile u8 *)(to + i) = from[i] ^ JUNK;
}

static u32 line_of(phys_addr_t pa)
{
	return (pa - PHYS_OFFSET) / LINE;
}

static u32 word_at(const u8 *view, phys_addr_t pa)
{
	u32 word;

	memcpy(&word, view + (pa - PHYS_OFFSET), 4);
	return word;
}

static u32 pou_word(phys_addr_t pa)
{
	return word_at(pou, pa) ^ JUNK * 0x01010101u;
}

/* ---- stores to tables -------------------------------------------- */

static struct store *find_store(phys_addr_t pa)
{
	for (u32 i = nr_stores; i-- > 0;)
		if (stores[i].pa == pa)
			return &stores[i];
	return NULL;
}

/* The size-or-address half of break-before-make; the TLB's is in _tlb.c. */
static void check_replacement(phys_addr_t pa, u32 old, u32 new)
{
	u32 old_type = old & 3, new_type = new & 3;
	u32 fixed = 0xfffff000u | 0x44cu; /* base; S, TEX0, C, B */

	if (!old_type || !new_type)
		return;
	if (old_type == 1 && new_type == 1)
		fixed = 0xfffffc00u; /* base of a table */
	if ((old_type == 1) != (new_type == 1) || ((old ^ new) & fixed))
		model_violation("break-before-make (DDI0406C B3.10.1): entry at "
				"0x%08x goes from 0x%08x to 0x%08x with no "
				"invalid entry between",
				pa, old, new);
}

/* boot_pgd belongs to the image, which has no place in host_ram. */
static bool in_ram(const volatile void *va)
{
	return (uintptr_t)va - (uintptr_t)host_ram < HOST_RAM_MAX;
}

void table_store(u32 *slot, u32 desc)
{
	phys_addr_t pa;
	u32 old = *slot;

	if (!in_ram(slot)) {
		*slot = desc;
		return;
	}
	pa = virt_to_phys(slot);
	model_step();
	check_replacement(pa, old, desc);
	model_tlb_check_make(pa, desc);
	stores = grown(stores, nr_stores, &max_stores, sizeof(*stores));
	stores[nr_stores++] = (struct store){ pa, old, model.walks_coherent };
	*slot = desc;
	model_step();
}

bool model_stores_pending(void)
{
	return nr_stores != 0;
}

u32 model_walk_read(phys_addr_t pa, bool speculative)
{
	const struct store *store = find_store(pa);
	u32 now = model_ram_word(pa);

	if (pa - PHYS_OFFSET >= HOST_RAM_MAX)
		model_violation("walk outside RAM: 0x%08x", pa);
	if (store && speculative)
		return model_chance(2) ? store->old : now;
	if (store)
		model_violation("the store of 0x%08x to the table at 0x%08x may "
				"not be visible to the walker yet: no dsb%s "
				"(DDI0406C B3.10.1, hardware.md 12)",
				now, pa, store->clean ? "" : ", not clean");
	if (model.walks_coherent || pou_word(pa) == now)
		return now;
	if (!speculative)
		model_violation("the walker does not see 0x%08x at 0x%08x: not "
				"cleaned to the PoU (DDI0406C B3.10.1, "
				"hardware.md 13)",
				now, pa);
	return pou_word(pa);
}

/* ---- cache operations -------------------------------------------- */

void dccmvau(const volatile void *va)
{
	u32 line;

	if (!in_ram(va))
		return;
	line = line_of(virt_to_phys(va));
	for (u32 i = 0; i < nr_stores; i++)
		if (line_of(stores[i].pa) == line)
			stores[i].clean = true;
	cleans = grown(cleans, nr_cleans, &max_cleans, sizeof(*cleans));
	cleans[nr_cleans++] = line;
}

bool model_cleans_pending(void)
{
	return nr_cleans != 0;
}

void iciallu(void)
{
	if (nr_cleans)
		model_violation(
			"ICIALLU before the cleans are complete: no dsb "
			"(DDI0406C B2.2.9, hardware.md 15)");
	model_counts.iciallu++;
	icache_dropping = true;
	model_step();
}

void model_mem_dsb(void)
{
	u32 left = 0;

	for (u32 i = 0; i < nr_cleans; i++)
		copy_line(pou, host_ram, cleans[i]);
	nr_cleans = 0;
	for (u32 i = 0; i < nr_stores; i++)
		if (!stores[i].clean)
			stores[left++] = stores[i];
	nr_stores = left;
	if (!icache_dropping)
		return;
	for (u32 i = 0; i < nr_fetched; i++)
		icache_valid[fetched[i]] = 0;
	nr_fetched = 0;
	icache_dropping = false;
}

static void fill_icache(u32 line)
{
	if (icache_valid[line])
		return;
	copy_line(icache, pou, line);
	icache_valid[line] = 1;
	fetched = grown(fetched, nr_fetched, &max_fetched, sizeof(*fetched));
	fetched[nr_fetched++] = line;
}

void model_speculative_fetch(phys_addr_t pa)
{
	if (pa - PHYS_OFFSET < HOST_RAM_MAX)
		fill_icache(line_of(pa));
}

u32 model_fetch_word(phys_addr_t pa)
{
	u32 now = model_ram_word(pa), seen;

	if (pa - PHYS_OFFSET >= HOST_RAM_MAX)
		return 0;
	fill_icache(line_of(pa));
	seen = word_at(icache, pa);
	if (seen != now)
		model_violation(
			"fetch at physical 0x%08x sees 0x%08x, memory has "
			"0x%08x: no clean, ICIALLU and dsb after the "
			"store (DDI0406C B2.2.9, hardware.md 15)",
			pa, seen, now);
	return seen;
}
