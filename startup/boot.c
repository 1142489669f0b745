/*
 * Before the MMU is on. Linked at physical addresses in .boot, so plain C
 * works; what lies in the high half is reached through boot_pa() only.
 *
 * Each stage leaves a letter on the UART; together, with those of init.c, they
 * spell PAGEWALK, so that a boot that dies says where:
 *
 *	P  C code runs, at the linked address	W  every check before the MMU passed
 *	A  the core's coherency is set up	A  the MMU is on
 *	G  .bss is clear			L  the high half runs
 *	E  the boot table is built		K  the console is up
 */
#include <asm/pgtable_types.h>
#include <asm/sections.h>
#include <board/board.h>
#include <board/early_uart.h>
#include <mmu/boot.h>
#include <startup/startup.h>

extern char __bss_start[], __bss_stop[];

/* What boot_ram_probe found, in bytes; 0 = a loader says. Read by head.S. */
u32 boot_ram_found;
/* Secure state, as head.S found out. Read by init.c. */
u32 boot_secure;

/* At the UART's physical address: usable with the MMU off only. */
void boot_letter(char c)
{
	early_uart_putc(UART_PA, c);
}

/* printk lies in the high half, which is not mapped yet. */
void boot_puts(const char *s)
{
	for (; *s; s++)
		boot_letter(*s);
}

/* Word by word and volatile: no call to memset, which lies in the high half. */
static void clear_bss(void)
{
	volatile u32 *word = (volatile u32 *)boot_pa(__bss_start);
	volatile u32 *stop = (volatile u32 *)boot_pa(__bss_stop);

	/*
	 * kernel.lds.S aligns both ends to words: with the MMU off RAM is
	 * Strongly-ordered memory, where an unaligned store faults.
	 */
	while (word < stop)
		*word++ = 0;
}

/* Returns what forbids to turn the MMU on with this table, or NULL. */
static const char *check_table(u32 ttbr0)
{
	u32 pc;

	__asm__ volatile("mov %0, pc" : "=r"(pc));
	/*
	 * The fetch after the MMU is on uses the same address as the one
	 * before: only .boot is mapped at its physical address.
	 */
	if (pc < (u32)__boot_start || pc >= (u32)__boot_end)
		return "this code runs outside the identity-mapped section";
	return boot_map_check(ttbr0);
}

/*
 * Prints why on the UART and waits for ever: there is no caller to return to.
 */
static void __noreturn stop(const char *why)
{
	boot_puts("\r\nPagewalk cannot start: ");
	boot_puts(why);
	boot_puts(".\r\n");
	/* WFI may end for any reason, so it needs a loop. */
	for (;;)
		__asm__ volatile("wfi");
}

/*
 * Returns true if the list at params begins in, or reaches into, the place of
 * the image, although keep_list in head.S moved what it knew for a list.
 * Without a valid list only the word at params counts.
 */
static bool params_in_image(phys_addr_t params, bool valid)
{
	const volatile u32 *list = (const volatile u32 *)params;
	u32 bytes = 4;

	if (valid && list[1] != ATAG_CORE)
		bytes = boot_tree_bytes(list);
	return params < boot_pa(_end) && params + bytes > (u32)__boot_start;
}

/* From head.S; params is r2 as the loader left it. Returns TTBR0. */
u32 boot_main(u32 secure, phys_addr_t params)
{
	const struct board *b = (const struct board *)boot_pa(&board);
	const char *wrong;
	bool valid;
	u32 ttbr0;

	early_uart_init(UART_PA, UART_HZ);
	boot_letter('P');
	boot_secure = secure;
	wrong = boot_core_init(secure);
	if (wrong)
		stop(wrong);
	boot_letter('A');
	/* Before clear_bss(), which could overwrite the list. */
	valid = boot_params_valid(params, b->ram_max);
	if (params_in_image(params, valid))
		stop("r2 points to where the image has its place");
	clear_bss();
	boot_letter('G');
	/*
	 * A board whose bus aborts at a hole cannot be probed; it starts with
	 * the least RAM that it is sold with.
	 */
	if (!valid) {
		params = 0;
		boot_ram_found = b->ram_probe ? boot_ram_probe(b->ram_max) :
						b->ram_default;
	}
	ttbr0 = boot_map_build(params, UART_PA);
	boot_letter('E');
	/*
	 * The last chance to print a reason: with a wrong table the first fetch
	 * would abort, and there are no vectors yet.
	 */
	wrong = check_table(ttbr0);
	if (wrong)
		stop(wrong);
	boot_letter('W');
	return ttbr0;
}

/*
 * Called at the physical PC with the boot table in force. The letter goes
 * through the UART's mapping, so it shows that the table works.
 */
void boot_after_mmu(void)
{
	early_uart_putc(EARLY_UART_VA, 'A');
}
