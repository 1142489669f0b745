/*
 * Before the MMU is on: is there a loader's list at r2, and if not, how much
 * RAM is there? Linked at physical addresses, as boot.c is.
 */
#include <config.h>
#include <startup/startup.h>

#define PROBE_STEP    0x00100000u /* 1 MiB */
#define PROBE_PATTERN 0x50616765u /* "Page" */

/*
 * The address is checked before it is used: a read outside of RAM may abort,
 * and there are no vectors yet.
 */
bool boot_params_valid(phys_addr_t pa, u32 ram_max)
{
	const volatile u32 *word = (const volatile u32 *)pa;

	/*
	 * A tree's header must fit. Below PHYS_OFFSET the difference wraps and
	 * is too large as well.
	 */
	if (pa % 4 || pa - PHYS_OFFSET > ram_max - 4 * H_WORDS)
		return false;
	return word[1] == ATAG_CORE || __builtin_bswap32(word[0]) == FDT_MAGIC;
}

/* Nothing after the later of both blocks is used. */
u32 boot_tree_bytes(const volatile u32 *tree)
{
	return max(__builtin_bswap32(tree[H_STRUCT]) +
			   __builtin_bswap32(tree[H_STRUCT_BYTES]),
		   __builtin_bswap32(tree[H_STRINGS]) +
			   __builtin_bswap32(tree[H_STRINGS_BYTES]));
}

/*
 * Returns true if word keeps what is stored in it and is not the same memory as
 * base. A hole does not keep it; in a bank whose upper address lines are not
 * decoded, a store to word changes base.
 */
static bool word_is_ram(volatile u32 *word, volatile u32 *base)
{
	u32 saved = *word, saved_base = *base;
	bool ram;

	*word = PROBE_PATTERN;
	/* The other value on the bus: a hole may return the last one. */
	*base = ~PROBE_PATTERN;
	__asm__ volatile("dsb sy" : : : "memory"); /* both are in memory */
	ram = *word == PROBE_PATTERN && *base == ~PROBE_PATTERN;
	/* A list that was not recognised may lie here: nothing is lost. */
	*base = saved_base;
	*word = saved;
	return ram;
}

/* Called with caches off, so each load comes from the bus. */
u32 boot_ram_probe(u32 max)
{
	/* The last word before the image: nobody's. */
	volatile u32 *base = (volatile u32 *)(PHYS_OFFSET + TEXT_OFFSET - 4);
	u32 bytes = PROBE_STEP;

	/* No chip is smaller than a step; the first hole ends the bank. */
	while (bytes < max &&
	       word_is_ram((volatile u32 *)(PHYS_OFFSET + bytes), base))
		bytes += PROBE_STEP;
	return bytes;
}
