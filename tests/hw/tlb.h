/*
 * tlb.h - a TLB with ASIDs, as plugins model it: what is in it, and when an entry
 * of it may no longer be used. One file of a plugin includes this.
 *
 * As a Cortex-A9's main TLB (DDI0388: 6.2) if tlb_init(128, 2) makes it: 2 ways of
 * 64, small pages and sections; the four that can be locked are not used. Assumed:
 * ways take turns, the low bits of page or section number choose. Other sizes are
 * that of no chip; without a limit nothing goes out but by TLB operations.
 */
#ifndef HW_TLB_H
#define HW_TLB_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#define TLB_GLOBAL  256u /* the ASID of entries that all address spaces share */
#define TLB_SECTION 0xfff00000u
#define TLB_PAGE    0xfffff000u

struct translation {
	uint32_t va, mask;  /* of the page or section; mask 0: none */
	uint32_t asid;      /* TLB_GLOBAL: global */
	uint32_t at[2];     /* where the walk has read; 0: nothing */
	uint32_t desc[2];   /* ... and what: first and second level */
	uint32_t row, hits; /* what the plugin wants to know of it */
	uint64_t since;
	unsigned int guilt;
};

/* The registers that decide what is walked, as last written. */
static uint32_t ttbr[2], ttbcr, contextidr, sctlr;

/* The plugin's: a word of a table, read by a walk. */
static uint32_t walk_word(uint32_t pa);

static struct translation *tlb; /* set by set */
static unsigned int *tlb_turn;
static unsigned int tlb_sets, tlb_ways;
static bool tlb_limited;

/* entries is a multiple of ways, their quotient a power of 2; 0: no limit. */
static inline void tlb_init(unsigned int entries, unsigned int ways)
{
	tlb_limited = entries;
	tlb_ways = ways;
	tlb_sets = entries ? entries / ways : 1024;
	tlb = calloc(tlb_sets * ways, sizeof(*tlb));
	tlb_turn = calloc(tlb_sets, sizeof(*tlb_turn));
}

static inline unsigned int tlb_size(void)
{
	return tlb_sets * tlb_ways;
}

/* MCR p15: which is CRn << 8 | CRm << 4 | op2. */
static inline void tlb_register(uint32_t which, uint32_t val)
{
	if (which == 0x100)
		sctlr = val;
	else if (which == 0x200 || which == 0x201)
		ttbr[which & 1] = val;
	else if (which == 0x202)
		ttbcr = val;
	else if (which == 0xd01)
		contextidr = val;
}

static inline bool tlb_mine(const struct translation *t, uint32_t va)
{
	return t->mask && (va & t->mask) == t->va &&
		(t->asid == TLB_GLOBAL || t->asid == (contextidr & 255));
}

/* By the tables, whatever they say: see tlb_valid(). */
static inline struct translation tlb_walk(uint32_t va)
{
	bool second = (ttbcr & 7) && va >> (32 - (ttbcr & 7));
	uint32_t base = ttbr[second] &
		(second ? ~0x3fffu : ~0u << (14 - (ttbcr & 7)));
	struct translation t = { .mask = TLB_SECTION };
	bool ng;

	t.at[0] = base + (va >> 20) * 4;
	t.desc[0] = walk_word(t.at[0]);
	ng = t.desc[0] >> 17 & 1;
	if ((t.desc[0] & 3) == 1) {
		t.mask = TLB_PAGE;
		t.at[1] = (t.desc[0] & ~0x3ffu) + (va >> 12 & 255) * 4;
		t.desc[1] = walk_word(t.at[1]);
		ng = t.desc[1] >> 11 & 1;
	}
	t.va = va & t.mask;
	t.asid = ng ? contextidr & 255 : TLB_GLOBAL;
	return t;
}

/* May it be kept? What has no access flag, if that is in use, may not (B3.7.2). */
static inline bool tlb_valid(const struct translation *t)
{
	bool flagged = sctlr >> 29 & 1;

	if (t->mask == TLB_SECTION)
		return (t->desc[0] & 2) && (!flagged || t->desc[0] >> 10 & 1);
	return (t->desc[1] & 3) && (!flagged || t->desc[1] >> 4 & 1);
}

static inline struct translation *tlb_set(uint32_t va, uint32_t mask)
{
	uint32_t number = va >> (mask == TLB_SECTION ? 20 : 12);

	return &tlb[number % tlb_sets * tlb_ways];
}

static inline struct translation *tlb_find(uint32_t va)
{
	static const uint32_t masks[2] = { TLB_PAGE, TLB_SECTION };

	for (unsigned int size = 0; size < 2; size++) {
		struct translation *t = tlb_set(va, masks[size]);

		for (unsigned int way = 0; way < tlb_ways; way++, t++)
			if (t->mask == masks[size] && tlb_mine(t, va))
				return t;
	}
	return NULL;
}

/* No set is full any more: each has twice the ways. */
static inline void tlb_grow(void)
{
	struct translation *old = tlb;

	tlb = calloc(2 * tlb_size(), sizeof(*tlb));
	for (unsigned int i = 0; i < tlb_size(); i++)
		tlb[i / tlb_ways * 2 * tlb_ways + i % tlb_ways] = old[i];
	tlb_ways *= 2;
	free(old);
}

/* Where new goes: the plugin looks at what is there, and stores it. */
static inline struct translation *tlb_place(const struct translation *new)
{
	struct translation *set = tlb_set(new->va, new->mask);
	unsigned int number = (unsigned int)(set - tlb) / tlb_ways, way = 0;

	if (tlb_limited) {
		way = tlb_turn[number];
		tlb_turn[number] = (way + 1) % tlb_ways;
		return &set[way];
	}
	while (way < tlb_ways && set[way].mask)
		way++;
	if (way == tlb_ways)
		tlb_grow();
	return &tlb[number * tlb_ways + way];
}

/* op2 of the operation: 0 all, 1 by address and ASID, 2 by ASID, 3 by address. */
static inline bool tlb_drops(const struct translation *t, unsigned int op2,
			     uint32_t val)
{
	bool page = op2 == 0 || op2 == 2 || (val & t->mask) == t->va;
	bool asid = op2 == 0 || op2 == 3 || t->asid == (val & 255) ||
		(op2 == 1 && t->asid == TLB_GLOBAL);

	return t->mask && page && asid;
}

#endif
