/*
 * A program's fatal fault, explained.
 *
 * What it tried, what the MMU said, where its VMAs lie around the address,
 * what the tables hold, and the conclusion. For who debugs it, hence KERN_INFO:
 * `quiet` keeps it off the console. Owns no state.
 */
#include <file.h>
#include <stdio.h>
#include <trap/internal.h>

#define NEIGHBOURS 2 /* VMAs shown on each side */

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

static const char *access_word(const struct abort_info *info)
{
	if (info->kind == ABORT_PREFETCH)
		return "executed";
	return info->write ? "wrote to" : "read from";
}

/* ---- the VMAs around the address --------------------------------- */

static void vma_text(const struct vm_area_struct *vma, char *buf, size_t bytes)
{
	char name[64] = "";
	const struct mm_struct *mm = vma->vm_mm;

	if (vma->vm_file)
		file_path(vma->vm_file, name, sizeof(name));
	else if (vma->vm_flags & VM_GROWSDOWN)
		snprintf(name, sizeof(name), "[stack]");
	else if (vma->vm_start <= mm->brk && vma->vm_end >= mm->start_brk)
		snprintf(name, sizeof(name), "[heap]");
	snprintf(buf, bytes, "%08x-%08x %c%c%c%c %s",
		 (unsigned int)vma->vm_start, (unsigned int)vma->vm_end,
		 vma->vm_flags & VM_READ ? 'r' : '-',
		 vma->vm_flags & VM_WRITE ? 'w' : '-',
		 vma->vm_flags & VM_EXEC ? 'x' : '-',
		 vma->vm_flags & VM_SHARED ? 's' : 'p', name);
}

static void show_vma(const struct vm_area_struct *vma, uaddr_t far)
{
	char text[112];
	bool here = far >= vma->vm_start && far < vma->vm_end;

	vma_text(vma, text, sizeof(text));
	pr_info("    %s %s\n", here ? "->" : "  ", text);
	cond_resched(); /* the console is slow */
}

/* mmap_lock held for reading. Returns the VMA that holds far, or NULL. */
static const struct vm_area_struct *show_neighbours(struct mm_struct *mm,
						    uaddr_t far)
{
	struct vm_area_struct *vma = find_vma(mm, far), *at;
	struct vm_area_struct *found = vma && vma->vm_start <= far ? vma : NULL;

	pr_info("  its VMAs there (of %u):\n", (unsigned int)mm->map_count);
	at = vma ? TAILQ_PREV(vma, vma_list, vm_link) :
		   TAILQ_LAST(&mm->mmap, vma_list);
	for (int i = 1;
	     at && i < NEIGHBOURS && TAILQ_PREV(at, vma_list, vm_link); i++)
		at = TAILQ_PREV(at, vma_list, vm_link);
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

static const char *denied(const struct vm_area_struct *vma,
			  const struct abort_info *info)
{
	if (info->kind == ABORT_PREFETCH)
		return "the VMA has no execute right: data is not code";
	if (info->write)
		return "the VMA has no write right: text and constants are read-only";
	return vma->vm_flags & VM_ACCESS_FLAGS ?
		"the VMA allows this access; the page could not be had" :
		"the VMA allows no access at all (PROT_NONE)";
}

/* Is far within the guard gap of a stack that could not grow to it? */
static bool below_stack(struct mm_struct *mm, uaddr_t far)
{
	const struct vm_area_struct *next = find_vma(mm, far);

	return next && next->vm_start > far && next->vm_flags & VM_GROWSDOWN &&
		next->vm_start - far <= STACK_GUARD_GAP;
}

static const char *verdict(struct mm_struct *mm,
			   const struct vm_area_struct *vma,
			   const struct abort_info *info, int sig, int code)
{
	if (sig == SIGBUS && code == BUS_ADRALN)
		return "this instruction needs an aligned address";
	if (sig == SIGBUS && code == BUS_ADRERR)
		return vma && vma->vm_flags & VM_UFFD_MISSING ?
			"its pager lets nobody wait for a page" :
			"the page lies past the end of the mapped file";
	if (sig == SIGBUS)
		return "the memory system answered with an error";
	if (info->far >= TASK_SIZE)
		return "addresses from 0xc0000000 up are the kernel's alone";
	if (vma)
		return denied(vma, info);
	if (below_stack(mm, info->far))
		return "the stack may not grow further (RLIMIT_STACK): a recursion without end?";
	if (info->far < PAGE_SIZE)
		return "page 0 is never mapped, so that NULL pointers are caught here";
	return "no VMA covers the address: nothing was ever mapped there, or it is unmapped again";
}

/* The VMAs of mm, or of none: a kernel thread never comes here. */
static void show_maps(struct mm_struct *mm, const struct abort_info *info,
		      int sig, int code)
{
	const struct vm_area_struct *vma;

	down_read(&mm->mmap_lock);
	vma = show_neighbours(mm, info->far);
	pr_info("  so: %s\n", verdict(mm, vma, info, sig, code));
	up_read(&mm->mmap_lock);
}

void report_user_fault(const struct pt_regs *regs,
		       const struct abort_info *info, int sig, int code)
{
	struct mm_struct *mm = current_thread_info()->mm;

	pr_info("%s[%d] %s address 0x%08x at pc 0x%08x: %s\n", current->comm,
		(int)current->pid, access_word(info), (unsigned int)info->far,
		(unsigned int)regs->pc, signal_word(sig, code));
	pr_info("  the MMU says: %s (%s 0x%03x)\n",
		abort_cause_name(info->cause),
		info->kind == ABORT_PREFETCH ? "IFSR" : "DFSR",
		(unsigned int)info->fsr);
	if (!info->address_valid)
		return;
	show_pte(current_pgd(), info->far);
	show_maps(mm, info, sig, code);
}

void report_user_trap(const struct user_trap *trap, const struct pt_regs *regs,
		      u32 number)
{
	bool thumb = regs->cpsr & PSR_T;

	pr_info("%s[%d] %s 0x%0*x at pc 0x%08x (%s): %s\n", current->comm,
		(int)current->pid, trap->what,
		thumb && number < 0x10000 ? 4 : 8, (unsigned int)number,
		(unsigned int)regs->pc, thumb ? "Thumb" : "ARM",
		signal_word(trap->sig, trap->code));
	pr_info("  so: %s\n", trap->verdict);
}
