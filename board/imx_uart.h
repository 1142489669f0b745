/*
 * board/imx_uart.h - registers of the UART of NXP i.MX6 (IMX6DQRM, chapter 64),
 * and its output. Read by board/early_uart.h only.
 */
#ifndef BOARD_IMX_UART_H
#define BOARD_IMX_UART_H

#include <board/drivers.h>

#define UART_COMPATIBLE "fsl,imx6q-uart"
#define UART_EARLYCON   "ec_imx6q"

#define UART_URXD 0x00
#define UART_UTXD 0x40
#define UART_UCR1 0x80
#define UART_UCR2 0x84
#define UART_UCR3 0x88
#define UART_UFCR 0x90
#define UART_USR1 0x94
#define UART_USR2 0x98
#define UART_UBIR 0xa4
#define UART_UBMR 0xa8
#define UART_UTS  0xb4

#define URXD_CHARRDY (1u << 15)
#define URXD_ERR     (1u << 14)
#define URXD_BRK     (1u << 11)
#define UCR1_UARTEN  (1u << 0)
#define UCR1_RRDYEN  (1u << 9)
#define UCR2_SRST    (1u << 0) /* 0 resets */
#define UCR2_RXEN    (1u << 1)
#define UCR2_TXEN    (1u << 2)
#define UCR2_8BIT    (1u << 5)
#define UCR2_IRTS    (1u << 14) /* RTS says nothing */
#define UCR3_MUXED   (1u << 2)  /* must be set */
#define UFCR_RXTL    0x3fu      /* bytes in the FIFO that interrupt */
#define UFCR_RXTL_1  1u
#define UFCR_TXTL_2  (2u << 10)
#define UFCR_DIV_1   (5u << 7) /* the clock as it is */
#define UTS_TXFULL   (1u << 4)

static inline void early_uart_init(u32 base, u32 hz)
{
	const u32 on = UCR2_SRST | UCR2_RXEN | UCR2_TXEN;

	if (reg_read(base, UART_UCR1) & UCR1_UARTEN &&
	    (reg_read(base, UART_UCR2) & on) == on)
		return;
	reg_write(base, UART_UCR1, UCR1_UARTEN);
	reg_write(base, UART_UCR2, on | UCR2_8BIT | UCR2_IRTS);
	reg_write(base, UART_UCR3, UCR3_MUXED);
	reg_write(base, UART_UFCR, UFCR_RXTL_1 | UFCR_TXTL_2 | UFCR_DIV_1);
	reg_write(base, UART_UBIR, 15); /* this first; then clock / baud */
	reg_write(base, UART_UBMR, hz / UART_BAUD - 1);
}

static inline void early_uart_putc(u32 base, char c)
{
	while (reg_read(base, UART_UTS) & UTS_TXFULL)
		;
	reg_write(base, UART_UTXD, (u8)c);
}

#endif
