/*
 * Unwinding by the ARM exception-handling tables (Arm IHI0038, "Exception
 * Handling ABI for the Arm Architecture", sections 5 to 9). Owns nothing.
 *
 * .ARM.exidx is a sorted table with two words for each function: its start
 * (relative), and how to undo its prologue: eight-bit instructions in the
 * second word itself, or in .ARM.extab where it points. No word is trusted: a
 * damaged stack ends the walk and never causes a fault.
 */
#include <inspect/unwind.h>

enum { R_SP = 13, R_LR = 14, R_PC = 15 };

struct unwind_index {
	u32 function; /* 31-bit offset from this word */
	u32 entry;    /* inline, EXIDX_CANTUNWIND, or an offset */
};

#define EXIDX_CANTUNWIND 1u
#define ENTRY_INLINE     0x80000000u
#define FINISH           0xb0u
#define MAX_INSTRUCTIONS 64

extern const struct unwind_index __exidx_start[], __exidx_end[];

/* The instructions of one entry, in order, from the high byte of each word. */
struct instructions {
	const u32 *word;
	unsigned int shift; /* of the next byte, 24 .. 0 */
	unsigned int left;  /* bytes */
};

/* Returns the address in a word: an offset of 31 bits from the word itself. */
static u32 prel31(const u32 *word)
{
	s32 offset = (s32)(*word << 1) >> 1;

	return (u32)(uintptr_t)word + (u32)offset;
}

/* Returns the last entry whose function starts at or below pc, or NULL. */
static const struct unwind_index *find_index(u32 pc)
{
	const struct unwind_index *low = __exidx_start, *high = __exidx_end;

	/* The linker sorts the table by address. */
	while (high - low > 1) {
		const struct unwind_index *middle = low + (high - low) / 2;

		if (prel31(&middle->function) <= pc)
			low = middle;
		else
			high = middle;
	}
	return low < high && prel31(&low->function) <= pc ? low : NULL;
}

/* Returns the next instruction; after the last one FINISH. */
static u32 next_byte(struct instructions *in)
{
	u32 byte;

	if (!in->left)
		return FINISH;
	in->left--;
	byte = *in->word >> in->shift & 0xff;
	if (in->shift == 0)
		in->word++;
	in->shift = in->shift ? in->shift - 8 : 24;
	return byte;
}

/*
 * Finds the instructions of an entry. Returns false if there are none, or not
 * for personality routines 0, 1 and 2.
 */
static bool find_instructions(const struct unwind_index *index,
			      struct instructions *in)
{
	u32 personality;

	if (index->entry == EXIDX_CANTUNWIND)
		return false;
	in->word = index->entry & ENTRY_INLINE ?
		&index->entry :
		(const u32 *)(uintptr_t)prel31(&index->entry);
	if (!(*in->word & ENTRY_INLINE))
		return false; /* a language's own personality routine */
	/*
	 * Routine 0 has three bytes in this word; the others count their
	 * further words.
	 */
	personality = *in->word >> 24 & 0xf;
	in->shift = personality == 0 ? 16 : 8;
	in->left = personality == 0 ? 3 : 2 + 4 * (*in->word >> 16 & 0xff);
	return personality <= 2;
}

/*
 * Reads a register from the stack at *vsp. Returns false outside the stack's
 * bounds.
 */
static bool pop(struct unwind_frame *frame, unsigned int reg, u32 *vsp)
{
	if (*vsp % 4 || *vsp < frame->stack_low || *vsp >= frame->stack_high)
		return false;
	frame->reg[reg] = *(const u32 *)(uintptr_t)*vsp;
	*vsp += 4;
	return true;
}

/* Pops the registers of mask, bit 0 for r<first>: false outside the stack. */
static bool pop_mask(struct unwind_frame *frame, u32 mask, unsigned int first)
{
	u32 vsp = frame->reg[R_SP];
	bool sp_popped = first <= R_SP && mask >> (R_SP - first) & 1;

	for (; mask; mask >>= 1, first++)
		if (mask & 1 && !pop(frame, first, &vsp))
			return false;
	/* A popped sp is the new one, not the end of what was popped. */
	if (!sp_popped)
		frame->reg[R_SP] = vsp;
	return true;
}

/* Adds 0x204 + (ULEB128 << 2) to sp: a frame too large for one byte. */
static void add_large(struct unwind_frame *frame, struct instructions *in)
{
	u32 byte, value = 0;
	unsigned int shift = 0;

	do {
		byte = next_byte(in);
		value |= (byte & 0x7f) << shift;
		shift += 7;
		/* A damaged table could continue for ever. */
	} while (byte & 0x80 && shift < 32);
	frame->reg[R_SP] += 0x204 + (value << 2);
}

/*
 * Executes one instruction (IHI0038, table 4). Returns false if it is unknown,
 * or forbids unwinding.
 */
static bool execute(struct unwind_frame *frame, struct instructions *in, u32 op)
{
	if ((op & 0xc0) == 0x00) {
		frame->reg[R_SP] += ((op & 0x3f) << 2) + 4;
		return true;
	}
	if ((op & 0xc0) == 0x40) {
		frame->reg[R_SP] -= ((op & 0x3f) << 2) + 4;
		return true;
	}
	if ((op & 0xf0) == 0x80) {
		u32 mask = (op & 0xf) << 8 | next_byte(in);

		return mask && pop_mask(frame, mask, 4);
	}
	if ((op & 0xf0) == 0x90) {
		frame->reg[R_SP] = frame->reg[op & 0xf];
		/* Registers 13 and 15 as the new sp are reserved codes. */
		return (op & 0xd) != 0xd;
	}
	if ((op & 0xf0) == 0xa0) {
		u32 mask = (2u << (op & 7)) - 1;

		return pop_mask(frame, op & 8 ? mask | 1u << 10 : mask, 4);
	}
	if (op == 0xb1)
		return pop_mask(frame, next_byte(in) & 0xf, 0);
	if (op == 0xb2) {
		add_large(frame, in);
		return true;
	}
	return false; /* VFP registers: the kernel saves none */
}

bool unwind_frame(struct unwind_frame *frame)
{
	u32 sp = frame->reg[R_SP], pc = frame->reg[R_PC];
	const struct unwind_index *index = find_index(pc);
	struct instructions in;

	if (!index || !find_instructions(index, &in))
		return false;
	frame->reg[R_PC] = 0; /* shows below whether an instruction set it */
	for (unsigned int i = 0; i < MAX_INSTRUCTIONS; i++) {
		u32 op = next_byte(&in);

		if (op == FINISH)
			break;
		if (!execute(frame, &in, op))
			return false;
	}
	/*
	 * No instruction has set pc: a leaf function, whose return address is
	 * in lr.
	 */
	if (frame->reg[R_PC] == 0)
		frame->reg[R_PC] = frame->reg[R_LR];
	/*
	 * A step that does not move, or moves down the stack, would never end.
	 */
	return frame->reg[R_SP] >= sp &&
		!(frame->reg[R_SP] == sp && frame->reg[R_PC] == pc);
}
