/*
 * The TLB, what the walker remembers, and the adversary.
 *
 * The model does all that hardware may do, at the worst moment: an entry stays
 * until an invalidate for it is complete, and a speculative walk may come
 * between any two operations. What software must not do is a violation at the
 * operation that does it, or at the first access that could have gone wrong.
 */
#include <alloc/alloc.h>
#include <asm/barrier.h>
#include <asm/cp15.h>
#include <asm/tlbflush.h>
#include <string.h>
#include "mmu_model_internal.h"

#define USER_END     0xc0000000u
#define TLB_ENTRIES  1024u
#define WALK_ENTRIES 256u
#define BP_ENTRIES   256u
#define RECENT       64u

struct tlb_entry {
	struct translation t;
	u32 asid;  /* of a nG entry */
	u32 table; /* first-level table it was walked from */
	bool valid;
	bool dropping; /* invalidated, no dsb yet */
};

/* A first-level descriptor the walker remembers (B3.10.1 allows it). */
struct walk_entry {
	u32 index, l1, asid, table;
	bool valid, dropping;
};

/* A predicted branch target: an address that was executed from. */
struct bp_entry {
	u32 page, asid, pa; /* pages; pa is a frame number */
};

struct model_counts model_counts;

static struct tlb_entry tlb[TLB_ENTRIES];
static u32 tlb_used; /* tlb[0 .. tlb_used) may be valid */
static struct walk_entry walks[WALK_ENTRIES];
static struct bp_entry bp[BP_ENTRIES];
static u32 nr_bp;
static u32 recent[RECENT];
static bool tlbi_pending, bp_dropping;
/* The entries that power-on left have been, or are being, invalidated. */
static bool tlb_clear, tlb_clearing, bp_clear;

void model_tlb_reset(void)
{
	memset(tlb, 0, sizeof(tlb));
	memset(walks, 0, sizeof(walks));
	memset(recent, 0, sizeof(recent));
	memset(&model_counts, 0, sizeof(model_counts));
	tlb_used = nr_bp = 0;
	tlbi_pending = bp_dropping = false;
	tlb_clear = tlb_clearing = bp_clear = false;
}

bool model_tlb_is_junk(void)
{
	return !tlb_clear || !bp_clear;
}

static u32 table_now(void)
{
	return read_ttbr0() & 0xffffc000u;
}

static u32 asid_now(void)
{
	return read_contextidr() & 0xff;
}

/* ---- invalidates ------------------------------------------------- */

void model_tlb_dsb(void)
{
	for (u32 i = 0; i < tlb_used; i++)
		if (tlb[i].dropping)
			tlb[i].valid = tlb[i].dropping = false;
	for (u32 i = 0; i < WALK_ENTRIES; i++)
		if (walks[i].dropping)
			walks[i].valid = walks[i].dropping = false;
	if (bp_dropping)
		nr_bp = 0;
	bp_clear |= bp_dropping;
	tlb_clear |= tlb_clearing;
	bp_dropping = tlbi_pending = false;
}

/* The entries that an operation names; ALL = every value. */
#define ALL 0xffffffffu

/* Law 6: a frame is freed only after the flush of its last translation. */
static void check_frame(const struct tlb_entry *e)
{
	phys_addr_t pa = e->t.pa;

	if (e->t.ng && pfn_valid(pa >> 12) && page_count(phys_to_page(pa)) <= 0)
		model_violation("0x%08x: frame 0x%08x was freed while the TLB "
				"has a translation to it",
				e->t.va, pa);
}

static void drop(u32 page, u32 asid, bool globals)
{
	for (u32 i = 0; i < tlb_used; i++) {
		struct tlb_entry *e = &tlb[i];
		bool named = page == ALL || (page - e->t.va) < e->t.bytes;

		if (e->t.ng ? asid != ALL && e->asid != asid : !globals)
			named = false;
		if (e->valid && named && !e->dropping)
			check_frame(e);
		e->dropping |= e->valid && named;
	}
	for (u32 i = 0; i < WALK_ENTRIES; i++) {
		struct walk_entry *w = &walks[i];

		if ((page == ALL || w->index == page >> 20) &&
		    (asid == ALL || w->asid == asid))
			w->dropping |= w->valid;
	}
}

static void invalidate(u32 page, u32 asid, bool globals)
{
	if (model_stores_pending())
		model_violation("TLB invalidate before the table store is "
				"visible: no dsb between (DDI0406C B3.10.1, "
				"hardware.md 12)");
	drop(page, asid, globals);
	tlbi_pending = true;
	model_need_isb();
	model_step();
}

void tlbiall(void)
{
	model_counts.tlbiall++;
	tlb_clearing = true;
	invalidate(ALL, ALL, true);
}

void tlbiasid(u32 asid)
{
	model_counts.tlbiasid++;
	invalidate(ALL, asid, false);
}

void tlbimva(u32 va, u32 asid)
{
	model_counts.tlbimva++;
	invalidate(va & 0xfffff000u, asid, true);
}

void bpiall(void)
{
	model_counts.bpiall++;
	bp_dropping = true;
	model_need_isb();
	model_step();
}

/* ---- filling ----------------------------------------------------- */

/* For each entry at each access: the address, which most differ in, comes first. */
static inline __attribute__((always_inline)) bool matches(
	const struct tlb_entry *e, u32 va, u32 asid)
{
	return va - e->t.va < e->t.bytes && e->valid &&
		(!e->t.ng || e->asid == asid);
}

/* Rules about the entry itself, which hold for every access. */
static void check_entry(const struct translation *t, u32 va)
{
	bool writable = !(t->ap & 2);

	if (va >= USER_END && t->ng)
		model_violation("kernel entry for 0x%08x is not global "
				"(DDI0406C B3.9, hardware.md 8)",
				va);
	if (va < USER_END && !t->ng)
		model_violation("user entry for 0x%08x is global "
				"(DDI0406C B3.9, hardware.md 8)",
				va);
	if (va >= USER_END && writable && !t->xn)
		model_violation("kernel page 0x%08x is writable and executable",
				va);
	/* 1: write-back, write-allocate. */
	if (t->pa - PHYS_OFFSET < HOST_RAM_MAX &&
	    (t->type != TYPE_NORMAL || t->cacheable != 1 || t->outer != 1 ||
	     !t->shareable || !t->inner_only))
		model_violation("RAM at 0x%08x is not write-back, inner "
				"shareable memory: exclusives and walks need "
				"it (DDI0406C A3.4.5, hardware.md 9)",
				va);
	if (t->type != TYPE_NORMAL && !t->xn)
		model_violation("0x%08x: Device memory without XN "
				"(DDI0406C B3.7.2, hardware.md 18)",
				va);
}

/* One frame, two types: A3.5.7, hardware.md 17. */
static void check_aliases(const struct translation *t)
{
	for (u32 i = 0; i < tlb_used; i++) {
		const struct translation *o = &tlb[i].t;
		u32 frame = (o->pa & ~(o->bytes - 1));

		if (!tlb[i].valid || tlb[i].dropping ||
		    t->pa - frame >= o->bytes)
			continue;
		if (o->type != t->type || o->shareable != t->shareable ||
		    o->cacheable != t->cacheable || o->outer != t->outer)
			model_violation("frame 0x%08x is mapped at 0x%08x and "
					"0x%08x with different attributes "
					"(DDI0406C A3.5.7, hardware.md 17)",
					t->pa, t->va, o->va);
	}
}

/*
 * One address, two sizes: the TLB may answer with either, or with a mixture of
 * both (a section and a page of it; B3.10.1).
 */
static void check_sizes(const struct translation *t, u32 asid)
{
	for (u32 i = 0; i < tlb_used; i++) {
		const struct tlb_entry *o = &tlb[i];

		if (o->valid && !o->dropping && o->t.bytes != t->bytes &&
		    (t->va - o->t.va < o->t.bytes ||
		     o->t.va - t->va < t->bytes) &&
		    (!o->t.ng || !t->ng || o->asid == asid))
			model_violation("0x%08x: a TLB entry of %u bytes beside "
					"one of %u bytes (TLB conflict, "
					"DDI0406C B3.10.1, hardware.md 14)",
					t->va, t->bytes, o->t.bytes);
	}
}

static struct tlb_entry *free_entry(void)
{
	for (u32 i = 0; i < tlb_used; i++)
		if (!tlb[i].valid)
			return &tlb[i];
	if (tlb_used < TLB_ENTRIES)
		return &tlb[tlb_used++];
	return &tlb[model_random(TLB_ENTRIES)];
}

static void fill(const struct translation *t, u32 va, u32 asid, u32 table)
{
	check_entry(t, va);
	check_aliases(t);
	check_sizes(t, asid);
	*free_entry() = (struct tlb_entry){
		.t = *t,
		.asid = asid,
		.table = table,
		.valid = true,
	};
}

/* Remember the first level as well, for as long as it is legal. */
static void remember_walk(u32 va, u32 l1, u32 asid, u32 table)
{
	struct walk_entry *w = &walks[(va >> 20) % WALK_ENTRIES];

	if ((l1 & 3) == 1 && va < USER_END)
		*w = (struct walk_entry){
			va >> 20, l1, asid, table, true, false
		};
}

/* The entry that the TLB has for va under this ASID, or NULL. */
static const struct walk_entry *remembered(u32 va, u32 asid)
{
	const struct walk_entry *w = &walks[(va >> 20) % WALK_ENTRIES];

	if (!w->valid || w->dropping || w->index != va >> 20 || w->asid != asid)
		return NULL;
	return w;
}

/* ---- the adversary ----------------------------------------------- */

void model_note_va(u32 va)
{
	recent[model_random(RECENT)] = va;
}

static void speculate(void)
{
	u32 va = recent[model_random(RECENT)];
	u32 ttbr0 = model_ttbr0_in_force();
	u32 asid = model_contextidr_in_force() & 0xff;
	const struct walk_entry *w;
	struct translation t;
	u32 held = 0;

	if (model_chance(4))
		va = (va & 0xfff00000u) + model_random(256) * 4096;
	for (u32 i = 0; i < tlb_used; i++)
		if (matches(&tlb[i], va, asid) && !tlb[i].dropping)
			held = tlb[i].t.bytes;
	/* With the first level remembered TTBR0 is not looked at. */
	w = model_chance(2) ? remembered(va, asid) : NULL;
	if (w)
		ttbr0 = w->table;
	model_walk(ttbr0, va, true, w ? w->l1 : 0, &t);
	if (!w)
		remember_walk(va, t.l1, asid, ttbr0 & 0xffffc000u);
	if (t.fs || !t.af) /* never held in a TLB: B3.7.2, B3.9 */
		return;
	if (held == t.bytes) /* what is there already, of any size but this */
		return;
	fill(&t, va, asid, ttbr0 & 0xffffc000u);
	if (!t.xn && t.type == TYPE_NORMAL)
		model_speculative_fetch(t.pa);
}

void model_step(void)
{
	static bool busy;

	if (busy || !model_mmu_on())
		return;
	if (model_random(1000) >= model.adversary)
		return;
	busy = true;
	speculate();
	busy = false;
}

/* ---- an access of the program ------------------------------------ */

static void check_hit(const struct tlb_entry *e, u32 va)
{
	struct translation t;
	u32 lost;

	if (e->dropping)
		model_violation("0x%08x: the invalidate of its entry is not "
				"complete, no dsb (DDI0406C B3.10.1)",
				va);
	if (e->t.ng && e->table != table_now())
		model_violation("0x%08x: stale entry of another address space "
				"under ASID %u (hardware.md 7)",
				va, e->asid);
	model_walk(read_ttbr0(), va, false, 0, &t);
	if (t.fs ||
	    t.pa >> 12 !=
		    ((va - e->t.va) + (e->t.pa & ~(e->t.bytes - 1))) >> 12) {
		model_violation("0x%08x: stale TLB entry 0x%08x, the table has "
				"0x%08x: no flush after the change (DDI0406C "
				"B3.10.1)",
				va, e->t.desc, t.fs ? 0 : t.desc);
		return;
	}
	if (t.bytes != e->t.bytes)
		model_violation("0x%08x: the TLB holds a mapping of %u bytes, "
				"the tables have one of %u: no flush between "
				"(DDI0406C B3.10.1, hardware.md 14)",
				va, e->t.bytes, t.bytes);
	lost = model_rights(&e->t) & ~model_rights(&t);
	if (lost || t.type != e->t.type)
		model_violation("0x%08x: TLB entry 0x%08x allows what 0x%08x no "
				"longer does: no flush after the change "
				"(DDI0406C B3.10.1)",
				va, e->t.desc, t.desc);
}

static const struct tlb_entry *lookup(u32 va)
{
	const struct tlb_entry *hit = NULL;
	u32 asid = asid_now();

	for (u32 i = 0; i < tlb_used; i++) {
		if (!matches(&tlb[i], va, asid))
			continue;
		if (hit && !hit->dropping && !tlb[i].dropping)
			model_violation("0x%08x: two TLB entries, 0x%08x and "
					"0x%08x (TLB conflict, DDI0406C "
					"B3.10.1)",
					va, hit->t.desc, tlb[i].t.desc);
		if (!hit || hit->dropping)
			hit = &tlb[i];
	}
	return hit;
}

void model_translate(u32 va, struct translation *t)
{
	const struct tlb_entry *hit = lookup(va);
	const struct walk_entry *w;

	model_not_after_dsb();
	model_note_va(va);
	if (hit) {
		check_hit(hit, va);
		*t = hit->t;
		t->pa = (va - hit->t.va) + (hit->t.pa & ~(hit->t.bytes - 1));
		return;
	}
	model_counts.walks++;
	w = remembered(va, asid_now());
	if (w && w->l1 != model_walk_read(table_now() + (va >> 20) * 4, false))
		model_violation("0x%08x: the walker remembers a first-level "
				"entry that is gone: no flush before its table "
				"was freed (DDI0406C B3.10.1)",
				va);
	model_walk(read_ttbr0(), va, false, 0, t);
	remember_walk(va, t->l1, asid_now(), table_now());
	if (!t->fs && t->af)
		fill(t, va, asid_now(), table_now());
}

/* Branch predictions name virtual addresses: B2.2.9, hardware.md 12. */
void model_predict(u32 va, phys_addr_t pa)
{
	u32 page = va >> 12, asid = asid_now();

	for (u32 i = 0; i < nr_bp; i++) {
		if (bp[i].page != page || bp[i].asid != asid)
			continue;
		if (bp[i].pa != pa >> 12)
			model_violation("0x%08x: branch predictions of the page "
					"that was here before: no BPIALL when "
					"the code went (DDI0406C B2.2.9)",
					va);
		return;
	}
	bp[nr_bp < BP_ENTRIES ? nr_bp++ : model_random(BP_ENTRIES)] =
		(struct bp_entry){ page, asid, pa >> 12 };
}

/* A page that came through a first-level entry which is to be another now. */
static void check_make_above(const struct tlb_entry *e, phys_addr_t slot,
			     u32 desc)
{
	if (e->t.page && e->t.l1_slot == slot &&
	    ((desc & 3) != 1 || ((desc ^ e->t.l1) & 0xfffffc00u)))
		model_violation("0x%08x: first level becomes 0x%08x while the "
				"TLB holds pages of 0x%08x (break-before-make, "
				"DDI0406C B3.10.1)",
				e->t.va, desc, e->t.l1);
}

void model_tlb_check_make(phys_addr_t slot, u32 desc)
{
	for (u32 i = 0; i < tlb_used; i++) {
		const struct tlb_entry *e = &tlb[i];

		if (!e->valid || !(desc & 3))
			continue;
		check_make_above(e, slot, desc);
		if (e->t.slot == slot && ((desc ^ e->t.desc) & 0xfffff000u))
			model_violation("break-before-make (DDI0406C B3.10.1): "
					"0x%08x becomes 0x%08x while the TLB "
					"holds 0x%08x",
					e->t.va, desc, e->t.desc);
	}
}

/* ---- judging ----------------------------------------------------- */

static void check_held(const struct tlb_entry *e)
{
	struct translation t;

	if (e->dropping)
		model_violation("0x%08x: TLB invalidate without a dsb after it "
				"(DDI0406C B3.10.1)",
				e->t.va);
	model_walk(e->table, e->t.va, false, 0, &t);
	if (t.fs || t.pa != (e->t.pa & ~(e->t.bytes - 1)))
		model_violation("0x%08x, ASID %u: the TLB holds 0x%08x, the "
				"table does not: missing flush (DDI0406C "
				"B3.10.1)",
				e->t.va, e->asid, e->t.desc);
	else if (model_rights(&e->t) & ~model_rights(&t))
		model_violation("0x%08x, ASID %u: the TLB holds 0x%08x, the "
				"table allows less, 0x%08x: missing flush",
				e->t.va, e->asid, e->t.desc, t.desc);
	check_frame(e);
}

static void check_remembered(const struct walk_entry *w)
{
	u32 now = model_ram_word(w->table + w->index * 4);

	if (w->dropping || w->l1 != now)
		model_violation(
			"0x%08x, ASID %u: the walker remembers the first "
			"level 0x%08x, the table has 0x%08x: missing "
			"flush before a table is freed (DDI0406C B3.10.1)",
			w->index << 20, w->asid, w->l1, now);
}

void model_check_tlb(void)
{
	if (model_stores_pending())
		model_violation("a table store is not visible yet: no dsb "
				"(DDI0406C B3.10.1)");
	if (tlbi_pending || bp_dropping)
		model_violation("an invalidate is not complete: no dsb "
				"(DDI0406C B3.10.1)");
	if (model_isb_pending())
		model_violation(
			"no isb after an invalidate or a register write "
			"(DDI0406C B3.10.1, B3.15.5)");
	for (u32 i = 0; i < tlb_used; i++)
		if (tlb[i].valid)
			check_held(&tlb[i]);
	for (u32 i = 0; i < WALK_ENTRIES; i++)
		if (walks[i].valid)
			check_remembered(&walks[i]);
}

bool model_frame_in_tlb(u32 pfn)
{
	for (u32 i = 0; i < tlb_used; i++)
		if (tlb[i].valid && tlb[i].t.ng && tlb[i].t.pa >> 12 == pfn)
			return true;
	return false;
}

u32 model_tlb_entries(u32 va, u32 asid)
{
	u32 n = 0;

	for (u32 i = 0; i < tlb_used; i++)
		n += tlb[i].valid && va - tlb[i].t.va < tlb[i].t.bytes &&
			(!asid || !tlb[i].t.ng || tlb[i].asid == asid);
	return n;
}
