/*
 * Before the MMU is on: is there a loader's list at r2, and if not, how much
 * RAM is there? Linked at physical addresses, as boot.c is.
 */
#include <config.h>
#include <startup/startup.h>

#define PROBE_STEP    0x00100000u /* 1 MiB */
#define PROBE_PATTERN 0x50616765u /* "Page" */

bool boot_params_valid(phys_addr_t pa, u32 ram_max)
{
	const volatile u32 *word = (const volatile u32 *)pa;

	if (pa % 4 || pa - PHYS_OFFSET >= ram_max)
		return false;
	return word[1] == ATAG_CORE || __builtin_bswap32(word[0]) == FDT_MAGIC;
}

/*
 * Does this word hold what is stored in it, and is it a word of its own? A hole
 * reads as something else; in an incompletely decoded bank base changes too.
 */
static bool word_is_ram(volatile u32 *word, volatile u32 *base)
{
	u32 saved = *word, saved_base = *base;
	bool ram;

	*word = PROBE_PATTERN;
	*base = ~PROBE_PATTERN;
	__asm__ volatile("dsb sy" : : : "memory"); /* both are in memory */
	ram = *word == PROBE_PATTERN && *base == ~PROBE_PATTERN;
	*base = saved_base;
	*word = saved;
	return ram;
}

u32 boot_ram_probe(u32 max)
{
	/* The last word before the image: nobody's. */
	volatile u32 *base = (volatile u32 *)(PHYS_OFFSET + TEXT_OFFSET - 4);
	u32 bytes = PROBE_STEP;

	while (bytes < max &&
	       word_is_ram((volatile u32 *)(PHYS_OFFSET + bytes), base))
		bytes += PROBE_STEP;
	return bytes;
}
