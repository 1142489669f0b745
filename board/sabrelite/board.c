/*
 * NXP i.MX6 Quad on the SABRE Lite: the tables (IMX6DQRM, "i.MX 6Dual/6Quad
 * Applications Processor Reference Manual", chapter 2).
 */
#include <board/board.h>
#include <board/cortex_a9.h>
#include <board/drivers.h>
#include <board/early_uart.h>

#define UART_VA EARLY_UART_VA

/* Watchdog 1; and SNVS, 16 pages on: see imx_power.c. */
#define POWER_PA    0x020bc000u
#define POWER_BYTES 0x00011000u
#define POWER_VA    (FIXMAP_START + 0x100000)

/* The cores' own, three pages. */
#define PRIVATE_VA (POWER_VA + POWER_BYTES)

static const struct map_desc devices[] = {
	{ UART_VA, UART_PA, PAGE_SIZE, MT_DEVICE, "uart" },
	{ POWER_VA, POWER_PA, POWER_BYTES, MT_DEVICE, "watchdog, snvs" },
	CORTEX_A9_MAP(PRIVATE_VA, 0x00a00000),
};

struct board board = {
	.name = "sabrelite",
	.map = devices,
	.nr_map = ARRAY_SIZE(devices),
	.ram_default = 0x08000000, /* 128 MiB */
	.ram_max = 0x40000000,     /* 1 GiB */
};

struct board_devices board_devices = {
	.uart = UART_VA,
	.uart_irq = UART_PA == 0x021e8000 ? 59 : 58,
	CORTEX_A9_DEVICES(PRIVATE_VA),
	.power = POWER_VA,
	.l2_tag_latency = 0x132,
	.l2_data_latency = 0x132,
};

void board_init(bool secure, bool psci_smc __unused_arg,
		u32 timer_hz __unused_arg)
{
	l2c310_init(secure);
}
