/*
 * One translation table walk and one permission check.
 *
 * Transcribed from DDI0406C: B3.5.1 (descriptors), B3.5.5 (the walk), B3.7
 * (permissions, AFE = 1), B3.8.3 (TEX remap), B3.12.3 (order of the checks),
 * B3.13.3 (status codes). Registers are given, memory is read through
 * model_walk_read.
 */
#include <asm/cp15.h>
#include "mmu_model_internal.h"

#define SCTLR_M_BIT   (1u << 0)
#define SCTLR_TRE_BIT (1u << 28)
#define SCTLR_AFE_BIT (1u << 29)

/* Status codes; page = section + 2, except the access flag's. */
#define FS_TRANSLATION 0x05u
#define FS_ACCESS      0x03u
#define FS_ACCESS_PAGE 0x06u
#define FS_DOMAIN      0x09u
#define FS_PERMISSION  0x0du
#define FS_PAGE        0x02u

static u32 bits(u32 word, u32 high, u32 low)
{
	return (word >> low) & ((2u << (high - low)) - 1);
}

/* TEX[0], C, B pick a region of PRRR and NMRR (Table B3-13). */
static void remap(struct translation *t, u32 tex0, u32 c, u32 b, u32 s)
{
	u32 n = tex0 << 2 | c << 1 | b;
	u32 prrr = read_prrr(), nmrr = read_nmrr();

	t->type = (enum memory_type)bits(prrr, 2 * n + 1, 2 * n);
	if (t->type > TYPE_NORMAL)
		model_violation("PRRR 0x%08x: region %u has the reserved type 3",
				prrr, n);
	t->cacheable = t->outer = 0;
	t->inner_only = bits(prrr, 24 + n, 24 + n);
	if (t->type == TYPE_NORMAL) {
		t->cacheable = bits(nmrr, 2 * n + 1, 2 * n);
		t->outer = bits(nmrr, 2 * n + 17, 2 * n + 16);
	}
	if (t->type == TYPE_NORMAL)
		t->shareable = bits(prrr, s ? 19 : 18, s ? 19 : 18);
	else
		t->shareable = t->type == TYPE_STRONG ||
			bits(prrr, s ? 17 : 16, s ? 17 : 16);
}

static void read_section(struct translation *t, u32 va)
{
	t->bytes = 1u << 20;
	t->va = va & ~(t->bytes - 1);
	t->pa = (t->l1 & 0xfff00000u) | (va & 0xfffffu);
	t->slot = t->l1_slot;
	t->desc = t->l1;
	t->ap = bits(t->l1, 15, 15) << 1 | bits(t->l1, 11, 11);
	t->af = bits(t->l1, 10, 10);
	t->xn = bits(t->l1, 4, 4);
	t->ng = bits(t->l1, 17, 17);
	remap(t, bits(t->l1, 12, 12), bits(t->l1, 3, 3), bits(t->l1, 2, 2),
	      bits(t->l1, 16, 16));
	if (bits(t->l1, 18, 18))
		model_violation("supersection at 0x%08x: not used here", va);
}

static void read_page(struct translation *t, u32 va, bool speculative)
{
	u32 desc;

	t->page = true;
	t->slot = (t->l1 & 0xfffffc00u) + bits(va, 19, 12) * 4;
	t->desc = desc = model_walk_read(t->slot, speculative);
	if (!(desc & 2)) {
		t->fs = FS_TRANSLATION + FS_PAGE;
		if (desc & 1)
			model_violation("large page 0x%08x at 0x%08x: not used "
					"here",
					desc, va);
		return;
	}
	t->bytes = 1u << 12;
	t->va = va & ~(t->bytes - 1);
	t->pa = (desc & 0xfffff000u) | (va & 0xfffu);
	t->ap = bits(desc, 9, 9) << 1 | bits(desc, 5, 5);
	t->af = bits(desc, 4, 4);
	t->xn = bits(desc, 0, 0);
	t->ng = bits(desc, 11, 11);
	remap(t, bits(desc, 6, 6), bits(desc, 3, 3), bits(desc, 2, 2),
	      bits(desc, 10, 10));
}

void model_walk(u32 ttbr0, u32 va, bool speculative, u32 l1_cached,
		struct translation *t)
{
	u32 sctlr = read_sctlr();

	if ((sctlr & (SCTLR_M_BIT | SCTLR_TRE_BIT | SCTLR_AFE_BIT)) !=
		    (SCTLR_M_BIT | SCTLR_TRE_BIT | SCTLR_AFE_BIT) ||
	    read_ttbcr())
		model_violation("walk with SCTLR 0x%08x, TTBCR 0x%08x: MMU, TRE "
				"and AFE must be on, N = 0",
				sctlr, read_ttbcr());
	if (bits(ttbr0, 13, 7))
		model_violation("TTBR0 0x%08x: the table is not 16 KiB-aligned "
				"(DDI0406C B4.1.154)",
				ttbr0);
	*t = (struct translation){
		.l1_slot = (ttbr0 & 0xffffc000u) + bits(va, 31, 20) * 4,
	};
	t->l1 = l1_cached ? l1_cached :
			    model_walk_read(t->l1_slot, speculative);
	t->domain = bits(t->l1, 8, 5);
	switch (t->l1 & 3) {
	case 1:
		read_page(t, va, speculative);
		return;
	case 2:
		read_section(t, va);
		return;
	default:
		t->fs = FS_TRANSLATION;
		t->domain = 0;
	}
}

/*
 * IRGN is bits 0 and 6, RGN 4:3, S 1, NOS 5 (B4.1.154, with the Multiprocessing
 * Extensions), the policies coded as in NMRR. Two views of one memory that
 * differ need not see each other's stores (A3.5.7).
 */
void model_check_ttbr(void)
{
	u32 ttbr0 = read_ttbr0(), table = ttbr0 & 0xffffc000u;
	struct translation t;

	if (bits(ttbr0, 13, 7) || table - PHYS_OFFSET >= HOST_RAM_MAX)
		return;
	model_walk(ttbr0, table - PHYS_OFFSET + PAGE_OFFSET, true, 0, &t);
	if (!t.fs &&
	    ((bits(ttbr0, 0, 0) << 1 | bits(ttbr0, 6, 6)) != t.cacheable ||
	     bits(ttbr0, 4, 3) != t.outer || bits(ttbr0, 1, 1) != t.shareable ||
	     bits(ttbr0, 5, 5) != t.inner_only))
		model_violation("TTBR0 0x%08x: walks read the table with other "
				"attributes than its memory has (DDI0406C "
				"A3.5.7, hardware.md 13)",
				ttbr0);
}

static bool permitted(const struct translation *t, enum model_access kind,
		      bool user)
{
	bool read_only = t->ap & 2, user_too = t->ap & 1;

	if (user && !user_too)
		return false;
	if (kind == MODEL_STORE)
		return !read_only;
	return kind != MODEL_FETCH || !t->xn;
}

u32 model_check(const struct translation *t, enum model_access kind, bool user)
{
	u32 domain_access = bits(read_dacr(), t->domain * 2 + 1, t->domain * 2);
	u32 page = t->page ? FS_PAGE : 0;

	if (t->fs)
		return t->fs;
	if (!t->af)
		return t->page ? FS_ACCESS_PAGE : FS_ACCESS;
	if (domain_access == 3)
		model_violation("domain %u is manager: AP and XN are ignored "
				"(hardware.md 20)",
				t->domain);
	if (domain_access != 1)
		return FS_DOMAIN + page;
	return permitted(t, kind, user) ? 0 : FS_PERMISSION + page;
}

/* One bit for each of load, store, fetch, by user and by kernel. */
u32 model_rights(const struct translation *t)
{
	u32 rights = 0;

	for (u32 kind = MODEL_LOAD; kind <= MODEL_FETCH; kind++)
		for (u32 user = 0; user < 2; user++)
			if (permitted(t, (enum model_access)kind, user))
				rights |= 1u << (kind * 2 + user);
	return rights;
}
