/*
 * board/l2c310.h - registers of the level 2 cache controller (Arm DDI0246,
 * chapter 3), for C and assembly, and which releases have which errata.
 */
#ifndef BOARD_L2C310_H
#define BOARD_L2C310_H

#define L2_CACHE_ID        0x000
#define L2_CONTROL         0x100
#define L2_AUX_CONTROL     0x104
#define L2_TAG_LATENCY     0x108
#define L2_DATA_LATENCY    0x10c
#define L2_INTERRUPT_CLEAR 0x220
#define L2_SYNC            0x730
#define L2_SYNC_DUMMY      0x740 /* not in the manual; erratum 753970 */
#define L2_INVALIDATE_WAY  0x77c
#define L2_CLEAN_INV_WAY   0x7fc
#define L2_DEBUG           0xf40
#define L2_PREFETCH        0xf60

#define L2_ENABLE 0x1

#define L2_ID_RELEASE 0x3f /* of the design */
#define L2_R2P0       0x4
#define L2_R3P0       0x5
#define L2_R3P1       0x6
#define L2_R3P2       0x8

#define L2_AUX_FULL_LINE_ZERO  0x00000001 /* must match the core's ACTLR */
#define L2_AUX_EXCLUSIVE       0x00001000 /* must match the core's ACTLR */
#define L2_AUX_16_WAYS         0x00010000 /* else 8 */
#define L2_AUX_WAY_SHIFT       17         /* n here: a way has 8 KiB << n */
#define L2_AUX_WAY_MASK        0x7
#define L2_AUX_SHARED_OVERRIDE 0x00400000

#define L2_DEBUG_NO_WRITEBACK 0x3        /* no write-back, no line fill */
#define L2_PREFETCH_DOUBLE    0x40000000 /* double line fill */

#endif
