/*
 * "#!": files that name the program which is to run them.
 *
 * qemu-arm cannot run this one (its execve is the host's): script.expected
 * holds Linux's answers.
 */
#include <uapi/fcntl.h>
#include "check.h"

static const char *self;

static void write_script(const char *path, const char *first_line)
{
	int fd = SYS(open, path, O_WRONLY | O_CREAT | O_TRUNC, 0755);

	SYS(write, fd, first_line, strlen(first_line));
	SYS(write, fd, "\nthe rest is not looked at\n", 27);
	SYS(close, fd);
	SYS(chmod, path, 0755);
}

static int32_t exec(const char *path)
{
	const char *argv[] = { "name", "1st", "2nd", NULL };
	const char *envp[] = { NULL };

	return SYS(execve, path, argv, envp);
}

static int run(void *path)
{
	exec(path);
	return 77;
}

/* A line "#!interpreter arguments" for path. */
static const char *script(const char *path, const char *interpreter,
			  const char *rest)
{
	static char line[512];

	snprintf(line, sizeof(line), "%s%s", interpreter, rest);
	write_script(path, line);
	return path;
}

/* Run as an interpreter: is argv what the kind of script says? */
static int look(int argc, char **argv)
{
	const char *kind = argv[1];

	if (strcmp(argv[0], "name") == 0)
		return 10;
	if (strcmp(kind, "-x -y z") == 0) /* one argument, blanks kept */
		return argc == 5 && strstr(argv[2], "one") &&
				!strcmp(argv[3], "1st") &&
				!strcmp(argv[4], "2nd") ?
			41 :
			11;
	if (strstr(kind, "plain"))
		return argc == 4 && !strcmp(argv[2], "1st") ? 42 : 12;
	if (strcmp(kind, "-in") == 0) /* a script's interpreter */
		return argc == 7 && strstr(argv[2], "inner") &&
				!strcmp(argv[3], "-out") &&
				strstr(argv[4], "outer") &&
				!strcmp(argv[5], "1st") ?
			43 :
			13;
	return 14;
}

static void accepted(void)
{
	char bang[128], nested[192];
	const char *inner = scratch("inner");

	snprintf(bang, sizeof(bang), "#!%s", self);
	is(in_child(run, (void *)script(scratch("one"), bang, " -x -y z \t")),
	   41 << 8,
	   "the text behind the interpreter is one argument, with its blanks");
	snprintf(bang, sizeof(bang), "#! \t%s", self);
	is(in_child(run, (void *)script(scratch("plain"), bang, "")), 42 << 8,
	   "without text there is no argument");
	snprintf(bang, sizeof(bang), "#!%s", self);
	script(inner, bang, " -in");
	snprintf(nested, sizeof(nested), "#!%s", inner);
	is(in_child(run, (void *)script(scratch("outer"), nested, " -out")),
	   43 << 8, "a script can be the interpreter of a script");
}

static void refused(void)
{
	char bang[128];
	const char *loop = scratch("loop");

	is(exec(script(scratch("none"), "#!", "")), -ENOEXEC,
	   "a script without an interpreter is refused");
	is(exec(script(scratch("none"), "#!", "   \t ")), -ENOEXEC,
	   "a script with only blanks behind #! is refused");
	is(exec(script(scratch("none"), "#!/no/such/program", "")), -ENOENT,
	   "an interpreter that does not exist is refused");
	is(exec(script(scratch("none"), "#!/", "")), -EACCES,
	   "a directory as interpreter is refused");
	snprintf(bang, sizeof(bang), "#!%s", loop);
	is(exec(script(loop, bang, "")), -ELOOP,
	   "a script that is its own interpreter is refused");
}

int main(int argc, char **argv)
{
	static const char *const made[] = { "one",   "plain", "inner",
					    "outer", "none",  "loop" };

	self = argv[0];
	if (argc > 1)
		return look(argc, argv);
	accepted();
	refused();
	for (size_t i = 0; i < ARRAY_SIZE(made); i++)
		SYS(unlink, scratch(made[i]));
	remove_scratch();
	return done();
}
