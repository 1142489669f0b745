/*
 * services/uffd/fault.c - tasks that wait for a page, and the messages about
 * them that their pager reads.
 */
#include <asm/uaccess.h>
#include <proc/proc.h>
#include <sched.h>
#include <services/poll/poll.h>
#include <services/uffd/internal.h>

/* ---- the program ------------------------------------------------- */

/*
 * Puts fault on the list of the uffd that supplies its page, and returns that
 * uffd with a reference; NULL: the range is not registered any more. Hold
 * mmap_lock. The order prevents a lost wake-up: a pager that supplies the page
 * after fault is on the list wakes it, and a page that came before is found by
 * follow_pte().
 */
static struct uffd *ask_for_page(struct mm_struct *mm, struct missing *fault)
{
	struct vm_area_struct *vma = find_vma(mm, fault->address);
	struct uffd *uffd;
	pte_t pte;

	if (!vma || vma->vm_start > fault->address ||
	    !(vma->vm_flags & VM_UFFD_MISSING))
		return NULL; /* unregistered since the fault */
	uffd = vma->vm_private_data;
	spin_lock(&uffd->lock);
	TAILQ_INSERT_TAIL(&uffd->faults, fault, link);
	spin_unlock(&uffd->lock);
	/*
	 * mmap_lock is released soon, and with it what keeps the VMA's pointer
	 * valid.
	 */
	atomic_inc(&uffd->count);
	if (!follow_pte(mm, fault->address, &pte))
		uffd_wake(uffd, fault->address & PAGE_MASK, PAGE_SIZE);
	return uffd;
}

/*
 * Whether the program or the caller chose not to wait: it then gets SIGBUS, or
 * a system call -EFAULT.
 */
static bool refuses(const struct uffd *uffd, bool user)
{
	return uffd->features & UFFD_FEATURE_SIGBUS ||
		(!user && uffd->user_mode_only);
}

/*
 * A user access ends its wait for any signal: the handler can run, and after it
 * the access is made again. A system call cannot be restarted halfway, so only
 * a fatal signal ends its wait, with -EFAULT.
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
		err = 0; /* the page came in between */
	} else if (!refuses(uffd, user)) {
		/*
		 * After mmap_lock is released, which the pager's ioctl needs.
		 */
		wake_up(&uffd->pager);
		poll_wake(&uffd->edges.in);
		err = wait_for_page(uffd, &fault, user);
	}
	/*
	 * fault is on this stack, so it must be off the list before the return.
	 */
	spin_lock(&uffd->lock);
	if (!fault.woken)
		TAILQ_REMOVE(&uffd->faults, &fault, link);
	spin_unlock(&uffd->lock);
	uffd_put(uffd);
	return err;
}

/* ---- the pager --------------------------------------------------- */

/*
 * Takes their entries off the list, and sets `woken` so that their tasks do
 * not.
 */
void uffd_wake(struct uffd *uffd, uaddr_t start, u32 bytes)
{
	struct missing *fault, *next;

	spin_lock(&uffd->lock);
	TAILQ_FOREACH_SAFE(fault, &uffd->faults, link, next) {
		/* Unsigned: an address below start is far above it. */
		if (fault->address - start >= bytes)
			continue;
		TAILQ_REMOVE(&uffd->faults, fault, link);
		WRITE_ONCE(fault->woken, true);
	}
	spin_unlock(&uffd->lock);
	wake_up(&uffd->program);
}

/* The oldest fault that no read has returned, or NULL. Hold uffd->lock. */
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

/* The fault stays on the list: the page is still missing. */
bool uffd_next_fault(struct uffd *uffd, struct uffd_msg *msg)
{
	struct missing *fault;

	*msg = (struct uffd_msg){ .event = UFFD_EVENT_PAGEFAULT };
	spin_lock(&uffd->lock);
	fault = first_untold(uffd);
	if (fault) {
		/* Several threads may read; each fault goes to one of them. */
		fault->told = true;
		msg->flags = fault->write ? UFFD_PAGEFAULT_FLAG_WRITE : 0;
		msg->address = fault->address & PAGE_MASK;
		if (uffd->features & UFFD_FEATURE_THREAD_ID)
			msg->ptid = (u32)fault->tid;
	}
	spin_unlock(&uffd->lock);
	return fault;
}
