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

/* What exec relies on for every plan: it maps the segments in whole pages. */
static void check_plan(const struct elf_plan *plan, const Elf32_Ehdr *ehdr,
		       const Elf32_Phdr *phdrs)
{
	u32 nr = 0;

	BUG_ON(plan->low >= plan->high || plan->high > TASK_SIZE);
	BUG_ON(ehdr->e_type == ET_EXEC && plan->low < FIRST_USER_ADDRESS);
	for (u32 i = 0; i < ehdr->e_phnum; i++) {
		struct elf_segment seg = elf_segment(&phdrs[i], 0);

		if (!elf_is_loaded(&phdrs[i]))
			continue;
		nr++;
		BUG_ON(!IS_ALIGNED(seg.start | seg.file_end | seg.end,
				   PAGE_SIZE));
		BUG_ON(seg.start < plan->low || seg.end > plan->high);
		BUG_ON(seg.start > seg.file_end || seg.file_end > seg.end);
		BUG_ON(seg.zero < seg.start || seg.zero > seg.file_end);
	}
	BUG_ON(nr == 0);
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
		err = elf_plan(&ehdr, phdrs, &plan, &why);
		if (!err)
			check_plan(&plan, &ehdr, phdrs);
		if (!err)
			err = elf_check_entry(&ehdr, phdrs, !plan.has_stack,
					      &why);
		free(phdrs);
	}
	BUG_ON(err && strlen(why.text) < 10);
	return 0;
}
