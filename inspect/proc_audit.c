/*
 * /proc/audit: reading it runs every verifier and prints one line each. What a
 * verifier finds, it names on the log.
 */
#include <inspect/internal.h>
#include <lib/printk.h>

static void put_verdict(struct seq_file *m, const char *name, int err)
{
	seq_printf(m, "%s %s\n", name, err ? "FAILED" : "ok");
}

/* Tables and regions of every process, each mm once per process that uses it. */
static void verify_processes(int *tables, int *regions)
{
	struct mm_struct *mm;
	s32 pid;

	*tables = pgtable_verify(&init_mm);
	*regions = 0;
	for (pid = next_process(1); pid; pid = next_process(pid + 1)) {
		mm = get_task_mm_by_pid(pid);
		if (!mm)
			continue;
		down_read(&mm->mmap_lock);
		if (pgtable_verify(mm)) {
			pr_err("pgtable: that was in the tables of pid %d\n",
			       (int)pid);
			*tables = -EUCLEAN;
		}
		if (vma_verify(mm))
			*regions = -EUCLEAN;
		up_read(&mm->mmap_lock);
		mmput(mm);
	}
}

int show_audit(struct seq_file *m)
{
	int tables, regions;

	verify_processes(&tables, &regions);
	put_verdict(m, "dacr", dacr_verify());
	put_verdict(m, "pgtable", tables);
	put_verdict(m, "vma", regions);
	put_verdict(m, "buddy", buddy_verify());
	put_verdict(m, "slab", slab_verify());
	put_verdict(m, "vmalloc", vmalloc_verify());
	return 0;
}
