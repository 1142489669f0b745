/*
 * CP15 registers and barriers.
 *
 * A register write is in force at once or only at the isb, as the adversary
 * likes (DDI0406C B3.15.5). TTBR0 and CONTEXTIDR may change only in the orders
 * of B3.10.4; a write that breaks them is a violation there and then.
 */
#include <asm/barrier.h>
#include <asm/cp15.h>
#include <string.h>
#include "mmu_model_internal.h"

#define USER_END 0xc0000000u

enum reg { SCTLR, TTBR0, TTBCR, DACR, PRRR, NMRR, CONTEXTIDR, NR_REGS };

struct cp15_reg {
	u32 now;    /* last written */
	u32 before; /* in force until the isb, perhaps */
	bool pending;
};

static struct cp15_reg regs[NR_REGS];
static bool need_isb;    /* an invalidate is not yet followed by one */
static bool dsb_is_last; /* nothing that walks came since a dsb */

void model_regs_reset(void)
{
	static const u32 junk[NR_REGS] = {
		[SCTLR] = 0x00c50078,      [TTBR0] = 0x12345000,
		[TTBCR] = 0x80000f07,      [DACR] = 0xffffffff,
		[CONTEXTIDR] = 0xdeadbe55, [NMRR] = 0xffffffff,
	};

	memset(regs, 0, sizeof(regs));
	for (u32 i = 0; i < NR_REGS; i++)
		regs[i].now = junk[i];
	need_isb = dsb_is_last = false;
}

/* Registers, TLB and predictions are as a loader left them until all is set. */
static void check_mmu_on(void)
{
	for (u32 i = 0; i < NR_REGS; i++)
		if (i != SCTLR && regs[i].pending)
			model_violation("the MMU goes on before a register's "
					"write is in force: no isb (DDI0406C "
					"B3.15.5, hardware.md 4)");
	if (model_tlb_is_junk())
		model_violation(
			"the MMU goes on with what a loader left in the "
			"TLB or the branch predictor (DDI0406C B3.10.2, "
			"hardware.md 2)");
}

void model_need_isb(void)
{
	need_isb = true;
}

void model_not_after_dsb(void)
{
	dsb_is_last = false;
}

/* ---- registers --------------------------------------------------- */

static bool has_user_half(u32 ttbr0)
{
	u32 table = ttbr0 & 0xffffc000u;

	for (u32 i = 0; i < USER_END >> 20; i++)
		if (model_ram_word(table + i * 4))
			return true;
	return false;
}

/* DDI0406C B3.10.4: never two address spaces, even for one instruction. */
static void check_context_write(enum reg reg, u32 val)
{
	enum reg other = reg == TTBR0 ? CONTEXTIDR : TTBR0;
	u32 asid = regs[CONTEXTIDR].now & 0xff;

	if (regs[other].pending)
		model_violation("TTBR0 and CONTEXTIDR written with no isb "
				"between (DDI0406C B3.10.4, hardware.md 5)");
	if (reg == TTBR0 && asid && (val ^ regs[TTBR0].now) &&
	    has_user_half(val) && has_user_half(regs[TTBR0].now))
		model_violation(
			"TTBR0 changes from one address space to another "
			"under ASID %u (DDI0406C B3.10.4)",
			asid);
	if (reg != CONTEXTIDR)
		return;
	if (asid && (val & 0xff) && (val & 0xff) != asid &&
	    has_user_half(regs[TTBR0].now))
		model_violation("ASID changes from %u to %u while user tables "
				"are in force (DDI0406C B3.10.4)",
				asid, val & 0xff);
	if (!dsb_is_last)
		model_violation("CONTEXTIDR written with no dsb before "
				"(A9 erratum 754322, hardware.md 6)");
}

static void write_reg(enum reg reg, u32 val)
{
	struct cp15_reg *r = &regs[reg];
	bool mmu_on = regs[SCTLR].now & 1;

	model_step();
	if (mmu_on && (reg == TTBR0 || reg == CONTEXTIDR))
		check_context_write(reg, val);
	if (reg == SCTLR && (val & 1) && !mmu_on)
		check_mmu_on();
	if (!r->pending)
		r->before = r->now;
	r->now = val;
	r->pending = true;
	dsb_is_last = false;
	if (mmu_on && reg == TTBR0)
		model_check_ttbr();
	model_step();
}

/* The registers that a speculative walk may use at this moment. */
static u32 in_force(enum reg reg)
{
	const struct cp15_reg *r = &regs[reg];

	return r->pending && model_chance(2) ? r->before : r->now;
}

u32 model_ttbr0_in_force(void)
{
	return in_force(TTBR0);
}

u32 model_contextidr_in_force(void)
{
	return in_force(CONTEXTIDR);
}

bool model_mmu_on(void)
{
	return (regs[SCTLR].now & 1) && !regs[SCTLR].pending;
}

#define MODEL_REG(name, reg)          \
	u32 read_##name(void)         \
	{                             \
		return regs[reg].now; \
	}                             \
	void write_##name(u32 val)    \
	{                             \
		write_reg(reg, val);  \
	}

MODEL_REG(sctlr, SCTLR)
MODEL_REG(ttbr0, TTBR0)
MODEL_REG(ttbcr, TTBCR)
MODEL_REG(dacr, DACR)
MODEL_REG(prrr, PRRR)
MODEL_REG(nmrr, NMRR)
MODEL_REG(contextidr, CONTEXTIDR)

/* With TTBCR.N = 0 nothing is walked by it. */
void write_ttbr1(u32 val __unused_arg)
{
}

u32 model_switch_dacr(u32 dacr)
{
	u32 before = regs[DACR].now;

	if (before == dacr) /* a write that waits for its isb still does */
		return before;
	regs[DACR].now = dacr;
	regs[DACR].pending = false;
	return before;
}

/* Lines of 32 bytes: log2 of the words in DminLine, bits 19:16. */
u32 read_mpidr(void)
{
	return MPIDR_MP;
}

u32 read_ctr(void)
{
	return 3u << 16;
}

u32 read_id_mmfr3(void)
{
	return (model.walks_coherent ? 1u : 0u) << 20;
}

/* ---- barriers ---------------------------------------------------- */

void model_context_sync(void)
{
	/* Until now a walk of the old tables could begin: no dsb ended it. */
	if (regs[TTBR0].pending)
		dsb_is_last = false;
	for (u32 i = 0; i < NR_REGS; i++)
		regs[i].pending = false;
	need_isb = false;
}

static bool isb_pending_but(u32 mask)
{
	bool pending = need_isb;

	for (u32 i = 0; i < NR_REGS; i++)
		pending |= regs[i].pending && !(mask >> i & 1);
	return pending;
}

bool model_isb_pending(void)
{
	return isb_pending_but(0);
}

bool model_isb_pending_but_ttbr0(void)
{
	return isb_pending_but(1u << TTBR0);
}

void host_barrier(enum host_barrier kind)
{
	model_step();
	if (kind == HOST_DSB) {
		model_counts.dsb++;
		model_tlb_dsb();
		model_mem_dsb();
		dsb_is_last = true;
	}
	if (kind == HOST_ISB) {
		model_counts.isb++;
		model_context_sync();
	}
	model_step();
}
