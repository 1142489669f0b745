/*
 * personality(2): the habits of a task, which fork copies and execve keeps.
 *
 * READ_IMPLIES_EXEC matters at once, to mmap, mprotect and brk
 * (mm/syscalls.c); the others to the next execve (proc/exec_layout.c). All bits
 * are kept, also those that mean nothing here, as Linux does.
 */
#include <services/system/system.h>
#include <thread_info.h>

#define ONLY_ASK 0xffffffff

s32 sys_personality(u32 persona)
{
	u32 old = current_thread_info()->personality;

	if (persona != ONLY_ASK)
		current_thread_info()->personality = persona;
	return (s32)old;
}
