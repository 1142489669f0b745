/*
 * /proc/PID/pagemap: 8 bytes for each page of the address space, at 8 times its
 * number, with Linux's bits. Bit 55, soft-dirty, stays 0: ARM has no bit left
 * for it in an entry, so Linux does not have it there, either.
 */
#include <asm/uaccess.h>
#include <cred.h>
#include <inspect/internal.h>

#define PM_ENTRY_BYTES    8u
#define PM_PFN_MASK       ((1ull << 55) - 1)
#define PM_MMAP_EXCLUSIVE (1ull << 56)
#define PM_FILE           (1ull << 61) /* file page or shared anon */
#define PM_PRESENT        (1ull << 63)

#define CHUNK 32u /* entries made at a time */

/*
 * Returns the pagemap entry for a present entry of the tables; pfn_mask hides
 * the frame.
 */
static u64 pte_to_pagemap(pte_t pte, u64 pfn_mask)
{
	u64 entry = PM_PRESENT | (pte_pfn(pte) & pfn_mask);
	const struct page *page;

	if (pte_special(pte))
		return entry; /* no file, and never exclusive */
	page = pte_page(pte);
	if (!(page->flags & PG_ANON))
		entry |= PM_FILE;
	if (atomic_read(&page->_mapcount) == 1)
		entry |= PM_MMAP_EXCLUSIVE;
	return entry;
}

/*
 * Makes n entries from page number vpn on. Returns false if the process has
 * ended or executed another program. The mm is referenced for this chunk only:
 * the caller's copy to user
 * memory may wait for memory, which the OOM killer may have to take from this
 * process.
 */
static bool fill_entries(const struct file *file, u32 vpn, u64 *entries, u32 n)
{
	struct mm_struct *mm = get_task_mm_by_pid(proc_pid_of(file->f_inode));
	/*
	 * As on Linux only root sees frames: a user could aim at certain cells
	 * of the RAM (rowhammer).
	 */
	u64 pfn_mask = capable(CAP_SYS_ADMIN) ? PM_PFN_MASK : 0;
	pte_t pte;
	u32 i;

	if (!mm)
		return false;
	if (mm->serial != (uintptr_t)file->private_data) {
		mmput(mm);
		return false;
	}
	down_read(&mm->mmap_lock);
	/*
	 * Both locks: mmap_lock keeps the tables, page_table_lock the page
	 * behind an entry, which is read.
	 */
	spin_lock(&mm->page_table_lock);
	for (i = 0; i < n; i++) {
		entries[i] = 0;
		if (follow_pte(mm, (vpn + i) << PAGE_SHIFT, &pte) == 0)
			entries[i] = pte_to_pagemap(pte, pfn_mask);
	}
	spin_unlock(&mm->page_table_lock);
	up_read(&mm->mmap_lock);
	mmput(mm);
	return true;
}

/*
 * Copies n entries from page number vpn on to buf: bytes, or -EFAULT. Ends
 * early when the process has ended.
 */
static s32 read_entries(const struct file *file, u32 vpn, uaddr_t buf, u32 n)
{
	u64 entries[CHUNK];
	u32 done, part;

	for (done = 0; done < n; done += part) {
		/* Not before the first chunk: 0 bytes would mean the end. */
		if (done && give_way())
			break;
		part = min(n - done, CHUNK);
		if (!fill_entries(file, vpn + done, entries, part))
			break;
		if (copy_to_user(buf + done * PM_ENTRY_BYTES, entries,
				 part * PM_ENTRY_BYTES))
			return -EFAULT;
	}
	return (s32)(done * PM_ENTRY_BYTES);
}

/* Like Linux refuses a position or length that is no multiple of an entry. */
static s32 pagemap_read(struct file *file, uaddr_t buf, u32 bytes, u64 *pos)
{
	const u32 end = TASK_SIZE / PAGE_SIZE;
	u64 vpn = *pos / PM_ENTRY_BYTES;
	s32 ret;

	if (*pos % PM_ENTRY_BYTES || bytes % PM_ENTRY_BYTES)
		return -EINVAL;
	/* The file ends where the kernel begins. */
	if (vpn >= end)
		return 0;
	ret = read_entries(file, (u32)vpn, buf,
			   min(bytes / PM_ENTRY_BYTES, end - (u32)vpn));
	if (ret > 0)
		*pos += (u32)ret;
	return ret;
}

const struct file_operations pagemap_fops = {
	.read = pagemap_read,
	.llseek = proc_llseek,
};
