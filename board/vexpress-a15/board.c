/*
 * Versatile Express with a Cortex-A15 core tile: the tables (Arm DUI0447,
 * "Motherboard Express uATX", its second memory map; DUI0604, "CoreTile Express
 * A15x2"). gem5's VExpress_GEM5_V1 has these devices at the same addresses.
 */
#include <board/board.h>
#include <board/drivers.h>
#include <board/early_uart.h>

/* Motherboard peripherals: chip select 3. */
#define SYSREG_PA 0x1c010000u
#define SYSREG_VA FIXMAP_START
#define UART_VA   EARLY_UART_VA
#define RTC_PA    0x1c170000u
#define RTC_VA    (SYSREG_VA + PAGE_SIZE)

/* GICv2 of the cores: distributor and core interface, 4 and 8 KiB. */
#define GICD_PA 0x2c001000u
#define GICD_VA (RTC_VA + PAGE_SIZE)
#define GICC_VA (GICD_VA + 0x1000)

static const struct map_desc devices[] = {
	{ SYSREG_VA, SYSREG_PA, PAGE_SIZE, MT_DEVICE, "sysregs" },
	{ RTC_VA, RTC_PA, PAGE_SIZE, MT_DEVICE, "rtc" },
	{ GICD_VA, GICD_PA, 3 * PAGE_SIZE, MT_DEVICE, "gic" },
	{ UART_VA, UART_PA, PAGE_SIZE, MT_DEVICE, "uart" },
};

/* What has the same addresses may abort where nothing is: no look for RAM. */
struct board board = {
	.name = "vexpress-a15",
	.map = devices,
	.nr_map = ARRAY_SIZE(devices),
	.ram_default = 0x08000000, /* 128 MiB */
	.ram_max = 0x7ff00000,     /* 2 GiB, less the last MiB */
};

struct board_devices board_devices = {
	.uart = UART_VA,
	.uart_irq = 37,
	.gicd = GICD_VA,
	.gicc = GICC_VA,
	.timer_irq = 27, /* the virtual timer's */
	.timer_hz = TIMER_HZ,
	.rtc = RTC_VA,
	.power = SYSREG_VA,
};

/* No outer cache: the level 2 belongs to the cores. */
void board_init(bool secure, bool psci_smc __unused_arg, u32 timer_hz)
{
	generic_timer_hz(timer_hz, secure);
}
