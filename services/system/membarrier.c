/*
 * membarrier: on return each thread of a process has passed a full memory
 * barrier. With one core a thread that does not run has been switched away
 * from, and its accesses are complete: only the caller's own barrier remains to
 * be done. If it was in a restartable sequence, it leaves that when it runs again
 * (services/rseq).
 */
#include <asm/barrier.h>
#include <mm_types.h>
#include <sched.h>
#include <services/system/system.h>
#include <thread_info.h>
#include <uapi/membarrier.h>

#define COMMANDS                                                   \
	(MEMBARRIER_CMD_GLOBAL | MEMBARRIER_CMD_GLOBAL_EXPEDITED | \
	 MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED |                \
	 MEMBARRIER_CMD_PRIVATE_EXPEDITED |                        \
	 MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED |               \
	 MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE |              \
	 MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE |     \
	 MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ |                   \
	 MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ)

/*
 * Executes the barrier if the process has registered for this command, which
 * Linux demands before its first use: 0 or -EPERM.
 */
static s32 if_registered(u32 command)
{
	u32 registered = current_thread_info()->mm->membarrier;

	if (!(registered & command))
		return -EPERM;
	smp_mb();
	/*
	 * Also the instructions that the core has fetched already must be
	 * dropped (DDI0406C A3.8.3): a just-in-time compiler relies on it after
	 * it has changed code.
	 */
	if (command == MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE)
		isb();
	return 0;
}

s32 sys_membarrier(u32 command, u32 flags, s32 core __unused_arg)
{
	if (flags &&
	    (command != MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ ||
	     flags != MEMBARRIER_CMD_FLAG_CPU))
		return -EINVAL;
	switch (command) {
	case MEMBARRIER_CMD_QUERY:
		return COMMANDS;
	case MEMBARRIER_CMD_GLOBAL:
	case MEMBARRIER_CMD_GLOBAL_EXPEDITED:
		smp_mb();
		return 0;
	case MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED:
	case MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED:
	case MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE:
	case MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ:
		current_thread_info()->mm->membarrier |= command;
		return 0;
	case MEMBARRIER_CMD_PRIVATE_EXPEDITED:
		return if_registered(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED);
	case MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE:
		return if_registered(
			MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE);
	case MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ:
		return if_registered(
			MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ);
	default:
		return -EINVAL;
	}
}
