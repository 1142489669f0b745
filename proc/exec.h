/*
 * proc/exec.h - the steps of execve: exec.c calls them in order.
 */
#ifndef PROC_EXEC_H
#define PROC_EXEC_H

#include <file.h>
#include <mm/mm.h>
#include <proc/elf.h>
#include <proc/exec_args.h>

#define SCRIPT_LINE  128 /* of "#!interpreter argument", at most */
#define SCRIPT_DEPTH 4   /* scripts whose interpreter is a script */

/* An ELF file that is to be mapped. */
struct elf_image {
	struct file *file; /* a reference, or NULL: there is none */
	u32 bias;          /* added to the file's addresses */
	Elf32_Phdr *phdrs; /* ehdr.e_phnum of them, kmalloc'ed; NULL: not yet */
	Elf32_Ehdr ehdr;
	struct elf_plan plan;
};

/* A program that is being loaded; the running task owns nothing of it yet. */
struct exec {
	struct elf_image program; /* its file: the script so far, at first */
	struct elf_image interp;  /* what the program names by PT_INTERP */
	u32 personality;          /* what the task's will be */
	struct mm_struct *mm;     /* mm_users reference, or NULL */
	/* exec_layout.c: the stack's end, and what moves by whole pages */
	uaddr_t stack_top;
	u32 mmap_shift, dyn_shift, brk_shift;
	uaddr_t sp;
	const struct cred *cred; /* a reference; NULL: the task's stay */
	/* "#!": strings that come before argv[1], innermost script last */
	u32 nr_prefix; /* used, from the end of prefix[] */
	char *lines[SCRIPT_DEPTH];
	struct exec_args args;
	/* each written before it is read, and too large to be cleared before */
	const char *prefix[2 * SCRIPT_DEPTH + 1];
	struct why why; /* empty: nothing went wrong */
};

/*
 * The image whose entry point is the first instruction: the interpreter's, if
 * there is one.
 */
static inline const struct elf_image *exec_starter(const struct exec *exec)
{
	return exec->interp.file ? &exec->interp : &exec->program;
}

static inline uaddr_t elf_entry(const struct elf_image *image)
{
	return image->ehdr.e_entry + image->bias;
}

/*
 * Chooses the layout of exec->mm, which is new and empty, by the personality,
 * the stack limit and randomize_va_space. (exec_layout.c)
 */
void exec_choose_layout(struct exec *exec);

/*
 * Places the program and its interpreter in exec->mm and maps their segments.
 * Returns 0, or -errno and exec->why; what was mapped goes with exec->mm.
 * (exec_map.c)
 */
int __must_check exec_map_images(struct exec *exec);

/*
 * Maps and fills the first stack below exec->stack_top. Returns 0 and exec->sp,
 * or -errno. (exec_stack.c)
 */
int __must_check exec_setup_stack(struct exec *exec);

#endif
