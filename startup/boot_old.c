/*
 * The sentence that a core older than ARMv7 gets. Compiled for ARMv5 (Makefile),
 * and called by head.S wherever the image was entered, before anything that
 * such a core does not know: `moved` is the way there from the linked address.
 */
#include <board/board.h>
#include <board/early_uart.h>
#include <mmu/boot.h>
#include <startup/startup.h>

static const char sentence[] =
	"\r\nPagewalk cannot start: this core is older than ARMv7-A.\r\n";

void boot_too_old(u32 moved)
{
	const struct board *b = (const struct board *)(boot_pa(&board) + moved);
	const char *s = sentence + moved;

	early_uart_init(b->uart_pa);
	for (; *s; s++)
		early_uart_putc(b->uart_pa, *s);
	for (;;)
		;
}
