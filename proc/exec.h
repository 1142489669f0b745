/*
 * proc/exec.h - the steps of execve: exec.c drives, the other files do.
 */
#ifndef PROC_EXEC_H
#define PROC_EXEC_H

#include <file.h>
#include <mm/mm.h>
#include <proc/elf.h>
#include <proc/exec_args.h>

#define SCRIPT_LINE  128 /* of "#!interpreter argument", at most */
#define SCRIPT_DEPTH 4   /* scripts whose interpreter is a script */

/* A program on its way in; nothing here is the running task's yet. */
struct exec {
	struct file *file;    /* a reference: the ELF, or the script so far */
	struct mm_struct *mm; /* mm_users reference, or NULL */
	uaddr_t sp;
	/* "#!": strings that come before argv[1], innermost script last */
	u32 nr_prefix; /* used, from the end of prefix[] */
	char *lines[SCRIPT_DEPTH];
	struct exec_args args;
	/* each written before it is read, and too large to be cleared before */
	const char *prefix[2 * SCRIPT_DEPTH + 1];
	Elf32_Ehdr ehdr;
	Elf32_Phdr phdrs[ELF_MAX_PHDRS];
	struct elf_plan plan;
	struct why why; /* empty: nothing went wrong */
};

/* Map the segments of exec->plan into exec->mm: 0 or -errno. (exec_map.c) */
int __must_check exec_map_segments(struct exec *exec);

/* mm's first stack: 0 and *sp, or -errno. (exec_stack.c) */
int __must_check exec_setup_stack(struct mm_struct *mm,
				  const struct exec_args *args,
				  const struct elf_plan *plan, u32 phnum,
				  uaddr_t *sp);

#endif
