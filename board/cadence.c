/*
 * Cadence UART of Xilinx Zynq-7000 (UG585, chapter 19): its input. Owns the
 * device.
 */
#include <board/board.h>
#include <board/cadence.h>
#include <board/drivers.h>

/*
 * Cleared first, as a byte that comes later must raise it again. The UART has no
 * word for BREAK: it is a byte of zeroes whose stop bit is missing.
 */
void uart_read_input(u32 base)
{
	u32 status = reg_read(base, UART_ISR);

	reg_write(base, UART_ISR, status);
	while (!(reg_read(base, UART_SR) & UART_SR_RXEMPTY)) {
		u32 c = reg_read(base, UART_FIFO) & 0xff;

		uart_received(!c && status & UART_INT_FRAME ? UART_BREAK : c);
	}
}

/* Leaves on only the interrupt for a byte received. */
void uart_enable_input(u32 base)
{
	reg_write(base, UART_IDR, ~0u);
	/* At the first byte: a person waits for the echo. */
	reg_write(base, UART_RXWM, 1);
	reg_write(base, UART_IER, UART_INT_RTRIG);
}
