/*
 * The machine's end, and what it was started with. The host is told through semihosting where
 * there is one, the board is switched off where there is none.
 */
#include <asm/irqflags.h>
#include <board/board.h>
#include <lib/printk.h>
#include <lib/semihosting.h>
#include <machine.h>

const char *saved_command_line;

/* Ends QEMU with this status; a real board is switched off. */
void machine_end(int status)
{
	/* No interrupt may start another task that prints behind this line. */
	local_irq_disable();
	pr_info("The machine ends with status %d\n", status);
	semihosting_exit(status);
	board_power_off();
}

/* As reboot(2) asks for it: status 0 for the host. */
void machine_power_off(void)
{
	local_irq_disable();
	pr_info("Power down\n");
	semihosting_exit(0);
	board_power_off();
}

/* The host is not told: semihosting would end QEMU. */
void machine_restart(void)
{
	local_irq_disable();
	pr_info("Restarting\n");
	board_reset();
}
