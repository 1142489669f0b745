/*
 * mmu/abort.h - fault status registers taken apart.
 *
 * Included by mmu/mmu.h only. DDI0406C B3.13.3, Table B3-23: the status is bit
 * 10 and bits 3:0 of DFSR or IFSR in the short-descriptor format.
 */
#ifndef MMU_ABORT_H
#define MMU_ABORT_H

#include <types.h>

enum abort_kind { ABORT_DATA, ABORT_PREFETCH };

/* One name per way an access can fail; the trap/ tables dispatch on it. */
enum abort_cause {
	ABORT_UNKNOWN,
	ABORT_ALIGNMENT,
	ABORT_DEBUG,
	ABORT_ACCESS_FLAG_SECTION,
	ABORT_ACCESS_FLAG_PAGE,
	ABORT_TRANSLATION_SECTION,
	ABORT_TRANSLATION_PAGE,
	ABORT_DOMAIN_SECTION,
	ABORT_DOMAIN_PAGE,
	ABORT_PERMISSION_SECTION,
	ABORT_PERMISSION_PAGE,
	ABORT_EXTERNAL, /* precise external */
	ABORT_EXTERNAL_WALK_L1,
	ABORT_EXTERNAL_WALK_L2,
	ABORT_ICACHE_MAINTENANCE,
	ABORT_ASYNC_EXTERNAL,
	ABORT_PARITY, /* any parity or TLB-conflict code */
	ABORT_NR
};

struct abort_info {
	u32 fsr;
	u32 far;
	u8 cause;           /* enum abort_cause */
	bool address_valid; /* far holds the address */
	u8 kind;            /* enum abort_kind */
	bool write;         /* DFSR.WnR; false for prefetch */
	u8 domain;          /* as reported; 0 for prefetch */
};

#define FSR_FS_LOW        0x00fu
#define FSR_FS_HIGH       0x400u
#define FSR_FS_HIGH_SHIFT 6 /* bit 10 becomes bit 4 */
#define FSR_FS_CODES      32
#define FS_RESERVED       0      /* a code that no fault has: unknown */
#define FSR_LPAE          0x200u /* long-descriptor format: never ours */
#define DFSR_DOMAIN_SHIFT 4
#define DFSR_DOMAIN_MASK  0xfu
#define DFSR_WNR          0x800u

/*
 * far: for this status the fault address register holds the address of the
 * access (B3.13.1); for the others its value is UNKNOWN.
 */
struct fault_status {
	u8 cause;
	bool far;
};

extern const struct fault_status fault_status[FSR_FS_CODES]; /* abort.c */

/*
 * Decodes a value of DFSR or IFSR; pure. Inline because every fault calls it.
 */
static inline struct abort_info decode_abort(u32 fsr, u32 far,
					     enum abort_kind kind)
{
	u32 fs = (fsr & FSR_FS_LOW) | (fsr & FSR_FS_HIGH) >> FSR_FS_HIGH_SHIFT;
	bool data = kind == ABORT_DATA;

	if (unlikely(fsr & FSR_LPAE))
		fs = FS_RESERVED;
	return (struct abort_info){
		.fsr = fsr,
		.far = far,
		.cause = fault_status[fs].cause,
		.address_valid = fault_status[fs].far,
		.kind = (u8)kind,
		.write = data && (fsr & DFSR_WNR),
		.domain = data ? (fsr >> DFSR_DOMAIN_SHIFT) & DFSR_DOMAIN_MASK :
				 0,
	};
}

/*
 * The cause in the manual's words, such as "page translation fault". The string
 * is constant. BUG for a number that is no cause.
 */
const char *abort_cause_name(enum abort_cause cause);

#endif
