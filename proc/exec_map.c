/*
 * Maps a program and its interpreter. Only the page where data ends and bss
 * begins is touched; all other pages are read by faults.
 */
#include <mm/mm.h>
#include <proc/exec.h>
#include <uapi/personality.h>

/* ---- where ------------------------------------------------------- */

/*
 * Finds room for the whole range of image, at hint if that is free, and sets
 * its bias. One search for all segments, because their distances are fixed.
 */
static int find_place(struct exec *exec, struct elf_image *image, uaddr_t hint)
{
	const struct elf_plan *plan = &image->plan;
	uaddr_t va;
	int err;

	/* Nobody else knows this mm yet, but the search requires the lock. */
	down_read(&exec->mm->mmap_lock);
	err = get_unmapped_area(exec->mm, hint, plan->high - plan->low, 0, &va);
	up_read(&exec->mm->mmap_lock);
	if (err)
		return explain(&exec->why, err,
			       "no room for its 0x%x bytes of segments",
			       (unsigned int)(plan->high - plan->low));
	image->bias = va - plan->low;
	return 0;
}

/*
 * Sets the program's bias. A position-independent program with an interpreter
 * gets a fixed place with room for its heap above. One without may be an
 * interpreter that was called by hand, and must leave that place to the program
 * it will map.
 */
static int place_program(struct exec *exec)
{
	struct elf_image *image = &exec->program;

	/* Linked for fixed addresses: the bias stays 0. */
	if (image->ehdr.e_type == ET_EXEC)
		return 0;
	if (!exec->interp.file)
		return find_place(exec, image, 0);
	image->bias = ALIGN_UP(ELF_ET_DYN_BASE + exec->dyn_shift,
			       image->plan.align) -
		image->plan.low;
	return 0;
}

/*
 * Sets the interpreter's bias. As in Linux, an interpreter beside a program
 * that did not move may stay where it was linked.
 */
static int place_interp(struct exec *exec)
{
	struct elf_image *image = &exec->interp;

	if (image->ehdr.e_type == ET_EXEC)
		return 0;
	return find_place(exec, image,
			  exec->program.bias ? 0 : image->plan.low);
}

/* ---- what -------------------------------------------------------- */

/*
 * Maps the pages of the segment that come from the file, then those of bss.
 * Hold mmap_lock for writing.
 */
static int map_pages(struct exec *exec, struct file *file,
		     const struct elf_segment *seg)
{
	u32 prot = seg->prot;
	uaddr_t va;
	int err = 0;

	/* mmap(2) does the same; do_mmap lies below it. */
	if (exec->personality & READ_IMPLIES_EXEC && prot & PROT_READ)
		prot |= PROT_EXEC;
	/*
	 * MAP_FIXED: a later segment that overlaps replaces the earlier one, as
	 * in Linux.
	 */
	if (seg->file_end > seg->start)
		err = do_mmap(exec->mm, file, seg->start,
			      seg->file_end - seg->start, prot,
			      MAP_PRIVATE | MAP_FIXED, seg->pgoff, &va);
	if (!err && seg->end > seg->file_end)
		err = do_brk(exec->mm, seg->file_end, seg->end - seg->file_end,
			     prot & PROT_EXEC);
	return err;
}

/*
 * The page where data ends also shows the file's next bytes. Where bss begins
 * in it they must be zero, as C requires; in a read-only segment they stay, as
 * in Linux, which cannot write them either.
 */
static int clear_bss_start(struct exec *exec, const struct elf_segment *seg)
{
	if (seg->zero == seg->file_end || !(seg->prot & PROT_WRITE))
		return 0;
	/* A NULL source means zeroes. The write makes a private copy. */
	return copy_remote_vm(exec->mm, seg->zero, NULL,
			      seg->file_end - seg->zero, FOLL_WRITE);
}

/*
 * mmap_lock is released before the bss is cleared, because that faults the page
 * in and takes the lock for reading.
 */
static int map_segment(struct exec *exec, struct elf_image *image,
		       const Elf32_Phdr *ph)
{
	struct elf_segment seg = elf_segment(ph, image->bias);
	int err;

	down_write(&exec->mm->mmap_lock);
	err = map_pages(exec, image->file, &seg);
	up_write(&exec->mm->mmap_lock);
	if (!err)
		err = clear_bss_start(exec, &seg);
	if (!err)
		return 0;
	return explain(&exec->why, err,
		       "segment %d: cannot be mapped at 0x%x-0x%x: error %d",
		       (int)(ph - image->phdrs), (unsigned int)seg.start,
		       (unsigned int)seg.end, -err);
}

/* In the order of the headers, which decides between overlapping segments. */
static int map_image(struct exec *exec, struct elf_image *image)
{
	for (u32 i = 0; i < image->ehdr.e_phnum; i++) {
		int err = 0;

		/* Other types (PT_NOTE, PT_TLS, PT_PHDR) map no memory. */
		if (elf_is_loaded(&image->phdrs[i]))
			err = map_segment(exec, image, &image->phdrs[i]);
		if (err)
			return err;
	}
	return 0;
}

/* Records where code and data lie, for /proc, as Linux does. */
static void note_segment(struct mm_struct *mm, u32 bias, const Elf32_Phdr *ph)
{
	uaddr_t start = ph->p_vaddr + bias, file_end = start + ph->p_filesz;

	if (!mm->start_code || start < mm->start_code)
		mm->start_code = start;
	if (ph->p_flags & PF_X)
		mm->end_code = max(mm->end_code, file_end);
	/* Linux takes the highest segment for the data. */
	mm->start_data = max(mm->start_data, start);
	mm->end_data = max(mm->end_data, file_end);
}

/*
 * Records the program's addresses and where its heap begins: after bss, or, for
 * a program that find_place() put among the mappings, at the place that it left
 * free.
 */
static void note_program(struct exec *exec, bool among_mappings)
{
	const struct elf_image *image = &exec->program;
	struct mm_struct *mm = exec->mm;

	for (u32 i = 0; i < image->ehdr.e_phnum; i++)
		if (elf_is_loaded(&image->phdrs[i]))
			note_segment(mm, image->bias, &image->phdrs[i]);
	mm->start_brk = among_mappings ? ELF_ET_DYN_BASE :
					 image->plan.high + image->bias;
	mm->start_brk += exec->brk_shift;
	mm->brk = mm->start_brk;
	/* Keeps -ETXTBSY in force while the program runs. */
	mm->exe_file = get_file(image->file);
}

/*
 * The program first: it has a fixed address, and the interpreter is placed
 * around it.
 */
int exec_map_images(struct exec *exec)
{
	struct elf_image *program = &exec->program;
	bool has_interp = exec->interp.file;
	int err = place_program(exec);

	if (!err)
		err = map_image(exec, program);
	if (!err && has_interp)
		err = place_interp(exec);
	if (!err && has_interp)
		err = map_image(exec, &exec->interp);
	if (err)
		return err;
	note_program(exec, program->ehdr.e_type == ET_DYN && !has_interp);
	return 0;
}
