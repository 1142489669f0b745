/*
 * board/uart8250.h - registers of the 8250 family of UARTs, four bytes apart as
 * Synopsys' DW_apb_uart has them (Allwinner A10 user manual, chapter 26), and
 * their output. Read by board/early_uart.h only.
 */
#ifndef BOARD_UART8250_H
#define BOARD_UART8250_H

#include <board/drivers.h>

#define UART_COMPATIBLE "snps,dw-apb-uart"
#define UART_EARLYCON   "uart8250"

#define UART_RBR 0x00 /* read: what was received */
#define UART_THR 0x00 /* write: what to send */
#define UART_DLL 0x00 /* with LCR_DLAB: the divisor */
#define UART_DLH 0x04
#define UART_IER 0x04
#define UART_IIR 0x08 /* read: which interrupt */
#define UART_FCR 0x08 /* write: the FIFOs */
#define UART_LCR 0x0c
#define UART_LSR 0x14
#define UART_USR 0x7c /* DW_apb_uart's own */

#define IER_RECEIVED 0x01u
#define IIR_MASK     0x0fu
#define IIR_BUSY     0x07u /* LCR was written while a byte came */
#define FCR_ON       0x01u
#define FCR_RESET    0x06u /* both FIFOs emptied */
#define LCR_8BIT     0x03u
#define LCR_DLAB     0x80u
#define LSR_RECEIVED 0x01u
#define LSR_ERRORS   0x0eu /* overrun, parity, framing */
#define LSR_BREAK    0x10u
#define LSR_ROOM     0x20u

static inline void early_uart_init(u32 base, u32 hz)
{
	const u32 divisor = hz / 16 / UART_BAUD;

	if (reg_read(base, UART_LCR) == LCR_8BIT) /* by a loader */
		return;
	reg_write(base, UART_IER, 0);
	reg_write(base, UART_FCR, FCR_ON | FCR_RESET);
	reg_write(base, UART_LCR, LCR_DLAB | LCR_8BIT);
	reg_write(base, UART_DLL, divisor & 0xff);
	reg_write(base, UART_DLH, divisor >> 8);
	reg_write(base, UART_LCR, LCR_8BIT);
}

static inline void early_uart_putc(u32 base, char c)
{
	while (!(reg_read(base, UART_LSR) & LSR_ROOM))
		;
	reg_write(base, UART_THR, (u8)c);
}

#endif
