/*
 * The console, on any UART: output by polling, with the functions that print before
 * there is a console (board/early_uart.h), input by interrupt. Owns the function
 * that input is passed to.
 *
 * Output by interrupt would need a buffer, which a panic would have to drain. It
 * would gain little: the log is short, and a program that prints waits for its own
 * output only.
 */
#include <board/board.h>
#include <board/drivers.h>
#include <board/early_uart.h>
#include <bug.h>
#include <lib/printk.h>

static void (*receive)(u32 c);

/* Polls, so it works in a panic and with interrupts off. */
void uart_write(const char *s, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		early_uart_putc(board_devices.uart, s[i]);
}

/* Called again when the console has moved to another UART. */
void board_early_console(void)
{
	early_uart_init(board_devices.uart, board_devices.uart_hz ?: UART_HZ);
	register_console(uart_write);
}

/* Called by the UART's driver with interrupts off. */
void uart_received(u32 c)
{
	receive(c);
}

/* The driver empties the FIFO, since one interrupt may stand for many bytes. */
static void uart_interrupt(void *arg __unused_arg)
{
	uart_read_input(board_devices.uart);
}

/*
 * Bytes that came earlier raise no interrupt, so they are read here, after input is
 * enabled: a byte that comes after this read raises one.
 */
void uart_start_input(void (*rx)(u32 c))
{
	/* Set before the line is enabled, whose first interrupt calls rx. */
	receive = rx;
	if (request_irq(board_devices.uart_irq, uart_interrupt, NULL, "uart"))
		panic("the console's interrupt is taken");
	uart_enable_input(board_devices.uart);
	uart_read_input(board_devices.uart);
}
