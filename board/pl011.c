/*
 * PL011 UART (Arm DDI0183): input by interrupt. Owns the device and the function
 * that input goes to.
 */
#include <board/board.h>
#include <board/drivers.h>
#include <board/pl011.h>
#include <bug.h>

static void (*receive)(u32 c);

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
