/*
 * The kernel's memory, in Linux's formats: /proc/meminfo, buddyinfo, slabinfo,
 * vmallocinfo, vmstat, zoneinfo.
 */
#include <inspect/internal.h>
#include <lib/backtrace.h>
#include <mm/mm.h>
#include <string.h>

#define KIB_PER_PAGE (PAGE_SIZE / 1024)

/* Shows a number of pages in KiB. */
static void put_pages(struct seq_file *m, const char *label, u32 pages)
{
	seq_put_kb(m, label, pages * KIB_PER_PAGE);
}

/*
 * Each number is read without a lock, as on Linux: their sum may be off by what
 * changes meanwhile.
 */
int show_meminfo(struct seq_file *m)
{
	u32 free = nr_free_pages(), cache = nr_pages_used(USE_CACHE);
	u32 file = nr_pages_used(USE_MAPPED_FILE);
	u32 shmem = nr_pages_used(USE_MAPPED_SHMEM);
	/*
	 * Without mapped pages, which cannot be freed at once; a truncated page
	 * may still be mapped.
	 */
	u32 clean = cache - min(cache, file);

	put_pages(m, "MemTotal:", totalram_pages());
	put_pages(m, "MemFree:", free);
	/*
	 * Pages of files that no process maps count as available, as on Linux.
	 */
	put_pages(m, "MemAvailable:", free + clean);
	put_pages(m, "Buffers:", 0); /* Linux's cache of block devices */
	put_pages(m, "Cached:", cache + shmem);
	put_pages(m, "SwapCached:", 0);
	put_pages(m, "SwapTotal:", 0);
	put_pages(m, "SwapFree:", 0);
	put_pages(m, "AnonPages:", nr_pages_used(USE_MAPPED_ANON));
	put_pages(m, "Mapped:", file + shmem);
	put_pages(m, "Shmem:", shmem);
	put_pages(m, "Slab:", nr_pages_used(USE_SLAB));
	/* nr_tasks() does not count the boot task. */
	seq_put_kb(m, "KernelStack:", (nr_tasks() + 1) * (THREAD_SIZE / 1024));
	put_pages(m, "PageTables:", nr_pages_used(USE_TABLE));
	put_pages(m, "CommitLimit:", vm_commit_limit());
	put_pages(m, "Committed_AS:", vm_committed_pages());
	seq_put_kb(m, "VmallocTotal:", (VMALLOC_END - vmalloc_start()) / 1024);
	put_pages(m, "VmallocUsed:", nr_pages_used(USE_VMALLOC));
	return 0;
}

/* The free blocks of each order, from one page on. */
int show_buddyinfo(struct seq_file *m)
{
	unsigned int order;

	seq_printf(m, "Node 0, zone %8s ", "Normal");
	for (order = 0; order <= MAX_ORDER; order++)
		seq_printf(m, "%6u ", buddy_nr_free(order));
	seq_putc(m, '\n');
	return 0;
}

/* ---- slabinfo ---------------------------------------------------- */

/* Shows one slab cache; called without its lock. */
static void put_cache(const struct slab_stats *s, void *arg)
{
	struct seq_file *m = arg;

	seq_printf(m, "%-17s %6u %6u %6u %4u %4u", s->name, s->active_objects,
		   s->total_objects, s->object_size, s->objects_per_slab,
		   s->pages_per_slab);
	/* No cache has queues for each core, whose sizes could be tuned. */
	seq_printf(m, " : tunables %4u %4u %4u", 0u, 0u, 0u);
	seq_printf(m, " : slabdata %6u %6u %6u\n", s->active_slabs, s->slabs,
		   0u);
	/* A kernel may have hundreds of caches, and this one is unlocked. */
	cond_resched();
}

/* Version 2.1 of the format, which slabtop reads. */
int show_slabinfo(struct seq_file *m)
{
	seq_puts(m,
		 "slabinfo - version: 2.1\n"
		 "# name            <active_objs> <num_objs> <objsize> "
		 "<objperslab> <pagesperslab> : tunables <limit> <batchcount> "
		 "<sharedfactor> : slabdata <active_slabs> <num_slabs> "
		 "<sharedavail>\n");
	slab_for_each(put_cache, m);
	return 0;
}

/* ---- vmallocinfo ------------------------------------------------- */

/* Shows one range of vmalloc space; its place is its address plus one. */
static void put_vm_area(const struct vm_info *info, void *arg)
{
	struct seq_file *m = arg;
	char symbol[64];

	if (m->more || info->va < m->place)
		return; /* of the next piece, or an earlier one */
	seq_printf(m, "0x%08x-0x%08x %7u", info->va, info->va + info->bytes,
		   info->bytes);
	if (info->caller) {
		format_symbol(info->caller, symbol, sizeof(symbol));
		seq_printf(m, " %s", symbol);
	}
	/* ioremap maps a device: no pages, but one physical range. */
	if (info->nr_pages)
		seq_printf(m, " pages=%u", info->nr_pages);
	if (info->pa)
		seq_printf(m, " phys=0x%08x", info->pa);
	seq_printf(m, " %s\n", info->label);
	seq_goes_on(m, info->va + 1);
}

/*
 * vmalloc_for_each() cannot be stopped: put_vm_area() passes over the ranges of
 * other pieces.
 */
int show_vmallocinfo(struct seq_file *m)
{
	vmalloc_for_each(put_vm_area, m);
	return 0;
}

/* ---- vmstat ------------------------------------------------------ */

#define SEEN MAX_TASKS /* twice as many as there can be shared mms */

/*
 * Adds mm to the table `seen`; returns true if it was there already. To compare
 * it with those of all tasks before would take long where many share memory.
 */
static bool was_seen(const struct mm_struct **seen, const struct mm_struct *mm)
{
	u32 at = mm->serial % SEEN;

	while (seen[at] && seen[at] != mm)
		at = (at + 1) % SEEN;
	if (seen[at])
		return true;
	seen[at] = mm;
	return false;
}

/*
 * Shows the faults of all address spaces since boot: those that have ended, and
 * each one that exists once, though threads and other processes share it. 0 or
 * -ENOMEM.
 */
static int put_faults(struct seq_file *m)
{
	const struct mm_struct **seen = kzalloc(SEEN * sizeof(*seen),
						GFP_KERNEL);
	const struct task_struct *task;
	u32 flags, min_flt, maj_flt;

	if (!seen)
		return -ENOMEM;
	flags = tasklist_lock();
	min_flt = (u32)atomic_read(&past_min_flt);
	maj_flt = (u32)atomic_read(&past_maj_flt);
	TAILQ_FOREACH(task, &all_tasks, tasks) {
		const struct mm_struct *mm;

		if (task != task->group_leader)
			continue;
		mm = group_mm(task);
		if (!mm ||
		    (atomic_read(&mm->mm_users) > 1 && was_seen(seen, mm)))
			continue;
		min_flt += (u32)atomic_read(&mm->min_flt);
		maj_flt += (u32)atomic_read(&mm->maj_flt);
	}
	tasklist_unlock(flags);
	kfree(seen);
	seq_printf(m, "pgfault %u\npgmajfault %u\n", min_flt + maj_flt,
		   maj_flt);
	return 0;
}

/*
 * /proc/vmstat: Linux's names with Linux's meaning; the last two lines exist
 * only here.
 */
int show_vmstat(struct seq_file *m)
{
	u32 shmem = nr_pages_used(USE_MAPPED_SHMEM);
	struct zone_stats zone;

	zone_get_stats(&zone);
	seq_printf(m, "nr_free_pages %u\n", nr_free_pages());
	seq_printf(m, "nr_anon_pages %u\n", nr_pages_used(USE_MAPPED_ANON));
	seq_printf(m, "nr_mapped %u\n", nr_pages_used(USE_MAPPED_FILE) + shmem);
	seq_printf(m, "nr_file_pages %u\n", nr_pages_used(USE_CACHE) + shmem);
	seq_printf(m, "nr_shmem %u\n", shmem);
	seq_printf(m, "nr_slab_unreclaimable %u\n", nr_pages_used(USE_SLAB));
	seq_printf(m, "nr_page_table_pages %u\n", nr_pages_used(USE_TABLE));
	/* In KiB, as on Linux; plus one for the boot task. */
	seq_printf(m, "nr_kernel_stack %u\n",
		   (nr_tasks() + 1) * (THREAD_SIZE / 1024));
	if (put_faults(m))
		return -ENOMEM;
	seq_printf(m, "pgsteal_direct %u\n", zone.reclaimed);
	seq_printf(m, "oom_kill %u\n", nr_oom_kills());
	/*
	 * Second-level tables of the kernel, which are never freed: each is one
	 * first-level entry more.
	 */
	seq_printf(m, "nr_vmalloc_tables %u\n",
		   READ_ONCE(init_mm.context.vmalloc_seq));
	seq_printf(m, "nr_vmalloc_syncs %u\n", nr_vmalloc_syncs);
	return 0;
}

/* ---- zoneinfo: its essentials ------------------------------------ */

/* Only the lines that have a meaning with one zone and one core. */
int show_zoneinfo(struct seq_file *m)
{
	struct zone_stats zone;

	zone_get_stats(&zone);
	seq_printf(m, "Node 0, zone %8s\n", "Normal");
	seq_printf(m, "  pages free     %u\n        boost    0\n", zone.free);
	seq_printf(m,
		   "        min      %u\n        low      %u\n"
		   "        high     %u\n",
		   zone.min, zone.low, zone.high);
	seq_printf(m,
		   "        spanned  %u\n        present  %u\n"
		   "        managed  %u\n        cma      0\n",
		   max_low_pfn - min_low_pfn, max_low_pfn - min_low_pfn,
		   zone.managed);
	/*
	 * The pages that the core keeps ready, so that most allocations need no
	 * zone lock.
	 */
	seq_puts(m, "  pagesets\n    cpu: 0\n");
	seq_printf(m,
		   "              count: %u\n              high:  %u\n"
		   "              batch: %u\n",
		   zone.pcp_count, zone.pcp_high, zone.pcp_batch);
	seq_printf(m, "  node_unreclaimable:  0\n  start_pfn:           %u\n",
		   min_low_pfn);
	return 0;
}
