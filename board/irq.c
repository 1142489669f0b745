/*
 * Interrupt handlers, for any controller. Owns the table of handlers; what depends
 * on the controller is in its driver (board/drivers.h).
 *
 * A handler is not interrupted by another.
 */
#include <asm/barrier.h>
#include <board/board.h>
#include <board/drivers.h>
#include <lib/printk.h>
#include <spinlock.h>
#include <uapi/errno.h>

struct irq {
	void (*handler)(void *arg);
	void *arg;
	const char *name;
	u32 count; /* only this core's interrupts change it */
};

static struct irq irqs[NR_IRQS];
static spinlock_t irq_lock = SPINLOCK_INIT; /* handlers; enabled lines */

/* A line has one handler: no board here shares lines. */
int request_irq(unsigned int irq, void (*handler)(void *arg), void *arg,
		const char *name)
{
	u32 flags;
	int err = 0;

	if (irq >= NR_IRQS || !handler)
		return -EINVAL;
	spin_lock_irqsave(&irq_lock, flags);
	if (irqs[irq].handler)
		err = -EBUSY;
	else
		irqs[irq] = (struct irq){ handler, arg, name, 0 };
	/* After the row is written: the line's interrupt may come at once. */
	if (!err)
		irqchip_enable(irq, true);
	spin_unlock_irqrestore(&irq_lock, flags);
	return err;
}

/* Disables an interrupt without a handler, which would come again for ever. */
static void unexpected_irq(u32 id)
{
	irqchip_enable(id, false);
	pr_warn("interrupt %u has no handler: disabled\n", (unsigned int)id);
}

/* Calls the handler of id, in interrupt context. */
static void serve(u32 id)
{
	struct irq *irq = id < NR_IRQS ? &irqs[id] : NULL;

	if (!irq || !irq->handler) {
		unexpected_irq(id);
		return;
	}
	/* A plain increment: this core's interrupts do not nest. */
	irq->count++;
	irq->handler(irq->arg);
}

/* Serves until no interrupt is pending, because several may have caused one entry. */
void irq_dispatch(void)
{
	u32 token;

	for (;;) {
		u32 id = irqchip_claim(&token);

		if (id == NO_IRQ)
			return;
		serve(id);
		dsb_sy(); /* the device drops its line before the line is enabled again */
		irqchip_end(token);
	}
}

/* Does not take irq_lock: at worst /proc shows a count that is one too low. */
bool irq_stat(unsigned int irq, const char **name, u32 *count)
{
	if (irq >= NR_IRQS)
		return false;
	*name = irqs[irq].handler ? irqs[irq].name : NULL;
	*count = irqs[irq].count;
	return true;
}
