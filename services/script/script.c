/*
 * services/script/script.c - "#!/bin/interpreter argument": execve of a script
 * runs its interpreter.
 *
 * The argument, if any, is the rest of the line with the blanks inside it, as
 * on Linux. argv becomes interpreter, argument, script, argv[1]...
 */
#include <fs/fs.h>
#include <proc/exec.h>
#include <services/script/script.h>
#include <string.h>

/* Linux separates by these two only. */
static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Returns the first byte of s that is no blank, perhaps its NUL. */
static char *skip_blanks(char *s)
{
	while (is_blank(*s))
		s++;
	return s;
}

/* Cuts blanks off the end of s, in place. */
static void trim(char *s)
{
	size_t n = strlen(s);

	while (n && is_blank(s[n - 1]))
		s[--n] = '\0';
}

/*
 * Puts s in front of the new argv. s must live as long as exec. prefix[] is
 * filled from its end, since each script adds in front.
 */
static void add_prefix(struct exec *exec, const char *s)
{
	/*
	 * Cannot happen: each of SCRIPT_DEPTH scripts adds two at most, and the
	 * outer one its own path.
	 */
	BUG_ON(exec->nr_prefix == ARRAY_SIZE(exec->prefix));
	exec->nr_prefix++;
	exec->prefix[ARRAY_SIZE(exec->prefix) - exec->nr_prefix] = s;
}

/*
 * Splits the line after "#!" in place, and puts interpreter and argument in
 * front of argv. Returns the interpreter's path; NULL: there is none.
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
	/* After the argument, as the last one added comes first. */
	add_prefix(exec, interp);
	return interp;
}

/*
 * Returns the file's first line, from kmalloc, if it begins with "#!". NULL
 * with *err 0: it is no script; NULL with an error: the exec fails.
 */
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
	/* Half a path could name another program. */
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

/* Replaces the script by its interpreter in exec. 0 or -errno. */
static int open_interpreter(struct exec *exec, const char *interp)
{
	struct file *file;
	int err = open_exec(interp, &file);

	if (err)
		return explain(&exec->why, err,
			       "cannot open the interpreter %s: error %d",
			       interp, -err);
	/*
	 * The script itself is opened again by its interpreter, by the path in
	 * argv.
	 */
	fput(exec->program.file);
	exec->program.file = file;
	return 0;
}

/*
 * service.load_program. Loops, because an interpreter may be a script, too. 0:
 * exec->program is no script (any more).
 */
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
		/* exec frees it: prefix[] points into the line. */
		exec->lines[depth] = line;
		/*
		 * The outer script's path; the inner ones are named by the
		 * interpreters that were added.
		 */
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
