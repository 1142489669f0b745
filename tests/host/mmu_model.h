/*
 * mmu_model.h - an ARMv7-A MMU for the host tests, stricter than hardware.
 *
 * Written from DDI0406C (sections are cited at each rule in mmu_model.c); it
 * shares no header with mmu/desc.h. The C of mmu/ and mm/ runs on it natively:
 * tests/host/include/asm shadows cp15.h, tlbflush.h, cacheflush.h, and
 * barrier.h's host_barrier is the model's.
 *
 *	walker		sections and small pages; AFE, TEX remap, XN, AP, domains
 *	TLB		by (page, ASID or global); keeps an entry until an
 *			invalidate drops it, and never throws one away by itself
 *	stores to	a walk may see the old or the new word until the line is
 *	tables		clean (walks not coherent) and a dsb has passed
 *	TLB operations	take effect, for the checks, at the next dsb
 *	CP15 writes	the new value may or may not be in force until the isb;
 *			at power-on they are a careless loader's
 *	I-cache		holds pages fetched from until iciallu and dsb
 *	adversary	between any two operations a speculative walk may fill
 *			the TLB; seeded by HOST_SEED, so a failure repeats
 *
 * A broken rule is a violation: it fails the test with a text that names the
 * rule, the manual's section and the address, unless it was expected.
 *
 * A test of mm/ looks like this:
 *
 *	u32 free = model_boot(16 << 20);
 *
 *	mm_init();
 *	model_on_fault(my_handler);	calls handle_mm_fault
 *	mm = mm_alloc(); ... do_mmap ...
 *	assert_int_equal(model_store(mm, va, 42), 0);
 *	assert_int_equal(model_load(mm, va, &val), 0);
 */
#ifndef MMU_MODEL_H
#define MMU_MODEL_H

#include <mm_types.h>
#include <mmu/mmu.h>
#include <types.h>
#include "host.h"

/* ---- lives ------------------------------------------------------- */

/* The kind of machine. */
struct model_machine {
	bool walks_coherent; /* table walks look into the data cache */
	u32 adversary;       /* speculative fills per 1000 operations */
};

/* This one; the adversary may be changed at any time, coherency may not. */
extern struct model_machine model;

/*
 * host_reset; then ram_bytes of RAM, paging_init with a small board's map, the
 * buddy, the slab, pgtable_cache_init: all that mm_init needs. Returns the
 * free pages. The MMU is on; init_mm.pgd is loaded. The machine has coherent
 * walks and an adversary; the -strict programs have incoherent walks and a worse
 * one. HOST_WALKS=coherent or incoherent and HOST_ADVERSARY=n in the environment
 * say otherwise; model_boot_on takes the machine given.
 */
u32 model_boot(u32 ram_bytes);
u32 model_boot_on(u32 ram_bytes, struct model_machine machine);

/* ---- accesses of the CPU ----------------------------------------- */

enum model_access { MODEL_LOAD, MODEL_STORE, MODEL_FETCH };

struct model_result {
	u32 fsr; /* 0: no fault; DFSR or IFSR otherwise */
	u32 far;
	phys_addr_t pa; /* when there is none */
};

/* One access through TLB and walker, no handler. user: unprivileged. */
struct model_result model_access(u32 va, enum model_access kind, bool user);

/*
 * Called for a fault of the functions below with what the real decode_abort
 * made of it. user: the access was a user program's, not a uaccess copy's.
 * 0: it is mended, try again. Anything else is what the access returns.
 */
typedef int (*model_handler)(struct mm_struct *mm,
			     const struct abort_info *info, bool user);
void model_on_fault(model_handler handler); /* NULL: -EFAULT always */

/*
 * A user program of mm loads, stores, fetches one naturally aligned word or
 * byte. If other tables are loaded the real switch_mm comes first, and
 * current's mm and active_mm become mm. 0, or what the handler returned.
 */
int model_load(struct mm_struct *mm, uaddr_t va, u32 *val);
int model_store(struct mm_struct *mm, uaddr_t va, u32 val);
int model_load8(struct mm_struct *mm, uaddr_t va, u8 *val);
int model_store8(struct mm_struct *mm, uaddr_t va, u8 val);
int model_fetch(struct mm_struct *mm, uaddr_t va, u32 *insn);

/* Run mm: the real switch_mm, and current's mm. NULL: back to init_mm. */
void model_switch(struct mm_struct *mm);
/* The mm that was loaded last by either; NULL: init_mm. */
struct mm_struct *model_current_mm(void);

/* How many faults were handed to the handler since model_boot. */
extern u32 model_faults;

/* ---- judging ----------------------------------------------------- */

/*
 * Stop the test if an entry of the TLB disagrees with the tables it was filled
 * from: (mm's, or the kernel's) something was changed and not flushed. Also
 * that nothing is pending. For the end of an operation.
 */
void model_check_tlb(void);

/* Does any translation to this frame remain usable, in whatever ASID? */
bool model_frame_in_tlb(u32 pfn);
/* Entries held for va and ASID (0: any ASID), global ones included. */
u32 model_tlb_entries(u32 va, u32 asid);

/* stmt must break a rule whose text contains `text`. */
#define expect_violation(text, stmt)    \
	do {                            \
		model_expect_begin();   \
		stmt;                   \
		model_expect_end(text); \
	} while (0)
void model_expect_begin(void);
void model_expect_end(const char *text);

/* Operations since model_boot, for tests of cost. */
struct model_counts {
	u32 tlbiall, tlbiasid, tlbimva, bpiall, iciallu, dsb, isb, walks;
};
extern struct model_counts model_counts;

#endif
