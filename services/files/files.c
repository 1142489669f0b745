/*
 * services/files/files.c - the row of this service. The core's root directory
 * is read-only; at boot this file adds the operations that make it writable.
 */
#include <fs/fs.h>
#include <services/files/files.h>

/*
 * The tables are the core's, which leaves these operations empty or read-only:
 * so the core has no code for writing.
 */
static void files_init(void)
{
	fs_struct_init();
	mounts_init();
	files_make_dev();
	/* Replaces the core's, which returns -EROFS to a writer. */
	ramfs_file_ops.open = ramfs_open;
	ramfs_file_ops.run = ramfs_run;
	ramfs_file_ops.truncate = generic_truncate;
	ramfs_file_fops.llseek = ramfs_llseek;
	ramfs_file_fops.write = generic_file_write;
	ramfs_file_fops.kernel_write = generic_kernel_write;
	ramfs_file_fops.fallocate = generic_fallocate;
	ramfs_file_fops.release = ramfs_release;
	/*
	 * Stores through a shared mapping count against the limit as writes do.
	 */
	generic_file_vm_ops.page_mkwrite = limited_mkwrite;
}

const struct service files_service = {
	.init = files_init,
	.fork = fs_struct_fork,
	.undo_fork = fs_struct_undo_fork,
	.exec = fs_struct_exec,
	.exit_late = fs_struct_exit,
	.unlock_file = locks_close,
	.devices = files_devices,
};
