/*
 * services/coredump/internal.h - the structures that the files of this folder
 * share.
 */
#ifndef SERVICES_COREDUMP_INTERNAL_H
#define SERVICES_COREDUMP_INTERNAL_H

#include <elf.h>
#include <mm/mm.h>
#include <proc/proc.h>
#include <services/coredump/coredump.h>

/* A copy of a VMA. No VMA changes during the dump: all threads are stopped. */
struct core_vma {
	uaddr_t start, end;
	u32 flags;
	u32 pgoff;
	u32 dumped;        /* bytes from start on that go into the core */
	struct file *file; /* a reference, or NULL */
};

/* A core that is being written; on the stack of the crashed task. */
struct core {
	const struct kernel_siginfo *info;
	struct task_struct *task; /* the task with the signal: current */
	struct file *file;
	u64 pos, limit; /* position and largest size, in bytes */
	struct core_vma *vmas;
	u32 nr_vmas;
	char *notes; /* note_bytes of note_room are filled; from vmalloc */
	u32 note_bytes, note_room;
	u32 parked; /* tasklist_lock; threads that wait in their exit */
	LIST_ENTRY(core) link;
};

/* Fills core->notes; call it after core_vmas(). 0 or -ENOMEM. (notes.c) */
int __must_check core_notes(struct core *core);
/*
 * Fills core->vmas, each with a reference to its file, which the caller puts.
 * Takes mmap_lock for reading. 0 or -ENOMEM. (memory.c)
 */
int __must_check core_vmas(struct core *core);
/*
 * Writes the memory of all of core->vmas. False: not all of it was written.
 * (memory.c)
 */
bool core_memory(struct core *core);
/*
 * Appends kernel memory to the core. False: it exceeds the limit, the file
 * system is full, or the task is to end now. (coredump.c)
 */
bool core_write(struct core *core, const void *buf, u32 bytes);
/* Appends `bytes` zeroes as a hole, which takes no pages. False: as above. */
bool core_skip(struct core *core, u32 bytes);

#endif
