/*
 * Versatile Express with a Cortex-A9 core tile: the tables.
 */
#include <board/board.h>
#include <board/drivers.h>
#include <board/vexpress-a9/vexpress.h>

static const struct map_desc devices[] = {
	{ MOTHERBOARD_VA, MOTHERBOARD_PA, MOTHERBOARD_BYTES, MT_DEVICE,
	  "motherboard: uart, rtc, sysregs" },
	{ PRIVATE_VA, PRIVATE_PA, PRIVATE_BYTES, MT_DEVICE,
	  "scu, gic, timers" },
	{ L2C310_VA, L2C310_PA, L2C310_BYTES, MT_DEVICE, "l2 cache" },
};

/* mmu/boot.h: the boot map has the UART where the final one has it. */
static_assert(UART0_BASE == FIXMAP_START + (UART0_PA & 0xfffff),
	      "the console must not move when the final map comes");

const struct board board = {
	.name = "vexpress-a9",
	.uart_pa = UART0_PA,
	.map = devices,
	.nr_map = ARRAY_SIZE(devices),
	.ram_default = 0x04000000, /* 64 MiB */
	.ram_max = 0x40000000,     /* 1 GiB */
};

const struct board_devices board_devices = {
	.uart = UART0_BASE,
	.uart_irq = IRQ_UART0,
	.gicd = GICD_BASE,
	.gicc = GICC_BASE,
	.timer = GLOBAL_TIMER_BASE,
	.timer_irq = IRQ_GLOBAL_TIMER,
	.timer_hz = GLOBAL_TIMER_HZ,
	.rtc = RTC_BASE,
	.sysreg = SYSREG_BASE,
	.l2 = L2C310_VA,
	.l2_latency = L2C310_LATENCY,
};
