/*
 * Aborts: accesses that the MMU refused, and how each is served.
 *
 *	do_DataAbort, do_PrefetchAbort		decode FSR and FAR
 *	  -> abort_actions[cause]
 *	       do_translation_fault		kernel half: copy the entry
 *	       do_page_fault			user half: the four cases
 *	       do_domain_fault, do_async_abort, do_bad
 *	  -> not served: a signal, a fix-up, or an oops
 *
 * The four cases are drawn at the head of mm/memory.c; cases 1 and 2 are decided
 * here. The shape is Linux's arch/arm/mm/fault.c.
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

/* ---- aborts that nothing served ---------------------------------- */

/*
 * Makes the program's signal handler run on return, or ends the program with a
 * report. The services may change signal and code.
 */
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

	/*
	 * A signal frame is stored to the user stack, and that may fault and
	 * sleep.
	 */
	local_irq_enable();
	if (services_fault_signal(&fault))
		return;
	report_user_fault(regs, info, fault.sig, fault.code);
	/* Not info's signal: a service may have replaced it. */
	do_group_exit((u32)fault.sig);
}

/*
 * Returns only if the instruction has a fix-up; everything else is an oops. The
 * order matters for the words of the report only, after the first two steps.
 */
static void end_kernel_fault(const struct abort_info *info,
			     struct pt_regs *regs)
{
	/*
	 * Without an address the abort is not about the access at pc, so a
	 * fix-up there would hide an error of the hardware.
	 */
	if (!info->address_valid)
		die(abort_cause_name(info->cause), regs, info);
	if (fixup_exception(regs))
		return;
	/*
	 * A missing table ends the walk before the domain is checked, so a
	 * stray user address may also arrive here (see do_domain_fault).
	 */
	if (info->far < PAGE_SIZE)
		die("the kernel used a NULL pointer", regs, info);
	if (info->far < TASK_SIZE)
		die("the kernel touched a user address outside uaccess", regs,
		    info);
	die("the kernel used a bad kernel address", regs, info);
}

/*
 * Ends the abort with a signal for a program, or with a fix-up or an oops for
 * the kernel. Always returns 0, for callers to return.
 */
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

/*
 * True if vma allows the access. Any right allows a read: the page tables
 * cannot grant write or execute without it (mmu/prot.c).
 */
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
 * Returns the VMA that contains far (cases 1 and 2), or NULL if there is none
 * and no stack may grow down to it. Hold mmap_lock for reading, so that the VMA
 * stays.
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

/*
 * No VMA allows the access. The event is recorded before the signal, which may
 * end the task.
 */
static int bad_area(const struct abort_info *info, struct pt_regs *regs,
		    int code)
{
	trace_event(TRACE_BAD, info->far, info->fsr, SIGSEGV, 0);
	return end_abort(info, regs, SIGSEGV, code);
}

/*
 * True if the fault happened in a copy whose caller holds a lock, and which
 * therefore must not wait for memory (asm/uaccess.h).
 */
static bool in_locked_copy(const struct pt_regs *regs)
{
	return regs->pc >= (uintptr_t)copies_locked_start &&
		regs->pc < (uintptr_t)copies_locked_end;
}

/*
 * A pager of the program provides this page (mm/memory.c). mmap_lock has been
 * released, because the pager needs it to install the page. A copy under a lock
 * fails instead: its caller must release that lock first.
 */
static int ask_pager(const struct abort_info *info, struct pt_regs *regs)
{
	if (in_locked_copy(regs))
		return -EFAULT;
	if (!services_missing_page(info->far, info->write, user_mode(regs))) {
		atomic_inc(&current_thread_info()->mm->maj_flt);
		return 0;
	}
	return end_abort(info, regs, SIGBUS, BUS_ADRERR);
}

/*
 * handle_mm_fault failed. Returns 0 to retry the access or after it was ended
 * with a signal; -EFAULT makes a copy fail.
 */
static int fault_error(const struct abort_info *info, struct pt_regs *regs,
		       u32 fault)
{
	if (fault & VM_FAULT_OOM) {
		/*
		 * The caller will release its lock and wait for the memory in
		 * fault_in_user.
		 */
		if (in_locked_copy(regs))
			return -EFAULT;
		/*
		 * Retry: the memory of the victim may suffice. If this task is
		 * dying, a program may retry as well, for it ends before it
		 * runs again; but a copy of the kernel must fail, or it would
		 * fault without end.
		 */
		return out_of_memory() || user_mode(regs) ? 0 : -EFAULT;
	}
	return fault & VM_FAULT_SIGBUS ?
		end_abort(info, regs, SIGBUS, BUS_ADRERR) :
		end_abort(info, regs, SIGSEGV, SEGV_MAPERR);
}

/*
 * True if the fault may be served. The kernel may fault on user memory only in
 * an instruction of uaccess, in a task that has an mm, and with interrupts on,
 * because serving the fault may sleep.
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

/*
 * Serves a fault on a user address. Linux's function of the same name also
 * retries without mmap_lock while a page is read; here files are in memory.
 */
static int do_page_fault(const struct abort_info *info, struct pt_regs *regs)
{
	struct mm_struct *mm = current_thread_info()->mm;
	struct vm_area_struct *vma;
	u32 fault;

	if (unlikely(!may_serve(info, regs, mm)))
		return end_abort(info, regs, SIGSEGV, SEGV_MAPERR);
	/*
	 * FSR and FAR are in info by now; another fault may overwrite the
	 * registers.
	 */
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
	/*
	 * All of these may sleep, or end the task, and so come after the
	 * unlock.
	 */
	if (unlikely(fault & VM_FAULT_PAGER))
		return ask_pager(info, regs);
	if (unlikely(fault & VM_FAULT_ERROR))
		return fault_error(info, regs, fault);
	return 0;
}

/* ---- kernel addresses -------------------------------------------- */

/*
 * A first-level entry is missing. In the user half that is an ordinary page
 * fault. In the kernel half it may be missing in these tables alone: vmalloc
 * and ioremap enter theirs in init_mm's (mmu/kmap.c).
 */
static int do_translation_fault(const struct abort_info *info,
				struct pt_regs *regs)
{
	if (likely(info->far < TASK_SIZE))
		return do_page_fault(info, regs);
	/*
	 * A program must not learn which kernel addresses are mapped, so it
	 * gets the same SIGSEGV for all of them.
	 */
	if (user_mode(regs) || sync_kernel_pgd(current_pgd(), info->far) != 0)
		return -EFAULT;
	trace_event(TRACE_SYNC, info->far, 0, 0, 0);
	return 0;
}

/* ---- domains ----------------------------------------------------- */

/*
 * The kernel accessed user memory while it was closed (asm/domain.h): by a
 * plain pointer, or in a uaccess function that did not open it. Both are bugs
 * of ours, so no fix-up may hide them. In user mode all domains are open and
 * this fault cannot happen.
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
 * An abort that was pending before this kernel had vectors belongs to an access
 * of the firmware or the loader, so it is reported and otherwise ignored.
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

/* For causes that no action here can cure: the table's signal follows. */
static int do_bad(const struct abort_info *info __unused_arg,
		  struct pt_regs *regs __unused_arg)
{
	return -EFAULT;
}

struct abort_action {
	abort_fn *fn;
	u8 sig, code; /* the signal if fn returns -EFAULT */
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

/* Inline: both entries are the path of every page fault. */
static inline void handle_abort(const struct abort_info *info,
				struct pt_regs *regs)
{
	const struct abort_action *action = &abort_actions[info->cause];

	if (unlikely(action->fn(info, regs) != 0))
		end_abort(info, regs, action->sig, action->code);
}

/*
 * Called by entry.S with interrupts off and the registers already read: the
 * next abort would overwrite them (DDI0406C B3.13).
 */
void do_DataAbort(u32 dfar, u32 dfsr, struct pt_regs *regs)
{
	struct abort_info info = decode_abort(dfsr, dfar, ABORT_DATA);

	handle_abort(&info, regs);
}

/* IFAR and IFSR are registers of their own; IFSR has no write bit. */
void do_PrefetchAbort(u32 ifar, u32 ifsr, struct pt_regs *regs)
{
	struct abort_info info = decode_abort(ifsr, ifar, ABORT_PREFETCH);

	handle_abort(&info, regs);
}
