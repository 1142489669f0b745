/*
 * inspect/windows.c - /proc as far as the core's own programs look through it.
 *
 * startup/core.c has this row alone; with services there is the whole of /proc
 * (proc_root.c).
 */
#include <inspect/inspect.h>
#include <inspect/internal.h>

static const struct proc_entry root_entries[] = {
	LINK("self", &self_link),
	TEXT_RW("trace", show_trace, write_trace),
	{ .name = NULL },
};

static const struct proc_entry pid_entries[] = {
	TEXT("maps", show_maps),
	{ .name = "pagemap", .mode = S_IFREG | 0400, .fops = &pagemap_fops },
	TEXT("context", show_context),
	TEXT_RW("walk", show_walk, write_walk),
	{ .name = NULL },
};

static const struct proc_dir root_dir = { 0, root_entries, &process_list };
static const struct proc_dir pid_dir = { 0, pid_entries, NULL };

static void windows_init(void)
{
	procfs_mount(&root_dir, &pid_dir);
}

const struct service windows_service = {
	.init = windows_init,
};
