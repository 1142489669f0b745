/*
 * The kernel's command line, as Linux reads it. Owns the options.
 *
 * Words are separated by blanks, unless these stand between double quotes.
 * NAME or NAME=VALUE from the table is an option. Of other words NAME=VALUE
 * goes to init's environment and NAME to its arguments, less those before
 * init=, which a boot loader may have put there; NAME.PARAMETER is a module's,
 * and there are none. All words after `--` are arguments of init.
 */
#include <alloc/alloc.h>
#include <fs/fs.h>
#include <inspect/inspect.h>
#include <lib/printk.h>
#include <proc/proc.h>
#include <startup/startup.h>
#include <string.h>
#include <uapi/errno.h>

struct options options;

/* The default, which NAME=value replaces. */
static char home[] = "HOME=/", term[] = "TERM=linux", path[] = "PATH=/bin";

/* Notices and graver still reach the console; the log keeps all. */
static int option_quiet(char *value __unused_arg)
{
	console_loglevel = LOGLEVEL_QUIET;
	return 0;
}

/* mem=0 would leave no memory to boot in, so it is an error. */
static int option_mem(char *value)
{
	int err = parse_size(value, &options.mem);

	/* A number that wrapped has its error already: keep that one. */
	return err || options.mem ? err : -EINVAL;
}

/* Enables kinds of events from now on: boot itself can be traced. */
static int option_trace(char *value)
{
	u32 mask;
	int err = trace_parse(value, &mask);

	if (!err)
		trace_enable(mask);
	return err;
}

/* Only stored: trace_init() allocates the ring when vmalloc works. */
static int option_trace_ring(char *value)
{
	return parse_size(value, &trace_ring_option);
}

/* Level 8 prints everything, so larger numbers mean the same. */
static int option_loglevel(char *value)
{
	u32 level;
	int err = parse_size(value, &level);

	if (!err)
		console_loglevel = (int)min(level, 8u);
	return err;
}

/* Sets the program that must run; a relative path is an error. */
static int option_init(char *value)
{
	options.init = value;
	/* As Linux: words before init= are for the loader, not for init. */
	options.argc = 1;
	return *value == '/' ? 0 : -EINVAL;
}

/* As init=, but boot goes on if this program cannot be started. */
static int option_rdinit(char *value)
{
	options.rdinit = value;
	/* Linux drops the words before rdinit= in the same way. */
	options.argc = 1;
	return *value == '/' ? 0 : -EINVAL;
}

/*
 * Accepts an option that has no meaning here: taken for a word of no option it
 * would end up in init's environment.
 */
static int option_of_linux(char *value __unused_arg)
{
	return 0;
}

/* Bytes; 0 restores the default, half of the memory. */
static int option_ramfs_size(char *value)
{
	return parse_size(value, &ramfs_max_bytes);
}

/* Addresses then repeat from run to run, as a lesson needs it. */
static int option_norandmaps(char *value __unused_arg)
{
	randomize_va_space = 0;
	return 0;
}

/* The same values as in /proc/sys/kernel/randomize_va_space. */
static int option_randomize(char *value)
{
	u32 number;

	if (parse_size(value, &number) || number > MAX_RANDOMIZE)
		return -EINVAL;
	randomize_va_space = number;
	return 0;
}

/* Only stored: see options_arm_fail_alloc(). */
static int option_fail_alloc(char *value)
{
	options.fail_alloc = value;
	return 0;
}

/* clang-format off */
static const struct option {
	const char *name;
	bool has_value;
	int (*set)(char *value);	/* value is kept for ever */
	const char *expects;		/* for the complaint */
} option_table[] = {
	{ "quiet",	false, option_quiet,	"no value" },
	{ "mem",	true, option_mem,
	  "a size below 4 GiB, as in mem=64M" },
	{ "trace",	true, option_trace,	"kinds, as in trace=switch,fault" },
	{ "trace_ring",	true, option_trace_ring,
	  "how many events are kept, as in trace_ring=20000" },
	{ "init",	true, option_init,	"an absolute path" },
	{ "rdinit",	true, option_rdinit,	"an absolute path" },
	{ "loglevel",	true, option_loglevel,	"a number, as in loglevel=4" },
	{ "ramfs_size",	true, option_ramfs_size,
	  "a size below 4 GiB, as in ramfs_size=16M" },
	{ "norandmaps",	false, option_norandmaps, "no value" },
	{ "sysctl.kernel.randomize_va_space", true, option_randomize,
	  "0, 1 or 2" },
	{ "fail_alloc",	true, option_fail_alloc,
	  "NAME,N,TIMES[,EVERY], as in fail_alloc=pages,100,1" },
	/* What command lines made for Linux often hold, and no init wants. */
	{ "console",	true, option_of_linux,	NULL },
	{ "earlycon",	false, option_of_linux,	NULL },
	{ "earlycon",	true, option_of_linux,	NULL },	/* board/tree.c */
	{ "panic",	true, option_of_linux,	NULL },
	{ "ro",		false, option_of_linux,	NULL },
	{ "root",	true, option_of_linux,	NULL },
	{ "rootwait",	false, option_of_linux,	NULL },
	{ "rw",		false, option_of_linux,	NULL },
};
/* clang-format on */

/* Returns the value of a digit, or 16, which is none in any base. */
static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	/* Makes a letter small; no other character becomes a to f. */
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 16;
}

/* Decimal, or hexadecimal after 0x. *s moves on. 0, or -EINVAL. */
static int parse_number(const char **s, u32 *number)
{
	u32 base = 10, n = 0;
	const char *first;

	if ((*s)[0] == '0' && (*s)[1] == 'x') {
		base = 16;
		*s += 2;
	}
	for (first = *s; (u32)digit(**s) < base; (*s)++) {
		u32 next = (u32)digit(**s);

		/*
		 * Divides, since n * base + next could wrap to a small number.
		 */
		if (n > (~0u - next) / base)
			return -EINVAL;
		n = n * base + next;
	}
	*number = n;
	return *s == first ? -EINVAL : 0;
}

/* The letters mean KiB, MiB and GiB, as in Linux's memparse(). */
int parse_size(const char *s, u32 *bytes)
{
	static const char units[] = "kmg";
	unsigned int shift = 0;
	const char *unit;
	u32 n;

	if (parse_number(&s, &n))
		return -EINVAL;
	unit = *s ? strchr(units, *s | 0x20) : NULL;
	if (unit) {
		shift = 10 * (unsigned int)(unit - units + 1);
		s++;
	}
	/*
	 * Linux ignores what follows the unit; a typing error such as 64MB is
	 * reported here. The shift must not lose bits.
	 */
	if (*s || n > ~0u >> shift)
		return -EINVAL;
	*bytes = n << shift;
	return 0;
}

/* The option that word is, or NULL. *value: what follows its `=`, or NULL. */
static const struct option *find_option(char *word, char **value)
{
	size_t length = strcspn(word, "=");

	*value = word[length] ? word + length + 1 : NULL;
	for (size_t i = 0; i < ARRAY_SIZE(option_table); i++) {
		const char *name = option_table[i].name;

		/*
		 * has_value must match too: earlycon has a row for each form.
		 */
		if (strlen(name) == length && !strncmp(name, word, length) &&
		    option_table[i].has_value == (*value != NULL))
			return &option_table[i];
	}
	return NULL;
}

/* argc counts argv[0]; the last place stays free for the NULL. */
static void add_argument(char *word)
{
	if (options.argc > MAX_INIT_ARGS)
		pr_warn("command line: too many arguments, \"%s\" left out\n",
			word);
	else
		options.argv[options.argc++] = word;
}

/* Puts NAME=VALUE in the place of a variable of that name, else at the end. */
static void add_environment(char *word, size_t name_bytes)
{
	unsigned int i = 0;

	/* With the equals sign, or PATH would replace PATHS. */
	while (i < options.envc &&
	       strncmp(options.envp[i], word, name_bytes + 1))
		i++;
	/* execve() finds the end by the NULL in the last place. */
	if (i == ARRAY_SIZE(options.envp) - 1) {
		pr_warn("command line: too many variables, \"%s\" left out\n",
			word);
		return;
	}
	options.envp[i] = word;
	options.envc = max(options.envc, i + 1);
}

/*
 * Gives a word to the first that it fits, in Linux's order: an option, a
 * module's parameter, init.
 */
static void take_word(char *word)
{
	char *value;
	const struct option *option = find_option(word, &value);
	size_t name_bytes = strcspn(word, "=");

	if (option) {
		if (option->set(value))
			pr_warn("command line: %s expects %s\n", word,
				option->expects);
		return;
	}
	/*
	 * Only a dot in the name counts: values such as 10.0.0.2 are for init.
	 */
	if (memchr(word, '.', name_bytes)) {
		pr_warn("command line: \"%s\" is for a module: ignored\n",
			word);
		return;
	}
	/* Reported, because a mistyped option arrives here too. */
	pr_info("command line: \"%s\" is no option: passed to init %s\n", word,
		value ? "in its environment" : "as an argument");
	if (value)
		add_environment(word, name_bytes);
	else
		add_argument(word);
}

/*
 * Cut the first word off *rest, which moves behind it; NULL at the end. Double
 * quotes keep blanks in a word, and are dropped.
 */
static char *next_word(char **rest)
{
	char *from = *rest + strspn(*rest, " \t\n"), *word = from, *to = from;
	bool quoted = false;

	if (!*from)
		return NULL;
	for (; *from && (quoted || !strchr(" \t\n", *from)); from++) {
		if (*from == '"')
			quoted = !quoted;
		else
			*to++ = *from;
	}
	/*
	 * Before the NUL is stored: `to` may be at the blank that `from` looks
	 * at.
	 */
	*rest = *from ? from + 1 : from;
	*to = '\0';
	return word;
}

/* Later words win, as in Linux: each one overwrites the earlier value. */
void cmdline_parse(const char *cmdline)
{
	static char words[CMDLINE_BYTES];
	char *rest = words, *word;
	bool all_for_init = false;

	/*
	 * A static copy, since argv, envp and options point into it for ever.
	 */
	strncpy(words, cmdline, sizeof(words) - 1);
	options.argc = 1; /* argv[0] is the program's name */
	/*
	 * HOME and TERM as Linux passes them; PATH for shells without a
	 * default.
	 */
	options.envp[0] = home;
	options.envp[1] = term;
	options.envp[2] = path;
	options.envc = 3;
	while ((word = next_word(&rest))) {
		if (all_for_init)
			add_argument(word);
		else if (!strcmp(word, "--"))
			all_for_init = true;
		else
			take_word(word);
	}
	options.argv[options.argc] = NULL;
}

/*
 * Called last before the program starts: boot's own allocations are not to
 * fail, and by now every cache has a name that can be looked up.
 */
void options_arm_fail_alloc(void)
{
	int err;

	if (!options.fail_alloc)
		return;
	err = fail_alloc_parse(options.fail_alloc);
	if (err)
		pr_warn("command line: fail_alloc=%s: expected %s\n",
			options.fail_alloc,
			err == -ENOENT ?
				"any, pages or a cache that /proc/slabinfo shows" :
				"NAME,N,TIMES");
	else
		pr_notice("allocations will fail as fail_alloc=%s says\n",
			  options.fail_alloc);
}
