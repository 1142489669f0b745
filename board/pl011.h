/*
 * board/pl011.h - the PL011's registers (Arm DDI0183), and its output.
 *
 * Included by board/early_uart.h and the UART's own driver, board/pl011.c.
 */
#ifndef BOARD_PL011_H
#define BOARD_PL011_H

#include <board/drivers.h>

#define UART_COMPATIBLE "arm,pl011"
#define UART_EARLYCON   "pl011"

#define PL011_DR    0x000 /* data: a byte to send, or received with its errors */
#define PL011_FR    0x018 /* flags */
#define PL011_IBRD  0x024 /* divisor of the clock, whole part */
#define PL011_FBRD  0x028 /* and 64ths */
#define PL011_LCR_H 0x02c /* line control */
#define PL011_CR    0x030 /* control */
#define PL011_IMSC  0x038 /* interrupt mask: 1 = enabled */
#define PL011_ICR   0x044 /* interrupt clear */

#define PL011_FR_TXFF         (1u << 5) /* no room to send */
#define PL011_FR_RXFE         (1u << 4) /* nothing received */
#define PL011_LCR_8BIT_FIFO   0x70u
#define PL011_CR_ENABLE_TX_RX 0x301u
#define PL011_DR_ERRORS       0xf00u /* overrun, break, parity, framing */
#define PL011_DR_BREAK        0x400u
#define PL011_INT_RX          (1u << 4)
#define PL011_INT_RT          (1u << 6) /* receive timeout: too few bytes for RX */

/*
 * If the UART is on, a loader has set it up: its speed is right, and is kept,
 * since the clock may have another rate than hz.
 */
static inline void early_uart_init(u32 base, u32 hz)
{
	if ((reg_read(base, PL011_CR) & PL011_CR_ENABLE_TX_RX) ==
	    PL011_CR_ENABLE_TX_RX)
		return;
	/* The line may be set only while the UART is off (DDI0183 3.3.8). */
	reg_write(base, PL011_CR, 0);
	/* hz / (16 * UART_BAUD): the UART samples each bit 16 times. */
	reg_write(base, PL011_IBRD, hz / UART_BAUD / 16);
	reg_write(base, PL011_FBRD, hz / UART_BAUD % 16 * 4);
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
