/*
 * The ELF checker. Every number of a file is checked before it is used; sums are
 * made in 64 bits, so that none can wrap.
 */
#include <config.h>
#include <proc/elf.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <uapi/errno.h>
#include <uapi/mman.h>

#define EABI_MASK 0xff000000u /* e_flags: the EABI version; 0: before it */
#define APCS_26   0x00000008u /* ... when code could be for 26-bit modes */

/* A shorter file has no e_phnum, so no program header either. */
#define EHDR_MIN (offsetof(Elf32_Ehdr, e_phnum) + 1)

/* Truncates a sentence that is too long: paths in it come from files. */
int explain(struct why *why, int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why->text, sizeof(why->text), fmt, ap);
	va_end(ap);
	return err;
}

/* ---- the header -------------------------------------------------- */

/* The machines that a file from another computer is most likely for. */
static const char *machine_name(u32 machine)
{
	switch (machine) {
	case 3:
		return "Intel 386";
	case 8:
		return "MIPS";
	case 20:
		return "PowerPC";
	case 62:
		return "x86-64";
	case 183:
		return "AArch64";
	case 243:
		return "RISC-V";
	default:
		return "another machine";
	}
}

/*
 * Linux checks e_machine alone. Class and byte order come first here, because
 * they tell a person more about the file.
 */
static int wrong_machine(const Elf32_Ehdr *ehdr, struct why *why)
{
	const unsigned char *id = ehdr->e_ident;

	if (id[EI_CLASS] == ELFCLASS64)
		return explain(why, -ENOEXEC,
			       "ELF class is 2 (64-bit), expected 1 (32-bit)");
	if (id[EI_DATA] == ELFDATA2MSB)
		return explain(why, -ENOEXEC,
			       "ELF byte order is 2 (big-endian), expected "
			       "1 (little-endian)");
	return explain(why, -ENOEXEC,
		       "made for machine %u (%s), expected %u (ARM)",
		       ehdr->e_machine, machine_name(ehdr->e_machine), EM_ARM);
}

/* Checks the fields that say which core and which kind of file this is. */
static int check_machine(const Elf32_Ehdr *ehdr, struct why *why)
{
	if (ehdr->e_machine != EM_ARM)
		return wrong_machine(ehdr, why);
	/* Object files and core files are ELF, too. */
	if (ehdr->e_type != ET_EXEC && ehdr->e_type != ET_DYN)
		return explain(why, -ENOEXEC,
			       "ELF type is %u, expected %u "
			       "(executable) or %u (position-independent)",
			       ehdr->e_type, ET_EXEC, ET_DYN);
	/* Only in files from before the EABI does the bit mean 26-bit code. */
	if ((ehdr->e_flags & (EABI_MASK | APCS_26)) == APCS_26)
		return explain(why, -ENOEXEC,
			       "e_flags are 0x%x: code for 26-bit modes, which "
			       "no ARMv7 core has",
			       (unsigned int)ehdr->e_flags);
	/*
	 * The exception return ignores the low bits of an ARM address, so the
	 * program would start somewhere else.
	 */
	if (!(ehdr->e_entry & 1) && ehdr->e_entry & 3)
		return explain(why, -ENOEXEC,
			       "entry point 0x%x is no multiple "
			       "of 4 and not Thumb",
			       (unsigned int)ehdr->e_entry);
	return 0;
}

/*
 * Checks that the table of program headers has a sane size and lies in the
 * file.
 */
static int check_table(const Elf32_Ehdr *ehdr, u64 file_bytes, struct why *why)
{
	u64 end = (u64)ehdr->e_phoff + ehdr->e_phnum * sizeof(Elf32_Phdr);

	if (ehdr->e_phentsize != sizeof(Elf32_Phdr))
		return explain(why, -ENOEXEC,
			       "program headers of %u bytes, expected %u",
			       ehdr->e_phentsize,
			       (unsigned int)sizeof(Elf32_Phdr));
	/*
	 * The caller allocates the table, so a file must not choose its size.
	 */
	if (ehdr->e_phnum < 1 || ehdr->e_phnum > ELF_MAX_PHDRS)
		return explain(why, -ENOEXEC,
			       "%u program headers, expected 1 to %u",
			       ehdr->e_phnum, ELF_MAX_PHDRS);
	/* The sum has 64 bits, for e_phoff may be close to 4 GiB. */
	if (end > file_bytes)
		return explain(why, -ENOEXEC,
			       "program headers end at byte %u, "
			       "but the file has only %u",
			       (unsigned int)end, (unsigned int)file_bytes);
	return 0;
}

/*
 * From the first byte on, so that the sentence names the first thing that is
 * wrong.
 */
int elf_check_header(const Elf32_Ehdr *ehdr, u32 bytes, u64 file_bytes,
		     struct why *why)
{
	const unsigned char *id = ehdr->e_ident;
	int err;

	if (bytes < SELFMAG)
		return explain(why, -ENOEXEC,
			       "only %u bytes long: not a program",
			       (unsigned int)bytes);
	if (memcmp(id, ELFMAG, SELFMAG) != 0)
		return explain(why, -ENOEXEC,
			       "not an ELF file: it begins with "
			       "bytes %02x %02x %02x %02x, expected 7f 45 4c 46",
			       id[0], id[1], id[2], id[3]);
	/*
	 * Behind the end ehdr is zero; the checks below would blame those
	 * zeroes.
	 */
	if (bytes < EHDR_MIN)
		return explain(why, -ENOEXEC,
			       "ELF header cut off after %u bytes, expected %u",
			       (unsigned int)bytes,
			       (unsigned int)sizeof(*ehdr));
	err = check_machine(ehdr, why);
	return err ? err : check_table(ehdr, file_bytes, why);
}

/* ---- one segment ------------------------------------------------- */

/*
 * Checks the segment's place in the file. Bytes past the end of the file are
 * allowed: touching them is SIGBUS, as on Linux.
 */
static int check_in_file(unsigned int i, const Elf32_Phdr *ph, struct why *why)
{
	if (ph->p_filesz > ph->p_memsz)
		return explain(why, -ENOEXEC,
			       "segment %u: 0x%x bytes in the "
			       "file, but only 0x%x in memory",
			       i, (unsigned int)ph->p_filesz,
			       (unsigned int)ph->p_memsz);
	/* A page of the file can be mapped only whole, at a page of memory. */
	if (ph->p_filesz && (ph->p_offset ^ ph->p_vaddr) & (PAGE_SIZE - 1))
		return explain(why, -ENOEXEC,
			       "segment %u: address 0x%x and "
			       "file offset 0x%x differ within a page",
			       i, (unsigned int)ph->p_vaddr,
			       (unsigned int)ph->p_offset);
	/* elf_segment rounds the end up to a page, which must not wrap. */
	if ((u64)ph->p_offset + ph->p_filesz > UINT32_MAX - PAGE_SIZE)
		return explain(why, -ENOEXEC,
			       "segment %u: bytes 0x%x + 0x%x "
			       "lie past the end of any file",
			       i, (unsigned int)ph->p_offset,
			       (unsigned int)ph->p_filesz);
	return 0;
}

/* Checks the segment's place in memory, from `lowest` to TASK_SIZE. */
static int check_in_user_half(unsigned int i, const Elf32_Phdr *ph, u32 lowest,
			      struct why *why)
{
	if ((u64)ph->p_vaddr + ph->p_memsz > TASK_SIZE)
		return explain(why, -ENOEXEC,
			       "segment %u: address 0x%x + 0x%x "
			       "reaches into the kernel's half at 0x%x",
			       i, (unsigned int)ph->p_vaddr,
			       (unsigned int)ph->p_memsz, TASK_SIZE);
	if (ph->p_vaddr < lowest)
		return explain(why, -ENOEXEC,
			       "segment %u: address 0x%x is "
			       "below 0x%x, which is never mapped",
			       i, (unsigned int)ph->p_vaddr,
			       (unsigned int)lowest);
	return 0;
}

/* Checks one segment and widens the plan to contain it. */
static int add_segment(unsigned int i, const Elf32_Phdr *ph,
		       const Elf32_Ehdr *ehdr, struct elf_plan *plan,
		       struct why *why)
{
	/*
	 * A position-independent file is linked at 0 and moved to where it
	 * fits.
	 */
	u32 lowest = ehdr->e_type == ET_DYN ? 0 : FIRST_USER_ADDRESS;
	int err = check_in_file(i, ph, why);

	if (!err)
		err = check_in_user_half(i, ph, lowest, why);
	if (err)
		return err;
	plan->low = min(plan->low, ALIGN_DOWN(ph->p_vaddr, (u32)PAGE_SIZE));
	plan->high = max(plan->high,
			 ALIGN_UP(ph->p_vaddr + ph->p_memsz, (u32)PAGE_SIZE));
	/* Linux ignores an alignment that is no power of two. */
	if (!(ph->p_align & (ph->p_align - 1)))
		plan->align = max(plan->align, ph->p_align);
	/*
	 * Unsigned: a table below the segment wraps to a large number and fails
	 * the comparison, too.
	 */
	if (ehdr->e_phoff - ph->p_offset < ph->p_filesz)
		plan->phdr_va = ph->p_vaddr + (ehdr->e_phoff - ph->p_offset);
	return 0;
}

/*
 * The arithmetic cannot overflow: check_in_file and check_in_user_half passed.
 */
struct elf_segment elf_segment(const Elf32_Phdr *ph, u32 bias)
{
	u32 va = ph->p_vaddr + bias, in_page = va % PAGE_SIZE;
	bool bss = ph->p_memsz > ph->p_filesz;
	struct elf_segment seg = {
		.start = va - in_page,
		.file_end = va - in_page,
		.end = ALIGN_UP(va + ph->p_memsz, (u32)PAGE_SIZE),
		.pgoff = (ph->p_offset - in_page) >> PAGE_SHIFT,
		.prot = (ph->p_flags & PF_R ? PROT_READ : 0) |
			(ph->p_flags & PF_W ? PROT_WRITE : 0) |
			(ph->p_flags & PF_X ? PROT_EXEC : 0),
	};

	if (ph->p_filesz) /* bss alone begins with fresh memory */
		seg.file_end = ALIGN_UP(va + ph->p_filesz, (u32)PAGE_SIZE);
	seg.zero = bss ? min(va + ph->p_filesz, seg.file_end) : seg.file_end;
	return seg;
}

/* ---- all of them ------------------------------------------------- */

/*
 * A file whose entry point cannot be executed would die of SIGSEGV at its first
 * instruction; this sentence says why.
 */
int elf_check_entry(const Elf32_Ehdr *ehdr, const Elf32_Phdr *phdrs,
		    bool read_exec, struct why *why)
{
	u32 need = read_exec ? PF_X | PF_R : PF_X;

	for (u32 i = 0; i < ehdr->e_phnum; i++) {
		const Elf32_Phdr *ph = &phdrs[i];
		/*
		 * Whole pages: what lies beside the segment in them is mapped,
		 * too.
		 */
		u32 start = ALIGN_DOWN(ph->p_vaddr, (u32)PAGE_SIZE);
		u32 end = ALIGN_UP(ph->p_vaddr + ph->p_memsz, (u32)PAGE_SIZE);

		if (elf_is_loaded(ph) && ph->p_flags & need &&
		    ehdr->e_entry >= start && ehdr->e_entry < end)
			return 0;
	}
	return explain(why, -ENOEXEC,
		       "entry point 0x%x is in no executable segment",
		       (unsigned int)ehdr->e_entry);
}

/* One pass over the headers, which may come in any order. */
int elf_plan(const Elf32_Ehdr *ehdr, const Elf32_Phdr *phdrs,
	     struct elf_plan *plan, struct why *why)
{
	int err;

	*plan = (struct elf_plan){ .low = TASK_SIZE, .align = PAGE_SIZE };
	for (unsigned int i = 0; i < ehdr->e_phnum; i++) {
		const Elf32_Phdr *ph = &phdrs[i];

		/*
		 * Linux takes the first PT_INTERP, but the last PT_GNU_STACK.
		 */
		if (ph->p_type == PT_INTERP && !plan->interp)
			plan->interp = ph;
		if (ph->p_type == PT_GNU_STACK) {
			plan->has_stack = true;
			plan->exec_stack = ph->p_flags & PF_X;
		}
		if (!elf_is_loaded(ph))
			continue;
		err = add_segment(i, ph, ehdr, plan, why);
		if (err)
			return err;
	}
	if (!plan->high)
		return explain(why, -ENOEXEC, "no segment to load (PT_LOAD)");
	return 0;
}
