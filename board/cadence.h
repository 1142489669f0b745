/*
 * board/cadence.h - registers of the Cadence UART of Xilinx Zynq-7000 (UG585,
 * appendix B.33), and its output. Read by board/early_uart.h only.
 */
#ifndef BOARD_CADENCE_H
#define BOARD_CADENCE_H

#include <board/drivers.h>

#define UART_COMPATIBLE "xlnx,xuartps"
#define UART_EARLYCON   "cdns"

#define UART_CR      0x00
#define UART_MR      0x04
#define UART_IER     0x08
#define UART_IDR     0x0c
#define UART_ISR     0x14
#define UART_BAUDGEN 0x18
#define UART_RXWM    0x20 /* bytes in the FIFO that raise RTRIG */
#define UART_SR      0x2c
#define UART_FIFO    0x30
#define UART_BAUDDIV 0x34

#define UART_CR_RXTX_RESET 0x03u
#define UART_CR_ENABLE     0x14u /* RX_EN, TX_EN */
#define UART_MR_8N1        0x20u
#define UART_INT_RTRIG     0x01u
#define UART_INT_FRAME     0x40u
#define UART_SR_RXEMPTY    0x02u
#define UART_SR_TXFULL     0x10u

#define UART_SAMPLES 7u /* a bit has so many, less one */

static inline void early_uart_init(u32 base, u32 hz)
{
	if ((reg_read(base, UART_CR) & UART_CR_ENABLE) == UART_CR_ENABLE)
		return;
	reg_write(base, UART_MR, UART_MR_8N1);
	reg_write(base, UART_BAUDDIV, UART_SAMPLES - 1);
	reg_write(base, UART_BAUDGEN, hz / UART_BAUD / UART_SAMPLES);
	reg_write(base, UART_CR, UART_CR_RXTX_RESET);
	reg_write(base, UART_CR, UART_CR_ENABLE);
}

static inline void early_uart_putc(u32 base, char c)
{
	while (reg_read(base, UART_SR) & UART_SR_TXFULL)
		;
	reg_write(base, UART_FIFO, (u8)c);
}

#endif
