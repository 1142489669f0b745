/*
 * Names of kernel text, and the hook for reading the stack in a report.
 *
 * The image is linked twice: tools/kallsyms.py makes the symbol table from the
 * first one, and the second one contains it.
 */
#include <lib/backtrace.h>
#include <stdio.h>

const struct stack_operations *stack_ops; /* constant after the first init step */

/* The table is sorted by va. Its last entry is the end of the text and has no name. */
struct kallsym {
	u32 va;
	u32 name; /* offset in kallsyms_names */
};

/* Weak, because the first link, from which the table is made, has none. */
extern const u32 kallsyms_count __attribute__((weak));
extern const struct kallsym kallsyms[] __attribute__((weak));
extern const char kallsyms_names[] __attribute__((weak));

extern char _stext[], _etext[];

/*
 * Compares with the linker's symbols, so that it is right in the first link,
 * too, where the table of names is missing.
 */
bool is_kernel_text(u32 va)
{
	return va >= (u32)(uintptr_t)_stext && va < (u32)(uintptr_t)_etext;
}

/*
 * A binary search: an oops prints dozens of names, and reading /proc/trace looks
 * up two for each flush.
 */
const char *find_symbol(u32 va, u32 *offset)
{
	/* The address of a weak symbol is 0 where nothing defines it. */
	u32 low = 0, high = &kallsyms_count ? kallsyms_count : 0;

	while (high - low > 1) {
		u32 middle = low + (high - low) / 2;

		if (kallsyms[middle].va <= va)
			low = middle;
		else
			high = middle;
	}
	/*
	 * The last entry ends the text; without this check it would name
	 * everything above.
	 */
	if (!is_kernel_text(va) || low == high || kallsyms[low].va > va)
		return NULL;
	*offset = va - kallsyms[low].va;
	return kallsyms_names + kallsyms[low].name;
}

/* For /proc/kallsyms, which walks the table by number. */
const char *symbol_at(u32 i, u32 *va)
{
	u32 count = &kallsyms_count ? kallsyms_count : 0;

	/* The last entry ends the text and has no name. */
	if (i + 1 >= count)
		return NULL;
	*va = kallsyms[i].va;
	return kallsyms_names + kallsyms[i].name;
}

/* Always produces something: a report must not fail for want of a name. */
void format_symbol(u32 va, char *buf, size_t bytes)
{
	u32 offset;
	const char *name = find_symbol(va, &offset);

	if (name)
		snprintf(buf, bytes, "%s+0x%x", name, (unsigned int)offset);
	else
		snprintf(buf, bytes, "0x%08x", (unsigned int)va);
}
