/*
 * The features of the VFP and NEON unit, as the bits of AT_HWCAP.
 */
#include <run/run.h>
#include <uapi/auxvec.h>

/* clang-format off */
/* MVFR0, MVFR1: DDI0406C B4.1.107, B4.1.108. */
#define MVFR0_REGISTERS(val)	((val) & 0xf)		/* 2: D0-D31 */
/* clang-format on */
#define MVFR0_SINGLE(val) ((val) >> 4 & 0xf) /* 2: VFPv3 or v4 */
#define MVFR1_NEON        0x000fff00u
#define MVFR1_NEON_ALL    0x00011100u   /* load/store, integer, single */
#define MVFR1_FMAC(val)   ((val) >> 28) /* 1: VFPv4 */

/*
 * Pure, and in a file of its own, so that a host test can try the values of
 * many cores.
 */
u32 vfp_hwcaps_of(u32 mvfr0, u32 mvfr1)
{
	u32 caps = HWCAP_VFP;

	if (MVFR0_SINGLE(mvfr0) >= 2)
		caps |= HWCAP_VFPv3;
	if (MVFR0_REGISTERS(mvfr0) >= 2)
		caps |= HWCAP_VFPD32;
	else
		caps |= HWCAP_VFPv3D16;
	/*
	 * All three parts: programs that test NEON use them without another
	 * look.
	 */
	if ((mvfr1 & MVFR1_NEON) == MVFR1_NEON_ALL)
		caps |= HWCAP_NEON;
	if (MVFR1_FMAC(mvfr1))
		caps |= HWCAP_VFPv4;
	return caps;
}
