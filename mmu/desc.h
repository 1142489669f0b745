/*
 * mmu/desc.h - the bits of ARMv7 short descriptors, each named once. Private.
 *
 * DDI0406C B3.5.1 draws the formats; B3.7 gives the access permissions with
 * SCTLR.AFE = 1 (AP[0] is the access flag), B3.8.3 the memory types with
 * SCTLR.TRE = 1 (TEX[0], C, B select a field of PRRR and NMRR; TEX[2:1] are
 * ours). Nothing outside mmu/ may use these names.
 *
 *	first level	31        20 19 18 17 16 15 14..12 11 10 9 8..5 4 3 2 1 0
 *	  table		[ base 31..10                         ] - domain - - - 0 1
 *	  section	[ base     ] NS 0  nG S AP2 TEX   AP  AF - domain XN C B 1 0
 *	second level	31             12 11 10 9   8 7 6  5   4  3 2 1 0
 *	  small page	[ base          ] nG S  AP2 TEX    AP1 AF C B 1 XN
 */
#ifndef MMU_DESC_H
#define MMU_DESC_H

#include <asm/domain.h>
#include <asm/pgtable_types.h>
#include <config.h>
#include <types.h>

/* clang-format off */
/* ---- first level ------------------------------------------------- */

#define L1_TYPE_MASK		0x00000003u
#define L1_TYPE_FAULT		0x00000000u
#define L1_TYPE_TABLE		0x00000001u
#define L1_TYPE_SECTION		0x00000002u

#define L1_DOMAIN_SHIFT		5
#define L1_DOMAIN_MASK		0x000001e0u
#define L1_TABLE_BASE		0xfffffc00u

#define L1_SECT_B		0x00000004u
#define L1_SECT_C		0x00000008u
#define L1_SECT_XN		0x00000010u
#define L1_SECT_AF		0x00000400u	/* AP[0] with AFE */
#define L1_SECT_AP1		0x00000800u	/* user may access */
#define L1_SECT_TEX0		0x00001000u
#define L1_SECT_AP2		0x00008000u	/* read-only */
#define L1_SECT_S		0x00010000u
#define L1_SECT_NG		0x00020000u
#define L1_SECT_SUPER		0x00040000u
#define L1_SECT_BASE		0xfff00000u

/* ---- second level: small pages only; large pages are not used ---- */

#define L2_TYPE_SMALL		0x00000002u	/* bit 1; bit 0 is XN */
#define L2_XN			0x00000001u
#define L2_B			0x00000004u
#define L2_C			0x00000008u
#define L2_AF			0x00000010u	/* AP[0] with AFE: young */
#define L2_AP1			0x00000020u	/* user may access */
#define L2_TEX0			0x00000040u
#define L2_SW_DIRTY		0x00000080u	/* TEX[1]: software, with TRE */
#define L2_SW_SPECIAL		0x00000100u	/* TEX[2]: software, with TRE */
#define L2_AP2			0x00000200u	/* read-only */
#define L2_S			0x00000400u
#define L2_NG			0x00000800u
#define L2_BASE			0xfffff000u

/* ---- memory types: the number n = TEX[0]:C:B (B3.8.3) ------------ */

#define MEM_STRONG		0u
#define MEM_DEVICE		1u
#define MEM_UNCACHED		2u
#define MEM_WBWA		3u	/* write-back, write-allocate */

#define L2_MEM(n)		(((n) & 1 ? L2_B : 0) | ((n) & 2 ? L2_C : 0) | \
				 ((n) & 4 ? L2_TEX0 : 0))
#define L1_SECT_MEM(n)		(((n) & 1 ? L1_SECT_B : 0) | \
				 ((n) & 2 ? L1_SECT_C : 0) | \
				 ((n) & 4 ? L1_SECT_TEX0 : 0))

/* PRRR (B4.1.127): type of region n; shareability by the S bit; inner only. */
#define PRRR_TR(n, type)	((u32)(type) << (2 * (n)))
#define PRRR_STRONG		0u
#define PRRR_DEVICE		1u
#define PRRR_NORMAL		2u
#define PRRR_DS1		0x00020000u	/* Device, S = 1: shareable */
#define PRRR_NS1		0x00080000u	/* Normal, S = 1: shareable */
#define PRRR_NOS(n)		(0x01000000u << (n)) /* inner shareable only */

/* NMRR (B4.1.110): inner and outer cacheability of Normal region n. */
#define NMRR_IR(n, policy)	((u32)(policy) << (2 * (n)))
#define NMRR_OR(n, policy)	((u32)(policy) << (2 * (n) + 16))
#define NMRR_NONCACHEABLE	0u
#define NMRR_WBWA		1u

/*
 * A core without the multiprocessing extensions does not cache Shareable memory
 * (Cortex-A8: DDI0344), and has no other core to share it with. PRRR.NS1 defines
 * what S = 1 means for Normal memory: on such a core, not shareable. So the
 * entries are the same on all cores.
 */
#define PRRR_VALUE_MP	(PRRR_TR(MEM_STRONG, PRRR_STRONG) | \
			 PRRR_TR(MEM_DEVICE, PRRR_DEVICE) | \
			 PRRR_TR(MEM_UNCACHED, PRRR_NORMAL) | \
			 PRRR_TR(MEM_WBWA, PRRR_NORMAL) | \
			 PRRR_DS1 | PRRR_NS1 | \
			 PRRR_NOS(MEM_UNCACHED) | PRRR_NOS(MEM_WBWA))
#define PRRR_VALUE_UP	((PRRR_VALUE_MP & 0x0000ffffu) | PRRR_DS1)
#define NMRR_VALUE	(NMRR_IR(MEM_WBWA, NMRR_WBWA) | \
			 NMRR_OR(MEM_WBWA, NMRR_WBWA) | \
			 NMRR_IR(MEM_UNCACHED, NMRR_NONCACHEABLE) | \
			 NMRR_OR(MEM_UNCACHED, NMRR_NONCACHEABLE))

/* ---- registers that say how tables are walked -------------------- */

/*
 * TTBR0 (B4.1.154, with the MP extensions): walks read memory as WBWA, inner
 * shareable, exactly as the linear map of the tables does. Two views with
 * different attributes would not be coherent (A3.5.7).
 */
#define TTBR_IRGN_WBWA		0x00000040u	/* IRGN[0] = 1, IRGN[1] = 0 */
#define TTBR_S			0x00000002u
#define TTBR_RGN_WBWA		0x00000008u
#define TTBR_NOS		0x00000020u
#define TTBR_FLAGS_MP		(TTBR_IRGN_WBWA | TTBR_S | TTBR_RGN_WBWA | \
				 TTBR_NOS)
/* Without them: C where IRGN[1] is, no NOS, and nothing is shared. */
#define TTBR_C			0x00000001u
#define TTBR_FLAGS_UP		(TTBR_C | TTBR_RGN_WBWA)
#define TTBR_BASE		0xffffc000u	/* TTBCR.N = 0 */

/* SCTLR (B4.1.130) */
#define SCTLR_M			0x00000001u	/* MMU */
#define SCTLR_C			0x00000004u	/* data cache */
#define SCTLR_SW		0x00000400u	/* SWP, SWPB are there */
#define SCTLR_Z			0x00000800u	/* branch prediction */
#define SCTLR_I			0x00001000u	/* instruction cache */
#define SCTLR_V			0x00002000u	/* vectors at 0xffff0000 */
#define SCTLR_TRE		0x10000000u	/* TEX remap */
#define SCTLR_AFE		0x20000000u	/* AP[0] is the access flag */
#define SCTLR_RAO		0x00c50078u	/* read as one, and to be kept */

/*
 * The whole register: what is not here is off, whatever a loader left. That is
 * alignment checks (A), the hardware's access flag (HA), write implies XN (WXN,
 * UWXN), vectored interrupts (VE), big-endian or Thumb exceptions (EE, TE).
 */
#define SCTLR_VALUE		(SCTLR_RAO | SCTLR_M | SCTLR_C | SCTLR_SW | \
				 SCTLR_Z | SCTLR_I | SCTLR_V | SCTLR_TRE | \
				 SCTLR_AFE)

/* ---- combinations that the kernel uses --------------------------- */

#define L1_TABLE_KERNEL	(L1_TYPE_TABLE | DOMAIN_KERNEL << L1_DOMAIN_SHIFT)
#define L1_TABLE_USER	(L1_TYPE_TABLE | DOMAIN_USER << L1_DOMAIN_SHIFT)

#define L2_NORMAL	(L2_TYPE_SMALL | L2_MEM(MEM_WBWA) | L2_S)
#define L1_NORMAL	(L1_TYPE_SECTION | L1_SECT_MEM(MEM_WBWA) | L1_SECT_S)
/* clang-format on */

/* The places B3.5.1 gives, checked against the fields they must not touch. */
static_assert((L2_BASE & (L2_NG | L2_S | L2_AP2)) == 0, "small page base");
static_assert((L2_MEM(7) & (L2_SW_DIRTY | L2_SW_SPECIAL)) == 0,
	      "the software bits are not part of the memory type");
static_assert(L2_MEM(7) == 0x4c && L1_SECT_MEM(7) == 0x100c, "TEX0:C:B");
static_assert((PRRR_VALUE_MP & 0xffff) == 0x00a4, "three types are in use");
static_assert(DACR_USER_OPEN == 0x5 &&
		      DACR_USER_CLOSED == (CONFIG_PAN ? 0x1 : 0x5),
	      "clients, no manager");
static_assert(PTRS_PER_PTE * PAGE_SIZE == PGDIR_SIZE, "a table maps 1 MiB");

#endif
