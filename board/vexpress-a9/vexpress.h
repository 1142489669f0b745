/*
 * board/vexpress-a9/vexpress.h - addresses and interrupt numbers of the board
 * (Arm DUI0447, "Motherboard Express uATX"; DUI0448, "CoreTile Express A9x4"),
 * at their fixmap places.
 */
#ifndef BOARD_VEXPRESS_A9_VEXPRESS_H
#define BOARD_VEXPRESS_A9_VEXPRESS_H

#include <config.h>

/* Motherboard peripherals: chip select 7. */
#define MOTHERBOARD_PA    0x10000000u
#define MOTHERBOARD_BYTES 0x00020000u
#define MOTHERBOARD_VA    FIXMAP_START

#define UART0_PA    (MOTHERBOARD_PA + 0x9000)
#define SYSREG_BASE (MOTHERBOARD_VA + 0x0000)
#define UART0_BASE  (MOTHERBOARD_VA + 0x9000)
#define RTC_BASE    (MOTHERBOARD_VA + 0x17000)

/* The cores' own: SCU, interrupt controller, timers (PERIPHBASE). */
#define PRIVATE_PA    0x1e000000u
#define PRIVATE_BYTES 0x00002000u
#define PRIVATE_VA    (MOTHERBOARD_VA + MOTHERBOARD_BYTES)

#define GICC_BASE         (PRIVATE_VA + 0x0100)
#define GLOBAL_TIMER_BASE (PRIVATE_VA + 0x0200)
#define GICD_BASE         (PRIVATE_VA + 0x1000)

/* Level 2 cache controller; its RAMs answer in one cycle, coded as 0. */
#define L2C310_PA      0x1e00a000 /* early.S too: no suffix */
#define L2C310_BYTES   0x00001000u
#define L2C310_VA      (PRIVATE_VA + PRIVATE_BYTES)
#define L2C310_LATENCY 0x000u

/* GIC ids */
#define IRQ_GLOBAL_TIMER 27
#define IRQ_UART0        37

#define GLOBAL_TIMER_HZ 100000000u /* PERIPHCLK */

#endif
