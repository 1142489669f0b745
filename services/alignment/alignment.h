/*
 * services/alignment/alignment.h - an instruction that moves several words, taken apart.
 */
#ifndef SERVICES_ALIGNMENT_ALIGNMENT_H
#define SERVICES_ALIGNMENT_ALIGNMENT_H

#include <ptrace.h>
#include <service.h>
#include <types.h>

/* Needs no lock; may sleep to copy. */
extern const struct service alignment_service;

struct multiple_access {
	bool load;
	u32 count;     /* registers, 1 to 16 */
	u8 reg[16];    /* which, the first at base */
	uaddr_t base;  /* lowest address */
	s32 writeback; /* register that changes, or -1 */
	u32 new_value; /* ... to this */
};

/*
 * The load or store of two or more registers that insn is (Thumb: the first
 * halfword on top, if there are two), with its addresses by regs: 0. -EINVAL:
 * it is another.
 */
int __must_check decode_multiple(u32 insn, const struct pt_regs *regs,
				 struct multiple_access *access);

#endif
