/*
 * PL011 UART (Arm DDI0183): its input. Owns the device.
 */
#include <board/board.h>
#include <board/drivers.h>
#include <board/pl011.h>

/*
 * The interrupt is cleared before the FIFO is read. If it were cleared afterwards, a
 * byte that comes between the last look at the FIFO and the clear would lose its
 * interrupt and stay unread.
 */
void uart_read_input(u32 base)
{
	reg_write(base, PL011_ICR, PL011_INT_RX | PL011_INT_RT);
	while (!(reg_read(base, PL011_FR) & PL011_FR_RXFE)) {
		u32 data = reg_read(base, PL011_DR);

		/* Tested first: a BREAK sets the framing error as well. */
		if (data & PL011_DR_BREAK)
			uart_received(UART_BREAK);
		else if (!(data & PL011_DR_ERRORS))
			uart_received(data & 0xff);
	}
}

/* RX comes at a number of bytes; fewer, such as one key, raise RT only. */
void uart_enable_input(u32 base)
{
	reg_write(base, PL011_IMSC, PL011_INT_RX | PL011_INT_RT);
}
