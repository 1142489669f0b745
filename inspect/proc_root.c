/*
 * Which file of /proc is made by which function.
 */
#include <inspect/inspect.h>
#include <inspect/internal.h>

static const struct proc_entry root_entries[] = {
	LINK("self", readlink_self),
	/* the machine, in Linux's formats */
	TEXT("cpuinfo", show_cpuinfo),
	TEXT("interrupts", show_interrupts),
	TEXT("uptime", show_uptime),
	TEXT("version", show_version),
	/* its memory, in Linux's formats */
	TEXT("meminfo", show_meminfo),
	TEXT("buddyinfo", show_buddyinfo),
	TEXT("slabinfo", show_slabinfo),
	TEXT("vmallocinfo", show_vmallocinfo),
	TEXT("vmstat", show_vmstat),
	TEXT("zoneinfo", show_zoneinfo),
	/* our own */
	TEXT("pagetypemap", show_pagetypemap),
	TEXT_RW("trace", show_trace, write_trace),
	TEXT("audit", show_audit),
	{ .name = "kmem_demo",
	  .mode = S_IFREG | 0600,
	  .show = show_kmem_demo,
	  .write = write_kmem_demo,
	  .release = release_kmem_demo },
	{ .name = NULL },
};

static const struct proc_entry pid_entries[] = {
	/* in Linux's formats */
	TEXT("cmdline", show_cmdline),
	TEXT("comm", show_comm),
	LINK("exe", readlink_exe),
	TEXT("maps", show_maps),
	TEXT("oom_score", show_oom_score),
	TEXT_RW("oom_score_adj", show_oom_score_adj, write_oom_score_adj),
	{ .name = "pagemap", .mode = S_IFREG | 0400, .fops = &pagemap_fops },
	TEXT("smaps", show_smaps),
	TEXT("smaps_rollup", show_smaps_rollup),
	TEXT("stat", show_stat),
	TEXT("statm", show_statm),
	TEXT("status", show_status),
	/* our own */
	TEXT("context", show_context),
	TEXT("pagetable", show_pagetable),
	TEXT_RW("walk", show_walk, write_walk),
	{ .name = NULL },
};

static void inspect_init(void)
{
	procfs_mount(root_entries, pid_entries);
}

const struct service inspect_service = {
	.init = inspect_init,
};
