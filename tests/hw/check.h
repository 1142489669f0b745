/*
 * check.h - the instruction-level checker: what its files share.
 *
 *	check.c		the plugin: QEMU's events, instructions recognised
 *	memory.c	lines of the caches, tables and their walks, the TLB's copies
 *	rules.c		one function for each kind of instruction: the rules
 *
 * A TCG plugin for QEMU 9.1 and later, which tells what registers hold and what
 * is stored. It follows the kernel's image, assembly included, and the rules of
 * docs/hardware.md that an instruction stream can break; numbers in the texts
 * are that document's rows. Where hardware may or may not do something (walk,
 * evict, prefetch), the checker assumes that it does, the moment it may hurt.
 */
#ifndef CHECK_H
#define CHECK_H

#include <stdbool.h>
#include <stdint.h>

#define RAM_BASE    0x60000000u
#define RAM_BYTES   (128u << 20)
#define PAGE_OFFSET 0xc0000000u
#define SCU_BASE    0x1e000000u /* vexpress-a9 */
#define LINE        32u
#define NR_LINES    (RAM_BYTES / LINE)

/* ---- what check.c offers ----------------------------------------- */

/* A broken rule: told once for each place and rule. */
void broken(unsigned int rule, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* How often each kind of event was checked: none is no proof. */
enum event {
	TABLE_STORES,
	TLB_OPERATIONS,
	SWITCHES,
	DACR_WRITES,
	CODE_LINES,
	DEVICE_ACCESSES,
	EXCLUSIVES,
	RETURNS,
	SET_WAYS,
	NR_EVENTS
};
extern uint64_t events[NR_EVENTS];

/* ---- memory.c ---------------------------------------------------- */

static inline bool in_ram(uint32_t pa)
{
	return pa - RAM_BASE < RAM_BYTES;
}

/* The word at pa as the stores so far have left it. */
uint32_t ram_word(uint32_t pa);
/* A store, its words one by one; table rules are looked at. */
void memory_store(uint32_t pa, uint32_t bytes, uint32_t val);
/* An access by va: is its translation one that may be used? */
void memory_access(uint32_t va);
/* The physical address of va by the tables in force, or 0. */
uint32_t translate(uint32_t va);

void clean_line(uint32_t va);
void icache_invalidate(void);
void predictor_invalidate(void);
void tlb_invalidate(uint32_t page, uint32_t asid, bool all_pages,
		    bool all_asids);
void memory_dsb(void);
/* Words of the line of va, at pa, are executed: bit n stands for word n. */
void memory_execute(uint32_t va, uint32_t pa, uint8_t words);
/* These tables are loaded; others are, instead of these. */
void table_loaded(uint32_t ttbr0);
void table_left(uint32_t ttbr0);
void table_has_asid(uint32_t ttbr0, uint32_t asid);
bool has_user_half(uint32_t ttbr0);

/* ---- rules.c: the registers ---------------------------------------- */

extern uint32_t ttbr0, contextidr, sctlr;
static inline bool mmu_on(void)
{
	return sctlr & 1;
}

void rule_mcr(unsigned int crn, unsigned int op1, unsigned int crm,
	      unsigned int op2, uint32_t val);
/* The kernel begins: what a loader has done for it does not count. */
void rule_begin(void);
void rule_dsb(void);
void rule_isb(void);
void rule_exclusive(bool load);
void rule_clrex(void);
/* A data abort through the low vectors: ends the emulator. */
void rule_early_abort(void);
/* The core takes an exception; it returns from one. */
void rule_entry(void);
void rule_return(void);
/* kernel: by code of the kernel. io: no RAM. plain: one LDR or STR. */
void rule_access(uint32_t va, uint32_t bytes, bool store, bool kernel, bool io,
		 bool plain);
/* An instruction that is no isb, behind a write of SCTLR. */
void rule_after_sctlr(void);
void rule_device_store(uint32_t pa, uint32_t val);

#endif
