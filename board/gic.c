/*
 * Arm generic interrupt controller, version 1 (IHI0048; DDI0407, chapter 3).
 * Owns the controller and the table of handlers.
 *
 * Every line has the same priority and goes to this core: a handler is not
 * interrupted by another. Ids 0..15 are sent by software, 16..31 are the
 * core's own, from 32 on they come from devices.
 */
#include <asm/barrier.h>
#include <board/board.h>
#include <board/drivers.h>
#include <bug.h>
#include <lib/printk.h>
#include <spinlock.h>
#include <uapi/errno.h>

#define GICD_CTLR          0x000
#define GICD_TYPER         0x004
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
#define GIC_SPURIOUS     1020u /* 1020..1023: nothing for us */
#define FIRST_SPI        32u   /* below: per core, no target */
#define PRIORITY         0xa0a0a0a0u
#define PRIORITY_MASK    0xf0u /* let PRIORITY through */
#define TARGET_THIS_CORE 0x01010101u

#define NR_IRQS 128u

struct irq {
	void (*handler)(void *arg);
	void *arg;
	const char *name;
	u32 count; /* only this core's interrupts change it */
};

static struct irq irqs[NR_IRQS];
static u32 nr_irqs;
static spinlock_t irq_lock = SPINLOCK_INIT; /* handlers; the distributor */

/* Known and off, whatever the loader did. */
static void reset_distributor(u32 gicd)
{
	u32 lines = (reg_read(gicd, GICD_TYPER) & GICD_TYPER_LINES) + 1;

	nr_irqs = min(32 * lines, NR_IRQS);
	reg_write(gicd, GICD_CTLR, 0);
	for (u32 i = 0; i < nr_irqs / 32; i++) {
		reg_write(gicd, GICD_ICENABLER(i), ~0u);
		reg_write(gicd, GICD_ICPENDR(i), ~0u);
	}
	for (u32 i = 0; i < nr_irqs / 4; i++)
		reg_write(gicd, GICD_IPRIORITYR(i), PRIORITY);
	for (u32 i = FIRST_SPI / 4; i < nr_irqs / 4; i++)
		reg_write(gicd, GICD_ITARGETSR(i), TARGET_THIS_CORE);
	for (u32 i = FIRST_SPI / 16; i < nr_irqs / 16; i++)
		reg_write(gicd, GICD_ICFGR(i), 0); /* level-sensitive */
	reg_write(gicd, GICD_CTLR, GIC_ENABLE);
}

void irq_init(void)
{
	reset_distributor(board_devices.gicd);
	reg_write(board_devices.gicc, GICC_PMR, PRIORITY_MASK);
	reg_write(board_devices.gicc, GICC_CTLR, GIC_ENABLE);
}

int request_irq(unsigned int irq, void (*handler)(void *arg), void *arg,
		const char *name)
{
	u32 flags;
	int err = 0;

	if (irq >= nr_irqs || !handler)
		return -EINVAL;
	spin_lock_irqsave(&irq_lock, flags);
	if (irqs[irq].handler)
		err = -EBUSY;
	else
		irqs[irq] = (struct irq){ handler, arg, name, 0 };
	spin_unlock_irqrestore(&irq_lock, flags);
	if (!err)
		reg_write(board_devices.gicd, GICD_ISENABLER(irq / 32),
			  1u << irq % 32);
	return err;
}

/* An interrupt nobody asked for is turned off: it would come for ever. */
static void unexpected_irq(u32 id)
{
	reg_write(board_devices.gicd, GICD_ICENABLER(id / 32), 1u << id % 32);
	pr_warn("interrupt %u has no handler: disabled\n", (unsigned int)id);
}

static void serve(u32 id)
{
	struct irq *irq;

	if (id >= nr_irqs || !irqs[id].handler) {
		unexpected_irq(id);
		return;
	}
	irq = &irqs[id];
	irq->count++;
	irq->handler(irq->arg);
}

void irq_dispatch(void)
{
	for (;;) {
		u32 iar = reg_read(board_devices.gicc, GICC_IAR);
		u32 id = iar & GICC_IAR_ID;

		if (id >= GIC_SPURIOUS)
			return;
		serve(id);
		dsb_sy(); /* the device has dropped its line before EOI asks */
		reg_write(board_devices.gicc, GICC_EOIR, iar);
	}
}

bool irq_stat(unsigned int irq, const char **name, u32 *count)
{
	if (irq >= nr_irqs)
		return false;
	*name = irqs[irq].handler ? irqs[irq].name : NULL;
	*count = irqs[irq].count;
	return true;
}
