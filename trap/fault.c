/*
 * Aborts: what the MMU refused, and what is done about it.
 *
 *	do_DataAbort, do_PrefetchAbort		FSR and FAR taken apart
 *	  -> abort_actions[cause]
 *	       do_translation_fault		kernel half: copy the entry
 *	       do_page_fault			user half: the four cases
 *	       do_domain_fault, do_async_abort, do_bad
 *	  -> not mended: a signal, a fix-up, or an oops
 *
 * The four cases are drawn at the head of mm/memory.c; case 1 and 2 are told
 * apart here. The shape is Linux's arch/arm/mm/fault.c.
 */
#include <asm/irqflags.h>
#include <asm/uaccess.h>
#include <trace.h>
#include <trap/internal.h>

/*
 * One way an abort can be served. 0: the access is retried, or end_abort() has
 * been called. -EFAULT: the caller ends it with the signal of abort_actions[].
 */
typedef int abort_fn(const struct abort_info *info, struct pt_regs *regs);

bool first_unmask;

/* ---- nothing mended it ------------------------------------------- */

/* Its handler runs, or the program ends with a report. */
static void end_user_fault(const struct abort_info *info, struct pt_regs *regs,
			   int sig, int code)
{
	struct fault_signal fault = {
		.regs = regs,
		.abort = info,
		.addr = info->far,
		.sig = sig,
		.code = code,
	};

	local_irq_enable();
	if (services_fault_signal(&fault))
		return;
	report_user_fault(regs, info, fault.sig, fault.code);
	do_group_exit((u32)fault.sig);
}

static void end_kernel_fault(const struct abort_info *info,
			     struct pt_regs *regs)
{
	/* An error of the hardware is not the pointer's fault. */
	if (!info->address_valid)
		die(abort_cause_name(info->cause), regs, info);
	if (fixup_exception(regs))
		return;
	if (info->far < PAGE_SIZE)
		die("the kernel used a NULL pointer", regs, info);
	if (info->far < TASK_SIZE)
		die("the kernel touched a user address outside uaccess", regs,
		    info);
	die("the kernel used a bad kernel address", regs, info);
}

/* A signal for a program, a fix-up or an oops for the kernel. Returns 0. */
static int end_abort(const struct abort_info *info, struct pt_regs *regs,
		     int sig, int code)
{
	if (user_mode(regs))
		end_user_fault(info, regs, sig, code);
	else
		end_kernel_fault(info, regs);
	return 0;
}

/* ---- user addresses ---------------------------------------------- */

/* Does vma allow what was tried? */
static bool access_allowed(const struct vm_area_struct *vma,
			   const struct abort_info *info)
{
	u32 need = VM_READ | VM_WRITE | VM_EXEC;

	if (info->kind == ABORT_PREFETCH)
		need = VM_EXEC;
	else if (info->write)
		need = VM_WRITE;
	return vma->vm_flags & need;
}

/*
 * The VMA that far belongs to: cases 1 and 2. mmap_lock held for reading. NULL:
 * there is none, and no stack that may grow down to it.
 */
static struct vm_area_struct *find_or_grow(struct mm_struct *mm, uaddr_t far)
{
	struct vm_area_struct *vma = find_vma(mm, far);

	if (unlikely(!vma))
		return NULL; /* case 1 */
	if (likely(vma->vm_start <= far))
		return vma;
	if (!(vma->vm_flags & VM_GROWSDOWN) || expand_stack(vma, far) != 0)
		return NULL; /* case 1 */
	return vma;          /* case 2 */
}

/* There is no VMA that allows it. */
static int bad_area(const struct abort_info *info, struct pt_regs *regs,
		    int code)
{
	trace_event(TRACE_BAD, info->far, info->fsr, SIGSEGV, 0);
	return end_abort(info, regs, SIGSEGV, code);
}

/* Is it a copy under a lock, which must not wait for memory? */
static bool in_locked_copy(const struct pt_regs *regs)
{
	return regs->pc >= (uintptr_t)copies_locked_start &&
		regs->pc < (uintptr_t)copies_locked_end;
}

/*
 * A pager of the program's has the page (mm/memory.c). mmap_lock is free, so that
 * it can bring it; who copies under a lock must let go of that first.
 */
static int ask_pager(const struct abort_info *info, struct pt_regs *regs)
{
	if (in_locked_copy(regs))
		return -EFAULT;
	if (!services_missing_page(info->far, info->write, user_mode(regs)))
		return 0;
	return end_abort(info, regs, SIGBUS, BUS_ADRERR);
}

/* handle_mm_fault could not: what that means. */
static int fault_error(const struct abort_info *info, struct pt_regs *regs,
		       u32 fault)
{
	if (fault & VM_FAULT_OOM) {
		if (in_locked_copy(regs))
			return -EFAULT;
		/* Again: a victim's memory may do. Who dies needs none. */
		return out_of_memory() || user_mode(regs) ? 0 : -EFAULT;
	}
	return fault & VM_FAULT_SIGBUS ?
		end_abort(info, regs, SIGBUS, BUS_ADRERR) :
		end_abort(info, regs, SIGSEGV, SEGV_MAPERR);
}

/*
 * Is it ours to serve? The kernel touches user memory by uaccess or not at all,
 * where there is somebody whose memory it is, and a place to sleep.
 */
static inline bool may_serve(const struct abort_info *info,
			     const struct pt_regs *regs,
			     const struct mm_struct *mm)
{
	if (unlikely(info->far >= TASK_SIZE))
		return false;
	return likely(user_mode(regs)) ||
		(mm && !(regs->cpsr & PSR_I) && has_fixup(regs->pc));
}

static int do_page_fault(const struct abort_info *info, struct pt_regs *regs)
{
	struct mm_struct *mm = current_thread_info()->mm;
	struct vm_area_struct *vma;
	u32 fault;

	if (unlikely(!may_serve(info, regs, mm)))
		return end_abort(info, regs, SIGSEGV, SEGV_MAPERR);
	local_irq_enable();
	down_read(&mm->mmap_lock);
	vma = find_or_grow(mm, info->far); /* cases 1, 2 */
	if (unlikely(!vma || !access_allowed(vma, info))) {
		up_read(&mm->mmap_lock);
		return bad_area(info, regs, vma ? SEGV_ACCERR : SEGV_MAPERR);
	}
	fault = handle_mm_fault(vma, info->far, /* cases 3, 4 */
				info->write ? FAULT_FLAG_WRITE : 0);
	up_read(&mm->mmap_lock);
	if (unlikely(fault & VM_FAULT_PAGER))
		return ask_pager(info, regs);
	if (unlikely(fault & VM_FAULT_ERROR))
		return fault_error(info, regs, fault);
	return 0;
}

/* ---- kernel addresses -------------------------------------------- */

/*
 * An entry is missing. In the kernel half it may only be missing in these
 * tables: vmalloc and ioremap put theirs into init_mm's (mmu/kmap.c).
 */
static int do_translation_fault(const struct abort_info *info,
				struct pt_regs *regs)
{
	if (likely(info->far < TASK_SIZE))
		return do_page_fault(info, regs);
	if (user_mode(regs) || sync_kernel_pgd(current_pgd(), info->far) != 0)
		return -EFAULT;
	trace_event(TRACE_SYNC, info->far, 0, 0, 0);
	return 0;
}

/* ---- domains ----------------------------------------------------- */

/*
 * User memory is closed to the kernel (asm/domain.h) and it went there all the
 * same: by a plain pointer, or by a uaccess function that did not open it. In
 * both cases the fault of our code, so no fix-up hides it. To a program all
 * domains are open.
 */
static int do_domain_fault(const struct abort_info *info, struct pt_regs *regs)
{
	if (!user_mode(regs))
		die("the kernel touched a user address outside uaccess", regs,
		    info);
	return -EFAULT;
}

/* ---- the rest ---------------------------------------------------- */

/*
 * One that was pending before this kernel had vectors is about an access of the
 * firmware's or the loader's: nothing of ours went wrong.
 */
static int do_async_abort(const struct abort_info *info,
			  struct pt_regs *regs __unused_arg)
{
	if (!first_unmask)
		return -EFAULT;
	pr_warn("asynchronous abort (FSR %#x) pending at start: left by the firmware or the loader\n",
		(unsigned int)info->fsr);
	return 0;
}

static int do_bad(const struct abort_info *info __unused_arg,
		  struct pt_regs *regs __unused_arg)
{
	return -EFAULT;
}

struct abort_action {
	abort_fn *fn;
	u8 sig, code; /* how it ends unless fn knows better */
};

/* clang-format off */
static const struct abort_action abort_actions[ABORT_NR] = {
	[ABORT_UNKNOWN]			= { do_bad, SIGKILL, 0 },
	[ABORT_ALIGNMENT]		= { do_bad, SIGBUS, BUS_ADRALN },
	[ABORT_DEBUG]			= { do_bad, SIGTRAP, TRAP_HWBKPT },
	[ABORT_ACCESS_FLAG_SECTION]	= { do_bad, SIGKILL, 0 },
	[ABORT_ACCESS_FLAG_PAGE]	= { do_page_fault, SIGSEGV, SEGV_ACCERR },
	[ABORT_TRANSLATION_SECTION]	= { do_translation_fault, SIGSEGV, SEGV_MAPERR },
	[ABORT_TRANSLATION_PAGE]	= { do_page_fault, SIGSEGV, SEGV_MAPERR },
	[ABORT_DOMAIN_SECTION]		= { do_domain_fault, SIGSEGV, SEGV_ACCERR },
	[ABORT_DOMAIN_PAGE]		= { do_domain_fault, SIGSEGV, SEGV_ACCERR },
	/* Sections are the kernel's: to a program its addresses do not exist. */
	[ABORT_PERMISSION_SECTION]	= { do_bad, SIGSEGV, SEGV_MAPERR },
	[ABORT_PERMISSION_PAGE]		= { do_page_fault, SIGSEGV, SEGV_ACCERR },
	[ABORT_EXTERNAL]		= { do_bad, SIGBUS, BUS_OBJERR },
	[ABORT_EXTERNAL_WALK_L1]	= { do_bad, SIGBUS, BUS_OBJERR },
	[ABORT_EXTERNAL_WALK_L2]	= { do_bad, SIGBUS, BUS_OBJERR },
	[ABORT_ICACHE_MAINTENANCE]	= { do_page_fault, SIGSEGV, SEGV_ACCERR },
	[ABORT_ASYNC_EXTERNAL]		= { do_async_abort, SIGBUS, BUS_OBJERR },
	[ABORT_PARITY]			= { do_bad, SIGBUS, BUS_OBJERR },
};
/* clang-format on */

/* ---- the way in -------------------------------------------------- */

static inline void handle_abort(const struct abort_info *info,
				struct pt_regs *regs)
{
	const struct abort_action *action = &abort_actions[info->cause];

	if (unlikely(action->fn(info, regs) != 0))
		end_abort(info, regs, action->sig, action->code);
}

void do_DataAbort(u32 dfar, u32 dfsr, struct pt_regs *regs)
{
	struct abort_info info = decode_abort(dfsr, dfar, ABORT_DATA);

	handle_abort(&info, regs);
}

void do_PrefetchAbort(u32 ifar, u32 ifsr, struct pt_regs *regs)
{
	struct abort_info info = decode_abort(ifsr, ifar, ABORT_PREFETCH);

	handle_abort(&info, regs);
}
