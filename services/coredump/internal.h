/*
 * services/coredump/internal.h - what the files of this folder share.
 */
#ifndef SERVICES_COREDUMP_INTERNAL_H
#define SERVICES_COREDUMP_INTERNAL_H

#include <elf.h>
#include <mm/mm.h>
#include <proc/proc.h>
#include <services/coredump/coredump.h>

/* A VMA as it was when the dump began: none changes any more. */
struct core_vma {
	uaddr_t start, end;
	u32 flags;
	u32 pgoff;
	u32 dumped;        /* bytes of it that are in the core, from start */
	struct file *file; /* a reference, or NULL */
};

/* A core in the making. */
struct core {
	const struct kernel_siginfo *info;
	struct task_struct *task; /* whose signal it is: current */
	struct file *file;
	u64 pos, limit; /* bytes */
	struct core_vma *vmas;
	u32 nr_vmas;
	char *notes; /* note_bytes; room for as many */
	u32 note_bytes, note_room;
	u32 parked; /* threads that wait in their exit; tasklist_lock */
	LIST_ENTRY(core) link;
};

/* notes.c: fill core->notes. 0 or -ENOMEM. */
int __must_check core_notes(struct core *core);
/* memory.c: fill core->vmas, each with a reference to its file. 0 or -ENOMEM. */
int __must_check core_vmas(struct core *core);
/* The bytes of all of them. False: it was not all written. */
bool core_memory(struct core *core);
/* Bytes of kernel memory to the end of the core. False: they do not fit. */
bool core_write(struct core *core, const void *buf, u32 bytes);
/* So many zeroes, which need no memory. */
bool core_skip(struct core *core, u32 bytes);

#endif
