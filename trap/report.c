/*
 * A program's fatal fault, explained.
 *
 * What it tried, what the MMU reported, where its VMAs lie around the address,
 * what the tables hold, and the conclusion. It is for the program's developer,
 * hence KERN_INFO: `quiet` keeps it off the console. Owns no state.
 */
#include <file.h>
#include <stdio.h>
#include <trap/internal.h>

#define NEIGHBOURS 2 /* VMAs shown on each side */

/*
 * The signals that a fault can end in; the last is for causes that no handler
 * may see.
 */
static const char *signal_word(int sig, int code)
{
	switch (sig) {
	case SIGSEGV:
		return code == SEGV_ACCERR ? "SIGSEGV, SEGV_ACCERR" :
					     "SIGSEGV, SEGV_MAPERR";
	case SIGBUS:
		return code == BUS_ADRALN ?
			"SIGBUS, BUS_ADRALN" :
			(code == BUS_ADRERR ? "SIGBUS, BUS_ADRERR" : "SIGBUS");
	case SIGTRAP:
		return "SIGTRAP";
	case SIGILL:
		return "SIGILL";
	default:
		return "SIGKILL";
	}
}

/* The verb of the first line. */
static const char *access_word(const struct abort_info *info)
{
	if (info->kind == ABORT_PREFETCH)
		return "executed";
	return info->write ? "wrote to" : "read from";
}

/* ---- the VMAs around the address --------------------------------- */

/*
 * One VMA in the format of /proc/PID/maps, without the columns that do not
 * matter here. Hold mmap_lock.
 */
static void vma_text(const struct vm_area_struct *vma, char *buf, size_t bytes)
{
	char name[64] = "";
	const struct mm_struct *mm = vma->vm_mm;

	if (vma->vm_file)
		file_path(vma->vm_file, name, sizeof(name));
	else if (vma->vm_flags & VM_GROWSDOWN)
		snprintf(name, sizeof(name), "[stack]");
	/*
	 * Linux's test in /proc/PID/maps: any VMA that touches the brk range.
	 */
	else if (vma->vm_start <= mm->brk && vma->vm_end >= mm->start_brk)
		snprintf(name, sizeof(name), "[heap]");
	snprintf(buf, bytes, "%08x-%08x %c%c%c%c %s",
		 (unsigned int)vma->vm_start, (unsigned int)vma->vm_end,
		 vma->vm_flags & VM_READ ? 'r' : '-',
		 vma->vm_flags & VM_WRITE ? 'w' : '-',
		 vma->vm_flags & VM_EXEC ? 'x' : '-',
		 vma->vm_flags & VM_SHARED ? 's' : 'p', name);
}

/* Marks the VMA that contains far with an arrow. */
static void show_vma(const struct vm_area_struct *vma, uaddr_t far)
{
	char text[112];
	bool here = far >= vma->vm_start && far < vma->vm_end;

	vma_text(vma, text, sizeof(text));
	pr_info("    %s %s\n", here ? "->" : "  ", text);
	cond_resched(); /* the console is slow */
}

/*
 * Prints the VMAs around far. Hold mmap_lock for reading. Returns the VMA that
 * contains far, or NULL.
 */
static const struct vm_area_struct *show_neighbours(struct mm_struct *mm,
						    uaddr_t far)
{
	struct vm_area_struct *vma = find_vma(mm, far), *at;
	struct vm_area_struct *found = vma && vma->vm_start <= far ? vma : NULL;

	pr_info("  VMAs around the address (%u in all):\n",
		(unsigned int)mm->map_count);
	/*
	 * find_vma returns the first VMA that ends above far, so the neighbours
	 * below it are the ones before.
	 */
	at = vma ? TAILQ_PREV(vma, vma_list, vm_link) :
		   TAILQ_LAST(&mm->mmap, vma_list);
	for (int i = 1;
	     at && i < NEIGHBOURS && TAILQ_PREV(at, vma_list, vm_link); i++)
		at = TAILQ_PREV(at, vma_list, vm_link);
	/* Back first, then forward, so that addresses ascend as in maps. */
	for (; at && at != vma; at = TAILQ_NEXT(at, vm_link))
		show_vma(at, far);
	if (!found)
		pr_info("    -> %08x lies in none of them\n",
			(unsigned int)far);
	for (int i = 0; vma && i < NEIGHBOURS; i++) {
		show_vma(vma, far);
		vma = TAILQ_NEXT(vma, vm_link);
	}
	return found;
}

/* ---- the conclusion ---------------------------------------------- */

/* The conclusion where a VMA contains the address. */
static const char *denied(const struct vm_area_struct *vma,
			  const struct abort_info *info)
{
	if (info->kind == ABORT_PREFETCH)
		return "the VMA has no execute right: data is not code";
	if (info->write)
		return "the VMA has no write right: text and constants are read-only";
	return vma->vm_flags & VM_ACCESS_FLAGS ?
		"the VMA allows this access, but no page could be provided" :
		"the VMA allows no access at all (PROT_NONE)";
}

/*
 * True if far lies within the guard gap of a stack that could not grow to it:
 * then the stack, not a stray pointer, is the likely cause.
 */
static bool below_stack(struct mm_struct *mm, uaddr_t far)
{
	const struct vm_area_struct *next = find_vma(mm, far);

	return next && next->vm_start > far && next->vm_flags & VM_GROWSDOWN &&
		next->vm_start - far <= STACK_GUARD_GAP;
}

/*
 * From the particular to the general: the first sentence that applies is the
 * most helpful.
 */
static const char *verdict(struct mm_struct *mm,
			   const struct vm_area_struct *vma,
			   const struct abort_info *info, int sig, int code)
{
	if (sig == SIGBUS && code == BUS_ADRALN)
		return "this instruction needs an aligned address";
	if (sig == SIGBUS && code == BUS_ADRERR)
		return vma && vma->vm_flags & VM_UFFD_MISSING ?
			"the pager of this VMA does not let the access wait for a page" :
			"the page lies past the end of the mapped file";
	if (sig == SIGBUS)
		return "the memory system returned an error";
	if (info->far >= TASK_SIZE)
		return "addresses from 0xc0000000 up belong to the kernel";
	if (vma)
		return denied(vma, info);
	if (below_stack(mm, info->far))
		return "the stack may not grow further (RLIMIT_STACK): a recursion without end?";
	if (info->far < PAGE_SIZE)
		return "page 0 is never mapped, so that NULL pointers are caught here";
	return "no VMA contains the address: it was never mapped, or is unmapped again";
}

/*
 * Takes mmap_lock for reading, for the VMAs must not change between the list
 * and the verdict. A kernel thread, which has no mm, never comes here.
 */
static void show_maps(struct mm_struct *mm, const struct abort_info *info,
		      int sig, int code)
{
	const struct vm_area_struct *vma;

	down_read(&mm->mmap_lock);
	vma = show_neighbours(mm, info->far);
	pr_info("  why: %s\n", verdict(mm, vma, info, sig, code));
	up_read(&mm->mmap_lock);
}

/*
 * Takes mmap_lock and waits for the console, so it may sleep; the fault must
 * have released its locks.
 */
void report_user_fault(const struct pt_regs *regs,
		       const struct abort_info *info, int sig, int code)
{
	struct mm_struct *mm = current_thread_info()->mm;

	pr_info("%s[%d] %s address 0x%08x at pc 0x%08x: %s\n", current->comm,
		(int)current->pid, access_word(info), (unsigned int)info->far,
		(unsigned int)regs->pc, signal_word(sig, code));
	pr_info("  the MMU reports: %s (%s 0x%03x)\n",
		abort_cause_name(info->cause),
		info->kind == ABORT_PREFETCH ? "IFSR" : "DFSR",
		(unsigned int)info->fsr);
	/* FAR is UNKNOWN then; walking it would mislead. */
	if (!info->address_valid)
		return;
	show_pte(current_pgd(), info->far);
	show_maps(mm, info, sig, code);
}

/* For an instruction or call: there is no address to walk. */
void report_user_trap(const struct user_trap *trap, const struct pt_regs *regs,
		      u32 number)
{
	bool thumb = regs->cpsr & PSR_T;

	/* Four digits for a 16-bit Thumb instruction, as in a disassembly. */
	pr_info("%s[%d] %s 0x%0*x at pc 0x%08x (%s): %s\n", current->comm,
		(int)current->pid, trap->what,
		thumb && number < 0x10000 ? 4 : 8, (unsigned int)number,
		(unsigned int)regs->pc, thumb ? "Thumb" : "ARM",
		signal_word(trap->sig, trap->code));
	pr_info("  why: %s\n", trap->verdict);
}
