/*
 * Allwinner A10 on the Cubieboard: the tables (A10 user manual, chapter 4).
 */
#include <board/board.h>
#include <board/drivers.h>
#include <board/early_uart.h>

#define UART_VA EARLY_UART_VA

/* Interrupt controller at 0x400, timers at 0xc00. */
#define INTC_PA 0x01c20000u
#define INTC_VA (UART_VA + PAGE_SIZE)

static const struct map_desc devices[] = {
	{ UART_VA, UART_PA, PAGE_SIZE, MT_DEVICE, "uart" },
	{ INTC_VA, INTC_PA, PAGE_SIZE, MT_DEVICE, "interrupts, timers" },
};

struct board board = {
	.name = "cubieboard",
	.map = devices,
	.nr_map = ARRAY_SIZE(devices),
	.ram_default = 0x20000000, /* 512 MiB */
	.ram_max = 0x40000000,     /* 1 GiB */
};

struct board_devices board_devices = {
	.uart = UART_VA,
	.uart_irq = 1,
	.intc = INTC_VA + 0x400,
	.timer = INTC_VA + 0xc00,
	.timer_irq = 22,
	.timer_hz = TIMER_HZ,
};

void board_init(bool secure __unused_arg, bool psci_smc __unused_arg,
		u32 timer_hz __unused_arg)
{
}
