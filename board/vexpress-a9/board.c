/*
 * Versatile Express with a Cortex-A9 core tile: the tables (Arm DUI0447,
 * "Motherboard Express uATX"; DUI0448, "CoreTile Express A9x4").
 */
#include <board/board.h>
#include <board/cortex_a9.h>
#include <board/drivers.h>
#include <board/early_uart.h>

/* The motherboard's devices: the bus calls their part chip select 7. */
#define MOTHERBOARD_PA    0x10000000u
#define MOTHERBOARD_BYTES 0x00020000u
#define MOTHERBOARD_VA    FIXMAP_START

/* The cores' private region and the level 2 cache: three pages. */
#define PRIVATE_VA (MOTHERBOARD_VA + MOTHERBOARD_BYTES)

static const struct map_desc devices[] = {
	{ MOTHERBOARD_VA, MOTHERBOARD_PA, MOTHERBOARD_BYTES, MT_DEVICE,
	  "uart, rtc, sysregs" },
	CORTEX_A9_MAP(PRIVATE_VA, 0x1e000000),
};

static_assert(MOTHERBOARD_VA + UART_PA - MOTHERBOARD_PA == EARLY_UART_VA,
	      "the console must not move when the final map comes");

struct board board = {
	.name = "vexpress-a9",
	.map = devices,
	.nr_map = ARRAY_SIZE(devices),
	.ram_default = 0x04000000, /* 64 MiB */
	.ram_max = 0x40000000,     /* 1 GiB */
	.ram_probe = true,
};

struct board_devices board_devices = {
	.uart = EARLY_UART_VA,
	.uart_irq = 37,
	CORTEX_A9_DEVICES(PRIVATE_VA),
	.rtc = MOTHERBOARD_VA + 0x17000,
	.power = MOTHERBOARD_VA,
	/* The level 2 cache's RAMs answer in one cycle, coded as 0. */
};

void board_init(bool secure, bool psci_smc __unused_arg,
		u32 timer_hz __unused_arg)
{
	l2c310_init(secure);
}
