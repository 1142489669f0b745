/* /proc/PID/maps, with exactly the bytes that Linux prints. */
#include <inspect/internal.h>
#include <string.h>

#define NAME_COLUMN 48 /* Linux's 25 + 4 * 6 - 1 for 32 bits */

/*
 * The page with the kuser helpers is mapped in every process, but is in no list
 * of VMAs.
 */
static const char *gate_name(struct vm_area_struct *vma __unused_arg)
{
	return "[vectors]";
}

static const struct vm_operations gate_ops = {
	.name = gate_name,
};

struct vm_area_struct gate_vma = {
	.vm_start = VECTORS_BASE,
	.vm_end = VECTORS_BASE + PAGE_SIZE,
	.vm_flags = VM_READ | VM_EXEC | VM_MAYREAD | VM_MAYEXEC,
	.vm_ops = &gate_ops,
};

/*
 * Returns "[heap]", "[stack]", or NULL for any other anonymous VMA. By
 * position, as Linux: a VMA is not marked as heap or stack.
 */
static const char *anon_name(const struct vm_area_struct *vma)
{
	const struct mm_struct *mm = vma->vm_mm;

	if (vma->vm_start <= mm->brk && vma->vm_end >= mm->start_brk)
		return "[heap]";
	if (vma->vm_start <= mm->start_stack && vma->vm_end >= mm->start_stack)
		return "[stack]";
	return NULL;
}

/* Shows the offset in the file: eight digits, more beyond 4 GiB. */
static void put_offset(struct seq_file *m, const struct vm_area_struct *vma)
{
	/* An anonymous VMA has an offset, too, but Linux does not show it. */
	u32 pgoff = vma->vm_file ? vma->vm_pgoff : 0;
	u32 high = pgoff >> (32 - PAGE_SHIFT);

	if (high)
		seq_printf(m, "%x", high);
	seq_put_hex(m, pgoff << PAGE_SHIFT, 8);
}

/* Shows the addresses and rights. */
static void put_range(struct seq_file *m, const struct vm_area_struct *vma)
{
	u32 flags = vma->vm_flags;
	/*
	 * VM_MAYSHARE decides on 's', as on Linux: a shared mapping of a file
	 * opened for reading has no VM_SHARED.
	 */
	const char rights[] = {
		' ',
		flags & VM_READ ? 'r' : '-',
		flags & VM_WRITE ? 'w' : '-',
		flags & VM_EXEC ? 'x' : '-',
		flags & VM_MAYSHARE ? 's' : 'p',
	};

	seq_put_hex(m, vma->vm_start, 8);
	seq_putc(m, '-');
	seq_put_hex(m, vma->vm_end, 8);
	seq_write(m, rights, sizeof(rights));
}

/* Shows the file's device (two digits or more each) and number. */
static void put_id(struct seq_file *m, u32 dev, u32 ino)
{
	/* Rare, so only this case uses the slow seq_printf(). */
	if ((MAJOR(dev) | MINOR(dev)) > 0xff) {
		seq_printf(m, "%02x:%02x", MAJOR(dev), MINOR(dev));
	} else {
		seq_put_hex(m, MAJOR(dev), 2);
		seq_putc(m, ':');
		seq_put_hex(m, MINOR(dev), 2);
	}
	seq_putc(m, ' ');
	seq_put_dec(m, ino, 1);
	seq_putc(m, ' ');
}

/* Returns the VMA's name, in buf or constant, or NULL if it has none. */
static const char *vma_name(struct vm_area_struct *vma, char *buf, u32 bytes)
{
	/*
	 * The path first: shared anonymous memory has a name by its vm_ops, but
	 * no file.
	 */
	if (vma->vm_file)
		return file_path(vma->vm_file, buf, bytes);
	if (vma->vm_ops && vma->vm_ops->name)
		return vma->vm_ops->name(vma);
	return anon_name(vma);
}

/*
 * Shows a name. A newline in it would end the line, so it is written in octal,
 * as on Linux.
 */
static void put_name(struct seq_file *m, const char *name)
{
	for (; *name; name++) {
		if (*name == '\n')
			seq_puts(m, "\\012");
		else
			seq_putc(m, *name);
	}
}

/*
 * Built from seq_put_hex() and the like: a process may have thousands of VMAs.
 */
void show_vma_line(struct seq_file *m, struct vm_area_struct *vma)
{
	u32 dev = 0, ino = 0;
	char buf[256];
	const char *name = vma_name(vma, buf, sizeof(buf));

	if (vma->vm_file)
		file_id(vma->vm_file, &dev, &ino);
	seq_setwidth(m, NAME_COLUMN);
	put_range(m, vma);
	seq_putc(m, ' ');
	put_offset(m, vma);
	seq_putc(m, ' ');
	put_id(m, dev, ino);
	/* A line without a name has no padding, as on Linux. */
	if (name) {
		seq_pad(m, ' ');
		put_name(m, name);
	}
	seq_putc(m, '\n');
}

int show_each_vma(struct seq_file *m,
		  void (*show)(struct seq_file *m, struct vm_area_struct *vma))
{
	struct vm_area_struct *vma;
	struct mm_struct *mm;
	int err = get_mm_of(m->pid, &mm);

	if (err || !mm)
		return err;
	/* For one piece only: the process itself may want to map something. */
	down_read(&mm->mmap_lock);
	/*
	 * The VMA that was next may be gone since the last piece: the list
	 * continues behind its place.
	 */
	vma = find_vma(mm, (uaddr_t)m->place);
	for (; vma; vma = TAILQ_NEXT(vma, vm_link)) {
		show(m, vma);
		if (!seq_goes_on(m, vma->vm_end))
			break;
	}
	up_read(&mm->mmap_lock);
	mmput(mm);
	/* Last, since its address is the highest. It belongs to no mm. */
	if (!vma && m->place < gate_vma.vm_end) {
		show(m, &gate_vma);
		seq_goes_on(m, gate_vma.vm_end);
	}
	return 0;
}

int show_maps(struct seq_file *m)
{
	return show_each_vma(m, show_vma_line);
}
