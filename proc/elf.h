/*
 * proc/elf.h - is this file a program we can run, and where does it go?
 *
 * Pure: headers in, a verdict and a plan out. Nothing is allocated, mapped or
 * read, so the host tests feed it millions of broken files.
 */
#ifndef PROC_ELF_H
#define PROC_ELF_H

#include <elf.h>
#include <types.h>

#define ELF_MAX_PHDRS   128 /* a page of them, as Linux */
/* Where a position-independent program with an interpreter goes, as in Linux. */
#define ELF_ET_DYN_BASE 0x00400000u

/* A sentence for a person: what in the file is wrong, and what was expected. */
struct why {
	char text[160];
};

/* What a file that passed asks of an address space; addresses are the file's. */
struct elf_plan {
	u32 low, high; /* whole pages that hold every segment */
	u32 align;     /* of a base: a power of two, PAGE_SIZE at least */
	u32 phdr_va;   /* program headers in memory; 0: not loaded */
	const Elf32_Phdr *interp; /* PT_INTERP among the headers, or NULL */
	bool has_stack;           /* PT_GNU_STACK is there, and ... */
	bool exec_stack;          /* ... asks for a stack of code */
};

/*
 * One PT_LOAD in whole pages: [start, file_end) shows the file from page pgoff
 * on, [file_end, end) is fresh memory, and what [zero, file_end) shows of the
 * file is to be cleared, for bss begins there.
 */
struct elf_segment {
	u32 start, file_end, end;
	u32 zero;
	u32 pgoff;
	u32 prot; /* PROT_* */
};

/*
 * The first bytes of the file, zeroes behind its end: an ELF executable for
 * little-endian ARM, with a table of at most ELF_MAX_PHDRS program headers
 * inside the file? bytes is what could be read, at most sizeof(*ehdr);
 * file_bytes the file's size. 0, or -ENOEXEC and *why.
 */
int elf_check_header(const Elf32_Ehdr *ehdr, u32 bytes, u64 file_bytes,
		     struct why *why) __must_check;

/*
 * The program headers of a header that passed. 0 and *plan, which points into
 * them; or -ENOEXEC and *why: segments that no address space can hold.
 * Segments may be in any order, overlap (the later one wins) and name bytes
 * that the file has not (a touch is SIGBUS): Linux runs all that.
 */
int elf_plan(const Elf32_Ehdr *ehdr, const Elf32_Phdr *phdrs,
	     struct elf_plan *plan, struct why *why) __must_check;

/*
 * Can a program begin at the entry point: 0, or -ENOEXEC and *why. read_exec:
 * what may be read may be executed.
 */
int elf_check_entry(const Elf32_Ehdr *ehdr, const Elf32_Phdr *phdrs,
		    bool read_exec, struct why *why) __must_check;

/* Does ph ask for memory? */
static inline bool elf_is_loaded(const Elf32_Phdr *ph)
{
	return ph->p_type == PT_LOAD && ph->p_memsz != 0;
}

/* The segment ph, which passed, moved up by bias. */
struct elf_segment elf_segment(const Elf32_Phdr *ph, u32 bias);

/* Format into why; returns err, so that one line can say and fail. */
int explain(struct why *why, int err, const char *fmt, ...) __printf(3, 4);

#endif
