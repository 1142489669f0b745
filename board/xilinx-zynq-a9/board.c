/*
 * Xilinx Zynq-7000: the tables (UG585, "Technical Reference Manual"), and how it
 * is reset.
 */
#include <asm/barrier.h>
#include <asm/irqflags.h>
#include <board/board.h>
#include <board/cortex_a9.h>
#include <board/drivers.h>
#include <board/early_uart.h>

#define UART_VA EARLY_UART_VA

/* System level control registers: clocks, reset, what the L2's RAM needs. */
#define SLCR_PA           0xf8000000u
#define SLCR_VA           (UART_VA + 0x10000)
#define SLCR_UNLOCK       0x008
#define SLCR_UNLOCK_KEY   0xdf0du
#define SLCR_PSS_RST_CTRL 0x200
#define SLCR_L2C_RAM      0xa1c
#define SLCR_L2C_RAM_MUST 0x00020202u /* UG585 3.4.10: before the L2 is on */

/* The cores' own, three pages. */
#define PRIVATE_VA (SLCR_VA + PAGE_SIZE)

static const struct map_desc devices[] = {
	{ UART_VA, UART_PA, PAGE_SIZE, MT_DEVICE, "uart" },
	{ SLCR_VA, SLCR_PA, PAGE_SIZE, MT_DEVICE, "slcr" },
	CORTEX_A9_MAP(PRIVATE_VA, 0xf8f00000),
};

struct board board = {
	.name = "xilinx-zynq-a9",
	.map = devices,
	.nr_map = ARRAY_SIZE(devices),
	.ram_default = 0x08000000, /* 128 MiB */
	.ram_max = 0x40000000,     /* 1 GiB */
	.ram_probe = true,
	.ram_kept = PAGE_SIZE, /* frame 0 */
};

struct board_devices board_devices = {
	.uart = UART_VA,
	.uart_irq = UART_PA == 0xe0001000 ? 82 : 59,
	CORTEX_A9_DEVICES(PRIVATE_VA),
	.power = SLCR_VA,
	.l2_tag_latency = 0x111,
	.l2_data_latency = 0x121,
};

void board_init(bool secure, bool psci_smc __unused_arg,
		u32 timer_hz __unused_arg)
{
	reg_write(SLCR_VA, SLCR_UNLOCK, SLCR_UNLOCK_KEY);
	reg_write(SLCR_VA, SLCR_L2C_RAM, SLCR_L2C_RAM_MUST);
	l2c310_init(secure);
}

/* Nothing on the chip can switch the board off. */
void board_power_off(void)
{
	local_irq_disable();
	for (;;)
		wfi();
}

void board_reset(void)
{
	local_irq_disable();
	reg_write(SLCR_VA, SLCR_PSS_RST_CTRL, 1);
	for (;;)
		wfi();
}
