/*
 * Process 1 of the test image: the tests instead of a program.
 *
 * `init=/all` (the default) runs every test that survives itself, `init=/list`
 * names those that must die, `init=/only NAME` runs one of either kind.
 */
#include <alloc/alloc.h>
#include <alloc/internal.h>
#include <fs/fs.h>
#include <lib/printk.h>
#include <machine.h>
#include <proc/proc.h>
#include <startup/startup.h>
#include <string.h>
#include <tests/target/ktest.h>

extern const struct ktest __start_target_tests[], __stop_target_tests[];

static unsigned int nr_failed_checks;

void ktest_fail(const char *file, int line, const char *what)
{
	pr_notice("# %s:%d: %s\n", file, line, what);
	nr_failed_checks++;
}

void ktest_fail_eq(const char *file, int line, const char *what, s64 got,
		   s64 want)
{
	pr_notice("# %s:%d: %s: got %d (0x%x), wanted %d (0x%x)\n", file, line,
		  what, (int)got, (unsigned int)got, (int)want,
		  (unsigned int)want);
	nr_failed_checks++;
}

/* Returns the free pages once everything that can be freed has been freed. */
static u32 settled_free_pages(void)
{
	reap_dead_tasks();
	shrink_all(~0u); /* empty slabs, clean page cache */
	drain_local_pages();
	return nr_free_pages();
}

/*
 * Runs a test twice and prints its line of TAP; true if it passed. The first
 * run fills the caches that stay (slabs, stacks, vmalloc's tables); after the
 * second as many pages must be free as before it.
 */
static bool run(const struct ktest *test, unsigned int number)
{
	u32 before;
	bool good;

	nr_failed_checks = 0;
	test->fn();
	before = settled_free_pages();
	test->fn();
	if (settled_free_pages() < before) {
		pr_notice("# %s kept %d pages\n", test->name,
			  (int)(before - settled_free_pages()));
		slab_report_live();
	}
	good = nr_failed_checks == 0 && settled_free_pages() >= before;
	pr_notice("%s %u - %s\n", good ? "ok" : "not ok", number, test->name);
	return good;
}

static int run_all(void)
{
	unsigned int count = 0, failed = 0;

	for (const struct ktest *t = __start_target_tests;
	     t < __stop_target_tests; t++)
		if (!t->dies_with && !run(t, ++count))
			failed++;
	pr_notice("1..%u\n", count);
	return failed != 0;
}

static int list_deadly(void)
{
	for (const struct ktest *t = __start_target_tests;
	     t < __stop_target_tests; t++)
		if (t->dies_with &&
		    (IS_ENABLED(CONFIG_DEBUG) || !t->debug_only))
			pr_notice("%s dies with: %s\n", t->name, t->dies_with);
	return 0;
}

static int run_only(const char *name)
{
	for (const struct ktest *t = __start_target_tests;
	     t < __stop_target_tests; t++)
		if (name && !strcmp(t->name, name))
			return !run(t, 1);
	pr_err("there is no test of that name\n");
	return 1;
}

void kernel_init(void *unused __unused_arg)
{
	struct thread_info *ti = current_thread_info();
	const char *what = options.init ? options.init : "/all";

	ti->files = files_alloc();
	BUG_ON(!ti->files);
	if (!strcmp(what, "/list"))
		machine_end(list_deadly());
	if (!strcmp(what, "/only"))
		machine_end(run_only(options.argv[1]));
	machine_end(run_all());
}
