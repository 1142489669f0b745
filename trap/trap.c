/*
 * The vectors page, the work on the way to user mode, interrupts.
 *
 * Owns the page at VECTORS_BASE. Programs may read and execute it:
 *
 *	0xffff0000  exception vectors (vectors.S)
 *	0xffff0500  sigreturn trampolines (services/signal/)
 *	0xffff0f60  kuser helpers (vectors.S), version at 0xffff0ffc
 */
#include <asm/barrier.h>
#include <asm/cacheflush.h>
#include <asm/irqflags.h>
#include <asm/tlbflush.h>
#include <board/board.h>
#include <string.h>
#include <trap/internal.h>

#define CACHE_LINE 32u

/* trap/entry.S */
static_assert(offsetof(struct pt_regs, sp) == S_SP, "S_SP");
static_assert(offsetof(struct pt_regs, lr) == S_LR, "S_LR");
static_assert(offsetof(struct pt_regs, pc) == S_PC, "S_PC");
static_assert(offsetof(struct pt_regs, cpsr) == S_PSR, "S_PSR");
static_assert(offsetof(struct pt_regs, orig_r0) == S_ORIG_R0, "S_ORIG_R0");
static_assert(sizeof(struct pt_regs) == S_FRAME_SIZE, "S_FRAME_SIZE");
static_assert(S_FRAME_SIZE % 8 == 0, "sp stays 8-aligned below a frame");
static_assert(offsetof(struct thread_info, flags) == TI_FLAGS, "TI_FLAGS");
static_assert(offsetof(struct thread_info, tls) == TI_TLS, "TI_TLS");

/* trap/entry.S: where new tasks start */
void ret_from_fork(void);
void ret_from_kthread(void);

extern const u8 __vectors_start[], __vectors_end[];
extern const u8 __kuser_helpers_start[], __kuser_helpers_end[];

static u8 *vectors_page; /* in the linear map, where it is writable */

/* Fetches will see what was just stored in the page. */
static void sync_page(const u8 *page)
{
	for (u32 i = 0; i < PAGE_SIZE; i += CACHE_LINE)
		dccmvau(page + i);
	dsb(); /* the code is at the PoU before lines are dropped */
	iciallu();
	bpiall();
	dsb(); /* ... and both drops are complete */
	isb(); /* nothing fetched before it is used */
}

void vectors_install(u32 offset, const void *code, size_t bytes)
{
	BUG_ON(offset + bytes > PAGE_SIZE);
	memcpy(vectors_page + offset, code, bytes);
	sync_page(vectors_page);
}

void trap_init(void)
{
	size_t helpers = (size_t)(__kuser_helpers_end - __kuser_helpers_start);

	vectors_page = memblock_alloc(PAGE_SIZE, PAGE_SIZE, "vectors");
	if (!vectors_page)
		panic("no page for the exception vectors");
	vectors_install(0, __vectors_start,
			(size_t)(__vectors_end - __vectors_start));
	vectors_install(PAGE_SIZE - helpers, __kuser_helpers_start, helpers);
	map_vectors(virt_to_phys(vectors_page));
	return_ops = (struct return_operations){ ret_from_fork,
						 ret_from_kthread };
	extable_init();
	/* From here on an asynchronous external abort is near its cause. */
	__asm__ volatile("cpsie a" : : : "memory");
}

/*
 * What TIF_* asks for, until nothing does. Interrupts are off on entry and on
 * return, so no flag can be set unseen between the last look and user mode.
 */
void do_work_pending(struct pt_regs *regs, u32 flags, bool syscall)
{
	while (flags & TIF_WORK_MASK) {
		local_irq_enable();
		if (flags & TIF_NEED_RESCHED)
			schedule();
		if (flags & (TIF_SIGPENDING | TIF_RESTORE_SIGMASK)) {
			if (READ_ONCE(current->killed))
				do_group_exit(SIGKILL);
			services_user_work(regs, syscall);
			syscall = false; /* restarted once */
		}
		local_irq_disable();
		flags = READ_ONCE(current_thread_info()->flags);
	}
}

/* Interrupts off throughout: handlers are short. */
void do_irq(struct pt_regs *regs)
{
	struct pt_regs *outer = irq_regs;

	irq_regs = regs;
	irq_dispatch();
	irq_regs = outer;
}

void do_unexpected_vector(void)
{
	panic("an exception that nothing of ours can cause (reset, HYP or FIQ vector)");
}
