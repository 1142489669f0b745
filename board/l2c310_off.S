/*
 * The caches outside the cores, before anything is stored.
 *
 * void board_outer_off(bool secure): see board/board.h. Runs wherever the image
 * was entered, with the MMU off and no stack: registers r0-r3 and r12 only.
 *
 * If a loader left the L2C-310 on, the image itself may be in the cache and not in
 * memory; and a line that the cache writes back later would overwrite what the
 * kernel stored past the cache. So every way is cleaned and invalidated, after the
 * cores' own caches and before the first store, and the cache is turned off. Only
 * Secure state may turn it off: otherwise it stays on, empty.
 */
#include <asm/cfi.h>
#include <board/l2c310.h>
/* L2C310_PA comes from the make file of the board. */

	.syntax	unified
	.arm
	.section .idmap.text, "ax"	@ beside head.S, which calls it

	.global	board_outer_off
	.type	board_outer_off, %function
board_outer_off:
	.cfi_startproc
	ldr	r3, =L2C310_PA
	ldr	r1, [r3, #L2_CONTROL]
	tst	r1, #L2_ENABLE
	bxeq	lr
	ldr	r12, [r3, #L2_CACHE_ID]
	and	r12, r12, #L2_ID_RELEASE
	ldr	r1, [r3, #L2_AUX_CONTROL]
	tst	r1, #L2_AUX_16_WAYS
	movw	r1, #0xff
	movwne	r1, #0xffff			@ r1 = all ways

	/*
	 * Erratum 727915, r2p0 to r3p0: a clean by way in the background may
	 * write back wrong data unless write-back and line fills are forbidden.
	 * The register is Secure.
	 */
	cmp	r12, #L2_R2P0
	rsbshs	r2, r12, #L2_R3P0		@ hs: r2p0 <= release <= r3p0
	movhs	r2, #L2_DEBUG_NO_WRITEBACK
	movlo	r2, #0
	cmp	r0, #0
	strne	r2, [r3, #L2_DEBUG]

	str	r1, [r3, #L2_CLEAN_INV_WAY]
1:	ldr	r2, [r3, #L2_CLEAN_INV_WAY]
	tst	r2, r1
	bne	1b
	mov	r2, #0
	cmp	r12, #L2_R3P0			@ 753970: on r3p0 a sync may not wait
	strne	r2, [r3, #L2_SYNC]
	streq	r2, [r3, #L2_SYNC_DUMMY]
	cmp	r0, #0
	strne	r2, [r3, #L2_DEBUG]

	/* 588369, before r2p0: the operation above keeps lines that were clean. */
	str	r1, [r3, #L2_INVALIDATE_WAY]
2:	ldr	r2, [r3, #L2_INVALIDATE_WAY]
	tst	r2, r1
	bne	2b
	dsb	sy				@ memory has all data, the cache none
	mov	r2, #0
	cmp	r0, #0
	strne	r2, [r3, #L2_CONTROL]
	dsb	sy				@ the cache is off before the first store
	bx	lr
	.pool
	.cfi_endproc
	.size	board_outer_off, . - board_outer_off
