/*
 * services/alignment/alignment.h - decoding an instruction that moves several
 * words.
 */
#ifndef SERVICES_ALIGNMENT_ALIGNMENT_H
#define SERVICES_ALIGNMENT_ALIGNMENT_H

#include <asm/atomic.h>
#include <ptrace.h>
#include <service.h>
#include <types.h>

/*
 * The service's row. Its fault_signal needs no lock, and may sleep while it
 * copies.
 */
extern const struct service alignment_service;

/* What happens at an unaligned access of a program; the numbers are Linux's. */
#define ALIGNMENT_WARN   1u
#define ALIGNMENT_FIXUP  2u
#define ALIGNMENT_SIGNAL 4u

/* What /proc/cpu/alignment shows, and its mode, which root writes. */
struct alignment_stat {
	/*
	 * Unaligned accesses of programs, those of them that are not emulated,
	 * and that are a pair of words or several.
	 */
	atomic_t user, skipped, dword, multi;
	u32 mode; /* ALIGNMENT_*; FIXUP or SIGNAL is among them */
};
extern struct alignment_stat alignment_stat;

/* A load or store of several words, decoded. */
struct multiple_access {
	bool load, pair; /* pair: LDRD or STRD */
	u32 count;       /* registers, 1 to 16 */
	u8 reg[16];      /* their numbers, the first one's word at base */
	uaddr_t base;    /* lowest address */
	s32 writeback;   /* register that changes, or -1 */
	u32 new_value;   /* its new value */
};

/*
 * Decodes insn, a load or store of several registers, with its addresses from
 * regs. A 32-bit Thumb instruction has its first halfword on top. Returns 0, or
 * -EINVAL if insn is another instruction.
 */
int __must_check decode_multiple(u32 insn, const struct pt_regs *regs,
				 struct multiple_access *access);

#endif
