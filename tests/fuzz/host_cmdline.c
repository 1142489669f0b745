/*
 * The command line, and what the options make of their values.
 */
#include <alloc/alloc.h>
#include <inspect/inspect.h>
#include <startup/startup.h>
#include <string.h>
#include "host_fuzz.h"

/* What kernel_init relies on: a path, words, and a NULL behind the last. */
static void check_options(void)
{
	BUG_ON(!options.init || options.argv[0] != options.init);
	BUG_ON(options.argc < 1 || options.argc > MAX_INIT_ARGS + 1);
	for (u32 i = 0; i < options.argc; i++)
		BUG_ON(!options.argv[i] ||
		       strlen(options.argv[i]) >= CMDLINE_BYTES);
	BUG_ON(options.argv[options.argc] != NULL);
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
