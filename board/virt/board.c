/*
 * QEMU's virt machine: the tables (hw/arm/virt.c; the device tree that it passes
 * says the same).
 */
#include <board/board.h>
#include <board/drivers.h>
#include <board/early_uart.h>

/* UART and real-time clock, 64 KiB each. */
#define IO_PA    0x09000000u
#define IO_BYTES 0x00020000u
#define IO_VA    FIXMAP_START

/* Interrupt controller: distributor and core interface, 64 KiB each. */
#define GIC_PA    0x08000000u
#define GIC_BYTES 0x00020000u
#define GIC_VA    (IO_VA + IO_BYTES)

static const struct map_desc devices[] = {
	{ IO_VA, IO_PA, IO_BYTES, MT_DEVICE, "uart, rtc" },
	{ GIC_VA, GIC_PA, GIC_BYTES, MT_DEVICE, "gic" },
};

static_assert(IO_VA + UART_PA - IO_PA == EARLY_UART_VA,
	      "the console must not move when the final map comes");

struct board board = {
	.name = "virt",
	.map = devices,
	.nr_map = ARRAY_SIZE(devices),
	.ram_default = 0x04000000, /* 64 MiB; an access to nothing aborts */
	.ram_max = 0xc0000000,     /* up to 4 GiB */
};

struct board_devices board_devices = {
	.uart = EARLY_UART_VA,
	.uart_irq = 33,
	.gicd = GIC_VA,
	.gicc = GIC_VA + 0x10000,
	.timer_irq = 27, /* the virtual timer's */
	.rtc = IO_VA + 0x10000,
};

/* The tree names PSCI's method, which depends on QEMU's options. */
void board_init(bool secure, bool psci_smc, u32 timer_hz)
{
	generic_timer_hz(timer_hz, secure);
	psci_init(psci_smc);
}
