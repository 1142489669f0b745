/*
 * UARTs of the 8250 family (Allwinner A10 user manual, chapter 26): its input.
 * Owns the device.
 */
#include <board/board.h>
#include <board/drivers.h>
#include <board/uart8250.h>

/* A BREAK is a byte of zeroes in the FIFO, which LSR tells from one sent. */
void uart_read_input(u32 base)
{
	u32 status;

	if ((reg_read(base, UART_IIR) & IIR_MASK) == IIR_BUSY)
		reg_read(base, UART_USR); /* that clears it */
	while ((status = reg_read(base, UART_LSR)) & LSR_RECEIVED) {
		u32 c = reg_read(base, UART_RBR) & 0xff;

		/* First: a BREAK sets the framing error as well. */
		if (status & LSR_BREAK)
			uart_received(UART_BREAK);
		else if (!(status & LSR_ERRORS))
			uart_received(c);
	}
}

/* Turns on the FIFO and the interrupt for received bytes only. */
void uart_enable_input(u32 base)
{
	reg_write(base, UART_FCR, FCR_ON); /* what they hold stays */
	reg_write(base, UART_IER, IER_RECEIVED);
}
