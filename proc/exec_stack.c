/*
 * The first stack of a program, as Linux lays it out (low to high):
 *
 *	sp -> argc
 *	      argv[0..argc-1], NULL
 *	      envp[0..envc-1], NULL
 *	      auxv: pairs of words, AT_NULL last
 *	      up to 15 bytes to make sp a multiple of 16
 *	      16 random bytes (AT_RANDOM), "v7l" (AT_PLATFORM)
 *	      argv strings, envp strings, the path (AT_EXECFN)
 *	      a zero word
 *	exec->stack_top
 */
#include <cred.h>
#include <proc/exec.h>
#include <proc/internal.h>
#include <string.h>
#include <uapi/auxvec.h>
#include <uapi/time.h>

#define PLATFORM    "v7l"
#define AUX_PAIRS   20
/* Bytes mapped below what is written, as in Linux; the rest grows by faults. */
#define STACK_EXTRA (128u * 1024)

static_assert(sizeof(((struct mm_struct *)0)->auxv) >= AUX_PAIRS * 8,
	      "mm->auxv holds all of it");

/* What the auxiliary vector points to. */
struct stack_extras {
	u8 random[16];
	char platform[sizeof(PLATFORM)];
};

/* Where the parts go, from the top down. */
struct stack_layout {
	uaddr_t strings, extras, sp;
	u32 words; /* from sp to the end of auxv */
};

/*
 * Top down, because the strings' length is known and sp is what results. AAPCS
 * requires 8 bytes of alignment; Linux gives 16.
 */
static void lay_out(const struct exec *exec, struct stack_layout *at)
{
	const struct exec_args *args = &exec->args;

	/* 4: the zero word that ends the stack. */
	at->strings = exec->stack_top - 4 - args->bytes;
	at->extras = ALIGN_DOWN(at->strings - (u32)sizeof(struct stack_extras),
				4u);
	at->words = 1 + args->argc + 1 + args->envc + 1 + 2 * AUX_PAIRS;
	at->sp = ALIGN_DOWN(at->extras - 4 * at->words, 16u);
}

/* Appends one pair, a type AT_* and its value. */
static void add_aux(u32 **word, u32 type, u32 value)
{
	*(*word)++ = type;
	*(*word)++ = value;
}

/*
 * The auxiliary vector tells the C library what it cannot find out by a call.
 * AT_BASE is 0 without an interpreter; that is how ld.so knows that it was
 * called by hand.
 */
static void fill_auxv(u32 *auxv, const struct exec *exec,
		      const struct stack_layout *at)
{
	const struct elf_image *program = &exec->program;
	u32 phdr_va = program->plan.phdr_va;
	u32 *word = auxv;

	add_aux(&word, AT_HWCAP, elf_hwcap);
	add_aux(&word, AT_PAGESZ, PAGE_SIZE);
	add_aux(&word, AT_CLKTCK, USER_HZ);
	add_aux(&word, AT_PHDR, phdr_va ? phdr_va + program->bias : 0);
	add_aux(&word, AT_PHENT, sizeof(Elf32_Phdr));
	add_aux(&word, AT_PHNUM, program->ehdr.e_phnum);
	/* 0 tells an interpreter that it was started by hand. */
	add_aux(&word, AT_BASE, exec->interp.bias);
	add_aux(&word, AT_FLAGS, 0);
	add_aux(&word, AT_ENTRY, elf_entry(program));
	add_aux(&word, AT_UID, exec->args.cred->uid);
	add_aux(&word, AT_EUID, exec->args.cred->euid);
	add_aux(&word, AT_GID, exec->args.cred->gid);
	add_aux(&word, AT_EGID, exec->args.cred->egid);
	add_aux(&word, AT_SECURE, exec->args.secure);
	add_aux(&word, AT_RANDOM,
		at->extras + offsetof(struct stack_extras, random));
	add_aux(&word, AT_HWCAP2, 0);
	add_aux(&word, AT_EXECFN, at->strings + exec->args.path_offset);
	add_aux(&word, AT_PLATFORM,
		at->extras + offsetof(struct stack_extras, platform));
	add_aux(&word, AT_NULL, 0);
	add_aux(&word, AT_NULL, 0);
	/* AUX_PAIRS decided the layout of the stack before this ran. */
	BUG_ON(word != auxv + 2 * AUX_PAIRS);
}

/*
 * Appends pointers to n strings, the first at *offset of the block at
 * `strings`, then NULL. Returns the next word; *offset ends after the last
 * string.
 */
static u32 *fill_pointers(u32 *word, const struct exec_args *args, u32 n,
			  uaddr_t strings, u32 *offset)
{
	while (n--) {
		*word++ = strings + *offset;
		*offset = args_next_string(args, *offset);
	}
	*word++ = 0;
	return word;
}

/*
 * The words are collected in kernel memory and copied once: each copy_remote_vm
 * looks the pages up anew.
 */
static int write_words(struct mm_struct *mm, const struct exec_args *args,
		       const struct stack_layout *at)
{
	u32 *words = kmalloc(4 * at->words, GFP_KERNEL), *word = words;
	u32 offset = 0;
	int err;

	if (!words)
		return -ENOMEM;
	*word++ = args->argc;
	word = fill_pointers(word, args, args->argc, at->strings, &offset);
	/* The walk over the strings must meet what collect_args counted. */
	BUG_ON(offset != args->env_offset);
	word = fill_pointers(word, args, args->envc, at->strings, &offset);
	BUG_ON(offset != args->path_offset);
	memcpy(word, mm->auxv, 8 * AUX_PAIRS);
	err = copy_remote_vm(mm, at->sp, words, 4 * at->words, FOLL_WRITE);
	kfree(words);
	return err;
}

/* AT_RANDOM seeds the stack protector and malloc of the C library. */
static int write_extras(struct mm_struct *mm, const struct stack_layout *at)
{
	struct stack_extras extras = { .platform = PLATFORM };

	get_random_bytes(extras.random, sizeof(extras.random));
	return copy_remote_vm(mm, at->extras, &extras, sizeof(extras),
			      FOLL_WRITE);
}

/*
 * Maps the stack VMA. PT_GNU_STACK alone decides whether it is executable; a
 * program without it gets an executable one, as on Linux.
 */
static int map_stack(const struct exec *exec, uaddr_t sp)
{
	const struct elf_plan *plan = &exec->program.plan;
	struct mm_struct *mm = exec->mm;
	bool code = plan->exec_stack || !plan->has_stack;
	/* The strings may need more than Linux's 128 KiB by themselves. */
	u32 bytes = exec->stack_top - ALIGN_DOWN(sp, (u32)PAGE_SIZE) +
		STACK_EXTRA;
	int err;

	down_write(&mm->mmap_lock);
	err = mm_setup_stack(mm, exec->stack_top, bytes,
			     VM_READ | VM_WRITE | VM_ACCOUNT |
				     (code ? VM_EXEC : 0));
	up_write(&mm->mmap_lock);
	return err;
}

/*
 * Strings, extras, words: each step writes its part of the layout above,
 * through mm's tables, which are not loaded yet.
 */
int exec_setup_stack(struct exec *exec)
{
	const struct exec_args *args = &exec->args;
	struct mm_struct *mm = exec->mm;
	struct stack_layout at;
	int err;

	lay_out(exec, &at);
	err = map_stack(exec, at.sp);
	if (err)
		return err;
	fill_auxv(mm->auxv, exec, &at);
	/* For /proc/PID/cmdline and environ, which read user memory there. */
	mm->arg_start = at.strings;
	mm->arg_end = mm->env_start = at.strings + args->env_offset;
	mm->env_end = at.strings + args->path_offset;
	mm->start_stack = at.sp;
	err = args_write(args, mm, at.strings);
	if (!err)
		err = write_extras(mm, &at);
	if (!err)
		err = write_words(mm, args, &at);
	exec->sp = at.sp;
	return err;
}
