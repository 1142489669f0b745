/*
 * services/poll/async.h - files that tell their owner when they become readier.
 */
#ifndef SERVICES_POLL_ASYNC_H
#define SERVICES_POLL_ASYNC_H

#include <services/signal/owner.h>
#include <types.h>

struct file;
struct service;

/* The signal for the owner of a file that became readier. */
struct async_news {
	struct file_owner owner; /* all 0: nobody */
	u32 sig;                 /* of F_SETSIG; 0: SIGIO, without the rest */
	s32 code, band; /* POLL_IN or POLL_OUT; the poll events, POLL* */
	u32 fd;         /* by which O_ASYNC was set */
};

/*
 * What a file's ioctl does for FIOASYNC, with arg 0 or 1: from now on the file's owner
 * gets SIGIO when *in or *out, members of its poll_edges or NULL, advance, or no more.
 * The caller has a reference to the file, and the edges live as long as it. Returns
 * 0 or -ENOMEM.
 */
int __must_check poll_async(struct file *file, const u32 *in, const u32 *out,
			    bool on);
/*
 * The same for a terminal, which has an owner then: the process group pgrp or, if that
 * is 0, the running process, unless there is one already. Also -ESRCH.
 */
int __must_check poll_async_owned(struct file *file, const u32 *in, s32 pgrp,
				  bool on);
/* O_ASYNC was set by descriptor fd, which the signal of F_SETSIG has in si_fd. */
void async_set_fd(const struct file *file, u32 fd);
/*
 * F_SETOWN, F_GETOWN, F_SETOWN_EX, F_GETOWN_EX, F_SETSIG and F_GETSIG, with Linux's
 * results.
 */
s32 owner_fcntl(struct file *file, u32 cmd, u32 arg);
/* The file ends: it has no owner any more. */
void async_forget(const struct file *file);

/*
 * Looks whether the next of the files of which one may have news has any. Sets *news,
 * if it has none to nobody. Returns false if no file is left. Any context.
 */
bool look_at_next(struct async_news *news);
/*
 * Lets the service's timer expire after so many ns if a file is to be looked at, or if
 * there is `more` to be told of the last one. Any context.
 */
void go_on_telling(u32 after_ns, bool more);
/* At boot: when there is news, the service's timer_expired() is called. */
void async_init(const struct service *service);

#endif
