/*
 * Raspberry Pi 2 B: the tables (Broadcom "BCM2835 ARM Peripherals", whose
 * addresses 0x7e000000 and up are 0x3f000000 and up here; "ARM Quad A7 core",
 * QA7_rev3.4), what to do with the other cores, and how it ends.
 */
#include <asm/barrier.h>
#include <asm/irqflags.h>
#include <board/board.h>
#include <board/drivers.h>
#include <board/early_uart.h>

#define UART_VA EARLY_UART_VA

#define INTC_PA  0x3f00b000u /* its registers begin at 0x200 */
#define INTC_VA  (UART_VA + PAGE_SIZE)
#define PM_PA    0x3f100000u
#define PM_VA    (INTC_VA + PAGE_SIZE)
#define LOCAL_PA 0x40000000u
#define LOCAL_VA (PM_VA + PAGE_SIZE)

/* Mailbox 3 of a core: written here, it is where the firmware lets it go on. */
#define MAILBOX3_SET(core) (0x8c + 0x10 * (core))
#define NR_CORES           4

/* Power management; each write carries the password. */
#define PM_RSTC          0x1c
#define PM_RSTS          0x20
#define PM_WDOG          0x24
#define PM_PASSWORD      0x5a000000u
#define PM_RSTC_FULL     0x20u
#define PM_RSTS_STAY_OFF 0x555u /* to the firmware: partition 63, do not boot */
#define PM_WDOG_SOON     10u

extern char _start[];

static const struct map_desc devices[] = {
	{ UART_VA, UART_PA, PAGE_SIZE, MT_DEVICE, "uart" },
	{ INTC_VA, INTC_PA, PAGE_SIZE, MT_DEVICE, "interrupt controller" },
	{ PM_VA, PM_PA, PAGE_SIZE, MT_DEVICE, "power" },
	{ LOCAL_VA, LOCAL_PA, PAGE_SIZE, MT_DEVICE, "the cores' own" },
};

/* In the first page the firmware's code lets the other cores wait. */
struct board board = {
	.name = "raspi2b",
	.map = devices,
	.nr_map = ARRAY_SIZE(devices),
	.ram_default = 0x20000000, /* the graphics processor leaves more */
	.ram_max = 0x3f000000,
	.ram_kept = PAGE_SIZE,
};

struct board_devices board_devices = {
	.uart = UART_VA,
	.uart_irq = 32 + 57,
	.intc = INTC_VA + 0x200,
	.local = LOCAL_VA,
	.timer_irq = 3, /* the virtual timer's, of this core */
	.timer_hz = TIMER_HZ,
};

/*
 * The other cores spin in the firmware's code until their mailbox has an
 * address. Ours is the image's first word, behind which they are put to sleep.
 */
void board_init(bool secure, bool psci_smc __unused_arg, u32 timer_hz)
{
	generic_timer_hz(timer_hz, secure);
	for (u32 core = 1; core < NR_CORES; core++)
		reg_write(LOCAL_VA, MAILBOX3_SET(core), (u32)_start);
	__asm__ volatile("dsb sy\n\tsev"); /* they may sleep between looks */
}

/* By the watchdog, as Linux does it: the firmware starts anew. */
static void __noreturn full_reset(void)
{
	local_irq_disable();
	reg_write(PM_VA, PM_WDOG, PM_PASSWORD | PM_WDOG_SOON);
	reg_write(PM_VA, PM_RSTC, PM_PASSWORD | PM_RSTC_FULL);
	for (;;)
		wfi();
}

/* The firmware reads this after the reset and halts instead of booting. */
void board_power_off(void)
{
	reg_write(PM_VA, PM_RSTS, PM_PASSWORD | PM_RSTS_STAY_OFF);
	full_reset();
}

/* Without the mark the firmware boots again. */
void board_reset(void)
{
	full_reset();
}
