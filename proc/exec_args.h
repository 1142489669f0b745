/*
 * proc/exec_args.h - the strings of a new program, kept until its stack exists.
 */
#ifndef PROC_EXEC_ARGS_H
#define PROC_EXEC_ARGS_H

#include <config.h>
#include <types.h>

struct mm_struct;

/*
 * Limits in bytes: of arguments and environment together, their pointers
 * included; and of one string.
 */
#define ARG_MAX        (512 * 1024)
#define MAX_ARG_STRLEN (128 * 1024)
#define ARG_PAGES      (ARG_MAX / PAGE_SIZE)

/*
 * argv strings, then envp strings, then the path, each NUL-terminated, one
 * after the other: just as they will lie at the top of the new stack.
 */
struct exec_args {
	u32 bytes; /* in use */
	u32 argc, envc;
	u32 env_offset, path_offset; /* where these begin */
	const struct cred *cred;     /* for AT_UID and its like */
	bool secure, not_dumpable;   /* AT_SECURE: it is set-uid; the mm's */
	u32 nr_pages;                /* all above starts as 0 */
	void *pages[ARG_PAGES];      /* made when first used */
};

/* A vector of strings, ours or the program's. */
struct arg_vector {
	char *const *kernel; /* NULL: it is the program's ... */
	uaddr_t user;        /* ... at this address; 0: empty */
};

/* Appends a copy of s. Returns 0, -ENOMEM or -E2BIG. */
int __must_check args_add_string(struct exec_args *args, const char *s);
/*
 * Appends copies of all strings of vec but the first `skip`; *count grows by
 * how many. Returns 0, -ENOMEM, -E2BIG or -EFAULT. May sleep, and must not be
 * called with mmap_lock held: user memory is read.
 */
int __must_check args_add_vector(struct exec_args *args,
				 const struct arg_vector *vec, u32 skip,
				 u32 *count);
/* Returns the offset behind the NUL of the string at offset. */
u32 args_next_string(const struct exec_args *args, u32 offset);
/*
 * Writes all strings to va of mm, which need not be loaded. Returns 0, -EFAULT
 * or -ENOMEM.
 */
int __must_check args_write(const struct exec_args *args, struct mm_struct *mm,
			    uaddr_t va);
/* Frees the pages; call it once, whether or not anything was added. */
void args_free(struct exec_args *args);

#endif
