/*
 * Allwinner H3 on the Orange Pi PC: the tables (H3 datasheet, chapter 4).
 */
#include <board/board.h>
#include <board/drivers.h>
#include <board/early_uart.h>

#define UART_VA EARLY_UART_VA

/* GICv2 of the cores: distributor and core interface, 4 and 8 KiB. */
#define GIC_PA 0x01c81000u
#define GIC_VA (UART_VA + PAGE_SIZE)

static const struct map_desc devices[] = {
	{ UART_VA, UART_PA, PAGE_SIZE, MT_DEVICE, "uart" },
	{ GIC_VA, GIC_PA, 3 * PAGE_SIZE, MT_DEVICE, "gic" },
};

struct board board = {
	.name = "orangepi-pc",
	.map = devices,
	.nr_map = ARRAY_SIZE(devices),
	.ram_default = 0x20000000, /* 512 MiB */
	.ram_max = 0x80000000,     /* 2 GiB */
};

struct board_devices board_devices = {
	.uart = UART_VA,
	.uart_irq = 32,
	.gicd = GIC_VA,
	.gicc = GIC_VA + 0x1000,
	.timer_irq = 27, /* the virtual timer's */
	.timer_hz = TIMER_HZ,
};

/* U-Boot leaves a monitor in the secure world, which SMC reaches. */
void board_init(bool secure, bool psci_smc __unused_arg, u32 timer_hz)
{
	generic_timer_hz(timer_hz, secure);
	psci_init(true);
}
