/*
 * NXP i.MX 6UltraLite on its evaluation kit: the tables (IMX6ULRM, "i.MX
 * 6UltraLite Applications Processor Reference Manual", chapter 2).
 */
#include <board/board.h>
#include <board/drivers.h>
#include <board/early_uart.h>

#define UART_VA EARLY_UART_VA

/* Watchdog 1; and SNVS, 16 pages on: see imx_power.c. */
#define POWER_PA    0x020bc000u
#define POWER_BYTES 0x00011000u
#define POWER_VA    (FIXMAP_START + 0x100000)

/* GICv2 of the core: distributor and core interface, 4 and 8 KiB. */
#define GIC_PA 0x00a01000u
#define GIC_VA (POWER_VA + POWER_BYTES)

static const struct map_desc devices[] = {
	{ UART_VA, UART_PA, PAGE_SIZE, MT_DEVICE, "uart" },
	{ POWER_VA, POWER_PA, POWER_BYTES, MT_DEVICE, "watchdog, snvs" },
	{ GIC_VA, GIC_PA, 3 * PAGE_SIZE, MT_DEVICE, "gic" },
};

struct board board = {
	.name = "mcimx6ul-evk",
	.map = devices,
	.nr_map = ARRAY_SIZE(devices),
	.ram_default = 0x10000000, /* 256 MiB */
	.ram_max = 0x20000000,     /* 512 MiB */
};

struct board_devices board_devices = {
	.uart = UART_VA,
	.uart_irq = 58,
	.gicd = GIC_VA,
	.gicc = GIC_VA + 0x1000,
	.timer_irq = 27, /* the virtual timer's */
	.timer_hz = TIMER_HZ,
	.power = POWER_VA,
};

/* Only the timer's rate: a Cortex-A7 has its level 2 cache inside. */
void board_init(bool secure, bool psci_smc __unused_arg, u32 timer_hz)
{
	generic_timer_hz(timer_hz, secure);
}
