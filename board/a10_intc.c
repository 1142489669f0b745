/*
 * Interrupt controller of the Allwinner A10 (A10 user manual, chapter 13). Owns
 * the device. Three words of lines; each is pending while its device says so.
 */
#include <board/board.h>
#include <board/drivers.h>

#define INTC_BASE_ADDR  0x04
#define INTC_PROTECT    0x08
#define INTC_NMI        0x0c
#define INTC_PENDING(n) (0x10 + 4 * (n))
#define INTC_SELECT(n)  (0x30 + 4 * (n)) /* 1 = as FIQ */
#define INTC_ENABLE(n)  (0x40 + 4 * (n))
#define INTC_MASK(n)    (0x50 + 4 * (n)) /* 1 = not to the core */

#define WORDS 3u

static u32 enabled[WORDS];

/* Every line off: a loader may have left some on. */
void irq_init(void)
{
	u32 base = board_devices.intc;

	reg_write(base, INTC_PROTECT, 1); /* closed to user mode */
	reg_write(base, INTC_NMI, 0);
	for (u32 n = 0; n < WORDS; n++) {
		reg_write(base, INTC_ENABLE(n), 0);
		reg_write(base, INTC_MASK(n), ~0u);
		/* As IRQ: nothing here serves an FIQ. */
		reg_write(base, INTC_SELECT(n), 0);
	}
}

/* The registers are not read: `enabled` holds what they should contain. */
void irqchip_enable(u32 irq, bool on)
{
	u32 base = board_devices.intc, n = irq / 32, bit = 1u << irq % 32;

	enabled[n] = (enabled[n] & ~bit) | (on ? bit : 0);
	reg_write(base, INTC_ENABLE(n), enabled[n]);
	reg_write(base, INTC_MASK(n), ~enabled[n]);
}

/*
 * Claiming does not acknowledge: a line stays pending until its handler has
 * served the device.
 */
u32 irqchip_claim(u32 *token __unused_arg)
{
	for (u32 n = 0; n < WORDS; n++) {
		/*
		 * A disabled line is pending as well, and nobody would serve
		 * it.
		 */
		u32 word = reg_read(board_devices.intc, INTC_PENDING(n)) &
			enabled[n];

		if (word)
			return 32 * n + (u32)__builtin_ctz(word);
	}
	return NO_IRQ;
}

/* The controller keeps no active state that could be ended. */
void irqchip_end(u32 token __unused_arg)
{
}
