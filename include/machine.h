/*
 * machine.h - ending the machine, for floors that may not know the board.
 */
#ifndef MACHINE_H
#define MACHINE_H

#include <types.h>

/*
 * init has ended, or was never found: prints that and ends the machine. If a
 * semihosting host (QEMU, or a debugger that serves such calls) is there, its
 * exit status becomes `status` (0 to 255); else the board powers off.
 * (board/machine.c)
 */
void machine_end(int status) __noreturn;

/*
 * For reboot(2): powers off or starts again at once, without waiting for tasks.
 */
void machine_power_off(void) __noreturn;
void machine_restart(void) __noreturn;

#endif
