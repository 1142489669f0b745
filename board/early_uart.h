/*
 * board/early_uart.h - one character by polling, before there is a console.
 *
 * board.mk names the UART (EARLY_UART, of which make forms the name of the
 * header included below), its address (UART_PA) and the rate of its clock
 * (UART_HZ). The driver's header has the two functions. They are inline, so
 * that code linked at physical addresses can use them too.
 *
 *	early_uart_init(base, hz)	sets 8 bits at UART_BAUD of a clock of hz, if
 *					no loader has turned the UART on
 *	early_uart_putc(base, c)	waits for room
 *	UART_COMPATIBLE			"compatible" of its node in a device tree
 *	UART_EARLYCON			its name in earlycon= on the command line
 */
#ifndef BOARD_EARLY_UART_H
#define BOARD_EARLY_UART_H

#include <config.h>
#include <types.h>

/* The boot map and the final map have the UART at this address (mmu/boot.h). */
#define EARLY_UART_VA (FIXMAP_START + (UART_PA & 0xfffffu))

#include EARLY_UART

#endif
