/*
 * services/uffd/uffd.h - userfaultfd: programs that supply the pages of others.
 */
#ifndef SERVICES_UFFD_UFFD_H
#define SERVICES_UFFD_UFFD_H

#include <service.h>
#include <trap/core_calls.h>
#include <types.h>

extern const struct service uffd_service;

#define UFFD_CALLS CALL(userfaultfd)

/*
 * /proc/sys/vm/unprivileged_userfaultfd: whether any user's pager may also
 * delay the kernel's own accesses to user memory.
 */
extern bool unprivileged_userfaultfd;

/* userfaultfd(2). A descriptor, -EINVAL, -EPERM, -ENOMEM or -EMFILE. */
s32 sys_userfaultfd(u32 flags);

#endif
