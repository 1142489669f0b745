/*
 * inspect/windows.c - the part of /proc that the core's own programs use.
 *
 * Only startup/core.c has this row; with services there is the whole of /proc
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

static const struct proc_dir pid_dir = { 0, pid_entries, NULL, NULL };
static const struct proc_dir root_dir = { 0, root_entries, &process_list,
					  &pid_dir };

/* The init of the row. */
static void windows_init(void)
{
	procfs_mount(&root_dir);
}

const struct service windows_service = {
	.init = windows_init,
};
