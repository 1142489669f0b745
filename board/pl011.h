/*
 * board/pl011.h - the PL011's registers (Arm DDI0183), and its output.
 *
 * Read by board/early_uart.h only.
 */
#ifndef BOARD_PL011_H
#define BOARD_PL011_H

#include <board/drivers.h>

#define UART_COMPATIBLE "arm,pl011"
#define UART_EARLYCON   "pl011"

#define PL011_DR    0x000
#define PL011_FR    0x018
#define PL011_IBRD  0x024
#define PL011_FBRD  0x028
#define PL011_LCR_H 0x02c
#define PL011_CR    0x030
#define PL011_IMSC  0x038 /* interrupt mask: 1 = enabled */
#define PL011_ICR   0x044

#define PL011_FR_TXFF         (1u << 5)
#define PL011_FR_RXFE         (1u << 4)
#define PL011_LCR_8BIT_FIFO   0x70u
#define PL011_CR_ENABLE_TX_RX 0x301u
#define PL011_DR_ERRORS       0xf00u /* overrun, break, parity, framing */
#define PL011_DR_BREAK        0x400u
#define PL011_INT_RX          (1u << 4)
#define PL011_INT_RT          (1u << 6) /* fewer than a FIFO trigger, and idle */

static inline void early_uart_init(u32 base, u32 hz)
{
	if ((reg_read(base, PL011_CR) & PL011_CR_ENABLE_TX_RX) ==
	    PL011_CR_ENABLE_TX_RX)
		return;
	reg_write(base, PL011_CR, 0);
	reg_write(base, PL011_IBRD, hz / UART_BAUD / 16); /* samples of a bit */
	reg_write(base, PL011_FBRD, hz / UART_BAUD % 16 * 4); /* in 64ths */
	reg_write(base, PL011_LCR_H, PL011_LCR_8BIT_FIFO);
	reg_write(base, PL011_CR, PL011_CR_ENABLE_TX_RX);
}

static inline void early_uart_putc(u32 base, char c)
{
	while (reg_read(base, PL011_FR) & PL011_FR_TXFF)
		;
	reg_write(base, PL011_DR, (u8)c);
}

#endif
