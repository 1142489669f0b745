/*
 * ATAGs: a list of tagged items, as ARM Linux loaders left it before device
 * trees (Linux, Documentation/arch/arm/booting.rst, 4a).
 *
 * Each item: words in it (this one included), tag, data. CORE is first, NONE,
 * of no words, last.
 */
#include <lib/printk.h>
#include <startup/startup.h>
#include <uapi/errno.h>

#define ATAG_NONE    0x00000000u
#define ATAG_CMDLINE 0x54410009u /* NUL-terminated text */

#define HEADER_WORDS 2u

/* Data words of the tags we read; more is allowed. */
static u32 least_words(u32 tag)
{
	return tag == ATAG_MEM || tag == ATAG_INITRD2 ?
		2 :
		(tag == ATAG_CMDLINE ? 1 : 0);
}

/*
 * Stores what one item names in args. A short item is reported and skipped: its
 * length still leads to the next one.
 */
static void take_item(struct boot_args *args, const u32 *item)
{
	u32 words = item[0] - HEADER_WORDS, tag = item[1];
	const u32 *data = item + HEADER_WORDS;

	/*
	 * The words behind a short item are the next item's header, not its
	 * data.
	 */
	if (words < least_words(tag)) {
		pr_warn("ATAG 0x%08x is %u words short\n", (unsigned int)tag,
			(unsigned int)(least_words(tag) - words));
		return;
	}
	if (tag == ATAG_MEM) {
		/* ATAG_MEM has the size first, ATAG_INITRD2 the start. */
		boot_args_add_bank(args, data[1], data[0]);
	} else if (tag == ATAG_INITRD2) {
		args->initrd = data[0];
		args->initrd_bytes = data[1];
	} else if (tag == ATAG_CMDLINE) {
		/*
		 * A loader may leave out the NUL: the item's length is the
		 * bound.
		 */
		boot_args_set_cmdline(args, (const char *)data, words * 4);
	}
}

/* The caller drops what was stored if this fails. */
int atags_parse(struct boot_args *args, const void *list, u32 limit)
{
	const u32 *item = list;
	u32 left = limit / 4;

	while (left >= HEADER_WORDS && item[1] != ATAG_NONE) {
		/*
		 * A length of 0 would keep the loop at this item for ever; one
		 * beyond left would lead out of what is mapped.
		 */
		if (item[0] < HEADER_WORDS || item[0] > left) {
			pr_warn("ATAG 0x%08x has a length of %u words\n",
				(unsigned int)item[1], (unsigned int)item[0]);
			return -EINVAL;
		}
		take_item(args, item);
		left -= item[0];
		item += item[0];
	}
	/* The loop ended for lack of words and not at ATAG_NONE. */
	if (left < HEADER_WORDS) {
		pr_warn("the ATAGs do not end\n");
		return -EINVAL;
	}
	return 0;
}
