/*
 * services/uffd/fault.c - tasks that wait for a page, and how their pager hears
 * of it.
 */
#include <asm/uaccess.h>
#include <proc/proc.h>
#include <sched.h>
#include <services/poll/poll.h>
#include <services/uffd/internal.h>

/* ---- the program ------------------------------------------------- */

/*
 * The pager of va's page, with a reference, in whose list fault now is; NULL:
 * nobody is asked. The order matters: a pager that brings the page after fault is
 * in the list wakes it, and one that has brought it before is seen here.
 */
static struct uffd *ask_for_page(struct mm_struct *mm, struct missing *fault)
{
	struct vm_area_struct *vma = find_vma(mm, fault->address);
	struct uffd *uffd;
	pte_t pte;

	if (!vma || vma->vm_start > fault->address ||
	    !(vma->vm_flags & VM_UFFD_MISSING))
		return NULL; /* it was the pager's, and is not any more */
	uffd = vma->vm_private_data;
	spin_lock(&uffd->lock);
	TAILQ_INSERT_TAIL(&uffd->faults, fault, link);
	spin_unlock(&uffd->lock);
	atomic_inc(&uffd->count);
	if (!follow_pte(mm, fault->address, &pte))
		uffd_wake(uffd, fault->address & PAGE_MASK, PAGE_SIZE);
	return uffd;
}

/* As they were asked for, no page is waited for: SIGBUS, or EFAULT of a call. */
static bool refuses(const struct uffd *uffd, bool user)
{
	return uffd->features & UFFD_FEATURE_SIGBUS ||
		(!user && uffd->user_mode_only);
}

/*
 * A program leaves off for any signal: its handler may run, and after it the
 * access is made once more. A system call does only if the task is killed.
 */
static int wait_for_page(struct uffd *uffd, const struct missing *fault,
			 bool user)
{
	if (!user)
		return wait_event_killable(&uffd->program,
					   READ_ONCE(fault->woken)) ?
			-EFAULT :
			0;
	(void)wait_event_interruptible(&uffd->program, READ_ONCE(fault->woken));
	return 0;
}

int uffd_missing_page(uaddr_t va, bool write, bool user)
{
	struct mm_struct *mm = current_thread_info()->mm;
	struct missing fault = {
		.address = va,
		.write = write,
		.tid = current->pid,
	};
	struct uffd *uffd;
	int err = -EFAULT;

	down_read(&mm->mmap_lock);
	uffd = ask_for_page(mm, &fault);
	up_read(&mm->mmap_lock);
	if (!uffd)
		return 0;
	if (fault.woken) {
		err = 0; /* it is there by now */
	} else if (!refuses(uffd, user)) {
		wake_up(&uffd->pager);
		poll_wake(&uffd->edges.in);
		err = wait_for_page(uffd, &fault, user);
	}
	spin_lock(&uffd->lock);
	if (!fault.woken)
		TAILQ_REMOVE(&uffd->faults, &fault, link);
	spin_unlock(&uffd->lock);
	uffd_put(uffd);
	return err;
}

/* ---- the pager --------------------------------------------------- */

void uffd_wake(struct uffd *uffd, uaddr_t start, u32 bytes)
{
	struct missing *fault, *next;

	spin_lock(&uffd->lock);
	TAILQ_FOREACH_SAFE(fault, &uffd->faults, link, next) {
		if (fault->address - start >= bytes)
			continue;
		TAILQ_REMOVE(&uffd->faults, fault, link);
		WRITE_ONCE(fault->woken, true);
	}
	spin_unlock(&uffd->lock);
	wake_up(&uffd->program);
}

/* uffd->lock held. */
static struct missing *first_untold(struct uffd *uffd)
{
	struct missing *fault;

	TAILQ_FOREACH(fault, &uffd->faults, link)
		if (!fault->told)
			return fault;
	return NULL;
}

bool uffd_has_fault(struct uffd *uffd)
{
	bool has;

	spin_lock(&uffd->lock);
	has = first_untold(uffd);
	spin_unlock(&uffd->lock);
	return has;
}

bool uffd_next_fault(struct uffd *uffd, struct uffd_msg *msg)
{
	struct missing *fault;

	*msg = (struct uffd_msg){ .event = UFFD_EVENT_PAGEFAULT };
	spin_lock(&uffd->lock);
	fault = first_untold(uffd);
	if (fault) {
		fault->told = true;
		msg->flags = fault->write ? UFFD_PAGEFAULT_FLAG_WRITE : 0;
		msg->address = fault->address & PAGE_MASK;
		if (uffd->features & UFFD_FEATURE_THREAD_ID)
			msg->ptid = (u32)fault->tid;
	}
	spin_unlock(&uffd->lock);
	return fault;
}
