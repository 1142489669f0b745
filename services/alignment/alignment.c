/*
 * Unaligned LDM, STM, LDRD and STRD of programs, emulated.
 *
 * These need word alignment whatever SCTLR.A is (DDI0406C A3.2.1); compilers
 * generate them for plain C that casts pointers, so old programs expect the
 * kernel to emulate them, as Linux does. Exclusives are not emulated: two
 * accesses cannot be atomic.
 */
#include <asm/uaccess.h>
#include <lib/printk.h>
#include <mmu/abort.h>
#include <run/run.h>
#include <services/alignment/alignment.h>
#include <uapi/signal.h>

struct alignment_stat alignment_stat = { .mode = ALIGNMENT_FIXUP };

#define REG_SP 13
#define REG_LR 14
#define REG_PC 15

/* Returns bit n of insn. */
static u32 insn_bit(u32 insn, u32 n)
{
	return insn >> n & 1;
}

/* Returns the register number whose lowest bit is bit `lowest` of insn. */
static u32 reg_field(u32 insn, u32 lowest)
{
	return insn >> lowest & 0xf;
}

static bool is_thumb(const struct pt_regs *regs)
{
	return regs->cpsr & PSR_T;
}

/* Whether insn has 16 bits. */
static bool is_short(u32 insn, const struct pt_regs *regs)
{
	return is_thumb(regs) && !(insn >> 16);
}

/*
 * Returns where the frame has register n, which must not be pc: loading that is
 * a branch.
 */
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

/*
 * Returns register n as an instruction reads it: pc is two instructions ahead.
 */
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

/* ---- decoding ---------------------------------------------------- */

/*
 * Takes over a list of registers: bit n for register n, the lowest one at the
 * lowest address.
 */
static void set_list(struct multiple_access *access, u32 list)
{
	access->pair = false;
	access->count = 0;
	for (u32 n = 0; n <= REG_PC; n++)
		if (insn_bit(list, n))
			access->reg[access->count++] = (u8)n;
}

/* Takes over the two registers of LDRD or STRD. */
static void set_pair(struct multiple_access *access, u32 first, u32 second)
{
	access->pair = true;
	access->count = 2;
	access->reg[0] = (u8)first;
	access->reg[1] = (u8)second;
}

/*
 * Computes the addresses of LDM's four modes from register n (A8.8.58-61): up
 * or down, and with the first word at n or next to it (before).
 */
static void multiple_at(struct multiple_access *access,
			const struct pt_regs *regs, u32 n, bool up, bool before)
{
	u32 bytes = 4 * access->count;
	u32 start = read_reg(regs, n);

	access->new_value = up ? start + bytes : start - bytes;
	access->base = up ? start : start - bytes;
	/*
	 * Increment-before and decrement-after begin one word higher: the
	 * lowest register always has the lowest address.
	 */
	if (up == before)
		access->base += 4;
}

/*
 * Computes the address of LDRD or STRD: offset bytes from register n, added
 * before the access or after it (A8.8.72, A8.8.210).
 */
static void double_at(struct multiple_access *access,
		      const struct pt_regs *regs, u32 insn, u32 n, u32 offset)
{
	u32 start = read_reg(regs, n);

	/* A literal: pc counts as word-aligned, also in Thumb state. */
	if (n == REG_PC)
		start &= ~3u;
	access->new_value = insn_bit(insn, 23) ? start + offset :
						 start - offset;
	access->base = insn_bit(insn, 24) ? access->new_value : start;
}

/* Decodes LDM and STM of ARM state. */
static int decode_arm_multiple(u32 insn, const struct pt_regs *regs,
			       struct multiple_access *access)
{
	u32 n = reg_field(insn, 16);

	if (insn_bit(insn, 22) || n == REG_PC)
		return -EINVAL; /* bit 22: banked registers, not for programs */
	access->load = insn_bit(insn, 20);
	set_list(access, insn & 0xffff);
	access->writeback = insn_bit(insn, 21) ? (s32)n : -1;
	multiple_at(access, regs, n, insn_bit(insn, 23), insn_bit(insn, 24));
	return 0;
}

/* Decodes LDRD and STRD of ARM state: an even register and the next one. */
static int decode_arm_double(u32 insn, const struct pt_regs *regs,
			     struct multiple_access *access)
{
	u32 n = reg_field(insn, 16), t = reg_field(insn, 12), offset;

	/* Unpredictable: an odd first register, or pc as the second. */
	if ((t & 1) || t == REG_LR)
		return -EINVAL;
	if (insn_bit(insn, 22))
		offset = reg_field(insn, 8) << 4 | reg_field(insn, 0);
	else
		offset = read_reg(regs, reg_field(insn, 0));
	/* Bit 20, which tells loads from stores elsewhere, is 0 in both. */
	access->load = !insn_bit(insn, 5);
	set_pair(access, t, t + 1);
	access->writeback = !insn_bit(insn, 24) || insn_bit(insn, 21) ? (s32)n :
									-1;
	double_at(access, regs, insn, n, offset);
	return 0;
}

/*
 * Condition 0xf has other instructions in its place. A condition that fails
 * cannot have caused the fault.
 */
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
		/*
		 * LDMIA that loads its base register has no write-back
		 * (A8.8.58).
		 */
		access->writeback = load && insn_bit(insn, n) ? -1 : (s32)n;
		multiple_at(access, regs, n, true, false);
		return 0;
	}
	if ((insn & 0xf600) != 0xb400)
		return -EINVAL;
	/*
	 * Bit 8 adds lr to a PUSH, and pc to a POP, which returns from a
	 * function.
	 */
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

/* Decodes LDM, STM, LDRD and STRD of 32 bits. */
static int decode_thumb32(u32 insn, const struct pt_regs *regs,
			  struct multiple_access *access)
{
	u32 n = reg_field(insn, 16);
	bool up = insn_bit(insn, 23), before = insn_bit(insn, 24);

	if ((insn & 0xfe400000) == 0xe8400000) {
		/*
		 * Without P and W these bits mean exclusives and table
		 * branches.
		 */
		if (!before && !insn_bit(insn, 21))
			return -EINVAL;
		return decode_thumb_double(insn, regs, access);
	}
	/* Thumb has only increment-after and decrement-before. */
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
	/*
	 * An empty list and write-back to pc are unpredictable, and reg_slot()
	 * has no place for pc.
	 */
	if (!err && (!access->count || access->writeback == REG_PC))
		err = -EINVAL;
	return err;
}

/* ---- emulating --------------------------------------------------- */

/* Loads pc, which is a branch: bit 0 selects Thumb state. */
static void branch_to(u32 target, struct pt_regs *regs)
{
	regs->pc = target & ~(target & 1 ? 1u : 3u);
	regs->cpsr &= ~PSR_T;
	if (target & 1)
		regs->cpsr |= PSR_T;
}

/*
 * Returns a word in the byte order of the program's loads and stores, which
 * SETEND may have changed.
 */
static u32 in_its_order(u32 word, const struct pt_regs *regs)
{
	return regs->cpsr & PSR_E ? __builtin_bswap32(word) : word;
}

/*
 * Stores all registers with one copy, which may have stored a part when it
 * fails: 0 or -EFAULT.
 */
static int store_words(const struct multiple_access *access,
		       const struct pt_regs *regs)
{
	u32 words[16];

	for (u32 i = 0; i < access->count; i++)
		words[i] = in_its_order(read_reg(regs, access->reg[i]), regs);
	return copy_to_user(access->base, words, 4 * access->count) ? -EFAULT :
								      0;
}

/*
 * Reads all words before any register changes, so that after -EFAULT the
 * program can be restarted at the instruction. Returns 0 or -EFAULT.
 */
static int load_words(const struct multiple_access *access, u32 words[16])
{
	return copy_from_user(words, access->base, 4 * access->count) ?
		-EFAULT :
		0;
}

/* Sets the registers from the words that were read. */
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

/*
 * Moves the IT state on to the next instruction (DDI0406C A2.5.2), as the
 * hardware does after each instruction of an IT block.
 */
static void advance_it(struct pt_regs *regs)
{
	u32 it = (regs->cpsr >> 8 & 0xfc) | (regs->cpsr >> 25 & 3);

	it = it & 7 ? (it & 0xe0) | (it << 1 & 0x1f) : 0;
	regs->cpsr &= ~0x0600fc00u;
	regs->cpsr |= (it & 0xfc) << 8 | (it & 3) << 25;
}

/*
 * Moves pc behind the instruction. Must come before put_registers(), which may
 * load pc.
 */
static void advance_pc(u32 insn, struct pt_regs *regs)
{
	regs->pc += is_short(insn, regs) ? 2 : 4;
	if (is_thumb(regs))
		advance_it(regs);
}

/* Reads the halfword of code at addr: 0 or -EFAULT. */
static int read_half(u32 addr, u32 *half)
{
	u16 val;

	if (copy_from_user(&val, addr, sizeof(val)))
		return -EFAULT;
	*half = val;
	return 0;
}

/*
 * Reads the instruction at pc: 0, or -EFAULT if the code is not readable as
 * data.
 */
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

/*
 * Counts the access, and logs it in Linux's words in a mode with ALIGNMENT_WARN.
 * Returns true if the access is to be emulated.
 */
static bool account(const struct fault_signal *fault, u32 insn)
{
	u32 mode = READ_ONCE(alignment_stat.mode);

	atomic_inc(&alignment_stat.user);
	if (mode & ALIGNMENT_WARN)
		pr_warn("Alignment trap: %s (%d) PC=0x%08x Instr=0x%0*x Address=0x%08x FSR 0x%03x\n",
			current->comm, (int)current->pid,
			(unsigned int)fault->regs->pc,
			is_short(insn, fault->regs) ? 4 : 8, (unsigned int)insn,
			(unsigned int)fault->abort->far,
			(unsigned int)fault->abort->fsr);
	return mode & ALIGNMENT_FIXUP;
}

/*
 * Emulates the instruction at pc. Returns 0 with regs behind it, -EFAULT if its
 * memory cannot be accessed, or -EINVAL if it is not emulated.
 */
static int mend(const struct fault_signal *fault)
{
	struct multiple_access access;
	struct pt_regs *regs = fault->regs;
	u32 insn, words[16];
	int err = read_instruction(regs, &insn);

	if (err)
		return err;
	if (!account(fault, insn))
		return -EINVAL;
	err = decode_multiple(insn, regs, &access);
	atomic_inc(err                 ? &alignment_stat.skipped :
			   access.pair ? &alignment_stat.dword :
					 &alignment_stat.multi);
	if (!err)
		err = access.load ? load_words(&access, words) :
				    store_words(&access, regs);
	if (err)
		return err;
	/*
	 * Only after the access: until here an error leaves regs at the
	 * instruction, for a handler.
	 */
	advance_pc(insn, regs);
	/*
	 * Before the loads: if the base register is itself loaded, the loaded
	 * value remains.
	 */
	if (access.writeback >= 0)
		*reg_slot(regs, (u32)access.writeback) = access.new_value;
	if (access.load)
		put_registers(&access, words, regs);
	return 0;
}

/* The fault_signal of the service's row: true if the access was emulated. */
static bool mend_alignment(struct fault_signal *fault)
{
	int err;

	if (!fault->abort || fault->abort->cause != ABORT_ALIGNMENT)
		return false;
	/*
	 * FAR may have the address of any of the words; the base register has
	 * that of the first.
	 */
	err = mend(fault);
	/*
	 * Not SIGBUS: the memory is missing, as it would be for an aligned
	 * access.
	 */
	if (err == -EFAULT) {
		fault->sig = SIGSEGV;
		fault->code = SEGV_MAPERR;
	}
	return !err;
}

const struct service alignment_service = {
	.fault_signal = mend_alignment,
};
