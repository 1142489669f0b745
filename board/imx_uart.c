/*
 * UART of NXP i.MX6 (IMX6DQRM, chapter 64): its input. Owns the
 * device.
 */
#include <board/board.h>
#include <board/drivers.h>
#include <board/imx_uart.h>

/* The interrupt is there while the FIFO holds a byte: nothing to clear. */
void uart_read_input(u32 base)
{
	u32 data;

	while ((data = reg_read(base, UART_URXD)) & URXD_CHARRDY) {
		/* First: a BREAK has the error bit set as well. */
		if (data & URXD_BRK)
			uart_received(UART_BREAK);
		else if (!(data & URXD_ERR))
			uart_received(data & 0xff);
	}
}

/* An interrupt as soon as one byte is in the FIFO. */
void uart_enable_input(u32 base)
{
	/* The level first: a loader's higher one would keep bytes waiting. */
	reg_write(base, UART_UFCR,
		  (reg_read(base, UART_UFCR) & ~UFCR_RXTL) | UFCR_RXTL_1);
	reg_write(base, UART_UCR1, reg_read(base, UART_UCR1) | UCR1_RRDYEN);
}
