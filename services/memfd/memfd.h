/*
 * services/memfd/memfd.h - memfd_create: files that have no name.
 */
#ifndef SERVICES_MEMFD_MEMFD_H
#define SERVICES_MEMFD_MEMFD_H

#include <service.h>
#include <trap/core_calls.h>
#include <types.h>

extern const struct service memfd_service;

#define MEMFD_CALLS CALL(memfd_create)

/*
 * memfd_create(2): name is shown by /proc, flags are MFD_*. The new descriptor,
 * or -EINVAL, -EFAULT, -ENOMEM, -EMFILE; -ENOSYS for huge pages.
 */
s32 sys_memfd_create(uaddr_t name, u32 flags);

#endif
