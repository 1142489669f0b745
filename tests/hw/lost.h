/*
 * lost.h - may a TLB's copy of a table entry still be used? For plugins.
 */
#ifndef HW_LOST_H
#define HW_LOST_H

#include <stdbool.h>
#include <stdint.h>

/* Does the TLB's copy of the old entry allow what the new one does not? */
static inline bool lost(uint32_t old, uint32_t new, bool first)
{
	if (!(old & 3) || old == new)
		return false;
	if (first)
		return true;
	if (!(old & 0x10)) /* no access flag: the TLB has none (B3.7.2) */
		return false;
	return !(new & 2) || ((old ^ new) & 0xfffff000) ||
		(~old & new & 0x201) || (old & ~new & 0x30);
}

#endif
