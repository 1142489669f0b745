/*
 * services/uffd/internal.h - how a fault reaches a pager, and how the page
 * comes.
 *
 *	the program				its pager
 *	  touches a page of a VMA with
 *	  VM_UFFD_MISSING: handle_mm_fault
 *	  returns VM_FAULT_PAGER
 *	  missing_page (fault.c): a struct
 *	  missing in uffd->faults, asleep
 *						read: a struct uffd_msg
 *						finds the bytes, wherever
 *						ioctl UFFDIO_COPY (ranges.c):
 *						fill_missing_page, wake
 *	  the access is made again
 *
 * Locks: mmap_lock before uffd->lock. A VMA's vm_private_data points to the
 * uffd without a reference: closing the last descriptor clears the pointer in
 * all VMAs, with mmap_lock held for writing, before the uffd is freed.
 */
#ifndef SERVICES_UFFD_INTERNAL_H
#define SERVICES_UFFD_INTERNAL_H

#include <fs/fs.h>
#include <mm/mm.h>
#include <services/uffd/uffd.h>
#include <uapi/userfaultfd.h>

/* A task that waits for a page; on its stack. */
struct missing {
	TAILQ_ENTRY(missing) link; /* uffd->lock */
	uaddr_t address;           /* constant, as are the next two */
	bool write;
	s32 tid;
	bool told;  /* uffd->lock: the pager has read its message */
	bool woken; /* uffd->lock: off the list; the task may try again */
};

TAILQ_HEAD(missing_list, missing);

/* An open userfaultfd: its file has a reference, and each task that waits. */
struct uffd {
	atomic_t count;
	struct mm_struct *mm; /* constant; mm_count */
	bool user_mode_only;  /* constant */
	spinlock_t lock;
	/* lock */
	bool ready; /* UFFDIO_API was called */
	u32 features;
	struct missing_list faults;     /* not woken yet; oldest first */
	struct wait_queue_head pager;   /* tasks in read */
	struct wait_queue_head program; /* tasks that wait for a page */
	struct poll_edges edges;        /* faults; see poll_wake */
};

/* ---- uffd.c ------------------------------------------------------ */

/* Drops a reference; the last one frees. Hold no spinlock. */
void uffd_put(struct uffd *uffd);

/* ---- fault.c ----------------------------------------------------- */

/*
 * service.missing_page: waits until va's page is supplied. user: the access
 * came from user mode. Hold no lock. 0: make the access again, or -EFAULT.
 */
int uffd_missing_page(uaddr_t va, bool write, bool user);
/* Wakes the tasks that wait for a page in [start, start + bytes). */
void uffd_wake(struct uffd *uffd, uaddr_t start, u32 bytes);
/*
 * Stores the message of the oldest fault that no read has returned, and marks
 * it as returned. False: there is none.
 */
bool uffd_next_fault(struct uffd *uffd, struct uffd_msg *msg);
/* Whether there is such a fault. */
bool uffd_has_fault(struct uffd *uffd);

/* ---- ranges.c ---------------------------------------------------- */

/*
 * The ioctls of the same names; arg is the user address of Linux's structure.
 * They take mmap_lock of the registered address space, so hold no lock. 0 or
 * -errno.
 */
s32 uffd_register(struct uffd *uffd, uaddr_t arg);
s32 uffd_unregister(struct uffd *uffd, uaddr_t arg);
s32 uffd_wake_range(struct uffd *uffd, uaddr_t arg);
s32 uffd_copy(struct uffd *uffd, uaddr_t arg);
s32 uffd_zeropage(struct uffd *uffd, uaddr_t arg);
s32 uffd_writeprotect(uaddr_t arg);
/* Takes all its VMAs from uffd and wakes all tasks that wait for it. */
void uffd_leave(struct uffd *uffd);

#endif
