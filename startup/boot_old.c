/*
 * The sentence that a core older than ARMv7 gets. Compiled for ARMv5 (Makefile),
 * and called by head.S wherever the image was entered, before anything that
 * such a core does not know: `moved` is the way there from the linked address.
 */
#include <board/early_uart.h>
#include <startup/startup.h>

static const char sentence[] =
	"\r\nPagewalk cannot start: this core is older than ARMv7-A.\r\n";

/* Uses only what ARMv5 has, and no stack but the one in .boot. */
void boot_too_old(u32 moved)
{
	/* The image runs where it was loaded, not at its linked address. */
	const char *s = sentence + moved;

	early_uart_init(UART_PA, UART_HZ);
	for (; *s; s++)
		early_uart_putc(UART_PA, *s);
	/* No WFI: it is no instruction before ARMv6K. */
	for (;;)
		;
}
