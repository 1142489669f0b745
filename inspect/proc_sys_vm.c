/* /proc/sys/vm: how memory is shared out. */
#include <alloc/alloc.h>
#include <inspect/internal.h>
#include <inspect/proc_sys.h>
#include <mm/mm.h>
#include <services/uffd/uffd.h>

/* The most VMAs of a process; those that exist stay. */
static int show_max_map_count(struct seq_file *m)
{
	return show_number(m, READ_ONCE(max_map_count));
}

static int write_max_map_count(struct seq_file *m __unused_arg,
			       const char *text)
{
	/* Linux's variable is an int. */
	return read_between(text, 0, INT32_MAX, &max_map_count);
}

/* Constant: the lowest address that a program may map without privilege. */
static int show_mmap_min_addr(struct seq_file *m)
{
	return show_number(m, MMAP_MIN_ADDR);
}

static int show_overcommit(struct seq_file *m)
{
	return show_number(m, READ_ONCE(overcommit_memory));
}

/* 0 heuristic, 1 always, 2 never beyond the limit, as on Linux. */
static int write_overcommit(struct seq_file *m __unused_arg, const char *text)
{
	/*
	 * Mappings that exist stay, even if the new policy would refuse them.
	 */
	return read_between(text, 0, OVERCOMMIT_NEVER, &overcommit_memory);
}

static int show_commit_ratio(struct seq_file *m)
{
	return show_number(m, READ_ONCE(overcommit_ratio));
}

/* Percent of memory that counts towards CommitLimit. */
static int write_commit_ratio(struct seq_file *m __unused_arg, const char *text)
{
	/* Linux's variable is an int. */
	return read_between(text, 0, INT32_MAX, &overcommit_ratio);
}

/*
 * How many bytes around a fault are mapped at once; on Linux it is in debugfs.
 */
static int show_fault_around(struct seq_file *m)
{
	return show_number(m, READ_ONCE(fault_around_bytes));
}

/*
 * Rounded down to a power of two, as on Linux: the window is aligned to its
 * size.
 */
static int write_fault_around(struct seq_file *m __unused_arg, const char *text)
{
	u32 bytes;

	/* The window is cut to one second-level table: larger has no use. */
	if (read_number(text, &bytes) || bytes > PGDIR_SIZE)
		return -EINVAL;
	/*
	 * 0 stands for the page alone, and has no highest bit for the rounding
	 * below.
	 */
	bytes = max(bytes, (u32)PAGE_SIZE);
	WRITE_ONCE(fault_around_bytes,
		   1u << (31 - (unsigned int)__builtin_clz(bytes)));
	return 0;
}

static u32 min_free_kib; /* what was written last; a single word */

/* The zone counts pages; what was written is shown as it was. */
static int show_min_free(struct seq_file *m)
{
	const u32 page_kib = PAGE_SIZE / 1024;
	u32 kib = READ_ONCE(min_free_kib);
	struct zone_stats zone;

	zone_get_stats(&zone);
	if (kib / page_kib != zone.min)
		kib = zone.min * page_kib;
	return show_number(m, kib);
}

/* Linux has no upper bound; here a quarter of memory must remain for use. */
static int write_min_free(struct seq_file *m __unused_arg, const char *text)
{
	u32 kib;

	if (read_number(text, &kib) ||
	    kib / (PAGE_SIZE / 1024) > totalram_pages() / 4 * 3)
		return -EINVAL;
	WRITE_ONCE(min_free_kib, kib);
	zone_set_watermarks(kib / (PAGE_SIZE / 1024));
	return 0;
}

static u32 drop_caches; /* what was written last; a single word */

static int show_drop_caches(struct seq_file *m)
{
	return show_number(m, READ_ONCE(drop_caches));
}

/*
 * 1, 2 or their sum frees what could be made anew: pages of the cache, and what
 * the slab keeps; 4 is Linux's for "without a message". Pages with data stay, as
 * in Linux's tmpfs: they have no other copy.
 */
static int write_drop_caches(struct seq_file *m __unused_arg, const char *text)
{
	int err = read_between(text, 1, 4, &drop_caches);

	if (!err && READ_ONCE(drop_caches) < 4)
		shrink_all(UINT32_MAX);
	return err;
}

/* Linux's first value. Nothing asks for it: there is nothing to swap to. */
static u32 swappiness = 60;

static int show_swappiness(struct seq_file *m)
{
	return show_number(m, READ_ONCE(swappiness));
}

static int write_swappiness(struct seq_file *m __unused_arg, const char *text)
{
	return read_between(text, 0, 200, &swappiness);
}

static int show_user_pagers(struct seq_file *m)
{
	return show_number(m, READ_ONCE(unprivileged_userfaultfd));
}

/*
 * 1: programs without privilege may use userfaultfd for faults of the kernel,
 * too.
 */
static int write_user_pagers(struct seq_file *m __unused_arg, const char *text)
{
	/* Exactly one character: "10" is no 1. */
	if ((text[0] != '0' && text[0] != '1') || text[1])
		return -EINVAL;
	WRITE_ONCE(unprivileged_userfaultfd, text[0] == '1');
	return 0;
}

static const struct proc_entry vm_entries[] = {
	{ .name = "drop_caches",
	  .mode = S_IFREG | 0200,
	  .show = show_drop_caches,
	  .write = write_drop_caches },
	TEXT_RW("fault_around_bytes", show_fault_around, write_fault_around),
	TEXT_RW("max_map_count", show_max_map_count, write_max_map_count),
	TEXT_RW("min_free_kbytes", show_min_free, write_min_free),
	TEXT("mmap_min_addr", show_mmap_min_addr),
	TEXT_RW("overcommit_memory", show_overcommit, write_overcommit),
	TEXT_RW("overcommit_ratio", show_commit_ratio, write_commit_ratio),
	TEXT_RW("swappiness", show_swappiness, write_swappiness),
	TEXT_RW("unprivileged_userfaultfd", show_user_pagers,
		write_user_pagers),
	{ .name = NULL },
};

const struct proc_dir vm_dir = { 6, vm_entries, NULL, NULL };
