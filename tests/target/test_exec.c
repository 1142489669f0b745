/*
 * execve and fork when each of their allocations fails in turn: the caller gets
 * an error and goes on as before, and no memory is lost.
 */
#include <alloc/alloc.h>
#include <asm/uaccess.h>
#include <fs/fs.h>
#include <proc/proc.h>
#include <string.h>
#include <syscalls.h>
#include <tests/target/ktest.h>
#include <uapi/wait.h>

#define PROGRAM "/bin/true"

static char *const argv[] = { (char *)PROGRAM, (char *)"one", (char *)"two",
			      NULL };
static char *const envp[] = { (char *)"HOME=/", NULL };

/* What a thread that calls execve reports to the test that started it. */
struct result {
	struct wait_queue_head wq;
	u32 failures; /* calls that failed */
	u32 wrong;    /* of these, with another error or a side effect */
	bool started; /* a call has succeeded */
};

static void add_objects(const struct slab_stats *stats, void *arg)
{
	*(u32 *)arg += stats->active_objects;
}

/*
 * Returns the slab objects in use. Free pages alone would not show a lost
 * object: its slab may be one that stays anyway.
 */
static u32 objects_in_use(void)
{
	u32 n = 0;

	reap_dead_tasks();
	slab_for_each(add_objects, &n);
	return n;
}

/*
 * Gives the thread an open file like a program's: fork copies it, exit frees
 * it.
 */
static bool have_files(void)
{
	struct thread_info *ti = current_thread_info();
	struct file *file;
	u32 fd;

	ti->files = files_alloc();
	return ti->files && filp_open(PROGRAM, O_RDONLY, &file) == 0 &&
		files_install(ti->files, file, 0, false, &fd) == 0;
}

/* Calls execve with the nth allocation failing; with nth 0 none fails. */
static int exec_failing_at(u32 nth)
{
	const char *why;
	int err;

	fail_alloc_set(NULL, nth, 1);
	err = do_execve(PROGRAM, argv, envp, task_pt_regs(current), &why);
	fail_alloc_set(NULL, 0, 0);
	return err;
}

static void exec_until_it_works(struct result *r)
{
	const struct thread_info *ti = current_thread_info();
	struct mm_struct *loan = ti->active_mm;
	int err;

	if (!have_files())
		r->wrong++;
	while ((err = exec_failing_at(r->failures + 1)) != 0) {
		r->failures++;
		if (err != -ENOMEM || ti->mm || ti->active_mm != loan)
			r->wrong++;
	}
}

static void tell(struct result *r)
{
	r->started = true;
	wake_up(&r->wq);
}

/* A kernel thread's process is released at its end, without a wait. */
static void exec_thread(void *arg)
{
	exec_until_it_works(arg);
	tell(arg);
}

static void run_and_wait(void (*fn)(void *arg), struct result *r)
{
	u32 tasks = nr_tasks();

	*r = (struct result){ .failures = 0 };
	init_waitqueue_head(&r->wq);
	KTEST_EQ(kthread_run(fn, r, "exec", NULL), 0);
	wait_event(&r->wq, r->started);
	while (nr_tasks() > tasks) {
		/*
		 * A child that fork_thread leaves behind becomes this task's.
		 */
		if (sys_wait4(-1, 0, __WALL | WNOHANG, 0) > 0)
			continue;
		set_current_state(TASK_UNINTERRUPTIBLE);
		schedule_timeout(1000000);
	}
}

/*
 * Runs fn twice: the first run fills caches, the second must free everything.
 */
static void sweep(void (*fn)(void *arg))
{
	struct result r;
	u32 objects;

	run_and_wait(fn, &r);
	KTEST_ASSERT(r.failures > 10);
	objects = objects_in_use();
	run_and_wait(fn, &r);
	KTEST_EQ(r.wrong, 0);
	KTEST_EQ(objects_in_use(), objects);
}

static void test_execve_out_of_memory(void)
{
	sweep(exec_thread);
}
KTEST(test_execve_out_of_memory);

/* ---- fork -------------------------------------------------------- */

static int fork_failing_at(u32 nth)
{
	s32 pid = 0;
	int err;

	fail_alloc_set(NULL, nth, 1);
	err = do_fork(0, 0, task_pt_regs(current), 0, 0, 0, &pid);
	fail_alloc_set(NULL, 0, 0);
	return err;
}

/*
 * Stores to a page first, so that the child has one to share. The last fork
 * succeeds, and parent and child then both run the program to its end.
 */
static void fork_thread(void *arg)
{
	struct result *r = arg;
	u32 tasks = nr_tasks();
	int err;

	if (!have_files() || exec_failing_at(0) != 0 ||
	    put_user_u32(1, current_thread_info()->mm->start_data) != 0) {
		r->wrong++;
		tell(r);
		return;
	}
	while ((err = fork_failing_at(r->failures + 1)) != 0) {
		r->failures++;
		if (err != -ENOMEM || nr_tasks() != tasks ||
		    !TAILQ_EMPTY(&current->children))
			r->wrong++;
	}
	if (pgtable_verify(current_thread_info()->mm))
		r->wrong++;
	tell(r);
}

static void test_fork_out_of_memory(void)
{
	sweep(fork_thread);
}
KTEST(test_fork_out_of_memory);

/* ---- too many arguments ------------------------------------------ */

#define NR_EMPTY 110000u

/* The strings are empty: it is their pointers that exceed the limit. */
static void test_too_many_arguments(void)
{
	char **many = vmalloc((NR_EMPTY + 1) * sizeof(*many));
	const char *why = NULL;

	KTEST_ASSERT(many);
	for (u32 i = 0; i < NR_EMPTY; i++)
		many[i] = (char *)"";
	many[NR_EMPTY] = NULL;
	KTEST_EQ(do_execve(PROGRAM, many, envp, task_pt_regs(current), &why),
		 -E2BIG);
	KTEST_ASSERT(why && strstr(why, "need more than 524288 bytes"));
	vfree(many);
}
KTEST(test_too_many_arguments);

/* ---- refusals ---------------------------------------------------- */

static void expect_refused(const char *path, int want, const char *text)
{
	const char *why = NULL;
	int err = do_execve(path, argv, envp, task_pt_regs(current), &why);

	KTEST_EQ(err, want);
	KTEST_ASSERT(why && strstr(why, path) && strstr(why, text));
	KTEST_ASSERT(!current_thread_info()->mm);
}

static void test_why(void)
{
	expect_refused("/bin/none", -ENOENT, "no such file");
	expect_refused("/bin", -EACCES, "not an executable file");
	expect_refused("/dev/console", -EACCES, "not an executable file");
	expect_refused("/bin/true/x", -ENOTDIR, "no directory");
	expect_refused("/etc/motd", -EACCES, "not an executable file");
}
KTEST(test_why);
