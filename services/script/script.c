/*
 * "#!/bin/interpreter argument": a script runs as the program it names.
 *
 * The argument, if any, is the rest of the line, blanks and all. argv becomes
 * interpreter, argument, script, argv[1]...
 */
#include <fs/fs.h>
#include <proc/exec.h>
#include <services/script/script.h>
#include <string.h>

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static char *skip_blanks(char *s)
{
	while (is_blank(*s))
		s++;
	return s;
}

/* Cut blanks off the end of s. */
static void trim(char *s)
{
	size_t n = strlen(s);

	while (n && is_blank(s[n - 1]))
		s[--n] = '\0';
}

static void add_prefix(struct exec *exec, const char *s)
{
	BUG_ON(exec->nr_prefix == ARRAY_SIZE(exec->prefix));
	exec->nr_prefix++;
	exec->prefix[ARRAY_SIZE(exec->prefix) - exec->nr_prefix] = s;
}

/*
 * Take the line after "#!" apart, in place: the interpreter's path, which is
 * the result, and the argument go in front of prefix[]. NULL: no path.
 */
static const char *parse_line(struct exec *exec, char *line)
{
	char *interp = skip_blanks(line), *arg = interp;

	trim(interp);
	while (*arg && !is_blank(*arg))
		arg++;
	if (arg == interp)
		return NULL;
	if (*arg) {
		*arg = '\0';
		add_prefix(exec, skip_blanks(arg + 1));
	}
	add_prefix(exec, interp);
	return interp;
}

/* The first line of the file after "#!", or NULL and *err if it is none. */
static char *read_line(struct exec *exec, int *err)
{
	char *line = kzalloc(SCRIPT_LINE + 1, GFP_KERNEL), *end;
	struct file *file = exec->program.file;
	s32 n;

	*err = -ENOMEM;
	if (!line)
		return NULL;
	n = file->f_op->kernel_read(file, line, SCRIPT_LINE, 0);
	*err = n < 0 ? n : 0;
	if (n < 2 || line[0] != '#' || line[1] != '!')
		goto none;
	end = strchr(line, '\n');
	if (!end && n == SCRIPT_LINE) {
		*err = explain(&exec->why, -ENOEXEC,
			       "the line after #! is longer than %u bytes",
			       SCRIPT_LINE);
		goto none;
	}
	if (end)
		*end = '\0';
	return line;
none:
	kfree(line);
	return NULL;
}

static int open_interpreter(struct exec *exec, const char *interp)
{
	struct file *file;
	int err = open_exec(interp, &file);

	if (err)
		return explain(&exec->why, err,
			       "cannot open the interpreter %s: error %d",
			       interp, -err);
	fput(exec->program.file);
	exec->program.file = file;
	return 0;
}

static int load_script(struct exec *exec, const char *path)
{
	for (u32 depth = 0;; depth++) {
		const char *interp;
		int err;
		char *line = read_line(exec, &err);

		if (!line)
			return err;
		if (depth == SCRIPT_DEPTH) {
			kfree(line);
			return explain(&exec->why, -ELOOP,
				       "more than %u scripts run each other",
				       SCRIPT_DEPTH);
		}
		exec->lines[depth] = line;
		if (depth == 0)
			add_prefix(exec, path);
		interp = parse_line(exec, line + 2);
		if (!interp)
			return explain(&exec->why, -ENOEXEC,
				       "no interpreter is named after #!");
		err = open_interpreter(exec, interp);
		if (err)
			return err;
	}
}

const struct service script_service = {
	.load_program = load_script,
};
