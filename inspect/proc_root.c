/* The tables of /proc: which function makes which file. */
#include <inspect/inspect.h>
#include <inspect/internal.h>

static const struct proc_entry root_entries[] = {
	LINK("self", &self_link),
	LINK("thread-self", &thread_self_link),
	DIR("cpu", &cpu_dir),
	DIR("sys", &sys_dir),
	DIR("sysvipc", &sysvipc_dir),
	/* the machine, in Linux's formats */
	TEXT("cmdline", show_boot_cmdline),
	TEXT("config.gz", show_config),
	TEXT("cpuinfo", show_cpuinfo),
	TEXT("devices", show_devices),
	TEXT("diskstats", show_no_disks),
	TEXT("filesystems", show_filesystems),
	TEXT("interrupts", show_interrupts),
	TEXT("iomem", show_iomem),
	TEXT("kallsyms", show_kallsyms),
	/* syslogd waits in a read of it, as in syslog(2) */
	{ .name = "kmsg",
	  .mode = S_IFREG | 0400,
	  .may_open = may_open_kmsg,
	  .fops = &proc_kmsg_fops },
	TEXT("loadavg", show_loadavg),
	TEXT("locks", show_file_locks),
	TEXT("mounts", show_mounts),
	TEXT("partitions", show_no_disks),
	TEXT("stat", show_machine_stat),
	TEXT("swaps", show_swaps),
	TEXT("uptime", show_uptime),
	TEXT("version", show_version),
	/* its memory, in Linux's formats */
	TEXT("meminfo", show_meminfo),
	TEXT("buddyinfo", show_buddyinfo),
	ROOT_TEXT("slabinfo", show_slabinfo),
	ROOT_TEXT("vmallocinfo", show_vmallocinfo),
	TEXT("vmstat", show_vmstat),
	TEXT("zoneinfo", show_zoneinfo),
	{ .name = "kpagecount",
	  .mode = S_IFREG | 0400,
	  .fops = &kpagecount_fops },
	{ .name = "kpageflags",
	  .mode = S_IFREG | 0400,
	  .fops = &kpageflags_fops },
	/* our own */
	ROOT_TEXT("pagetypemap", show_pagetypemap),
	{ .name = "trace",
	  .mode = S_IFREG | 0600,
	  .show = show_trace,
	  .write = write_trace },
	TEXT("audit", show_audit),
	{ .name = "kmem_demo",
	  .mode = S_IFREG | 0600,
	  .show = show_kmem_demo,
	  .write = write_kmem_demo,
	  .release = release_kmem_demo },
	{ .name = NULL },
};

static const struct proc_entry none[] = { { .name = NULL } };
static const struct proc_dir fd_dir = { 1, none, &fd_list, NULL };
static const struct proc_dir fdinfo_dir = { 2, none, &fdinfo_list, NULL };
static const struct proc_dir map_files_dir = { 13, none, &map_files_list,
					       NULL };
static const struct proc_dir tid_dir;
static const struct proc_dir task_dir = { 3, none, &thread_list, &tid_dir };

/* As on Linux a thread's directory lacks the first ones. */
#define TGID_ENTRIES 4

static const struct proc_entry pid_entries[] = {
	DIR("task", &task_dir),
	OWN_DIR("map_files", &map_files_dir),
	TEXT_RW("coredump_filter", show_core_filter, write_core_filter),
	ROOT_TEXT("mountstats", show_mountstats),
	/* in Linux's formats */
	{ .name = "auxv",
	  .mode = S_IFREG | 0400,
	  .own = true,
	  .show = show_auxv },
	{ .name = "clear_refs",
	  .mode = S_IFREG | 0200,
	  .show = show_clear_refs,
	  .write = write_clear_refs },
	TEXT("cmdline", show_cmdline),
	TEXT_RW("comm", show_comm, write_comm),
	OWN_LINK("cwd", &cwd_link),
	{ .name = "environ",
	  .mode = S_IFREG | 0400,
	  .own = true,
	  .show = show_environ },
	OWN_LINK("exe", &exe_link),
	OWN_DIR("fd", &fd_dir),
	OWN_DIR("fdinfo", &fdinfo_dir),
	TEXT("limits", show_limits),
	OWN_TEXT("maps", show_maps),
	TEXT("mountinfo", show_mountinfo),
	TEXT("mounts", show_mounts),
	OWN_FILE("mem", 0600, &mem_fops),
	TEXT("oom_score", show_oom_score),
	TEXT_RW("oom_score_adj", show_oom_score_adj, write_oom_score_adj),
	OWN_FILE("pagemap", 0400, &pagemap_fops),
	OWN_LINK("root", &root_link),
	OWN_TEXT("smaps", show_smaps),
	OWN_TEXT("smaps_rollup", show_smaps_rollup),
	TEXT("stat", show_stat),
	TEXT("statm", show_statm),
	TEXT("status", show_status),
	{ .name = "syscall",
	  .mode = S_IFREG | 0400,
	  .own = true,
	  .show = show_syscall },
	{ .name = "timerslack_ns",
	  .mode = S_IFREG | 0666,
	  .show = show_timerslack,
	  .write = write_timerslack },
	TEXT("wchan", show_wchan),
	/* our own */
	OWN_TEXT("context", show_context),
	OWN_TEXT("pagetable", show_pagetable),
	{ .name = "walk",
	  .mode = S_IFREG | 0644,
	  .own = true,
	  .show = show_walk,
	  .write = write_walk },
	{ .name = NULL },
};

static const struct proc_dir pid_dir = { 0, pid_entries, NULL, NULL };
static const struct proc_dir tid_dir = { 11, pid_entries + TGID_ENTRIES, NULL,
					 NULL };
static const struct proc_dir root_dir = { 0, root_entries, &process_list,
					  &pid_dir };

/*
 * The init of the service's row. vmalloc works by now, which the larger ring of
 * trace_ring= needs.
 */
static void inspect_init(void)
{
	trace_init();
	procfs_mount(&root_dir);
	watch_start(NULL);
}

const struct service inspect_service = {
	.init = inspect_init,
	.console_key = answer_key,
};
