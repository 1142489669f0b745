/*
 * personality(2): properties of a task's execution, which fork copies and
 * execve keeps.
 *
 * READ_IMPLIES_EXEC has an effect at once, on mmap, mprotect and brk
 * (mm/syscalls.c); the others at the next execve (proc/exec_layout.c). All bits
 * are kept, also those without a meaning here, as on Linux.
 */
#include <services/system/system.h>
#include <thread_info.h>

#define ONLY_ASK 0xffffffff

/*
 * Returns the old value; ONLY_ASK changes nothing. Only the task itself reads
 * and writes its own, so no lock is needed.
 */
s32 sys_personality(u32 persona)
{
	u32 old = current_thread_info()->personality;

	if (persona != ONLY_ASK)
		current_thread_info()->personality = persona;
	return (s32)old;
}
