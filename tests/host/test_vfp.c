/*
 * The bits of AT_HWCAP about the VFP unit, for the registers of cores that exist.
 */
#include <proc/internal.h>
#include <uapi/auxvec.h>
#include "host.h"

#define V3 (HWCAP_VFP | HWCAP_VFPv3)

static void test_cores(void **state __unused_arg)
{
	static const struct {
		const char *core;
		u32 mvfr0, mvfr1, caps;
	} rows[] = {
		{ "Cortex-A9, NEON", 0x10110222, 0x01111111,
		  V3 | HWCAP_VFPD32 | HWCAP_NEON },
		{ "Cortex-A9, VFPv3-D16", 0x10110221, 0x00000011,
		  V3 | HWCAP_VFPv3D16 },
		{ "Cortex-A5, VFPv4-D16", 0x10110221, 0x11000011,
		  V3 | HWCAP_VFPv3D16 | HWCAP_VFPv4 },
		{ "Cortex-A7, A15", 0x10110222, 0x11111111,
		  V3 | HWCAP_VFPD32 | HWCAP_NEON | HWCAP_VFPv4 },
	};

	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		u32 caps = vfp_hwcaps_of(rows[i].mvfr0, rows[i].mvfr1);

		if (caps != rows[i].caps)
			fail_msg("%s: 0x%x, not 0x%x", rows[i].core, caps,
				 rows[i].caps);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cores),
	};

	return host_run(tests);
}
