/*
 * services/alignment/alignment.h - decoding an instruction that moves several
 * words.
 */
#ifndef SERVICES_ALIGNMENT_ALIGNMENT_H
#define SERVICES_ALIGNMENT_ALIGNMENT_H

#include <ptrace.h>
#include <service.h>
#include <types.h>

/*
 * The service's row. Its fault_signal needs no lock, and may sleep while it
 * copies.
 */
extern const struct service alignment_service;

/* A load or store of several words, decoded. */
struct multiple_access {
	bool load;
	u32 count;     /* registers, 1 to 16 */
	u8 reg[16];    /* their numbers, the first one's word at base */
	uaddr_t base;  /* lowest address */
	s32 writeback; /* register that changes, or -1 */
	u32 new_value; /* its new value */
};

/*
 * Decodes insn, a load or store of several registers, with its addresses from
 * regs. A 32-bit Thumb instruction has its first halfword on top. Returns 0, or
 * -EINVAL if insn is another instruction.
 */
int __must_check decode_multiple(u32 insn, const struct pt_regs *regs,
				 struct multiple_access *access);

#endif
