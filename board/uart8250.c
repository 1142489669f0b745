/*
 * UARTs of the 8250 family (Allwinner A10 user manual, chapter 26): input by
 * interrupt. Owns the device and the function that input goes to.
 */
#include <board/board.h>
#include <board/drivers.h>
#include <board/uart8250.h>
#include <bug.h>

static void (*receive)(u32 c);

/* A BREAK is a byte of zeroes in the FIFO, which LSR tells from one sent. */
static void uart_interrupt(void *arg __unused_arg)
{
	u32 base = board_devices.uart, status;

	if ((reg_read(base, UART_IIR) & IIR_MASK) == IIR_BUSY)
		reg_read(base, UART_USR); /* that clears it */
	while ((status = reg_read(base, UART_LSR)) & LSR_RECEIVED) {
		u32 c = reg_read(base, UART_RBR) & 0xff;

		if (status & LSR_BREAK)
			receive(UART_BREAK);
		else if (!(status & LSR_ERRORS))
			receive(c);
	}
}

void uart_start_input(void (*rx)(u32 c))
{
	u32 base = board_devices.uart;

	receive = rx;
	if (request_irq(board_devices.uart_irq, uart_interrupt, NULL, "uart"))
		panic("the console's interrupt is taken");
	reg_write(base, UART_FCR, FCR_ON); /* what they hold stays */
	reg_write(base, UART_IER, IER_RECEIVED);
}
