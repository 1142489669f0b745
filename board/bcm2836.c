/*
 * Interrupts of the BCM2836 (Broadcom "BCM2835 ARM Peripherals", chapter 7; "ARM
 * Quad A7 core", QA7_rev3.4). Owns both controllers, and drives them for core 0.
 *
 * The cores' own one has one word of sources a core, its timers and mailboxes:
 * ids 0..31 here. One of them stands for the older controller behind it, with two
 * words of devices: ids 32..95.
 */
#include <board/board.h>
#include <board/drivers.h>

#define LOCAL_TIMER_CONTROL 0x40 /* of core 0: one bit a timer, as IRQ */
#define LOCAL_IRQ_SOURCE    0x60 /* of core 0 */
#define LOCAL_TIMERS        0x0fu
#define LOCAL_GPU           8u /* the older controller */

#define IRQ_PENDING(n)    (0x04 + 4 * (n)) /* n = 0, 1: 32 devices a word */
#define IRQ_FIQ           0x0c
#define IRQ_ENABLE(n)     (0x10 + 4 * (n))
#define IRQ_DISABLE(n)    (0x1c + 4 * (n))
#define IRQ_DISABLE_BASIC 0x24

/* All sources off: the firmware may have left some on. */
void irq_init(void)
{
	reg_write(board_devices.local, LOCAL_TIMER_CONTROL, 0);
	/* Nothing here serves an FIQ. */
	reg_write(board_devices.intc, IRQ_FIQ, 0);
	reg_write(board_devices.intc, IRQ_DISABLE_BASIC, ~0u);
	reg_write(board_devices.intc, IRQ_DISABLE(0), ~0u);
	reg_write(board_devices.intc, IRQ_DISABLE(1), ~0u);
}

/* Of the cores' own ones we know the timers. */
void irqchip_enable(u32 irq, bool on)
{
	u32 local = board_devices.local, n = irq / 32 - 1, bit = 1u << irq % 32;
	u32 timers;

	/* Enable and disable are registers of their own: no read is needed. */
	if (irq >= 32) {
		reg_write(board_devices.intc,
			  on ? IRQ_ENABLE(n) : IRQ_DISABLE(n), bit);
		return;
	}
	/* All four timers share this register: keep the others' bits. */
	timers = reg_read(local, LOCAL_TIMER_CONTROL) & ~bit;
	reg_write(local, LOCAL_TIMER_CONTROL,
		  timers | (on ? bit & LOCAL_TIMERS : 0));
}

/* Number of the lowest bit; word is not 0. */
static u32 first_of(u32 word)
{
	return (u32)__builtin_ctz(word);
}

/* There is nothing to acknowledge: a line is pending while its device says so. */
u32 irqchip_claim(u32 *token __unused_arg)
{
	u32 local = reg_read(board_devices.local, LOCAL_IRQ_SOURCE);

	for (u32 n = 0; local & 1u << LOCAL_GPU && n < 2; n++) {
		u32 word = reg_read(board_devices.intc, IRQ_PENDING(n));

		if (word)
			return 32 * (n + 1) + first_of(word);
	}
	/*
	 * It stands for the other controller, which had nothing: no id of its
	 * own.
	 */
	local &= ~(1u << LOCAL_GPU);
	return local ? first_of(local) : NO_IRQ;
}

/* Nothing was acknowledged, so there is nothing to end. */
void irqchip_end(u32 token __unused_arg)
{
}
