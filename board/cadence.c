/*
 * Cadence UART of Xilinx Zynq-7000 (UG585, chapter 19): input by interrupt. Owns
 * the device and the function that input goes to.
 */
#include <board/board.h>
#include <board/cadence.h>
#include <board/drivers.h>
#include <bug.h>

static void (*receive)(u32 c);

/*
 * Cleared first, as a byte that comes later must raise it again. The UART has no
 * word for BREAK: it is a byte of zeroes whose stop bit is missing.
 */
static void uart_interrupt(void *arg __unused_arg)
{
	u32 base = board_devices.uart, status = reg_read(base, UART_ISR);

	reg_write(base, UART_ISR, status);
	while (!(reg_read(base, UART_SR) & UART_SR_RXEMPTY)) {
		u32 c = reg_read(base, UART_FIFO) & 0xff;

		receive(!c && status & UART_INT_FRAME ? UART_BREAK : c);
	}
}

void uart_start_input(void (*rx)(u32 c))
{
	u32 base = board_devices.uart;

	receive = rx;
	reg_write(base, UART_IDR, ~0u);
	reg_write(base, UART_RXWM, 1);
	if (request_irq(board_devices.uart_irq, uart_interrupt, NULL, "uart"))
		panic("the console's interrupt is taken");
	uart_interrupt(NULL); /* what came before raises nothing now */
	reg_write(base, UART_IER, UART_INT_RTRIG);
}
