/*
 * services/process_vm/process_vm.h - copying memory between
 * processes, and comparing what they share.
 */
#ifndef SERVICES_PROCESS_VM_PROCESS_VM_H
#define SERVICES_PROCESS_VM_PROCESS_VM_H

#include <trap/core_calls.h>
#include <types.h>

/* clang-format off */
#define PROCESS_VM_CALLS \
	CALL(process_vm_readv), CALL(process_vm_writev), CALL(kcmp)
/* clang-format on */

/*
 * The calls, with Linux's arguments. local and remote are addresses of struct
 * iovec lists of the caller's; remote's entries are addresses of process pid.
 * Returns the bytes copied, or -ESRCH, -EPERM, -EINVAL, -EFAULT, -ENOMEM.
 */
s32 sys_process_vm_readv(s32 pid, uaddr_t local, u32 nr_local, uaddr_t remote,
			 u32 nr_remote, u32 flags);
s32 sys_process_vm_writev(s32 pid, uaddr_t local, u32 nr_local, uaddr_t remote,
			  u32 nr_remote, u32 flags);
/*
 * Compares a resource (type: KCMP_*) of two tasks; fd1 and fd2 are descriptors
 * of theirs, for KCMP_FILE alone. Returns 0 if they share it, 1 or 2 if one of
 * the two comes before the other in an order that has no other meaning, or
 * -ESRCH, -EPERM (the caller may not trace both), -EBADF, -EINVAL, -EOPNOTSUPP.
 */
s32 sys_kcmp(s32 pid1, s32 pid2, u32 type, u32 fd1, u32 fd2);

#endif
