/*
 * /proc/kpagecount and /proc/kpageflags: 8 bytes for each frame of the machine,
 * at 8 times its number, with Linux's bits: how many entries of programs map
 * it, and what it is used for. Together with /proc/PID/pagemap they show which
 * processes have a frame.
 */
#include <asm/uaccess.h>
#include <inspect/internal.h>

#define ENTRY_BYTES 8u
#define CHUNK       64u /* entries made at a time */

/*
 * The bits of Linux's uapi/linux/kernel-page-flags.h that have a meaning here.
 */
#define KPF_DIRTY         4
#define KPF_UPTODATE      3
#define KPF_SLAB          7
#define KPF_BUDDY         10
#define KPF_MMAP          11
#define KPF_ANON          12
#define KPF_SWAPBACKED    14
#define KPF_COMPOUND_HEAD 15
#define KPF_COMPOUND_TAIL 16
#define KPF_NOPAGE        20
#define KPF_ZERO_PAGE     24
#define KPF_PGTABLE       26
#define KPF_RESERVED      32

static const struct {
	u32 flag, kpf;
} same_bits[] = {
	{ PG_DIRTY, KPF_DIRTY },
	{ PG_SLAB, KPF_SLAB },
	{ PG_BUDDY, KPF_BUDDY },
	{ PG_ANON, KPF_ANON },
	{ PG_ANON, KPF_SWAPBACKED },
	{ PG_CACHE, KPF_UPTODATE },
	{ PG_COMPOUND, KPF_COMPOUND_HEAD },
	{ PG_TAIL, KPF_COMPOUND_TAIL },
	{ PG_TABLE, KPF_PGTABLE },
	{ PG_RESERVED, KPF_RESERVED },
};

/*
 * Returns how many entries map the frame; 0 if it does not exist. No lock: each
 * frame is shown as it is at that moment.
 */
static u64 count_of(u32 pfn)
{
	return pfn_valid(pfn) ? (u32)atomic_read(&pfn_to_page(pfn)->_mapcount) :
				0;
}

/* Returns the frame's KPF_* bits. No lock, as above. */
static u64 flags_of(u32 pfn)
{
	const struct page *page;
	u64 bits = 0;
	u32 flags;

	if (!pfn_valid(pfn))
		return 1ull << KPF_NOPAGE;
	page = pfn_to_page(pfn);
	/* Read once, so that all bits are of the same moment. */
	flags = READ_ONCE(page->flags);
	for (u32 i = 0; i < ARRAY_SIZE(same_bits); i++)
		if (flags & same_bits[i].flag)
			bits |= 1ull << same_bits[i].kpf;
	if (atomic_read(&page->_mapcount) > 0)
		bits |= 1ull << KPF_MMAP;
	if (!flags && !page_count(page)) /* inside a free block */
		bits |= 1ull << KPF_BUDDY;
	if (page == empty_zero_page)
		bits |= 1ull << KPF_ZERO_PAGE;
	return bits;
}

/*
 * Reads entries from *pos on: flags or counts. Returns the bytes, -EINVAL
 * (unaligned) or -EFAULT.
 */
static s32 kpage_read(bool flags, uaddr_t buf, u32 bytes, u64 *pos)
{
	u64 entries[CHUNK], pfn = *pos / ENTRY_BYTES;
	u32 done = 0, left, n;

	if (*pos % ENTRY_BYTES || bytes % ENTRY_BYTES)
		return -EINVAL;
	/* The end of the file. Compared with 64 bits, before the cut to 32. */
	if (pfn >= max_low_pfn)
		return 0;
	left = min(bytes / ENTRY_BYTES, max_low_pfn - (u32)pfn);
	/*
	 * The first chunk is made in any case; a kill ends the call after it.
	 */
	while (left && !(done && give_way())) {
		n = min(left, CHUNK);
		for (u32 i = 0; i < n; i++)
			entries[i] = flags ? flags_of((u32)pfn + i) :
					     count_of((u32)pfn + i);
		if (copy_to_user(buf + done, entries, n * ENTRY_BYTES))
			return -EFAULT;
		done += n * ENTRY_BYTES;
		pfn += n;
		left -= n;
	}
	*pos += done;
	return (s32)done;
}

static s32 kpagecount_read(struct file *file __unused_arg, uaddr_t buf,
			   u32 bytes, u64 *pos)
{
	return kpage_read(false, buf, bytes, pos);
}

static s32 kpageflags_read(struct file *file __unused_arg, uaddr_t buf,
			   u32 bytes, u64 *pos)
{
	return kpage_read(true, buf, bytes, pos);
}

const struct file_operations kpagecount_fops = {
	.read = kpagecount_read,
	.llseek = proc_llseek,
};

const struct file_operations kpageflags_fops = {
	.read = kpageflags_read,
	.llseek = proc_llseek,
};
