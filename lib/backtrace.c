/*
 * Call chains and symbol names for reports. Owns the view of the symbol table
 * that tools/kallsyms.py makes from the first link.
 */
#include <config.h>
#include <lib/backtrace.h>
#include <lib/printk.h>
#include <ptrace.h>
#include <stdio.h>
#include <string.h>

#define MAX_FRAMES 32

/* Ascending by address; the last one is the end of the text, with no name. */
struct kallsym {
	u32 va;
	u32 name; /* offset in kallsyms_names */
};

/* Absent from the first link, hence weak. */
extern const u32 kallsyms_count __attribute__((weak));
extern const struct kallsym kallsyms[] __attribute__((weak));
extern const char kallsyms_names[] __attribute__((weak));

extern char _stext[], _etext[];

static bool is_kernel_text(u32 va)
{
	return va >= (u32)(uintptr_t)_stext && va < (u32)(uintptr_t)_etext;
}

/* The last symbol at or below va, which is kernel text. */
static const struct kallsym *find_symbol(u32 va)
{
	u32 low = 0, high = &kallsyms_count ? kallsyms_count : 0;

	while (high - low > 1) {
		u32 middle = low + (high - low) / 2;

		if (kallsyms[middle].va <= va)
			low = middle;
		else
			high = middle;
	}
	return low < high && kallsyms[low].va <= va ? &kallsyms[low] : NULL;
}

void format_symbol(u32 va, char *buf, size_t bytes)
{
	const struct kallsym *symbol = NULL;

	if (is_kernel_text(va))
		symbol = find_symbol(va);
	if (symbol)
		snprintf(buf, bytes, "%s+0x%x", kallsyms_names + symbol->name,
			 (unsigned int)(va - symbol->va));
	else
		snprintf(buf, bytes, "0x%08x", (unsigned int)va);
}

static void print_frame(u32 pc)
{
	char name[64];

	format_symbol(pc, name, sizeof(name));
	pr_emerg("  [<%08x>] %s\n", (unsigned int)pc, name);
}

/*
 * A task's stack is the part of its aligned area up to the next THREAD_SIZE. A
 * stack that overflowed has sp in the guard below: nothing of that is read.
 */
static void set_stack_bounds(struct unwind_frame *frame)
{
	u32 sp = frame->reg[13];

	frame->stack_low = sp & THREAD_SIZE ? ALIGN_UP(sp, THREAD_SIZE) : sp;
	frame->stack_high = ALIGN_UP(frame->stack_low + 1, THREAD_SIZE);
}

static void start_at(struct unwind_frame *frame, const struct pt_regs *regs)
{
	for (unsigned int i = 0; i < 13; i++)
		frame->reg[i] = regs->r[i];
	frame->reg[13] = regs->sp;
	frame->reg[14] = regs->lr;
	frame->reg[15] = regs->pc;
}

/*
 * r4-r11, sp and pc as they are here, so that the walk can start here. Inline:
 * the frame that sp names must be alive while it is walked.
 */
static __always_inline void start_here(struct unwind_frame *frame)
{
	__asm__ volatile(
		"	add	r12, %0, #16\n"
		"	stmia	r12, {r4-r11}\n"
		"	str	sp, [%0, #52]\n"
		"	str	pc, [%0, #60]\n" /* this instruction's + 8 */
		:
		: "r"(frame)
		: "r12", "memory");
}

/* False: the chain of callers ends here. */
static bool to_caller(struct unwind_frame *frame)
{
	return unwind_frame(frame) && is_kernel_text(frame->reg[15]);
}

void dump_stack(const struct pt_regs *regs)
{
	struct unwind_frame frame = { 0 };

	if (regs && user_mode(regs))
		return;
	if (regs)
		start_at(&frame, regs);
	else
		start_here(&frame);
	set_stack_bounds(&frame);
	pr_emerg("Call trace:\n");
	if (regs)
		print_frame(frame.reg[15]);
	if (!is_kernel_text(frame.reg[15])) {
		/* A jump into nowhere: go on with who jumped. */
		frame.reg[15] = frame.reg[14] - 4;
		print_frame(frame.reg[14]);
	}
	for (unsigned int i = 0; i < MAX_FRAMES && to_caller(&frame); i++) {
		print_frame(frame.reg[15]);
		frame.reg[15] -= 4; /* into the call, not behind it */
	}
}

/* The compiler's variants too: "f.part.0". */
static bool is_in_function(u32 va, const char *function)
{
	const struct kallsym *symbol = find_symbol(va);
	size_t length = strlen(function);
	const char *name;

	if (!symbol)
		return false;
	name = kallsyms_names + symbol->name;
	return strncmp(name, function, length) == 0 &&
		(name[length] == '\0' || name[length] == '.');
}

bool called_from(const char *function)
{
	struct unwind_frame frame = { 0 };

	start_here(&frame);
	set_stack_bounds(&frame);
	for (unsigned int i = 0; i < MAX_FRAMES && to_caller(&frame); i++) {
		frame.reg[15] -= 4; /* into the call, not behind it */
		if (is_in_function(frame.reg[15], function))
			return true;
	}
	return false;
}
