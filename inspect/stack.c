/* Call chains for reports. Owns nothing, never faults. */
#include <config.h>
#include <inspect/inspect.h>
#include <inspect/internal.h>
#include <inspect/unwind.h>
#include <lib/backtrace.h>
#include <lib/printk.h>
#include <ptrace.h>
#include <run/task.h>
#include <string.h>

#define MAX_FRAMES 32

/* Prints one caller. */
static void print_frame(u32 pc)
{
	char name[64];

	format_symbol(pc, name, sizeof(name));
	pr_emerg("  [<%08x>] %s\n", (unsigned int)pc, name);
}

/*
 * Sets the bounds within which words may be read. A stack is the upper half of
 * an aligned block of two THREAD_SIZE. After an overflow sp is in the guard
 * below it, of which nothing is read.
 */
static void set_stack_bounds(struct unwind_frame *frame)
{
	u32 sp = frame->reg[13];

	frame->stack_low = sp & THREAD_SIZE ? ALIGN_UP(sp, THREAD_SIZE) : sp;
	frame->stack_high = ALIGN_UP(frame->stack_low + 1, THREAD_SIZE);
}

/* Starts the walk at the registers of an exception. */
static void start_at(struct unwind_frame *frame, const struct pt_regs *regs)
{
	for (unsigned int i = 0; i < 13; i++)
		frame->reg[i] = regs->r[i];
	frame->reg[13] = regs->sp;
	frame->reg[14] = regs->lr;
	frame->reg[15] = regs->pc;
}

/*
 * Starts the walk here, with r4-r11, sp and pc as they are. Inline, because the
 * frame that sp belongs to must exist while it is walked.
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

/* Moves to the caller. Returns false at the end of the chain. */
static bool to_caller(struct unwind_frame *frame)
{
	return unwind_frame(frame) && is_kernel_text(frame->reg[15]);
}

/* Prints the callers of frame. */
static void print_callers(struct unwind_frame *frame)
{
	for (unsigned int i = 0; i < MAX_FRAMES && to_caller(frame); i++) {
		print_frame(frame->reg[15]);
		frame->reg[15] -= 4; /* into the call, not behind it */
	}
}

/*
 * The dump of stack_ops: prints the chain from regs, or from here if that is
 * NULL. A program's own stack is not followed.
 */
static void dump_frames(const struct pt_regs *regs)
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
	/* The instruction that faulted; without regs the caller is first. */
	if (regs)
		print_frame(frame.reg[15]);
	if (!is_kernel_text(frame.reg[15])) {
		/*
		 * A jump to an address without code: continue with the caller,
		 * which lr has.
		 */
		frame.reg[15] = frame.reg[14] - 4;
		print_frame(frame.reg[14]);
	}
	print_callers(&frame);
}

/* Starts the walk where task was switched away from. */
static void start_in(struct unwind_frame *frame, const struct task_struct *task)
{
	/* A switch saves what a call preserves; r0-r3 and r12 are lost. */
	const struct cpu_context *context = &task->context;

	*frame = (struct unwind_frame){
		.reg = { [4] = context->r4,
			 [5] = context->r5,
			 [6] = context->r6,
			 [7] = context->r7,
			 [8] = context->r8,
			 [9] = context->r9,
			 [10] = context->r10,
			 [11] = context->r11,
			 [13] = context->sp,
			 [14] = context->pc,
			 [15] = context->pc },
	};
	set_stack_bounds(frame);
}

void dump_task(const struct task_struct *task)
{
	struct unwind_frame frame;

	/* The context of a running task is that of its last switch. */
	if (task == current) {
		dump_frames(irq_regs);
		return;
	}
	start_in(&frame, task);
	print_frame(frame.reg[15]);
	print_callers(&frame);
}

/*
 * Returns true if va is in the function, or in a part that the compiler split
 * off ("f.part.0").
 */
static bool is_in_function(u32 va, const char *function)
{
	u32 offset;
	const char *name = find_symbol(va, &offset);
	size_t length = strlen(function);

	return name && strncmp(name, function, length) == 0 &&
		(name[length] == '\0' || name[length] == '.');
}

const char *task_waits_in(const struct task_struct *task)
{
	struct unwind_frame frame;
	u32 offset;

	start_in(&frame, task);
	/*
	 * Every sleep is in one of these two; the function that called them is
	 * wanted.
	 */
	do {
		if (!to_caller(&frame))
			return NULL;
		frame.reg[15] -= 4; /* into the call, not behind it */
	} while (is_in_function(frame.reg[15], "schedule") ||
		 is_in_function(frame.reg[15], "schedule_timeout"));
	return find_symbol(frame.reg[15], &offset);
}

/* Returns true if va is in a function whose name begins like that. */
static bool begins_with(u32 va, const char *beginning)
{
	u32 offset;
	const char *name = find_symbol(va, &offset);

	return name && strncmp(name, beginning, strlen(beginning)) == 0;
}

void find_why(struct why *why, const char *past)
{
	struct unwind_frame frame = { 0 };
	bool is_past = false;

	*why = (struct why){ 0 };
	start_here(&frame);
	set_stack_bounds(&frame);
	for (unsigned int i = 0; i < MAX_FRAMES && to_caller(&frame); i++) {
		frame.reg[15] -= 4; /* into the call, not behind it */
		if (begins_with(frame.reg[15], "vector_"))
			break; /* the program that was interrupted is next */
		if (begins_with(frame.reg[15], past))
			is_past = true;
		else if (is_past && !why->by)
			why->by = frame.reg[15];
		why->under = frame.reg[15];
	}
}

/* The called_from of stack_ops: true if the function is among the callers. */
static bool is_called_from(const char *function)
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

static const struct stack_operations operations = {
	.dump = dump_frames,
	.called_from = is_called_from,
};

void stack_init(void)
{
	stack_ops = &operations;
}
