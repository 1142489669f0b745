/*
 * services/uffd/internal.h - the way of a fault to a pager, and back.
 *
 *	the program				its pager
 *	  touches a page of a VMA with
 *	  VM_UFFD_MISSING: handle_mm_fault
 *	  says VM_FAULT_PAGER
 *	  missing_page (fault.c): a struct
 *	  missing in uffd->faults, asleep
 *						read: a struct uffd_msg
 *						finds the bytes, wherever
 *						ioctl UFFDIO_COPY (ranges.c):
 *						fill_missing_page, wake
 *	  the access is made again
 *
 * Locks: mmap_lock before uffd->lock. A VMA's vm_private_data is the uffd, not
 * counted: whoever closes the last descriptor takes it from all VMAs, with
 * mmap_lock held for writing, before it goes.
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
	bool told;  /* uffd->lock: the pager has read of it */
	bool woken; /* uffd->lock: it may try again */
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
	struct wait_queue_head pager;   /* in read */
	struct wait_queue_head program; /* for a page */
	struct poll_edges edges;        /* faults; see poll_wake */
};

/* ---- uffd.c ------------------------------------------------------ */

void uffd_put(struct uffd *uffd);

/* ---- fault.c ----------------------------------------------------- */

/* The hook of the fault path; as in include/service.h. */
int uffd_missing_page(uaddr_t va, bool write, bool user);
/* Let those try again who wait for a page of [start, start + bytes). */
void uffd_wake(struct uffd *uffd, uaddr_t start, u32 bytes);
/* The oldest fault that the pager has not read of. False: there is none. */
bool uffd_next_fault(struct uffd *uffd, struct uffd_msg *msg);
/* Is there one? */
bool uffd_has_fault(struct uffd *uffd);

/* ---- ranges.c: ioctls; 0 or -errno ------------------------------- */

s32 uffd_register(struct uffd *uffd, uaddr_t arg);
s32 uffd_unregister(struct uffd *uffd, uaddr_t arg);
s32 uffd_wake_range(struct uffd *uffd, uaddr_t arg);
s32 uffd_copy(struct uffd *uffd, uaddr_t arg);
s32 uffd_zeropage(struct uffd *uffd, uaddr_t arg);
/* It is nobody's pager any more. */
void uffd_leave(struct uffd *uffd);

#endif
