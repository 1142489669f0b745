/*
 * The instructions that may fault on user memory, and where to go.
 *
 * Owns __ex_table: pairs (instruction, fix-up) that mmu/uaccess.S and others
 * leave in a section of their own. Sorted once, at boot.
 */
#include <stdlib.h>
#include <trap/internal.h>

struct ex_entry {
	u32 insn;
	u32 fixup;
};

extern struct ex_entry __start___ex_table[], __stop___ex_table[];

/*
 * By comparison, not subtraction: addresses differ by more than an int holds.
 */
static int compare_insn(const void *a, const void *b)
{
	u32 x = ((const struct ex_entry *)a)->insn;
	u32 y = ((const struct ex_entry *)b)->insn;

	return (x > y) - (x < y);
}

/*
 * The linker collects the entries in the order of the objects; find_entry needs
 * them sorted by address.
 */
void extable_init(void)
{
	size_t n = (size_t)(__stop___ex_table - __start___ex_table);

	qsort(__start___ex_table, n, sizeof(struct ex_entry), compare_insn);
}

/*
 * Returns the entry of the instruction at pc, or NULL. Linux's
 * search_exception_tables.
 */
static const struct ex_entry *find_entry(u32 pc)
{
	const struct ex_entry *low = __start___ex_table;
	const struct ex_entry *high = __stop___ex_table;

	while (low < high) {
		const struct ex_entry *middle = low + (high - low) / 2;

		if (middle->insn == pc)
			return middle;
		if (middle->insn < pc)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/*
 * Asked before a fault is served: from any other place of the kernel an access
 * to user memory is a bug, even if the page could be provided.
 */
bool has_fixup(u32 pc)
{
	return find_entry(pc) != NULL;
}

/*
 * Asked after a fault could not be served. Changes the frame only: the
 * exception return then continues at the fix-up.
 */
bool fixup_exception(struct pt_regs *regs)
{
	const struct ex_entry *entry = find_entry(regs->pc);

	if (!entry)
		return false;
	regs->pc = entry->fixup;
	return true;
}
