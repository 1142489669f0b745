/*
 * services/uffd/uffd.h - pagers that are programs.
 */
#ifndef SERVICES_UFFD_UFFD_H
#define SERVICES_UFFD_UFFD_H

#include <service.h>
#include <trap/core_calls.h>
#include <types.h>

extern const struct service uffd_service;

#define UFFD_CALLS CALL(userfaultfd)

/* vm.unprivileged_userfaultfd: pagers of any user may stop the kernel's accesses. */
extern bool unprivileged_userfaultfd;

s32 sys_userfaultfd(u32 flags);

#endif
