/*
 * What each fault status means, and what it is called.
 *
 * All 32 values of DDI0406C Table B3-23 are in the table; what the manual
 * leaves reserved is ABORT_UNKNOWN.
 */
#include <bug.h>
#include <mmu/mmu.h>

/* clang-format off */
const struct fault_status fault_status[FSR_FS_CODES] = {
	[0x01] = { ABORT_ALIGNMENT, true },
	[0x02] = { ABORT_DEBUG, false },
	[0x03] = { ABORT_ACCESS_FLAG_SECTION, true },
	[0x04] = { ABORT_ICACHE_MAINTENANCE, true },
	[0x05] = { ABORT_TRANSLATION_SECTION, true },
	[0x06] = { ABORT_ACCESS_FLAG_PAGE, true },
	[0x07] = { ABORT_TRANSLATION_PAGE, true },
	[0x08] = { ABORT_EXTERNAL, true },
	[0x09] = { ABORT_DOMAIN_SECTION, true },
	[0x0b] = { ABORT_DOMAIN_PAGE, true },
	[0x0c] = { ABORT_EXTERNAL_WALK_L1, true },
	[0x0d] = { ABORT_PERMISSION_SECTION, true },
	[0x0e] = { ABORT_EXTERNAL_WALK_L2, true },
	[0x0f] = { ABORT_PERMISSION_PAGE, true },
	[0x10] = { ABORT_PARITY, true },		/* TLB conflict */
	[0x16] = { ABORT_ASYNC_EXTERNAL, false },
	[0x18] = { ABORT_PARITY, false },		/* asynchronous */
	[0x19] = { ABORT_PARITY, true },
	[0x1c] = { ABORT_PARITY, true },		/* first-level walk */
	[0x1e] = { ABORT_PARITY, true },		/* second-level walk */
};
/* clang-format on */

static_assert(ABORT_UNKNOWN == 0, "rows left out are unknown");

/*
 * Linux takes these words from fsr_info[]; reports print them, so they are the
 * manual's, for a reader to look up.
 */
const char *abort_cause_name(enum abort_cause cause)
{
	/* clang-format off */
	static const char *const names[ABORT_NR] = {
		[ABORT_UNKNOWN]			= "unknown fault status",
		[ABORT_ALIGNMENT]		= "alignment fault",
		[ABORT_DEBUG]			= "debug event",
		[ABORT_ACCESS_FLAG_SECTION]	= "section access flag fault",
		[ABORT_ACCESS_FLAG_PAGE]	= "page access flag fault",
		[ABORT_TRANSLATION_SECTION]	= "section translation fault",
		[ABORT_TRANSLATION_PAGE]	= "page translation fault",
		[ABORT_DOMAIN_SECTION]		= "section domain fault",
		[ABORT_DOMAIN_PAGE]		= "page domain fault",
		[ABORT_PERMISSION_SECTION]	= "section permission fault",
		[ABORT_PERMISSION_PAGE]		= "page permission fault",
		[ABORT_EXTERNAL]		= "external abort",
		[ABORT_EXTERNAL_WALK_L1]	=
			"external abort on first-level table walk",
		[ABORT_EXTERNAL_WALK_L2]	=
			"external abort on second-level table walk",
		[ABORT_ICACHE_MAINTENANCE]	=
			"instruction cache maintenance fault",
		[ABORT_ASYNC_EXTERNAL]		= "asynchronous external abort",
		[ABORT_PARITY]			= "parity error or TLB conflict",
	};
	/* clang-format on */

	BUG_ON(cause >= ABORT_NR);
	return names[cause];
}
