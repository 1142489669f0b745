/*
 * QEMU's virt machine: the tables.
 */
#include <board/board.h>
#include <board/drivers.h>
#include <board/virt/virt.h>

static const struct map_desc devices[] = {
	{ IO_VA, IO_PA, IO_BYTES, MT_DEVICE, "uart, rtc" },
	{ GIC_VA, GIC_PA, GIC_BYTES, MT_DEVICE, "gic" },
};

/* mmu/boot.h: the boot map has the UART where the final one has it. */
static_assert(UART0_BASE == FIXMAP_START + (UART0_PA & 0xfffff),
	      "the console must not move when the final map comes");

const struct board board = {
	.name = "virt",
	.uart_pa = UART0_PA,
	.map = devices,
	.nr_map = ARRAY_SIZE(devices),
	.ram_default = 0x04000000, /* 64 MiB */
	.ram_max = 0xc0000000,     /* up to 4 GiB */
};

const struct board_devices board_devices = {
	.uart = UART0_BASE,
	.uart_irq = IRQ_UART0,
	.gicd = GICD_BASE,
	.gicc = GICC_BASE,
	.timer_irq = IRQ_VIRTUAL_TIMER,
	.rtc = RTC_BASE,
};

/* There is no second-level cache to care for. */
void board_init(bool secure __unused_arg, bool psci_smc, u32 timer_hz)
{
	generic_timer_hz(timer_hz);
	psci_init(psci_smc);
}
