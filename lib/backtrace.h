/*
 * lib/backtrace.h - names of kernel text, and call chains.
 *
 * The names come from a table that the image contains (tools/kallsyms.py). The
 * kernel runs without reading its stack, which serves reports alone: so
 * inspect/ does that, and registers its functions here in the first step of the
 * boot.
 */
#ifndef LIB_BACKTRACE_H
#define LIB_BACKTRACE_H

#include <types.h>

struct pt_regs;

struct stack_operations {
	/* Print the call chain that led to regs (NULL: to the caller). */
	void (*dump)(const struct pt_regs *regs);
	/* Is a function of that name among the callers? Inlined ones are not. */
	bool (*called_from)(const char *function);
};

extern const struct stack_operations *stack_ops;

/* Call the operations. Without inspect/ nothing is printed or found. */
static inline void dump_stack(const struct pt_regs *regs)
{
	if (stack_ops)
		stack_ops->dump(regs);
}

static inline bool called_from(const char *function)
{
	return stack_ops && stack_ops->called_from(function);
}

/* True if va lies in the kernel's text. */
bool is_kernel_text(u32 va);
/*
 * Returns the name of the last symbol at or below va and stores the distance in
 * bytes in *offset, or returns NULL if va is not kernel text or there is no
 * table. The string is constant.
 */
const char *find_symbol(u32 va, u32 *offset);
/*
 * Returns the name of symbol number i, in ascending order, and stores its
 * address in *va; NULL behind the last one.
 */
const char *symbol_at(u32 i, u32 *va);
/*
 * Writes "do_mmap+0x24" for a kernel text address, its hex value where unknown;
 * NUL-terminated, cut to `bytes` bytes.
 */
void format_symbol(u32 va, char *buf, size_t bytes);

#endif
