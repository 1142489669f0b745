/*
 * rules.c - the rules of docs/hardware.md, by the instruction that may break
 * one. Numbers are that document's rows; it cites the manuals.
 */
#include <string.h>
#include <unistd.h>
#include "check.h"

#define SCU_INVALIDATE 0x0c
#define SCU_CONTROL    0x00

uint32_t ttbr0, contextidr, sctlr;

/* Written, and no isb since. */
static struct {
	bool ttbr0, contextidr, dacr, others;
} pending;
static uint32_t ttbr0_in_force, dacr;
/* A dsb came, and since then no isb that put other tables in force. */
static bool walks_ended;
/* A dsb came, and no store or maintenance since. */
static bool all_done;
static bool monitor_open;
static bool sctlr_written;

/* What must have been done before the caches and the MMU go on. */
static struct {
	bool set_way, icache, predictor, tlb; /* done, a dsb waited for */
	bool set_way_now, icache_now, predictor_now, tlb_now;
	bool scu_tags, scu, smp;
} start;
static bool map_before; /* the MMU was on: the TLB has entries of ours */

void rule_begin(void)
{
	memset(&start, 0, sizeof(start));
	map_before = false;
}

/* ---- barriers --------------------------------------------------------- */

void rule_dsb(void)
{
	memory_dsb();
	walks_ended = all_done = true;
	start.set_way |= start.set_way_now;
	start.icache |= start.icache_now;
	start.predictor |= start.predictor_now;
	start.tlb |= start.tlb_now;
}

/* What an isb, the way into an exception and the way back do (B3.15.5). */
static void synchronise(void)
{
	if (pending.ttbr0) {
		walks_ended = false;
		ttbr0_in_force = ttbr0;
	}
	pending.ttbr0 = pending.contextidr = pending.dacr = false;
	pending.others = sctlr_written = false;
}

void rule_isb(void)
{
	synchronise();
}

void rule_entry(void)
{
	synchronise();
}

void rule_return(void)
{
	events[RETURNS]++;
	if (monitor_open)
		broken(11, "an exception return with a LDREX open: no CLREX");
	synchronise();
}

/* ---- registers ---------------------------------------------------------- */

static void mmu_goes_on(void)
{
	if (pending.ttbr0 || pending.contextidr || pending.dacr ||
	    pending.others)
		broken(4,
		       "the MMU goes on before other registers are in force: "
		       "no ISB");
	if (!start.set_way)
		broken(2,
		       "the data cache was not invalidated by set and way, "
		       "or no DSB");
	if (map_before && !start.tlb)
		broken(14,
		       "another map goes on, and the TLB was not emptied "
		       "since the last one went off");
	else if (!start.icache || !start.predictor || !start.tlb)
		broken(2,
		       "instruction cache, branch predictor or TLB were not "
		       "invalidated, or no DSB");
	if (!start.smp)
		broken(9, "ACTLR.SMP was not set before the caches go on");
	if (!start.scu)
		broken(10, "the SCU does not run yet");
	table_loaded(ttbr0);
}

static void write_sctlr(uint32_t val)
{
	bool before = mmu_on();

	if ((val ^ sctlr) & 1 && !all_done)
		broken(4, "SCTLR.M changes with no DSB before");
	sctlr = val;
	if (!before && mmu_on())
		mmu_goes_on();
	if (before && !mmu_on()) {
		map_before = true;
		start.tlb = start.tlb_now = false;
		start.predictor = start.predictor_now = false;
	}
	sctlr_written = true;
}

static void write_ttbr0(uint32_t val)
{
	if (mmu_on()) {
		if (pending.contextidr)
			broken(5,
			       "TTBR0 written before the new ASID is in "
			       "force: no ISB");
		if (has_user_half(val) && has_user_half(ttbr0) &&
		    (val ^ ttbr0) & 0xffffc000)
			broken(5,
			       "TTBR0 goes from one address space to another");
		table_loaded(val);
		if ((val ^ ttbr0) & 0xffffc000)
			table_left(ttbr0);
	}
	ttbr0 = val;
	pending.ttbr0 = true;
	if (!mmu_on() || !has_user_half(val))
		return;
	if (!(contextidr & 0xff))
		broken(6, "user tables with ASID 0");
	table_has_asid(val, contextidr & 0xff);
}

static void write_contextidr(uint32_t val)
{
	if (mmu_on()) {
		events[SWITCHES]++;
		if (pending.ttbr0)
			broken(5,
			       "the ASID changes before TTBR0 is in force: "
			       "no ISB");
		if (has_user_half(ttbr0_in_force) && val != contextidr)
			broken(5, "the ASID changes with user tables in force");
		if (!walks_ended)
			broken(6,
			       "the ASID changes with no DSB behind the ISB "
			       "(erratum 754322)");
	}
	contextidr = val;
	pending.contextidr = true;
}

static void write_dacr(uint32_t val)
{
	events[DACR_WRITES]++;
	for (unsigned int domain = 0; domain < 16; domain++)
		if ((val >> 2 * domain & 3) == 3)
			broken(20, "DACR 0x%08x: domain %u is manager", val,
			       domain);
	dacr = val;
	pending.dacr = true;
}

/* ---- maintenance: c7 and c8 ------------------------------------------------ */

static void cache_operation(unsigned int crm, unsigned int op2, uint32_t val)
{
	if ((crm == 10 || crm == 11 || crm == 14) && op2 == 1)
		clean_line(val);
	if ((crm == 6 || crm == 10 || crm == 14) && op2 == 2) {
		events[SET_WAYS]++;
		start.set_way_now = true;
		if (mmu_on())
			broken(15, "set/way operation with the MMU on");
	}
	if ((crm == 5 || crm == 1) && op2 == 0) {
		start.icache_now = true;
		icache_invalidate();
	}
	if ((crm == 5 || crm == 1) && op2 == 6) {
		start.predictor_now = true;
		predictor_invalidate();
	}
}

/* CRm 3: inner shareable; 5, 6, 7: this core's. op2: what is named. */
static void tlb_operation(unsigned int op2, uint32_t val)
{
	tlb_invalidate(val & 0xfffff000, val & 0xff, op2 == 0 || op2 == 2,
		       op2 == 0 || op2 == 3);
	if (op2 == 0)
		start.tlb_now = true;
}

void rule_mcr(unsigned int crn, unsigned int op1, unsigned int crm,
	      unsigned int op2, uint32_t val)
{
	unsigned int which = crn << 12 | op1 << 8 | crm << 4 | op2;

	switch (which) {
	case 0x1000:
		write_sctlr(val);
		return;
	case 0x1001:
		start.smp |= val >> 6 & 1;
		if (!(val >> 6 & 1))
			broken(9, "ACTLR 0x%08x: SMP is off", val);
		if (!start.scu)
			broken(10, "ACTLR.SMP before the SCU runs");
		return;
	case 0x2000:
		write_ttbr0(val);
		return;
	case 0x3000:
		write_dacr(val);
		return;
	case 0xd001:
		write_contextidr(val);
		return;
	case 0x2002:
	case 0xa020:
	case 0xa021:
		pending.others = true;
		return;
	}
	all_done &= crn != 7 && crn != 8;
	if (crn == 7 && op1 == 0)
		cache_operation(crm, op2, val);
	if (crn == 8 && op1 == 0)
		tlb_operation(op2, val);
}

/* By physical address: the private region of the board's A9. */
void rule_device_store(uint32_t pa, uint32_t val)
{
	if (pa == SCU_BASE + SCU_INVALIDATE)
		start.scu_tags = true;
	if (pa == SCU_BASE + SCU_CONTROL && (val & 1)) {
		if (!start.scu_tags)
			broken(10, "the SCU goes on with the tags of reset");
		start.scu = true;
	}
}

/* ---- exclusives, accesses --------------------------------------------------- */

void rule_exclusive(bool load)
{
	events[EXCLUSIVES]++;
	monitor_open = load;
	if (!mmu_on() || !(sctlr & 4))
		broken(11,
		       "an exclusive access with the MMU or the data cache "
		       "off");
}

void rule_clrex(void)
{
	monitor_open = false;
}

/*
 * QEMU makes this fault since 9.0, so the access itself is never seen. Nobody has
 * set up vectors yet: what lies at address 0 would run for ever.
 */
void rule_early_abort(void)
{
	if (mmu_on())
		return;
	broken(23, "a data abort with the MMU off: an unaligned access");
	_exit(1);
}

void rule_access(uint32_t va, uint32_t bytes, bool store, bool kernel, bool io,
		 bool plain)
{
	all_done &= !store;
	if (kernel && sctlr_written)
		broken(4, "an access right after SCTLR was written");
	if (io) {
		events[DEVICE_ACCESSES]++;
		if ((va & (bytes - 1)) || !plain)
			broken(23,
			       "a device at 0x%08x: not by one aligned LDR "
			       "or STR",
			       va);
	}
	if (kernel && mmu_on() && va < PAGE_OFFSET && pending.dacr)
		broken(20,
		       "user memory at 0x%08x after DACR's write, with no "
		       "ISB",
		       va);
	if (kernel && mmu_on() && va < PAGE_OFFSET && pending.ttbr0)
		broken(5, "user memory at 0x%08x before TTBR0 is in force", va);
	memory_access(va);
}

void rule_after_sctlr(void)
{
	broken(4, "no ISB right behind a write of SCTLR");
}
