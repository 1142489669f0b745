/*
 * The end of an i.MX6: watchdog 1 resets it (IMX6DQRM, chapter 70), SNVS asks the
 * board's supply to turn off (chapter 57). Owns both.
 */
#include <asm/barrier.h>
#include <asm/irqflags.h>
#include <board/board.h>
#include <board/drivers.h>

#define WDOG_WCR   0x0 /* 16 bits */
#define WCR_ENABLE 0x04u
#define WCR_NO_WDA 0x20u

#define SNVS_LPCR    0x10038 /* behind the watchdog */
#define LPCR_DP_EN   0x20u
#define LPCR_TOP     0x40u
#define LPCR_SRTC_ON 0x01u

/* The hardware needs a moment; no code may run on meanwhile. */
static void __noreturn wait_for_the_end(void)
{
	for (;;)
		wfi();
}

/* TOP asks the supply to turn off; it counts only with DP_EN set. */
void board_power_off(void)
{
	u32 base = board_devices.power;

	local_irq_disable();
	reg_write(base, SNVS_LPCR,
		  reg_read(base, SNVS_LPCR) | LPCR_SRTC_ON | LPCR_DP_EN |
			  LPCR_TOP);
	wait_for_the_end();
}

/* By halfwords: the watchdog's registers are 16 bits wide. */
void board_reset(void)
{
	volatile u16 *wcr = (volatile u16 *)(board_devices.power + WDOG_WCR);

	local_irq_disable();
	*wcr = WCR_ENABLE | WCR_NO_WDA; /* SRS = 0: now */
	wait_for_the_end();
}
