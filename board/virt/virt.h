/*
 * board/virt/virt.h - addresses and interrupt numbers of QEMU's virt machine
 * (hw/arm/virt.c; the device tree that it passes says the same), at their
 * fixmap places.
 */
#ifndef BOARD_VIRT_VIRT_H
#define BOARD_VIRT_VIRT_H

#include <config.h>

/* UART and real-time clock, 64 KiB each. */
#define IO_PA    0x09000000u
#define IO_BYTES 0x00020000u
#define IO_VA    FIXMAP_START

#define UART0_PA   (IO_PA + 0x0000)
#define UART0_BASE (IO_VA + 0x0000)
#define RTC_BASE   (IO_VA + 0x10000)

/* Interrupt controller: distributor and core interface, 64 KiB each. */
#define GIC_PA    0x08000000u
#define GIC_BYTES 0x00020000u
#define GIC_VA    (IO_VA + IO_BYTES)

#define GICD_BASE (GIC_VA + 0x0000)
#define GICC_BASE (GIC_VA + 0x10000)

/* GIC ids */
#define IRQ_VIRTUAL_TIMER 27
#define IRQ_UART0         33

#endif
