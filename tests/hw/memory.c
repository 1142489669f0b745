/*
 * memory.c - what walks, fetches and the TLB may see of memory.
 *
 * Of each line: was it stored to since it was last clean, and does the
 * instruction cache know? Of each table: whose it is. Of each word of a table
 * that was changed: has the walker seen it, and may the TLB hold the old one?
 */
#include <stdlib.h>
#include <string.h>
#include "check.h"
#include "lost.h"

/* Of a line: stored to; a clean of it waits for a dsb. */
#define DIRTY    1
#define CLEANING 2

static uint8_t lines[NR_LINES];
/* Which of its words changed since the instruction cache was told. */
static uint8_t stale_words[NR_LINES];

/* Line numbers. */
struct list {
	uint32_t *n;
	unsigned int used, room;
};
static struct list cleaning;     /* a dsb makes them clean */
static struct list clean;        /* ... ICIALLU and a dsb, seen by fetches */
static unsigned int invalidated; /* so many of clean, when the dsb comes */
static uint32_t words[RAM_BYTES / 4];

/* A table that some first level, or TTBR0, leads to. */
struct owner {
	uint32_t l1; /* of which first-level table; its own base if it is one */
	uint32_t index; /* by which of its entries; 4096: it is first-level */
};
#define FIRST 4096u
/* By KiB: a first-level table takes 16. l1 0: no table. */
static struct owner owners[RAM_BYTES / 1024];

/* The ASID that a first-level table was last loaded with. */
static struct {
	uint32_t l1, asid;
} asids[1024];
static unsigned int nr_asids;

/* A word of a table that was changed. */
struct change {
	uint32_t pa, va, bytes, asid;
	uint32_t held; /* what the TLB may have of it, if was_valid */
	bool was_valid, global;
	bool seen; /* clean, dsb */
	bool cleaned;
	bool dropping, dropped; /* TLBI, dsb */
};
static struct change *changes;
static unsigned int nr_changes, max_changes;

/* Pages whose branches may still be foretold as of the code that was there. */
static struct page {
	uint32_t va, asid;
	bool dropping;
} foretold[1024];
static unsigned int nr_foretold;

uint32_t ram_word(uint32_t pa)
{
	return in_ram(pa) ? words[(pa - RAM_BASE) / 4] : 0;
}

static void put(struct list *list, uint32_t n)
{
	if (list->used == list->room) {
		list->room = list->room ? 2 * list->room : 4096;
		list->n = realloc(list->n, list->room * sizeof(*list->n));
	}
	list->n[list->used++] = n;
}

static uint8_t *line_of(uint32_t pa)
{
	return &lines[(pa - RAM_BASE) / LINE];
}

static uint32_t *asid_of(uint32_t l1)
{
	for (unsigned int i = 0; i < nr_asids; i++)
		if (asids[i].l1 == l1)
			return &asids[i].asid;
	if (nr_asids == 1024)
		nr_asids = 0;
	asids[nr_asids].l1 = l1;
	asids[nr_asids].asid = 0;
	return &asids[nr_asids++].asid;
}

void table_has_asid(uint32_t val, uint32_t asid)
{
	*asid_of(val & 0xffffc000) = asid;
}

/* ---- walks -------------------------------------------------------- */

/* The words that a walk of va reads: 1 or 2; 0: the MMU is off. */
static unsigned int walk(uint32_t va, uint32_t at[2])
{
	uint32_t l1;

	if (!mmu_on())
		return 0;
	at[0] = (ttbr0 & 0xffffc000) + (va >> 20) * 4;
	l1 = ram_word(at[0]);
	if ((l1 & 3) != 1)
		return 1;
	at[1] = (l1 & 0xfffffc00) + (va >> 12 & 255) * 4;
	return 2;
}

uint32_t translate(uint32_t va)
{
	uint32_t at[2], desc;
	unsigned int n = walk(va, at);

	if (n == 0)
		return va;
	desc = ram_word(at[n - 1]);
	if (n == 1)
		return (desc & 3) == 2 ? (desc & 0xfff00000) | (va & 0xfffff) :
					 0;
	return desc & 2 ? (desc & 0xfffff000) | (va & 0xfff) : 0;
}

void memory_access(uint32_t va)
{
	uint32_t at[2];
	unsigned int n;

	if (nr_changes == 0)
		return;
	n = walk(va, at);
	for (unsigned int i = 0; i < nr_changes; i++) {
		const struct change *c = &changes[i];
		bool walked = n &&
			(c->pa == at[0] || (n == 2 && c->pa == at[1]));

		if (walked && !c->seen)
			broken(12,
			       "0x%08x is used; its entry at 0x%08x is not "
			       "%s",
			       va, c->pa,
			       c->cleaned ? "waited for: no DSB" :
					    "cleaned to the PoU");
		if (c->was_valid && !c->dropped && va - c->va < c->bytes &&
		    (c->global || c->asid == (contextidr & 0xff)))
			broken(12,
			       "0x%08x is used; its entry at 0x%08x has "
			       "changed, %s",
			       va, c->pa,
			       c->dropping ?
				       "and no DSB ended the TLB operation" :
				       "and the TLB keeps the old one");
	}
}

/* ---- tables ---------------------------------------------------------- */

static void want_clean(uint32_t pa, uint32_t bytes, const char *what)
{
	for (uint32_t at = pa; at < pa + bytes; at += LINE)
		if (*line_of(at) & (DIRTY | CLEANING)) {
			broken(13, "%s at 0x%08x: its line 0x%08x is not clean",
			       what, pa, at);
			return;
		}
}

static void own(uint32_t pa, uint32_t bytes, uint32_t l1, uint32_t index)
{
	for (uint32_t at = pa; at < pa + bytes; at += 1024)
		owners[(at - RAM_BASE) / 1024] = (struct owner){ l1, index };
}

/* Rules 8 and 18: what an entry may say, by where it is. */
static void check_small_page(uint32_t va, uint32_t desc)
{
	bool ng = desc >> 11 & 1, read_only = desc >> 9 & 1, xn = desc & 1;
	uint32_t type = (desc >> 6 & 1) << 2 | (desc >> 2 & 3);

	if (va < PAGE_OFFSET && !ng)
		broken(8, "user entry 0x%08x of 0x%08x is global", desc, va);
	if (va >= PAGE_OFFSET && ng)
		broken(8, "kernel entry 0x%08x of 0x%08x is not global", desc,
		       va);
	if (va >= PAGE_OFFSET && !read_only && !xn)
		broken(18, "0x%08x is writable and executable: 0x%08x", va,
		       desc);
	if (type < 2 && !xn)
		broken(18, "Device memory at 0x%08x without XN: 0x%08x", va,
		       desc);
}

/* The boot table's sections are all that are writable and executable. */
static void check_section(uint32_t va, uint32_t desc)
{
	uint32_t type = (desc >> 12 & 1) << 2 | (desc >> 2 & 3);

	if (type < 2 && !(desc >> 4 & 1))
		broken(18, "Device memory at 0x%08x without XN: 0x%08x", va,
		       desc);
	if (va >= PAGE_OFFSET && (desc >> 17 & 1))
		broken(8, "kernel section 0x%08x of 0x%08x is not global", desc,
		       va);
}

/* What a second-level table has when it comes to be one. */
static void check_table(uint32_t va, uint32_t table)
{
	for (uint32_t i = 0; i < 256; i++) {
		uint32_t desc = ram_word(table + i * 4);

		if (desc & 2)
			check_small_page(va + (i << 12), desc);
	}
}

void table_loaded(uint32_t val)
{
	uint32_t l1 = val & 0xffffc000;

	if (!in_ram(l1) || (owners[(l1 - RAM_BASE) / 1024].l1 == l1))
		return;
	want_clean(l1, 16384, "a first-level table");
	own(l1, 16384, l1, FIRST);
	for (uint32_t i = 0; i < 4096; i++) {
		uint32_t desc = ram_word(l1 + i * 4);

		if ((desc & 3) == 2)
			check_section(i << 20, desc);
		if ((desc & 3) != 1 || !in_ram(desc & 0xfffffc00))
			continue;
		check_table(i << 20, desc & 0xfffffc00);
		want_clean(desc & 0xfffffc00, 1024, "a second-level table");
		own(desc & 0xfffffc00, 1024, l1, i);
	}
}

/* One whose user half is empty may be freed, and be anything next. */
void table_left(uint32_t val)
{
	uint32_t l1 = val & 0xffffc000;

	if (in_ram(l1) && !has_user_half(l1))
		own(l1, 16384, 0, 0);
}

bool has_user_half(uint32_t val)
{
	for (uint32_t i = 0; i < PAGE_OFFSET >> 20; i++)
		if (ram_word((val & 0xffffc000) + i * 4))
			return true;
	return false;
}

/* old is in the table, or no longer there but in the TLB. */
static void check_break(uint32_t pa, uint32_t va, uint32_t old, uint32_t new,
			bool first)
{
	uint32_t fixed = first ? 0xfffffc03 : 0xfffff44e;

	if ((old & 3) && (new & 3) && ((old ^ new) & fixed))
		broken(14,
		       "entry 0x%08x at 0x%08x, of 0x%08x, becomes 0x%08x "
		       "with no break between",
		       old, pa, va, new);
}

static struct change *change_of(uint32_t pa)
{
	for (unsigned int i = 0; i < nr_changes; i++)
		if (changes[i].pa == pa)
			return &changes[i];
	if (nr_changes == max_changes) {
		max_changes = max_changes ? 2 * max_changes : 256;
		changes = realloc(changes, max_changes * sizeof(*changes));
	}
	changes[nr_changes] = (struct change){ .pa = pa, .dropped = true };
	return &changes[nr_changes++];
}

/* Code of a program was here, and is not, or is elsewhere. */
static void code_leaves(uint32_t va, uint32_t asid, uint32_t old, uint32_t new)
{
	bool executable = (old & 3) == 2 && (old & 0x10);

	if (!executable || !((old ^ new) & 0xfffff003) || !asid)
		return;
	if (nr_foretold < 1024)
		foretold[nr_foretold++] = (struct page){ va, asid, false };
}

static void table_store(const struct owner *o, uint32_t pa, uint32_t old,
			uint32_t new)
{
	bool first = o->index == FIRST;
	uint32_t va = first ? (pa - o->l1) / 4 << 20 :
			      o->index << 20 | (pa / 4 & 255) << 12;
	uint32_t asid = *asid_of(o->l1);
	struct change *c;

	events[TABLE_STORES]++;
	check_break(pa, va, old, new, first);
	if (!first && (new & 2))
		check_small_page(va, new);
	if (first && (new & 3) == 2)
		check_section(va, new);
	if (!first && va < PAGE_OFFSET)
		code_leaves(va, asid, old, new);
	if (first && (new & 3) == 1 && in_ram(new & 0xfffffc00)) {
		check_table(va, new & 0xfffffc00);
		want_clean(new & 0xfffffc00, 1024, "a second-level table");
		own(new & 0xfffffc00, 1024, o->l1, va >> 20);
	}
	if (first && (old & 3) == 1 && (new & 3) != 1 && va < PAGE_OFFSET &&
	    in_ram(old & 0xfffffc00))
		own(old & 0xfffffc00, 1024, 0, 0);
	c = change_of(pa);
	if (c->was_valid && !c->dropped)
		check_break(pa, va, c->held, new, first);
	c->va = va;
	c->bytes = first ? 1 << 20 : 4096;
	c->global = va >= PAGE_OFFSET;
	c->asid = asid;
	c->seen = c->cleaned = false;
	if (lost(old, new, first) && (c->global || asid)) {
		if (!c->was_valid || c->dropped)
			c->held = old;
		c->was_valid = true;
		c->dropping = c->dropped = false;
	}
}

void memory_store(uint32_t pa, uint32_t bytes, uint32_t val)
{
	uint32_t *word = &words[(pa - RAM_BASE) / 4], old = *word;
	uint32_t shift = (pa & 3) * 8;
	const struct owner *o = &owners[(pa - RAM_BASE) / 1024];

	if (bytes == 4 && !shift)
		*word = val;
	else
		memcpy((char *)word + (pa & 3), &val, bytes);
	*line_of(pa) = sctlr & 4 ? DIRTY : CLEANING;
	if (*word != old)
		stale_words[(pa - RAM_BASE) / LINE] |=
			(uint8_t)(1 << (pa / 4 & 7));
	if (!(sctlr & 4)) /* past the cache: a dsb is all it needs */
		put(&cleaning, (pa - RAM_BASE) / LINE);
	if (o->l1 && *word != old)
		table_store(o, pa & ~3u, old, *word);
}

/* ---- maintenance ------------------------------------------------------ */

void clean_line(uint32_t va)
{
	uint32_t pa = translate(va);

	if (!in_ram(pa))
		return;
	if (*line_of(pa) & DIRTY) {
		*line_of(pa) = (*line_of(pa) & (uint8_t)~DIRTY) | CLEANING;
		put(&cleaning, (pa - RAM_BASE) / LINE);
	}
	for (unsigned int i = 0; i < nr_changes; i++)
		if (changes[i].pa / LINE == pa / LINE)
			changes[i].cleaned = true;
}

void icache_invalidate(void)
{
	invalidated = clean.used;
}

void predictor_invalidate(void)
{
	for (unsigned int i = 0; i < nr_foretold; i++)
		foretold[i].dropping = true;
}

void tlb_invalidate(uint32_t page, uint32_t asid, bool all_pages,
		    bool all_asids)
{
	events[TLB_OPERATIONS]++;
	for (unsigned int i = 0; i < nr_changes; i++) {
		struct change *c = &changes[i];
		bool named = all_pages || page - c->va < c->bytes;

		/* An operation by ASID leaves global entries alone. */
		if (c->global ? all_pages && !all_asids :
				!all_asids && c->asid != asid)
			named = false;
		if (!named || c->dropped)
			continue;
		if (!c->seen)
			broken(12,
			       "TLB operation for 0x%08x before its entry "
			       "at 0x%08x is visible: no %s",
			       c->va, c->pa, c->cleaned ? "DSB" : "clean");
		c->dropping = true;
	}
}

static void lines_dsb(void)
{
	for (unsigned int i = 0; i < invalidated; i++) {
		if (!lines[clean.n[i]])
			stale_words[clean.n[i]] = 0;
	}
	if (invalidated) {
		clean.used -= invalidated;
		memmove(clean.n, clean.n + invalidated,
			clean.used * sizeof(*clean.n));
		invalidated = 0;
	}
	for (unsigned int i = 0; i < cleaning.used; i++) {
		uint8_t *line = &lines[cleaning.n[i]];

		if (*line & CLEANING) {
			*line &= (uint8_t)~CLEANING;
			put(&clean, cleaning.n[i]);
		}
	}
	cleaning.used = 0;
}

void memory_dsb(void)
{
	unsigned int left = 0;

	lines_dsb();
	for (unsigned int i = 0; i < nr_changes; i++) {
		struct change *c = &changes[i];

		c->seen |= c->cleaned;
		c->dropped |= c->dropping;
		if (!c->seen || !c->dropped)
			changes[left++] = *c;
	}
	nr_changes = left;
	left = 0;
	for (unsigned int i = 0; i < nr_foretold; i++)
		if (!foretold[i].dropping)
			foretold[left++] = foretold[i];
	nr_foretold = left;
}

void memory_execute(uint32_t va, uint32_t pa, uint8_t mask)
{
	events[CODE_LINES]++;
	for (unsigned int i = 0; i < nr_foretold; i++)
		if ((va & 0xfffff000) == foretold[i].va &&
		    foretold[i].asid == (contextidr & 0xff))
			broken(12,
			       "executes 0x%08x, where other code was: no "
			       "BPIALL, or no DSB",
			       va);
	if (stale_words[(pa - RAM_BASE) / LINE] & mask)
		broken(15, "executes 0x%08x, which was stored to and not %s",
		       pa,
		       *line_of(pa) ? "cleaned" :
				      "invalidated in the instruction cache");
}
