/*
 * Versatile Express system registers (DUI0447, chapter 4): power. Owns the
 * configuration controller behind SYS_CFGCTRL.
 */
#include <asm/barrier.h>
#include <asm/irqflags.h>
#include <board/board.h>
#include <board/drivers.h>

#define SYS_CFGDATA 0x0a0
#define SYS_CFGCTRL 0x0a4
#define SYS_CFGSTAT 0x0a8

#define CFG_START       (1u << 31)
#define CFG_WRITE       (1u << 30)
#define CFG_FUNCTION(f) ((u32)(f) << 20) /* of site 0, the motherboard */
#define CFG_SHUTDOWN    8
#define CFG_REBOOT      9

/* Asks the board's controller and waits: for ever, should it fail. */
static void __noreturn configure(unsigned int function)
{
	u32 base = board_devices.power;

	local_irq_disable();
	/* Status and data first: writing START begins the operation. */
	reg_write(base, SYS_CFGSTAT, 0);
	reg_write(base, SYS_CFGDATA, 0);
	reg_write(base, SYS_CFGCTRL,
		  CFG_START | CFG_WRITE | CFG_FUNCTION(function));
	/* The controller works in the background. */
	for (;;)
		wfi();
}

/* Ends QEMU as well. */
void board_power_off(void)
{
	configure(CFG_SHUTDOWN);
}

/* The motherboard resets all sites. */
void board_reset(void)
{
	configure(CFG_REBOOT);
}
