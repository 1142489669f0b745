/*
 * The kernel's command line: options, words for init, sizes, and values that are
 * refused.
 */
#include <lib/printk.h>
#include <stdio.h>
#include <string.h>
#include <trace.h>
#include "boot_world.h"

static void parse(const char *line)
{
	memset(&options, 0, sizeof(options));
	host_log_clear();
	cmdline_parse(line);
}

static void test_options(void **state __unused_arg)
{
	parse("auto  mem=0x2000k\tinit=/bin/x one quiet two=2 trace=fault "
	      "ro root=/dev/x three ");
	assert_int_equal(options.mem, 0x2000u << 10);
	assert_string_equal(options.init, "/bin/x");
	assert_int_equal(options.argc, 3);
	assert_string_equal(options.argv[1], "one");
	assert_string_equal(options.argv[2], "three");
	assert_null(options.argv[3]);
	assert_int_equal(console_loglevel, LOGLEVEL_QUIET);
	assert_int_equal(trace_mask, 1u << TRACE_FAULT);
	expect_log("\"two=2\" is no option: passed to init in its environment");
	expect_log("\"one\" is no option: passed to init as an argument");
}

static void test_words_for_init(void **state __unused_arg)
{
	parse("");
	assert_null(options.init);
	assert_int_equal(options.argc, 1);
	assert_int_equal(options.envc, 3);
	assert_string_equal(host_log(), "");
	parse("A=1 \"B=2 3\" HOME=/root A=4 rdinit=/r x -- mem=1M --opt=3");
	assert_string_equal(options.rdinit, "/r");
	assert_int_equal(options.argc, 4);
	assert_string_equal(options.argv[1], "x");
	assert_string_equal(options.argv[2], "mem=1M");
	assert_string_equal(options.argv[3], "--opt=3");
	assert_int_equal(options.mem, 0);
	assert_string_equal(options.envp[0], "HOME=/root");
	assert_string_equal(options.envp[3], "A=4");
	assert_string_equal(options.envp[4], "B=2 3");
	assert_null(options.envp[5]);
}

static void test_module_parameters(void **state __unused_arg)
{
	parse("printk.time=1 init=/x usb.nothing a=b.c");
	expect_log("\"printk.time=1\" is for a module: ignored");
	expect_log("\"usb.nothing\" is for a module: ignored");
	assert_int_equal(options.argc, 1);
	assert_string_equal(options.envp[3], "a=b.c");
}

static void test_bad_values(void **state __unused_arg)
{
	parse("mem=lots");
	expect_log("mem=lots expects a size");
	assert_int_equal(options.mem, 0);
	parse("mem=0 mem=4G");
	expect_log("mem=0 expects a size below 4 GiB");
	expect_log("mem=4G expects a size below 4 GiB");
	parse("init=relative");
	expect_log("expects an absolute path");
	parse("quiet=1 mem");
	expect_log(
		"\"quiet=1\" is no option: passed to init in its environment");
	expect_log("\"mem\" is no option: passed to init as an argument");
}

static void test_many_arguments(void **state __unused_arg)
{
	char line[CMDLINE_BYTES] = "init=/x";

	for (int i = 0; i < MAX_INIT_ARGS + 5; i++)
		strcat(line, " a");
	parse(line);
	assert_int_equal(options.argc, MAX_INIT_ARGS + 1);
	assert_null(options.argv[options.argc]);
	expect_log("too many arguments");
}

static void test_many_variables(void **state __unused_arg)
{
	char line[CMDLINE_BYTES] = "init=/x", word[16];

	for (int i = 0; i < MAX_INIT_ARGS + 5; i++) {
		snprintf(word, sizeof(word), " a%d=", i);
		strcat(line, word);
	}
	parse(line);
	assert_int_equal(options.envc, MAX_INIT_ARGS);
	assert_null(options.envp[options.envc]);
	expect_log("too many variables");
}

static void test_sizes(void **state __unused_arg)
{
	u32 n;

	assert_int_equal(parse_size("64M", &n), 0);
	assert_int_equal(n, 64u << 20);
	assert_int_equal(parse_size("3g", &n), 0);
	assert_int_equal(n, 3u << 30);
	assert_int_equal(parse_size("4294967295", &n), 0);
	assert_int_equal(n, ~0u);
	assert_int_equal(parse_size("4G", &n), -EINVAL);
	assert_int_equal(parse_size("4294967296", &n), -EINVAL);
	assert_int_equal(parse_size("", &n), -EINVAL);
	assert_int_equal(parse_size("0x", &n), -EINVAL);
	assert_int_equal(parse_size("12q", &n), -EINVAL);
	assert_int_equal(parse_size("1MM", &n), -EINVAL);
	assert_int_equal(parse_size("-1", &n), -EINVAL);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_words_for_init),
		cmocka_unit_test(test_module_parameters),
		cmocka_unit_test(test_bad_values),
		cmocka_unit_test(test_many_arguments),
		cmocka_unit_test(test_many_variables),
		cmocka_unit_test(test_sizes),
	};

	return host_run(tests);
}
