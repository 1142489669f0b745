/*
 * services/signal/pgrp.h - one signal for all processes of a group.
 */
#ifndef SERVICES_SIGNAL_PGRP_H
#define SERVICES_SIGNAL_PGRP_H

#include <services/signal/internal.h>
#include <services/signal/owner.h>

/*
 * The sending of one signal to a group, which may have thousands of processes.
 * A few get it at a time, then other tasks run. A caller that cannot wait for
 * the rest, an interrupt handler or a holder of tasklist_lock, leaves it to a
 * timer.
 */
struct pgrp_walk {
	s32 pgrp;
	struct kernel_siginfo info;
	struct file_owner owner; /* sends it; all 0: the kernel or the caller */
	struct task_struct
		*next;      /* holds a reference: the next process, or NULL */
	u32 found, refused; /* tried so far; not permitted */
	u32 most;           /* the walk ends after so many */
};

/*
 * Sends the signal to some more processes of the group. Returns false after the
 * last one. Hold tasklist_lock. (pgrp.c)
 */
bool walk_on(struct pgrp_walk *walk);

/* At boot. (pgrp.c) */
void pgrp_init(void);

#endif
