/*
 * Unaligned LDM, STM, LDRD and STRD of programs, done in their place.
 *
 * These need word alignment whatever SCTLR.A says (DDI0406C A3.2.1); compilers
 * make them of plain C that casts pointers, so old programs expect the kernel
 * to mend them, as Linux does. Exclusives are not: an atomic access in two
 * parts would be a lie.
 */
#include <asm/uaccess.h>
#include <mmu/abort.h>
#include <services/alignment/alignment.h>
#include <uapi/signal.h>

#define REG_SP 13
#define REG_LR 14
#define REG_PC 15

static u32 insn_bit(u32 insn, u32 n)
{
	return insn >> n & 1;
}

static u32 reg_field(u32 insn, u32 lowest)
{
	return insn >> lowest & 0xf;
}

static bool is_thumb(const struct pt_regs *regs)
{
	return regs->cpsr & PSR_T;
}

/* Where the frame keeps it; not pc, whose change is a branch. */
static u32 *reg_slot(struct pt_regs *regs, u32 n)
{
	switch (n) {
	case REG_SP:
		return &regs->sp;
	case REG_LR:
		return &regs->lr;
	default:
		return &regs->r[n];
	}
}

/* As an instruction reads it: pc is two instructions ahead. */
static u32 read_reg(const struct pt_regs *regs, u32 n)
{
	switch (n) {
	case REG_SP:
		return regs->sp;
	case REG_LR:
		return regs->lr;
	case REG_PC:
		return regs->pc + (is_thumb(regs) ? 4 : 8);
	default:
		return regs->r[n];
	}
}

/* ---- taking it apart --------------------------------------------- */

/* A list of registers as LDM and STM have it: the lowest first. */
static void set_list(struct multiple_access *access, u32 list)
{
	access->count = 0;
	for (u32 n = 0; n <= REG_PC; n++)
		if (insn_bit(list, n))
			access->reg[access->count++] = (u8)n;
}

static void set_pair(struct multiple_access *access, u32 first, u32 second)
{
	access->count = 2;
	access->reg[0] = (u8)first;
	access->reg[1] = (u8)second;
}

/* The words from or below register n: LDM's four modes (A8.8.58-61). */
static void multiple_at(struct multiple_access *access,
			const struct pt_regs *regs, u32 n, bool up, bool before)
{
	u32 bytes = 4 * access->count;
	u32 start = read_reg(regs, n);

	access->new_value = up ? start + bytes : start - bytes;
	access->base = up ? start : start - bytes;
	if (up == before)
		access->base += 4;
}

/* imm bytes from register n, before or after the access (A8.8.72, A8.8.210). */
static void double_at(struct multiple_access *access,
		      const struct pt_regs *regs, u32 insn, u32 n, u32 offset)
{
	u32 start = read_reg(regs, n);

	if (n == REG_PC)
		start &= ~3u;
	access->new_value = insn_bit(insn, 23) ? start + offset :
						 start - offset;
	access->base = insn_bit(insn, 24) ? access->new_value : start;
}

static int decode_arm_multiple(u32 insn, const struct pt_regs *regs,
			       struct multiple_access *access)
{
	u32 n = reg_field(insn, 16);

	if (insn_bit(insn, 22) || n == REG_PC)
		return -EINVAL; /* banked registers: not for programs */
	access->load = insn_bit(insn, 20);
	set_list(access, insn & 0xffff);
	access->writeback = insn_bit(insn, 21) ? (s32)n : -1;
	multiple_at(access, regs, n, insn_bit(insn, 23), insn_bit(insn, 24));
	return 0;
}

static int decode_arm_double(u32 insn, const struct pt_regs *regs,
			     struct multiple_access *access)
{
	u32 n = reg_field(insn, 16), t = reg_field(insn, 12), offset;

	if ((t & 1) || t == REG_LR)
		return -EINVAL;
	if (insn_bit(insn, 22))
		offset = reg_field(insn, 8) << 4 | reg_field(insn, 0);
	else
		offset = read_reg(regs, reg_field(insn, 0));
	access->load = !insn_bit(insn, 5);
	set_pair(access, t, t + 1);
	access->writeback = !insn_bit(insn, 24) || insn_bit(insn, 21) ? (s32)n :
									-1;
	double_at(access, regs, insn, n, offset);
	return 0;
}

static int decode_arm(u32 insn, const struct pt_regs *regs,
		      struct multiple_access *access)
{
	if (insn >> 28 == 0xf)
		return -EINVAL;
	if ((insn & 0x0e000000) == 0x08000000)
		return decode_arm_multiple(insn, regs, access);
	if ((insn & 0x0e1000d0) == 0x000000d0)
		return decode_arm_double(insn, regs, access);
	return -EINVAL;
}

/* LDMIA, STMIA, PUSH, POP of 16 bits (A6.2.8, A8.8.131-133). */
static int decode_thumb16(u32 insn, const struct pt_regs *regs,
			  struct multiple_access *access)
{
	bool load = insn_bit(insn, 11);
	u32 n = insn >> 8 & 7, list = insn & 0xff;

	access->load = load;
	if ((insn & 0xf000) == 0xc000) {
		set_list(access, list);
		access->writeback = load && insn_bit(insn, n) ? -1 : (s32)n;
		multiple_at(access, regs, n, true, false);
		return 0;
	}
	if ((insn & 0xf600) != 0xb400)
		return -EINVAL;
	if (insn_bit(insn, 8))
		list |= 1u << (load ? REG_PC : REG_LR);
	set_list(access, list);
	access->writeback = REG_SP;
	multiple_at(access, regs, REG_SP, load, !load);
	return 0;
}

/* LDRD, STRD: any two registers, in any order (A8.8.72, A8.8.210). */
static int decode_thumb_double(u32 insn, const struct pt_regs *regs,
			       struct multiple_access *access)
{
	u32 n = reg_field(insn, 16), t = reg_field(insn, 12);
	u32 t2 = reg_field(insn, 8);

	if (t >= REG_SP || t2 >= REG_SP)
		return -EINVAL;
	access->load = insn_bit(insn, 20);
	set_pair(access, t, t2);
	access->writeback = insn_bit(insn, 21) ? (s32)n : -1;
	double_at(access, regs, insn, n, (insn & 0xff) << 2);
	return 0;
}

static int decode_thumb32(u32 insn, const struct pt_regs *regs,
			  struct multiple_access *access)
{
	u32 n = reg_field(insn, 16);
	bool up = insn_bit(insn, 23), before = insn_bit(insn, 24);

	if ((insn & 0xfe400000) == 0xe8400000) {
		/* Without an offset mode they are exclusives and branches. */
		if (!before && !insn_bit(insn, 21))
			return -EINVAL;
		return decode_thumb_double(insn, regs, access);
	}
	if ((insn & 0xfe400000) != 0xe8000000 || up == before || n == REG_PC)
		return -EINVAL;
	access->load = insn_bit(insn, 20);
	set_list(access, insn & 0xffff);
	access->writeback = insn_bit(insn, 21) ? (s32)n : -1;
	multiple_at(access, regs, n, up, before);
	return 0;
}

int decode_multiple(u32 insn, const struct pt_regs *regs,
		    struct multiple_access *access)
{
	int err;

	if (!is_thumb(regs))
		err = decode_arm(insn, regs, access);
	else if (insn >> 16)
		err = decode_thumb32(insn, regs, access);
	else
		err = decode_thumb16(insn, regs, access);
	/* Unpredictable, both; reg_slot has no place for pc. */
	if (!err && (!access->count || access->writeback == REG_PC))
		err = -EINVAL;
	return err;
}

/* ---- doing it ---------------------------------------------------- */

/* A loaded pc is a branch that may change to Thumb and back. */
static void branch_to(u32 target, struct pt_regs *regs)
{
	regs->pc = target & ~(target & 1 ? 1u : 3u);
	regs->cpsr &= ~PSR_T;
	if (target & 1)
		regs->cpsr |= PSR_T;
}

/* A word as the program's loads and stores have it, after SETEND. */
static u32 in_its_order(u32 word, const struct pt_regs *regs)
{
	return regs->cpsr & PSR_E ? __builtin_bswap32(word) : word;
}

static int store_words(const struct multiple_access *access,
		       const struct pt_regs *regs)
{
	u32 words[16];

	for (u32 i = 0; i < access->count; i++)
		words[i] = in_its_order(read_reg(regs, access->reg[i]), regs);
	return copy_to_user(access->base, words, 4 * access->count) ? -EFAULT :
								      0;
}

/* Nothing changes unless all words are there. */
static int load_words(const struct multiple_access *access, u32 words[16])
{
	return copy_from_user(words, access->base, 4 * access->count) ?
		-EFAULT :
		0;
}

static void put_registers(const struct multiple_access *access,
			  const u32 *words, struct pt_regs *regs)
{
	for (u32 i = 0; i < access->count; i++) {
		if (access->reg[i] == REG_PC)
			branch_to(in_its_order(words[i], regs), regs);
		else
			*reg_slot(regs, access->reg[i]) = in_its_order(words[i],
								       regs);
	}
}

/* IT's condition for the next instruction (DDI0406C A2.5.2). */
static void advance_it(struct pt_regs *regs)
{
	u32 it = (regs->cpsr >> 8 & 0xfc) | (regs->cpsr >> 25 & 3);

	it = it & 7 ? (it & 0xe0) | (it << 1 & 0x1f) : 0;
	regs->cpsr &= ~0x0600fc00u;
	regs->cpsr |= (it & 0xfc) << 8 | (it & 3) << 25;
}

/* Past the instruction, before a load of pc that is a jump. */
static void advance_pc(u32 insn, struct pt_regs *regs)
{
	regs->pc += is_thumb(regs) && !(insn >> 16) ? 2 : 4;
	if (is_thumb(regs))
		advance_it(regs);
}

static int read_half(u32 addr, u32 *half)
{
	u16 val;

	if (copy_from_user(&val, addr, sizeof(val)))
		return -EFAULT;
	*half = val;
	return 0;
}

static int read_instruction(const struct pt_regs *regs, u32 *insn)
{
	u32 second;

	if (!is_thumb(regs))
		return get_user_u32(insn, regs->pc);
	if (read_half(regs->pc, insn) != 0)
		return -EFAULT;
	if (*insn < 0xe800)
		return 0; /* 16 bits (A6.1) */
	if (read_half(regs->pc + 2, &second) != 0)
		return -EFAULT;
	*insn = *insn << 16 | second;
	return 0;
}

/* 0: done, regs are past it. -EFAULT: no memory there. -EINVAL: not for us. */
static int mend(struct pt_regs *regs)
{
	struct multiple_access access;
	u32 insn, words[16];
	int err = read_instruction(regs, &insn);

	if (!err)
		err = decode_multiple(insn, regs, &access);
	if (!err)
		err = access.load ? load_words(&access, words) :
				    store_words(&access, regs);
	if (err)
		return err;
	advance_pc(insn, regs);
	/* Before the loads: one of the base register itself wins. */
	if (access.writeback >= 0)
		*reg_slot(regs, (u32)access.writeback) = access.new_value;
	if (access.load)
		put_registers(&access, words, regs);
	return 0;
}

static bool mend_alignment(struct fault_signal *fault)
{
	int err;

	if (!fault->abort || fault->abort->cause != ABORT_ALIGNMENT)
		return false;
	/* FAR may name any word of several: the registers say where they begin. */
	err = mend(fault->regs);
	if (err == -EFAULT) {
		fault->sig = SIGSEGV;
		fault->code = SEGV_MAPERR;
	}
	return !err;
}

const struct service alignment_service = {
	.fault_signal = mend_alignment,
};
