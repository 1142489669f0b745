/*
 * machine.h - how the machine ends, for the floors that may not know the board.
 */
#ifndef MACHINE_H
#define MACHINE_H

#include <types.h>

/*
 * init is gone, or never came: say so on the log and end. With a semihosting host, QEMU's exit
 * status is status (0..255); without, the board powers off. (board/machine.c)
 */
void machine_end(int status) __noreturn;

/* For reboot(2): power off or start again, whoever is running. */
void machine_power_off(void) __noreturn;
void machine_restart(void) __noreturn;

#endif
