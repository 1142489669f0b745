/*
 * mmu_model_internal.h - what the files of the MMU model share.
 *
 *	mmu_model_mem.c	 what the walker and the fetches see of memory
 *	mmu_model_walk.c the walk and the checks of one access, from the manual
 *	mmu_model_regs.c CP15 registers, barriers, the order of a switch
 *	mmu_model_tlb.c	 the TLB, its maintenance, its rules, the adversary
 *	mmu_model.c	 accesses with fault handling, boot, uaccess
 *
 * Bits and field positions are written out here and in mmu_model_walk.c from
 * DDI0406C; nothing comes from mmu/desc.h.
 */
#ifndef MMU_MODEL_INTERNAL_H
#define MMU_MODEL_INTERNAL_H

#include "mmu_model.h"

/* Report a broken rule; returns only where a test expects it. */
void model_violation(const char *fmt, ...) __printf(1, 2);
/* The adversary's coin: true once in n. Not the test's random numbers. */
bool model_chance(u32 n);
u32 model_random(u32 n); /* 0 .. n - 1 */

/* ---- memory (mmu_model_mem.c) ------------------------------------ */

void model_mem_reset(void);
/* A descriptor as the walker reads it; if speculative, perhaps an older one. */
u32 model_walk_read(phys_addr_t pa, bool speculative);
/* The word in RAM, also where the allocator has poisoned the page. */
u32 model_ram_word(phys_addr_t pa);
bool model_stores_pending(void);
void model_mem_dsb(void);
/* A fetch of the word at pa: checks that it sees what was stored. */
u32 model_fetch_word(phys_addr_t pa);
void model_speculative_fetch(phys_addr_t pa);
/* "line not clean" and the like, when an operation comes too early. */
bool model_cleans_pending(void);

/* ---- the walk (mmu_model_walk.c) --------------------------------- */

enum memory_type { TYPE_STRONG, TYPE_DEVICE, TYPE_NORMAL };

struct translation {
	u32 fs;           /* fault status of the walk itself; 0: none */
	u32 va, bytes;    /* what the entry covers */
	phys_addr_t pa;   /* of va */
	phys_addr_t slot; /* where the last descriptor was read */
	u32 desc;         /* ... and what it was */
	phys_addr_t l1_slot;
	u32 l1;
	bool page; /* second level: page fault codes */
	u32 domain;
	u32 ap; /* AP[2:1] */
	bool xn, ng, af, shareable;
	bool inner_only; /* PRRR.NOS: not outer shareable */
	enum memory_type type;
	u32 cacheable, outer; /* NMRR's two policies, Normal only */
};

/* l1_cached: a first-level descriptor the TLB remembers, 0: read it. */
void model_walk(u32 ttbr0, u32 va, bool speculative, u32 l1_cached,
		struct translation *t);
/* Fault status of this access with this translation; 0: it succeeds. */
u32 model_check(const struct translation *t, enum model_access kind, bool user);
/* Do walks by TTBR0 read the table with the attributes of its own memory? */
void model_check_ttbr(void);
/* All that it lets through, as a mask. */
u32 model_rights(const struct translation *t);

/* ---- registers and barriers (mmu_model_regs.c) ------------------- */

void model_regs_reset(void);
bool model_mmu_on(void);
/*
 * The value that a speculative walk uses: until an isb, the old or the new one.
 */
u32 model_ttbr0_in_force(void);
u32 model_contextidr_in_force(void);
/* An exception entry or return: every register write is in force. */
void model_context_sync(void);
/* Sets DACR, in force at once as after an exception; returns the old value. */
u32 model_switch_dacr(u32 dacr);
/* An invalidate was done: an isb must follow. Is one missing? */
void model_need_isb(void);
bool model_isb_pending(void);
bool model_isb_pending_but_ttbr0(void);
/* A walk may be under way again: no dsb has ended it. */
void model_not_after_dsb(void);

/* ---- TLB (mmu_model_tlb.c) --------------------------------------- */

void model_tlb_reset(void);
/* Not yet invalidated whole since power-on, or the dsb is missing. */
bool model_tlb_is_junk(void);
/* A dsb: the invalidates before it are complete. */
void model_tlb_dsb(void);
/* Something happened; the adversary may act. */
void model_step(void);
/* Translate an access of the program; fills the TLB. */
void model_translate(u32 va, struct translation *t);
void model_note_va(u32 va);
/* Code at va was executed from pa: branches there may now be predicted. */
void model_predict(u32 va, phys_addr_t pa);
/* desc is about to be stored to slot: does the TLB still hold another? */
void model_tlb_check_make(phys_addr_t slot, u32 desc);

#endif
