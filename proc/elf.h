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

#define ELF_MAX_PHDRS    64
#define ELF_MAX_SEGMENTS 16
/* Where a position-independent program goes: two thirds up, as Linux. */
#define ELF_ET_DYN_BASE  0x80000000u
/* Nothing may be loaded here or above: it is the initial stack's. */
#define ELF_LOAD_LIMIT   0xbfe00000u

/* A sentence for a person: what in the file is wrong, and what was expected. */
struct why {
	char text[160];
};

/* One PT_LOAD, checked; addresses are final. */
struct elf_segment {
	u32 va, mem_bytes;      /* may start and end anywhere in a page */
	u32 offset, file_bytes; /* offset = va modulo PAGE_SIZE */
	u32 prot;               /* PF_R | PF_W | PF_X */
};

struct elf_plan {
	u32 nr_segments;
	struct elf_segment segments[ELF_MAX_SEGMENTS]; /* ascending, disjoint */
	u32 bias;    /* added to the file's addresses */
	u32 entry;   /* bit 0: Thumb */
	u32 phdr_va; /* program headers in memory; 0: not loaded */
	bool exec_stack;
};

/*
 * The first bytes of the file: an ELF executable for 32-bit little-endian ARM,
 * with a table of at most ELF_MAX_PHDRS program headers inside the file? bytes
 * is what could be read, at most sizeof(*ehdr); file_bytes the file's size.
 * 0, or -ENOEXEC and *why.
 */
int elf_check_header(const Elf32_Ehdr *ehdr, u32 bytes, u64 file_bytes,
		     struct why *why) __must_check;

/*
 * The program headers of a header that passed. 0 and *plan, or -ENOEXEC and
 * *why: segments out of the file, of the user half, of order; no place to
 * start; a need for a dynamic loader.
 */
int elf_plan(const Elf32_Ehdr *ehdr, const Elf32_Phdr *phdrs, u64 file_bytes,
	     struct elf_plan *plan, struct why *why) __must_check;

/* Format into why; returns err, so that one line can say and fail. */
int explain(struct why *why, int err, const char *fmt, ...) __printf(3, 4);

#endif
