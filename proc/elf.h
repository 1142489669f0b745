/*
 * proc/elf.h - checks whether a file can be run, and plans where it goes.
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

/* A sentence for a person: what is wrong in the file, and what was expected. */
struct why {
	char text[160];
};

/* The requirements of a file that passed; addresses are the file's. */
struct elf_plan {
	u32 low, high; /* whole pages that hold every segment */
	u32 align;     /* of a base: a power of two, PAGE_SIZE at least */
	u32 phdr_va;   /* program headers in memory; 0: not loaded */
	const Elf32_Phdr *interp; /* PT_INTERP among the headers, or NULL */
	bool has_stack;           /* PT_GNU_STACK is there, and ... */
	bool exec_stack;          /* ... requires an executable stack */
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
 * Checks the ELF header: an executable for little-endian ARM, with a table of
 * at most ELF_MAX_PHDRS program headers inside the file. ehdr holds the first
 * bytes of the file, zeroes behind its end; bytes is how many could be read, at
 * most sizeof(*ehdr), and file_bytes the file's size. Returns 0, or -ENOEXEC
 * and *why.
 */
int elf_check_header(const Elf32_Ehdr *ehdr, u32 bytes, u64 file_bytes,
		     struct why *why) __must_check;

/*
 * Checks the program headers of a header that passed, and fills *plan, which
 * points into them. Returns 0, or -ENOEXEC and *why for segments that no
 * address space can hold. Segments may be in any order, overlap (the later one
 * wins) and name bytes that the file does not have (touching them is SIGBUS):
 * Linux runs such files, too.
 */
int elf_plan(const Elf32_Ehdr *ehdr, const Elf32_Phdr *phdrs,
	     struct elf_plan *plan, struct why *why) __must_check;

/*
 * Checks that the entry point lies in an executable segment. read_exec:
 * readable segments count as executable (READ_IMPLIES_EXEC). Returns 0, or
 * -ENOEXEC and *why.
 */
int elf_check_entry(const Elf32_Ehdr *ehdr, const Elf32_Phdr *phdrs,
		    bool read_exec, struct why *why) __must_check;

/* True if ph is a segment that takes up memory. */
static inline bool elf_is_loaded(const Elf32_Phdr *ph)
{
	return ph->p_type == PT_LOAD && ph->p_memsz != 0;
}

/* The pages of segment ph, which passed, moved up by bias bytes; pure. */
struct elf_segment elf_segment(const Elf32_Phdr *ph, u32 bias);

/*
 * Formats a sentence into why and returns err, for use in a return statement.
 */
int explain(struct why *why, int err, const char *fmt, ...) __printf(3, 4);

#endif
