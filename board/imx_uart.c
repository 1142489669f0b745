/*
 * UART of NXP i.MX6 (IMX6DQRM, chapter 64): input by interrupt. Owns the device
 * and the function that input goes to.
 */
#include <board/board.h>
#include <board/drivers.h>
#include <board/imx_uart.h>
#include <bug.h>

static void (*receive)(u32 c);

/* The interrupt is there while the FIFO holds a byte: nothing to clear. */
static void uart_interrupt(void *arg __unused_arg)
{
	u32 data;

	while ((data = reg_read(board_devices.uart, UART_URXD)) &
	       URXD_CHARRDY) {
		if (data & URXD_BRK)
			receive(UART_BREAK);
		else if (!(data & URXD_ERR))
			receive(data & 0xff);
	}
}

void uart_start_input(void (*rx)(u32 c))
{
	u32 base = board_devices.uart;

	receive = rx;
	if (request_irq(board_devices.uart_irq, uart_interrupt, NULL, "uart"))
		panic("the console's interrupt is taken");
	reg_write(base, UART_UFCR,
		  (reg_read(base, UART_UFCR) & ~UFCR_RXTL) | UFCR_RXTL_1);
	reg_write(base, UART_UCR1, reg_read(base, UART_UCR1) | UCR1_RRDYEN);
}
