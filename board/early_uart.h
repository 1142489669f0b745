/*
 * board/early_uart.h - one character by polling, before there is a console.
 *
 * Inline, so that code linked at physical addresses can use it too. All boards
 * so far have a PL011 (Arm DDI0183).
 */
#ifndef BOARD_EARLY_UART_H
#define BOARD_EARLY_UART_H

#include <types.h>

#define PL011_DR    0x000
#define PL011_FR    0x018
#define PL011_IBRD  0x024
#define PL011_FBRD  0x028
#define PL011_LCR_H 0x02c
#define PL011_CR    0x030

#define PL011_FR_TXFF         (1u << 5)
#define PL011_LCR_8BIT_FIFO   0x70u
#define PL011_CR_ENABLE_TX_RX 0x301u

static inline volatile u32 *early_uart_reg(uintptr_t base, u32 offset)
{
	return (volatile u32 *)(base + offset);
}

/*
 * A loader has set it up, or nobody has: then 38400 baud from the 24 MHz
 * reference clock (24000000 / (16 * 38400) = 39 + 4/64).
 */
static inline void early_uart_init(uintptr_t base)
{
	if ((*early_uart_reg(base, PL011_CR) & PL011_CR_ENABLE_TX_RX) ==
	    PL011_CR_ENABLE_TX_RX)
		return;
	*early_uart_reg(base, PL011_CR) = 0;
	*early_uart_reg(base, PL011_IBRD) = 39;
	*early_uart_reg(base, PL011_FBRD) = 4;
	*early_uart_reg(base, PL011_LCR_H) = PL011_LCR_8BIT_FIFO;
	*early_uart_reg(base, PL011_CR) = PL011_CR_ENABLE_TX_RX;
}

static inline void early_uart_putc(uintptr_t base, char c)
{
	while (*early_uart_reg(base, PL011_FR) & PL011_FR_TXFF)
		;
	*early_uart_reg(base, PL011_DR) = (u8)c;
}

#endif
