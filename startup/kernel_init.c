/*
 * Process 1: from a kernel thread to the init program.
 */
#include <fs/fs.h>
#include <lib/printk.h>
#include <machine.h>
#include <proc/proc.h>
#include <startup/startup.h>

#define NO_INIT_STATUS 255

static char *const init_envp[] = { (char *)"HOME=/", (char *)"TERM=linux",
				   (char *)"PATH=/bin", NULL };

static void __noreturn give_up(const char *why, int err)
{
	pr_emerg("No init: %s (error %d)\n", why, -err);
	machine_end(NO_INIT_STATUS);
}

/* Standard input, output and error: one open file, three descriptors. */
static int open_console(void)
{
	struct file *file;
	u32 fd;
	int err = filp_open("/dev/console", O_RDWR, &file);

	for (unsigned int i = 0; !err && i < 3; i++)
		err = files_install(current_thread_info()->files,
				    get_file(file), 0, false, &fd);
	if (!err)
		fput(file);
	return err;
}

void kernel_init(void *unused __unused_arg)
{
	struct thread_info *ti = current_thread_info();
	const char *why;
	int err;

	ti->files = files_alloc();
	if (!ti->files)
		give_up("no memory for its open files", -ENOMEM);
	err = open_console();
	if (err)
		give_up("/dev/console cannot be opened", err);
	options_arm_fail_alloc();
	if (options.init[0] != '/') /* the command line has complained */
		give_up("init= expects an absolute path", -ENOENT);
	pr_info("Starting %s as process %d\n", options.init, current->pid);
	err = do_execve(options.init, options.argv, init_envp,
			task_pt_regs(current), &why);
	if (err)
		give_up(why, err);
}
