/*
 * Arm generic interrupt controller, versions 1 and 2 (IHI0048; DDI0407, chapter
 * 3). Owns the controller.
 *
 * It has two parts: the distributor (GICD), with all lines, and an interface
 * for each core (GICC), by which the core takes and ends interrupts. Here every
 * line has the same priority and goes to this core. Ids 0..15 are sent by
 * software, 16..31 are the core's own, from 32 on they come from devices. A
 * controller that knows Secure state has two groups of lines. A kernel in
 * Secure state puts all lines into group 0, which GICC_CTLR lets through. For
 * one in Non-secure state the firmware has put the lines that it may use into
 * group 1, and the registers show those alone.
 */
#include <board/board.h>
#include <board/drivers.h>

#define GICD_CTLR          0x000
#define GICD_TYPER         0x004
#define GICD_IGROUPR(n)    (0x080 + 4 * (n)) /* 32 ids a word; Secure only */
#define GICD_ISENABLER(n)  (0x100 + 4 * (n)) /* 32 ids a word */
#define GICD_ICENABLER(n)  (0x180 + 4 * (n))
#define GICD_ICPENDR(n)    (0x280 + 4 * (n))
#define GICD_IPRIORITYR(n) (0x400 + 4 * (n)) /* 4 ids a word */
#define GICD_ITARGETSR(n)  (0x800 + 4 * (n)) /* 4 ids a word */
#define GICD_ICFGR(n)      (0xc00 + 4 * (n)) /* 16 ids a word */

#define GICC_CTLR 0x000
#define GICC_PMR  0x004
#define GICC_IAR  0x00c
#define GICC_EOIR 0x010

#define GIC_ENABLE       1u
#define GICD_TYPER_LINES 0x1fu /* 32 * (this + 1) ids */
#define GICC_IAR_ID      0x3ffu
#define GIC_SPURIOUS     1020u       /* 1020..1023: nothing for us */
#define FIRST_SPI        32u         /* shared by the cores; below: one's own */
#define PRIORITY         0xa0a0a0a0u /* 0xa0 for each of four ids */
#define PRIORITY_MASK    0xf0u       /* passes what is below: 0xa0 */
#define TARGET_THIS_CORE 0x01010101u

/* Disables all lines and sets what a loader may have changed. */
static void reset_distributor(u32 gicd)
{
	u32 lines = 32 * ((reg_read(gicd, GICD_TYPER) & GICD_TYPER_LINES) + 1);

	/* The distributor is off while its lines are configured. */
	reg_write(gicd, GICD_CTLR, 0);
	for (u32 i = 0; i < lines / 32; i++) {
		reg_write(gicd, GICD_IGROUPR(i), 0);
		reg_write(gicd, GICD_ICENABLER(i), ~0u);
		reg_write(gicd, GICD_ICPENDR(i), ~0u);
	}
	for (u32 i = 0; i < lines / 4; i++)
		reg_write(gicd, GICD_IPRIORITYR(i), PRIORITY);
	/* A core's own lines, below FIRST_SPI, have read-only targets. */
	for (u32 i = FIRST_SPI / 4; i < lines / 4; i++)
		reg_write(gicd, GICD_ITARGETSR(i), TARGET_THIS_CORE);
	for (u32 i = FIRST_SPI / 16; i < lines / 16; i++)
		reg_write(gicd, GICD_ICFGR(i), 0); /* level-sensitive */
	reg_write(gicd, GICD_CTLR, GIC_ENABLE);
}

/*
 * Resets the distributor before it enables the core's interface, which would
 * otherwise forward an interrupt of the loader's.
 */
void irq_init(void)
{
	reset_distributor(board_devices.gicd);
	/* After reset the mask is 0, which lets no priority through. */
	reg_write(board_devices.gicc, GICC_PMR, PRIORITY_MASK);
	reg_write(board_devices.gicc, GICC_CTLR, GIC_ENABLE);
}

/* Writing a 0 changes no line, so no read and no lock are needed. */
void irqchip_enable(u32 irq, bool on)
{
	reg_write(board_devices.gicd,
		  on ? GICD_ISENABLER(irq / 32) : GICD_ICENABLER(irq / 32),
		  1u << irq % 32);
}

/*
 * The token is the whole word of GICC_IAR, because GICC_EOIR wants the sender of a
 * software interrupt as well, which is in it.
 */
u32 irqchip_claim(u32 *token)
{
	u32 id;

	/*
	 * The read acknowledges: the line becomes active and comes no second
	 * time until irqchip_end().
	 */
	*token = reg_read(board_devices.gicc, GICC_IAR);
	id = *token & GICC_IAR_ID;
	return id < GIC_SPURIOUS ? id : NO_IRQ;
}

/*
 * Each claim that returned an id must be ended: until then the controller holds
 * back every line of the same priority, and all lines have the same.
 */
void irqchip_end(u32 token)
{
	reg_write(board_devices.gicc, GICC_EOIR, token);
}
