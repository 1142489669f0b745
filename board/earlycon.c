/*
 * earlycon=NAME,ADDRESS or NAME,mmio32,ADDRESS on the command line, as Linux
 * writes it; a speed may follow.
 */
#include <board/drivers.h>
#include <board/early_uart.h>
#include <lib/printk.h>
#include <string.h>

/*
 * Returns what follows word at the start of s, or NULL if s starts otherwise.
 */
static const char *after(const char *s, const char *word)
{
	size_t bytes = strlen(word);

	return strncmp(s, word, bytes) ? NULL : s + bytes;
}

/* 0x and hexadecimal digits, up to a comma or a blank; false: it is none. */
static bool take_address(const char *s, phys_addr_t *pa)
{
	static const char digits[] = "0123456789abcdef";
	const char *digit;

	s = after(s, "0x");
	for (*pa = 0; s && *s && !strchr(", ", *s); s++) {
		digit = strchr(digits, *s | 0x20);
		/* A ninth digit would shift the first one out. */
		if (!digit || *pa >> 28)
			return false;
		*pa = *pa << 4 | (phys_addr_t)(digit - digits);
	}
	return s && *pa && *pa % 4 == 0;
}

/* Searches the text itself: cmdline_parse() keeps no value of earlycon=. */
bool earlycon_address(const char *cmdline, phys_addr_t *pa)
{
	const char *s = cmdline, *value;

	/* A match inside another word, as in noearlycon=, is passed over. */
	while ((s = strstr(s, "earlycon=")) && s != cmdline && s[-1] != ' ')
		s++;
	if (!s)
		return false;
	value = after(s, "earlycon=" UART_EARLYCON ",");
	/*
	 * Another kind of UART has other registers: it could not even be
	 * polled.
	 */
	if (!value) {
		pr_warn("command line: earlycon= expects " UART_EARLYCON
			",ADDRESS: this image has no other UART's driver\n");
		return false;
	}
	if (after(value, "mmio32,"))
		value = after(value, "mmio32,");
	if (take_address(value, pa))
		return true;
	pr_warn("command line: earlycon= expects an address, as in " UART_EARLYCON
		",0x%08x\n",
		UART_PA);
	return false;
}
