/*
 * /proc/PID/map_files: a link for each VMA of a file, START-END, which leads to
 * that very inode, even if no path does any more.
 *
 * The number of a link is its first page's, so a place in the directory stays
 * the same while other VMAs come and go.
 */
#include <cred.h>
#include <inspect/inspect.h>
#include <inspect/internal.h>
#include <stdio.h>
#include <string.h>
#include <uapi/capability.h>
#include <uapi/dirent.h>

/*
 * Returns the file of the first VMA of process pid that begins at `from` or
 * behind it and has one, with a reference, and where that VMA is; NULL: none.
 */
static struct file *next_mapped(s32 pid, uaddr_t from, uaddr_t *start,
				uaddr_t *end)
{
	struct vm_area_struct *vma;
	struct file *file = NULL;
	struct mm_struct *mm;

	if (get_mm_of(pid, &mm) || !mm)
		return NULL;
	down_read(&mm->mmap_lock);
	vma = find_vma(mm, from);
	while (vma && (vma->vm_start < from || !vma->vm_file))
		vma = TAILQ_NEXT(vma, vm_link);
	if (vma) {
		file = get_file(vma->vm_file);
		*start = vma->vm_start;
		*end = vma->vm_end;
	}
	up_read(&mm->mmap_lock);
	mmput(mm);
	return file;
}

/* The same for a VMA that begins at page `page`. */
static struct file *mapped_at(s32 pid, u32 page, uaddr_t *end)
{
	uaddr_t from = page << PAGE_SHIFT, start;
	struct file *file = next_mapped(pid, from, &start, end);

	if (file && start != from) {
		fput(file);
		file = NULL;
	}
	return file;
}

/* ---- the links --------------------------------------------------- */

static struct file *file_of_link(const struct inode *link)
{
	uaddr_t end;

	return mapped_at(proc_pid_of(link), proc_entry_of(link)->page, &end);
}

static int readlink_map(const struct inode *link, char *buf, u32 bytes)
{
	return readlink_file(file_of_link(link), buf, bytes);
}

/*
 * A task that follows the link opens a file that the process may have got from
 * another one, without the rights of the path: so it needs a capability, as on
 * Linux.
 */
static int jump_to_map(const struct inode *link, struct fs_path *target)
{
	if (!capable(CAP_SYS_ADMIN) && !capable(CAP_CHECKPOINT_RESTORE))
		return -EPERM;
	return jump_to_file(file_of_link(link), target);
}

static const struct proc_link_operations map_link = { readlink_map,
						      jump_to_map };

/* ---- the directory ----------------------------------------------- */

static s32 next_map(s32 pid, s32 page)
{
	uaddr_t start, end;
	struct file *file = next_mapped(pid, (u32)page << PAGE_SHIFT, &start,
					&end);

	if (!file)
		return -1;
	fput(file);
	return (s32)(start >> PAGE_SHIFT);
}

static bool print_map(s32 pid, s32 page, char *buf)
{
	uaddr_t end;
	struct file *file = mapped_at(pid, (u32)page, &end);

	if (!file)
		return false;
	fput(file);
	snprintf(buf, NAME_CHARS, "%x-%x", (u32)page << PAGE_SHIFT, end);
	return true;
}

/*
 * A name is one exactly as print_map() makes it: without zeros in front, and
 * with both ends of the VMA.
 */
static s32 parse_map(s32 pid, const char *name, u32 bytes)
{
	char is[NAME_CHARS];
	u32 start = 0, i;

	if (!proc_may_look(pid))
		return -EACCES;
	for (i = 0; i < bytes && i < 8; i++) {
		if (name[i] >= '0' && name[i] <= '9')
			start = start << 4 | (u32)(name[i] - '0');
		else if (name[i] >= 'a' && name[i] <= 'f')
			start = start << 4 | (u32)(name[i] - 'a' + 10);
		else
			break;
	}
	if (!print_map(pid, (s32)(start >> PAGE_SHIFT), is) ||
	    strlen(is) != bytes || memcmp(is, name, bytes) != 0)
		return -ENOENT;
	return (s32)(start >> PAGE_SHIFT);
}

/* The mode shows how the file is open. */
static int lookup_map(struct inode *dir, s32 page, struct inode **child)
{
	s32 pid = proc_pid_of(dir);
	struct proc_entry *entry;
	struct file *file;
	uaddr_t end;

	file = mapped_at(pid, (u32)page, &end);
	if (!file)
		return -ENOENT;
	entry = kmalloc(sizeof(*entry), GFP_KERNEL);
	if (entry) {
		*entry = (struct proc_entry){
			.mode = S_IFLNK |
				(file->f_mode & FMODE_READ ? 0400 : 0) |
				(file->f_mode & FMODE_WRITE ? 0200 : 0),
			.own = true,
			.link = &map_link,
			.page = (u32)page,
		};
		*child = proc_numbered_inode(pid, (u32)page, entry);
		if (!*child)
			kfree(entry);
	}
	fput(file);
	return entry && *child ? 0 : -ENOMEM;
}

const struct proc_list_operations map_files_list = {
	.type = DT_LNK,
	.next = next_map,
	.lookup = lookup_map,
	.parse = parse_map,
	.print = print_map,
};
