/*
 * The ELF checker. Every number of a file is doubted before it is used: sums
 * are made in 64 bits, so none can wrap.
 */
#include <config.h>
#include <proc/elf.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <uapi/errno.h>

#define EABI_MASK 0xff000000u /* e_flags: the EABI version */
#define EABI_VER5 0x05000000u

static_assert(ELF_LOAD_LIMIT < STACK_TOP, "the stack is above the program");

int explain(struct why *why, int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why->text, sizeof(why->text), fmt, ap);
	va_end(ap);
	return err;
}

/* ---- the header -------------------------------------------------- */

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

static int check_ident(const Elf32_Ehdr *ehdr, struct why *why)
{
	const unsigned char *id = ehdr->e_ident;

	if (memcmp(id, ELFMAG, SELFMAG) != 0)
		return explain(why, -ENOEXEC,
			       "not an ELF file: it begins with "
			       "bytes %02x %02x %02x %02x, expected 7f 45 4c 46",
			       id[0], id[1], id[2], id[3]);
	if (id[EI_CLASS] != ELFCLASS32)
		return explain(why, -ENOEXEC,
			       "ELF class is %u, expected 1 (32-bit)",
			       id[EI_CLASS]);
	if (id[EI_DATA] != ELFDATA2LSB)
		return explain(why, -ENOEXEC,
			       "ELF byte order is %u, expected "
			       "1 (little-endian)",
			       id[EI_DATA]);
	return 0;
}

static int check_machine(const Elf32_Ehdr *ehdr, struct why *why)
{
	if (ehdr->e_machine != EM_ARM)
		return explain(why, -ENOEXEC,
			       "made for machine %u (%s), expected %u (ARM)",
			       ehdr->e_machine, machine_name(ehdr->e_machine),
			       EM_ARM);
	if (ehdr->e_type != ET_EXEC && ehdr->e_type != ET_DYN)
		return explain(why, -ENOEXEC,
			       "ELF type is %u, expected %u "
			       "(executable) or %u (position-independent)",
			       ehdr->e_type, ET_EXEC, ET_DYN);
	if ((ehdr->e_flags & EABI_MASK) != EABI_VER5)
		return explain(why, -ENOEXEC,
			       "ABI version in e_flags is %u, "
			       "expected 5 (EABI5)",
			       (unsigned int)(ehdr->e_flags >> 24));
	return 0;
}

int elf_check_header(const Elf32_Ehdr *ehdr, u32 bytes, u64 file_bytes,
		     struct why *why)
{
	u64 end;
	int err;

	if (bytes < SELFMAG)
		return explain(why, -ENOEXEC,
			       "only %u bytes long: not a program",
			       (unsigned int)bytes);
	err = check_ident(ehdr, why);
	if (err)
		return err;
	if (bytes < sizeof(*ehdr))
		return explain(why, -ENOEXEC,
			       "ELF header cut off after %u bytes, expected %u",
			       (unsigned int)bytes,
			       (unsigned int)sizeof(*ehdr));
	err = check_machine(ehdr, why);
	if (err)
		return err;
	if (ehdr->e_phentsize != sizeof(Elf32_Phdr))
		return explain(why, -ENOEXEC,
			       "program headers of %u bytes, expected %u",
			       ehdr->e_phentsize,
			       (unsigned int)sizeof(Elf32_Phdr));
	if (ehdr->e_phnum < 1 || ehdr->e_phnum > ELF_MAX_PHDRS)
		return explain(why, -ENOEXEC,
			       "%u program headers, expected 1 to %u",
			       ehdr->e_phnum, ELF_MAX_PHDRS);
	end = (u64)ehdr->e_phoff + ehdr->e_phnum * sizeof(Elf32_Phdr);
	if (end > file_bytes)
		return explain(why, -ENOEXEC,
			       "program headers end at byte %u, "
			       "but the file has only %u",
			       (unsigned int)end, (unsigned int)file_bytes);
	return 0;
}

/* ---- one segment ------------------------------------------------- */

static int check_in_file(unsigned int i, const Elf32_Phdr *ph, u64 file_bytes,
			 struct why *why)
{
	if (ph->p_filesz > ph->p_memsz)
		return explain(why, -ENOEXEC,
			       "segment %u: 0x%x bytes in the "
			       "file, but only 0x%x in memory",
			       i, (unsigned int)ph->p_filesz,
			       (unsigned int)ph->p_memsz);
	if ((u64)ph->p_offset + ph->p_filesz > file_bytes)
		return explain(why, -ENOEXEC,
			       "segment %u: bytes 0x%x + 0x%x "
			       "lie past the file's end at 0x%x",
			       i, (unsigned int)ph->p_offset,
			       (unsigned int)ph->p_filesz,
			       (unsigned int)file_bytes);
	if ((ph->p_offset ^ ph->p_vaddr) & (PAGE_SIZE - 1))
		return explain(why, -ENOEXEC,
			       "segment %u: address 0x%x and "
			       "file offset 0x%x differ within a page",
			       i, (unsigned int)ph->p_vaddr,
			       (unsigned int)ph->p_offset);
	return 0;
}

static int check_in_user_half(unsigned int i, u64 va, u64 bytes,
			      struct why *why)
{
	if (va >= TASK_SIZE || va + bytes > TASK_SIZE)
		return explain(why, -ENOEXEC,
			       "segment %u: address 0x%x + 0x%x "
			       "reaches into the kernel's half at 0x%x",
			       i, (unsigned int)va, (unsigned int)bytes,
			       TASK_SIZE);
	if (va < MMAP_MIN_ADDR)
		return explain(why, -ENOEXEC,
			       "segment %u: address 0x%x is "
			       "below 0x%x, which is never mapped",
			       i, (unsigned int)va, MMAP_MIN_ADDR);
	if (va + bytes > ELF_LOAD_LIMIT)
		return explain(why, -ENOEXEC,
			       "segment %u: address 0x%x + 0x%x "
			       "leaves no room for the stack, the limit is "
			       "0x%x",
			       i, (unsigned int)va, (unsigned int)bytes,
			       ELF_LOAD_LIMIT);
	return 0;
}

/*
 * Segments must ascend. Two may share a page if the file's bytes fill it for
 * both: one page cannot be half file and half zeroes that another segment owns.
 */
static int check_order(unsigned int i, const Elf32_Phdr *ph, u32 va,
		       const struct elf_plan *plan, struct why *why)
{
	const struct elf_segment *last;
	u32 end;

	if (plan->nr_segments == 0)
		return 0;
	last = &plan->segments[plan->nr_segments - 1];
	end = last->va + last->mem_bytes;
	if (va < end)
		return explain(why, -ENOEXEC,
			       "segment %u: address 0x%x "
			       "overlaps or precedes the segment before it, "
			       "which ends at 0x%x",
			       i, (unsigned int)va, (unsigned int)end);
	if (va / PAGE_SIZE == (end - 1) / PAGE_SIZE &&
	    (ph->p_filesz == 0 || last->mem_bytes != last->file_bytes))
		return explain(why, -ENOEXEC,
			       "segment %u: address 0x%x is in "
			       "a page with bss, expected a page of its own",
			       i, (unsigned int)va);
	return 0;
}

static int add_segment(unsigned int i, const Elf32_Phdr *ph, u64 file_bytes,
		       struct elf_plan *plan, struct why *why)
{
	u64 va = (u64)ph->p_vaddr + plan->bias;
	int err;

	if (ph->p_memsz == 0)
		return 0;
	err = check_in_file(i, ph, file_bytes, why);
	if (err)
		return err;
	err = check_in_user_half(i, va, ph->p_memsz, why);
	if (err)
		return err;
	err = check_order(i, ph, (u32)va, plan, why);
	if (err)
		return err;
	if (plan->nr_segments == ELF_MAX_SEGMENTS)
		return explain(why, -ENOEXEC, "more than %u segments to load",
			       ELF_MAX_SEGMENTS);
	plan->segments[plan->nr_segments++] = (struct elf_segment){
		.va = (u32)va,
		.mem_bytes = ph->p_memsz,
		.offset = ph->p_offset,
		.file_bytes = ph->p_filesz,
		.prot = ph->p_flags & (PF_R | PF_W | PF_X),
	};
	return 0;
}

/* ---- all of them ------------------------------------------------- */

static bool is_in_code(const struct elf_plan *plan, u32 va)
{
	for (u32 i = 0; i < plan->nr_segments; i++) {
		const struct elf_segment *seg = &plan->segments[i];

		if (va - seg->va < seg->mem_bytes)
			return seg->prot & PF_X;
	}
	return false;
}

/* Where the segments put the bytes at this file offset; 0: nowhere. */
static u32 va_of_offset(const struct elf_plan *plan, u32 offset)
{
	for (u32 i = 0; i < plan->nr_segments; i++) {
		const struct elf_segment *seg = &plan->segments[i];

		if (offset - seg->offset < seg->file_bytes)
			return seg->va + (offset - seg->offset);
	}
	return 0;
}

static int check_entry(const struct elf_plan *plan, struct why *why)
{
	u32 pc = plan->entry & ~1u;

	if (!is_in_code(plan, pc))
		return explain(why, -ENOEXEC,
			       "entry point 0x%x is in no executable segment",
			       (unsigned int)plan->entry);
	if (!(plan->entry & 1) && (pc & 3))
		return explain(why, -ENOEXEC,
			       "entry point 0x%x is no multiple "
			       "of 4 and not Thumb",
			       (unsigned int)plan->entry);
	return 0;
}

int elf_plan(const Elf32_Ehdr *ehdr, const Elf32_Phdr *phdrs, u64 file_bytes,
	     struct elf_plan *plan, struct why *why)
{
	int err;

	*plan = (struct elf_plan){ 0 };
	if (ehdr->e_type == ET_DYN)
		plan->bias = ELF_ET_DYN_BASE;
	for (unsigned int i = 0; i < ehdr->e_phnum; i++) {
		const Elf32_Phdr *ph = &phdrs[i];

		if (ph->p_type == PT_INTERP)
			return explain(why, -ENOEXEC,
				       "needs a dynamic loader "
				       "(segment %u is PT_INTERP): link it with "
				       "-static",
				       i);
		if (ph->p_type == PT_GNU_STACK)
			plan->exec_stack = ph->p_flags & PF_X;
		if (ph->p_type != PT_LOAD)
			continue;
		err = add_segment(i, ph, file_bytes, plan, why);
		if (err)
			return err;
	}
	if (plan->nr_segments == 0)
		return explain(why, -ENOEXEC, "no segment to load (PT_LOAD)");
	plan->entry = ehdr->e_entry + plan->bias;
	plan->phdr_va = va_of_offset(plan, ehdr->e_phoff);
	return check_entry(plan, why);
}
