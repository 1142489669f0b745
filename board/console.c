/*
 * The console's output, whatever UART it is: by polling, as before there was a
 * console (board/early_uart.h).
 *
 * A transmit interrupt would need a buffer that a panic must then drain; the
 * log is short and the program that prints waits for its own output.
 */
#include <board/board.h>
#include <board/drivers.h>
#include <board/early_uart.h>
#include <lib/printk.h>

void uart_write(const char *s, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		early_uart_putc(board_devices.uart, s[i]);
}

void board_early_console(void)
{
	early_uart_init(board_devices.uart);
	register_console(uart_write);
}
