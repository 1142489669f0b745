/*
 * ELF headers and program headers, as exec reads them.
 *
 * The input is the file's size in eight bytes, then the file's first bytes;
 * behind these the file is a hole. So that a small input can be a large program.
 */
#include <config.h>
#include <proc/elf.h>
#include <stdlib.h>
#include <string.h>
#include "host_fuzz.h"

struct program {
	u64 file_bytes;
	const u8 *data;
	u64 data_bytes;
};

/* At most bytes of the file from offset on. Returns how many there were. */
static u32 read_file(const struct program *program, void *buf, u32 bytes,
		     u64 offset)
{
	u64 there = 0;

	if (offset >= program->file_bytes)
		return 0;
	bytes = (u32)min((u64)bytes, program->file_bytes - offset);
	if (offset < program->data_bytes)
		there = min((u64)bytes, program->data_bytes - offset);
	memset(buf, 0, bytes);
	memcpy(buf, program->data + offset, there);
	return bytes;
}

/* What exec relies on for every plan: it maps what the plan says. */
static void check_plan(const struct elf_plan *plan, u64 file_bytes)
{
	bool entry_found = false;
	u64 end = 0;

	BUG_ON(plan->nr_segments < 1 || plan->nr_segments > ELF_MAX_SEGMENTS);
	for (u32 i = 0; i < plan->nr_segments; i++) {
		const struct elf_segment *seg = &plan->segments[i];

		BUG_ON(seg->va < end);
		end = (u64)seg->va + seg->mem_bytes;
		BUG_ON(end > ELF_LOAD_LIMIT);
		BUG_ON(seg->file_bytes > seg->mem_bytes);
		BUG_ON((u64)seg->offset + seg->file_bytes > file_bytes);
		BUG_ON(seg->va % PAGE_SIZE != seg->offset % PAGE_SIZE);
		if ((plan->entry & ~1u) - seg->va < seg->mem_bytes)
			entry_found = seg->prot & PF_X;
	}
	BUG_ON(!entry_found);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t bytes)
{
	struct program program;
	struct elf_plan plan;
	struct why why = { "" };
	Elf32_Phdr *phdrs;
	Elf32_Ehdr ehdr;
	u32 n;
	int err;

	if (bytes < sizeof(u64))
		return 0;
	memcpy(&program.file_bytes, data, sizeof(u64));
	program.data = data + sizeof(u64);
	program.data_bytes = bytes - sizeof(u64);
	n = read_file(&program, &ehdr, sizeof(ehdr), 0);
	err = elf_check_header(&ehdr, n, program.file_bytes, &why);
	if (!err) {
		/* Just as many as the header says: one more is seen. */
		n = ehdr.e_phnum * (u32)sizeof(Elf32_Phdr);
		phdrs = malloc(n);
		BUG_ON(read_file(&program, phdrs, n, ehdr.e_phoff) != n);
		err = elf_plan(&ehdr, phdrs, program.file_bytes, &plan, &why);
		if (!err)
			check_plan(&plan, program.file_bytes);
		free(phdrs);
	}
	BUG_ON(err && strlen(why.text) < 10);
	return 0;
}
