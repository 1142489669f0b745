/*
 * board/cortex_a9.h - what each Cortex-A9 has in its private region (DDI0407,
 * chapter 1.5), and the level 2 cache that comes with it: for a board's tables.
 *
 * The region begins at PERIPHBASE, which each chip chooses: SCU (the unit that
 * keeps the cores' own caches coherent), interrupt controller, timers. Two
 * pages of it are mapped at va, and the cache's page behind them. board.mk has
 * TIMER_HZ and L2C310_PA.
 */
#ifndef BOARD_CORTEX_A9_H
#define BOARD_CORTEX_A9_H

/* clang-format off */
#define CORTEX_A9_MAP(va, periphbase)                                         \
	{ (va), (periphbase), 2 * PAGE_SIZE, MT_DEVICE, "scu, gic, timers" }, \
	{ (va) + 2 * PAGE_SIZE, L2C310_PA, PAGE_SIZE, MT_DEVICE, "l2 cache" }

#define CORTEX_A9_DEVICES(va)     \
	.gicc = (va) + 0x0100,    \
	.timer = (va) + 0x0200,   \
	.timer_irq = 27,          \
	.timer_hz = TIMER_HZ,     \
	.gicd = (va) + 0x1000,    \
	.l2 = (va) + 2 * PAGE_SIZE
/* clang-format on */

#endif
