/*
 * A program's segments become mappings. Nothing of the file is read but the
 * page where the data ends and bss begins: pages come by faults.
 */
#include <proc/exec.h>
#include <uapi/auxvec.h>

static u32 mmap_prot(u32 prot)
{
	return (prot & PF_R ? PROT_READ : 0) | (prot & PF_W ? PROT_WRITE : 0) |
		(prot & PF_X ? PROT_EXEC : 0);
}

/* The part of seg that the file has. mmap_lock held for writing. */
static int map_file_part(struct exec *exec, const struct elf_segment *seg)
{
	u32 in_page = seg->va % PAGE_SIZE;
	uaddr_t va;

	if (seg->file_bytes == 0)
		return 0;
	return do_mmap(exec->mm, exec->file, seg->va - in_page,
		       seg->file_bytes + in_page, mmap_prot(seg->prot),
		       MAP_PRIVATE | MAP_FIXED,
		       (seg->offset - in_page) >> PAGE_SHIFT, &va);
}

/* The pages of bss that hold nothing of the file. mmap_lock for writing. */
static int map_bss_part(struct exec *exec, const struct elf_segment *seg)
{
	uaddr_t start = ALIGN_UP(seg->va + seg->file_bytes, (u32)PAGE_SIZE);
	uaddr_t end = ALIGN_UP(seg->va + seg->mem_bytes, (u32)PAGE_SIZE);

	if (seg->file_bytes == 0)
		start = ALIGN_DOWN(seg->va, (u32)PAGE_SIZE);
	if (end <= start)
		return 0;
	return do_brk(exec->mm, start, end - start,
		      seg->prot & PF_X ? VM_EXEC : 0);
}

/*
 * Between the data's end and the next page the file's next bytes show. Where
 * bss begins there they must be zeroes; in a read-only segment they stay, as
 * in Linux, which cannot write them either.
 */
static int zero_partial_page(struct exec *exec, const struct elf_segment *seg)
{
	uaddr_t va = seg->va + seg->file_bytes;
	uaddr_t end = ALIGN_UP(va, (u32)PAGE_SIZE);

	if (seg->file_bytes == 0 || seg->mem_bytes == seg->file_bytes ||
	    !(seg->prot & PF_W))
		return 0;
	return copy_remote_vm(exec->mm, va, NULL, end - va, true);
}

static int map_segment(struct exec *exec, const struct elf_segment *seg)
{
	int err;

	down_write(&exec->mm->mmap_lock);
	err = map_file_part(exec, seg);
	if (!err)
		err = map_bss_part(exec, seg);
	up_write(&exec->mm->mmap_lock);
	return err ? err : zero_partial_page(exec, seg);
}

/* For /proc and brk: where code and data lie, as Linux reports them. */
static void note_segment(struct mm_struct *mm, const struct elf_segment *seg)
{
	uaddr_t file_end = seg->va + seg->file_bytes;

	if (!mm->start_code || seg->va < mm->start_code)
		mm->start_code = seg->va;
	if (seg->prot & PF_X)
		mm->end_code = max(mm->end_code, file_end);
	mm->start_data = max(mm->start_data, seg->va);
	mm->end_data = max(mm->end_data, file_end);
	mm->start_brk = ALIGN_UP(seg->va + seg->mem_bytes, (u32)PAGE_SIZE);
	mm->brk = mm->start_brk;
}

int exec_map_segments(struct exec *exec)
{
	for (u32 i = 0; i < exec->plan.nr_segments; i++) {
		int err = map_segment(exec, &exec->plan.segments[i]);

		if (err)
			return err;
		note_segment(exec->mm, &exec->plan.segments[i]);
	}
	exec->mm->exe_file = get_file(exec->file);
	return 0;
}
