/*
 * PL011 UART (Arm DDI0183): the console. Output by polling, input by interrupt.
 * Owns the device and the function that input goes to.
 *
 * A transmit interrupt would need a buffer that a panic must then drain; the
 * log is short and the program that prints waits for its own output.
 */
#include <board/board.h>
#include <board/drivers.h>
#include <board/early_uart.h>
#include <bug.h>
#include <lib/printk.h>

#define PL011_IMSC 0x038 /* interrupt mask: 1 = enabled */
#define PL011_ICR  0x044

#define PL011_FR_RXFE   (1u << 4)
#define PL011_DR_ERRORS 0xf00u /* overrun, break, parity, framing */
#define PL011_DR_BREAK  0x400u
#define PL011_INT_RX    (1u << 4)
#define PL011_INT_RT    (1u << 6) /* fewer than a FIFO trigger, and idle */

static void (*receive)(u32 c);

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

/*
 * Cleared first: a byte that comes between the last look at the FIFO and a
 * later clear would lose its interrupt, and with it those that follow.
 */
static void uart_interrupt(void *arg __unused_arg)
{
	u32 base = board_devices.uart;

	reg_write(base, PL011_ICR, PL011_INT_RX | PL011_INT_RT);
	while (!(reg_read(base, PL011_FR) & PL011_FR_RXFE)) {
		u32 data = reg_read(base, PL011_DR);

		if (data & PL011_DR_BREAK)
			receive(UART_BREAK);
		else if (!(data & PL011_DR_ERRORS))
			receive(data & 0xff);
	}
}

void uart_start_input(void (*rx)(u32 c))
{
	u32 base = board_devices.uart;

	receive = rx;
	if (request_irq(board_devices.uart_irq, uart_interrupt, NULL, "uart"))
		panic("the console's interrupt is taken");
	/* Bytes that came before now raise no interrupt of their own. */
	uart_interrupt(NULL);
	reg_write(base, PL011_IMSC, PL011_INT_RX | PL011_INT_RT);
}
