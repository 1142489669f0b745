/*
 * Process 1: from a kernel thread to the init program.
 */
#include <fs/fs.h>
#include <lib/printk.h>
#include <machine.h>
#include <proc/proc.h>
#include <startup/startup.h>

#define NO_INIT_STATUS 255

/* Looked for in this order. Our archive has the tour, others have the rest. */
static const char *const usual_inits[] = {
	"/init", "/bin/tour", "/sbin/init", "/etc/init", "/bin/init", "/bin/sh",
};

/*
 * Without init there is no program to run: ends the machine, so that a test
 * that waits for it sees a status.
 */
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

	/*
	 * Each descriptor holds a reference of its own, as after dup(); that of
	 * filp_open() is dropped below.
	 */
	for (unsigned int i = 0; !err && i < 3; i++)
		err = files_install(current_thread_info()->files,
				    get_file(file), 0, false, &fd);
	if (!err)
		fput(file);
	return err;
}

/* Returns only if path is not run: why, in a sentence, and the error. */
static int run_init(const char *path, const char **why)
{
	*why = "its path is not absolute";
	if (path[0] != '/') /* the command line has complained */
		return -ENOENT;
	pr_info("Starting %s as process %d\n", path, current->pid);
	/*
	 * Each candidate sees its own path, as Linux's run_init_process() does.
	 */
	options.argv[0] = (char *)path;
	return do_execve(path, options.argv, options.envp,
			 task_pt_regs(current), why);
}

/*
 * Returns true if path can be opened: of the usual programs only one that
 * exists and fails is worth a message.
 */
static bool file_exists(const char *path)
{
	struct file *file;

	if (filp_open(path, O_RDONLY, &file))
		return false;
	fput(file);
	return true;
}

/*
 * As Linux: if rdinit= fails the next choice is tried, if init= fails the
 * machine ends. Returns once a program has been loaded: when this thread
 * returns it enters that program.
 */
static void choose_init(void)
{
	const char *why = "";
	int err;

	if (options.rdinit) {
		err = run_init(options.rdinit, &why);
		if (!err)
			return;
		pr_err("rdinit=%s: %s (error %d)\n", options.rdinit, why, -err);
	}
	/* A user who names a program would not notice that another one runs. */
	if (options.init) {
		err = run_init(options.init, &why);
		if (err)
			give_up(why, err);
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(usual_inits); i++) {
		if (!file_exists(usual_inits[i]))
			continue;
		err = run_init(usual_inits[i], &why);
		if (!err)
			return;
		pr_err("%s: %s (error %d)\n", usual_inits[i], why, -err);
	}
	give_up("neither init= nor /init, /sbin/init or /bin/sh", -ENOENT);
}

/* Loads the program into this thread; on failure the machine ends. */
void kernel_init(void *unused __unused_arg)
{
	struct thread_info *ti = current_thread_info();
	int err;

	/*
	 * First: init may then use the last reserve of pages, for the machine
	 * ends if it cannot get memory.
	 */
	atomic_or(TIF_INIT, &ti->flags);
	ti->files = files_alloc();
	if (!ti->files)
		give_up("no memory for its open files", -ENOMEM);
	err = open_console();
	if (err)
		give_up("/dev/console cannot be opened", err);
	/* Last, so that the program's allocations fail, not those above. */
	options_arm_fail_alloc();
	choose_init();
}
