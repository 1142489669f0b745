/*
 * services/process_vm/process_vm.h - copying memory between processes.
 */
#ifndef SERVICES_PROCESS_VM_PROCESS_VM_H
#define SERVICES_PROCESS_VM_PROCESS_VM_H

#include <trap/core_calls.h>
#include <types.h>

#define PROCESS_VM_CALLS CALL(process_vm_readv), CALL(process_vm_writev)

/*
 * The calls, with Linux's arguments. local and remote are addresses of struct
 * iovec lists of the caller's; remote's entries are addresses of process pid.
 * Returns the bytes copied, or -ESRCH, -EPERM, -EINVAL, -EFAULT, -ENOMEM.
 */
s32 sys_process_vm_readv(s32 pid, uaddr_t local, u32 nr_local, uaddr_t remote,
			 u32 nr_remote, u32 flags);
s32 sys_process_vm_writev(s32 pid, uaddr_t local, u32 nr_local, uaddr_t remote,
			  u32 nr_remote, u32 flags);

#endif
