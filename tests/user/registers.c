/*
 * A program's registers are its own: what one process writes into a register
 * of a coprocessor no other process reads, and those that steer the machine
 * are closed to all. A register that a kernel neither saves nor closes is a
 * channel between processes, and a loader may have left it open.
 *
 * QEMU 7.2 has no preload engine, no ThumbEE state, no debug channel
 * (DBGDTRTX is undefined there whoever asks), does not ask DBGDSCR.UDCCdis, and
 * its Jazelle registers are always closed: for those only a board can tell
 * whether the kernel's switch works.
 */
#include "check.h"

struct reg {
	const char *name;
	uint32_t (*read)(void); /* NULL: a program may read it */
	void (*write)(uint32_t val);
};

#define REG(name, cp, op1, crn, crm, op2)                                     \
	static __attribute__((unused)) uint32_t read_##name(void)             \
	{                                                                     \
		uint32_t val;                                                 \
                                                                              \
		__asm__ volatile("mrc " #cp ", " #op1 ", %0, " #crn ", " #crm \
				 ", " #op2                                    \
				 : "=r"(val));                                \
		return val;                                                   \
	}                                                                     \
	static void write_##name(uint32_t val)                                \
	{                                                                     \
		__asm__ volatile("mcr " #cp ", " #op1 ", %0, " #crn ", " #crm \
				 ", " #op2                                    \
				 :                                            \
				 : "r"(val));                                 \
	}

/* clang-format off */
REG(TEEHBR, p14, 6, c1, c0, 0)
REG(TEECR, p14, 6, c0, c0, 0)
REG(JOSCR, p14, 7, c1, c0, 0)
REG(JMCR, p14, 7, c2, c0, 0)
REG(DBGDTRTX, p14, 0, c0, c5, 0)
REG(DBGDSCR, p14, 0, c0, c2, 2)
REG(TPIDRURW, p15, 0, c13, c0, 2)
REG(TPIDRURO, p15, 0, c13, c0, 3)
REG(TPIDRPRW, p15, 0, c13, c0, 4)
REG(CPACR, p15, 0, c1, c0, 2)
REG(SCTLR, p15, 0, c1, c0, 0)
REG(ACTLR, p15, 0, c1, c0, 1)
REG(PMUSERENR, p15, 0, c9, c14, 0)
REG(PMCR, p15, 0, c9, c12, 0)
REG(PMCNTENSET, p15, 0, c9, c12, 1)
REG(PMCCNTR, p15, 0, c9, c13, 0)
REG(PMXEVCNTR, p15, 0, c9, c13, 2)
REG(PMINTENSET, p15, 0, c9, c14, 1)
REG(PLEUAR, p15, 0, c11, c1, 0)
REG(CNTKCTL, p15, 0, c14, c1, 0)
REG(CNTP_CTL, p15, 0, c14, c2, 1)
REG(CNTV_CTL, p15, 0, c14, c3, 1)
REG(CONTEXTIDR, p15, 0, c13, c0, 1)
REG(FPSCR, p10, 7, c1, c0, 0)
REG(FPEXC, p10, 7, c8, c0, 0)
REG(CP0, p0, 0, c0, c0, 0)

#define BOTH(name)	{ #name, read_##name, write_##name }
#define WRITE_ONLY(name) { #name, NULL, write_##name }

/* A kernel closes them or gives each process its own. */
static const struct reg own[] = {
	BOTH(TEEHBR), BOTH(DBGDTRTX), BOTH(TPIDRURW), BOTH(FPSCR),
};

static const struct reg closed[] = {
	WRITE_ONLY(TEECR), BOTH(JOSCR), BOTH(JMCR), BOTH(DBGDSCR),
	WRITE_ONLY(TPIDRURO), BOTH(TPIDRPRW), BOTH(CPACR), BOTH(SCTLR),
	BOTH(ACTLR), WRITE_ONLY(PMUSERENR), BOTH(PMCR), BOTH(PMCNTENSET),
	BOTH(PMCCNTR), BOTH(PMXEVCNTR), BOTH(PMINTENSET), BOTH(PLEUAR),
	BOTH(CNTKCTL), BOTH(CNTP_CTL), BOTH(CNTV_CTL), BOTH(CONTEXTIDR),
	BOTH(FPEXC), BOTH(CP0),
};
/* clang-format on */

/* What FPSCR keeps too: rounding and flags. */
#define PATTERN 0x90400000u

static int child_writes(void *reg)
{
	((const struct reg *)reg)->write(PATTERN);
	return 0;
}

static int child_reads(void *reg)
{
	return ((const struct reg *)reg)->read() == PATTERN;
}

/* Across a switch: its own value, if it may have one. */
static int child_keeps(void *reg)
{
	child_writes(reg);
	in_child(child_reads, reg);
	return !child_reads(reg);
}

static bool undefined(int status)
{
	return WIFSIGNALED(status) && WTERMSIG(status) == 4;
}

/* 0: it exited with that. */
static bool undefined_or_0(int status)
{
	return status == 0 || undefined(status);
}

static int child_writes_all(void *unused)
{
	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(own); i++)
		in_child(child_writes, (void *)&own[i]);
	return 0;
}

static void owned(const struct reg *reg)
{
	ok(undefined_or_0(in_child(child_writes, (void *)reg)) &&
		   undefined_or_0(in_child(child_reads, (void *)reg)),
	   "%s: a stranger does not read what another process wrote",
	   reg->name);
	ok(undefined_or_0(in_child(child_keeps, (void *)reg)),
	   "%s: a process reads what it wrote, or may do neither", reg->name);
}

static void shut(const struct reg *reg)
{
	if (reg->read)
		ok(undefined(in_child(child_reads, (void *)reg)),
		   "%s: a program that reads it gets SIGILL", reg->name);
	ok(undefined(in_child(child_writes, (void *)reg)),
	   "%s: a program that writes it gets SIGILL", reg->name);
}

int main(void)
{
	in_child(child_writes_all, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(own); i++)
		owned(&own[i]);
	for (size_t i = 0; i < ARRAY_SIZE(closed); i++)
		shut(&closed[i]);
	is((int32_t)read_PMUSERENR(), 0,
	   "PMUSERENR, which anybody may read: counters are closed");
	__asm__ volatile("mcr p15, 0, %0, c7, c5, 4\n\t"
			 "mcr p15, 0, %0, c7, c10, 4\n\t"
			 "mcr p15, 0, %0, c7, c10, 5"
			 :
			 : "r"(0)
			 : "memory");
	ok(true, "the barriers of CP15 change nothing and are open to all");
	return done();
}
