/*
 * The command line, and what the options make of their values.
 */
#include <alloc/alloc.h>
#include <inspect/inspect.h>
#include <startup/startup.h>
#include <string.h>
#include "host_fuzz.h"

/* What kernel_init relies on: words, and a NULL behind the last. */
static void check_words(char *const *words, u32 first, u32 n, u32 max)
{
	BUG_ON(n < first || n > max);
	for (u32 i = first; i < n; i++)
		BUG_ON(!words[i] || strlen(words[i]) >= CMDLINE_BYTES);
	BUG_ON(words[n] != NULL);
}

static void check_options(void)
{
	check_words(options.argv, 1, options.argc, MAX_INIT_ARGS + 1);
	check_words(options.envp, 0, options.envc, MAX_INIT_ARGS);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t bytes)
{
	static bool up;

	if (!up)
		host_boot(2 << 20);
	up = true;
	fuzz_boot_begin();
	memset(&options, 0, sizeof(options));
	boot_args_set_cmdline(&fuzz_args, (const char *)data, bytes);
	fuzz_boot_check();
	cmdline_parse(fuzz_args.cmdline);
	check_options();
	options_arm_fail_alloc();
	fail_alloc_set(NULL, 0, 0);
	trace_enable(0);
	return 0;
}
