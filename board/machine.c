/*
 * Ending the machine. Where there is a semihosting host (QEMU, or a debugger), it
 * gets an exit status; where there is none, the board is powered off. Owns
 * saved_command_line.
 */
#include <asm/irqflags.h>
#include <board/board.h>
#include <lib/printk.h>
#include <lib/semihosting.h>
#include <machine.h>

const char *saved_command_line;

/* Ends QEMU with this status; powers a real board off. */
void machine_end(int status)
{
	/* No interrupt may start another task that prints behind this line. */
	local_irq_disable();
	pr_info("The machine ends with status %d\n", status);
	semihosting_exit(status);
	board_power_off();
}

/* For reboot(2), hence with status 0. */
void machine_power_off(void)
{
	local_irq_disable();
	pr_info("Power down\n");
	semihosting_exit(0);
	board_power_off();
}

/* Makes no semihosting call, because that would end QEMU. */
void machine_restart(void)
{
	local_irq_disable();
	pr_info("Restarting\n");
	board_reset();
}
