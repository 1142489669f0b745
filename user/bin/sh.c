/*
 * sh - a small shell.
 *
 *	command [argument ...] [< file] [> file] [>> file] [| command ...]
 *
 * Words are separated by blanks; '...' and "..." keep theirs. Built in: cd,
 * pwd, help, exit. Everything else is a program, by path or from /bin.
 * `sh -c line` runs one line; otherwise lines come from standard input.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "linux.h"

#define LINE_MAX_BYTES	512
#define WORDS_MAX	64
#define COMMANDS_MAX	8	/* in one pipeline */

struct command {
	char *words[WORDS_MAX + 1];	/* NULL at the end: argv */
	int nr_words;
	char *input, *output;		/* files, or NULL */
	bool append;
};

struct pipeline {
	struct command commands[COMMANDS_MAX];
	int nr_commands;
};

static int last_status;

/* ---- a line into commands -------------------------------------------------- */

/*
 * The next token of *line: a word (quotes removed), or one of | < > >>.
 * NULL at the end. *op tells an operator from a quoted word that looks alike.
 */
static char *next_token(char **line, bool *op)
{
	static char operators[4][3] = { "|", "<", ">", ">>" };
	char *p = *line, *start, *out, quote = 0;

	while (isspace((unsigned char)*p))
		p++;
	*op = *p == '|' || *p == '<' || *p == '>';
	if (!*p)
		return NULL;
	if (*op) {
		bool two = p[0] == '>' && p[1] == '>';

		*line = p + 1 + two;
		return two ? operators[3] :
			operators[*p == '|' ? 0 : *p == '<' ? 1 : 2];
	}
	for (start = out = p; *p; p++) {
		if (quote ? *p == quote : *p == '\'' || *p == '"')
			quote = quote ? 0 : *p;
		else if (!quote && (isspace((unsigned char)*p) ||
				    strchr("|<>", *p)))
			break;
		else
			*out++ = *p;
	}
	*line = p;
	return strndup(start, (size_t)(out - start));
}

/* The file name behind < > >>. False: there is none. */
static bool redirect(struct command *command, const char *op, char **line)
{
	bool is_op;
	char *file = next_token(line, &is_op);

	if (!file || is_op)
		return false;
	if (op[0] == '<') {
		command->input = file;
	} else {
		command->output = file;
		command->append = op[1] == '>';
	}
	return true;
}

enum parsed { EMPTY, RUNNABLE, WRONG };

static enum parsed complain(const char *what)
{
	fprintf(stderr, "sh: %s\n", what);
	return WRONG;
}

static enum parsed parse(char *line, struct pipeline *pipeline)
{
	struct command *command = pipeline->commands;
	char *token;
	bool op;

	memset(pipeline, 0, sizeof(*pipeline));
	pipeline->nr_commands = 1;
	while ((token = next_token(&line, &op))) {
		if (op && token[0] == '|') {
			if (!command->nr_words)
				return complain("a command is missing before |");
			if (pipeline->nr_commands == COMMANDS_MAX)
				return complain("too many commands");
			command = &pipeline->commands[pipeline->nr_commands++];
		} else if (op) {
			if (!redirect(command, token, &line))
				return complain("a file name is missing");
		} else if (command->nr_words < WORDS_MAX) {
			command->words[command->nr_words++] = token;
		}
	}
	if (command->nr_words)
		return RUNNABLE;
	if (pipeline->nr_commands > 1 || command->input || command->output)
		return complain("a command is missing");
	return EMPTY;
}

static void free_pipeline(struct pipeline *pipeline)
{
	for (int i = 0; i < COMMANDS_MAX; i++) {
		struct command *command = &pipeline->commands[i];

		for (int word = 0; word < command->nr_words; word++)
			free(command->words[word]);
		free(command->input);
		free(command->output);
	}
}

/* ---- running ------------------------------------------------------------------ */

static void open_as(const char *path, int flags, int fd)
{
	int file = open(path, flags, 0644);

	if (file < 0) {
		fprintf(stderr, "sh: %s: %s\n", path, strerror(errno));
		_exit(1);
	}
	if (file != fd) {
		dup2(file, fd);
		close(file);
	}
}

static void execute(struct command *command)
{
	char path[LINE_MAX_BYTES + 8];

	if (command->input)
		open_as(command->input, O_RDONLY, STDIN_FILENO);
	if (command->output)
		open_as(command->output, O_WRONLY | O_CREAT |
			(command->append ? O_APPEND : O_TRUNC), STDOUT_FILENO);
	snprintf(path, sizeof(path), "%s%s",
		 strchr(command->words[0], '/') ? "" : "/bin/",
		 command->words[0]);
	execve(path, command->words, environ);
	fprintf(stderr, "sh: %s: %s\n", command->words[0],
		errno == ENOENT ? "not found; try help" : strerror(errno));
	_exit(errno == ENOENT ? 127 : 126);
}

/* Start one command between two pipe ends (-1: none). Its pid, or -1. */
static pid_t start(struct command *command, int in, int out, int unused)
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid < 0)
		perror("sh: fork");
	if (pid != 0)
		return pid;
	if (unused >= 0)
		close(unused);
	if (in >= 0) {
		dup2(in, STDIN_FILENO);
		close(in);
	}
	if (out >= 0) {
		dup2(out, STDOUT_FILENO);
		close(out);
	}
	execute(command);
	return -1;
}

static int status_of(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return 1;
	if (!WIFSIGNALED(status))
		return WEXITSTATUS(status);
	fprintf(stderr, "sh: process %d was killed by %s\n", pid,
		signal_name(WTERMSIG(status)));
	return 128 + WTERMSIG(status);
}

static int run_pipeline(struct pipeline *pipeline)
{
	pid_t pids[COMMANDS_MAX];
	int started = 0, status = 1, in = -1, ends[2];

	while (started < pipeline->nr_commands) {
		ends[0] = ends[1] = -1;
		if (started + 1 < pipeline->nr_commands && pipe(ends) < 0) {
			perror("sh: pipe");
			break;
		}
		pids[started] = start(&pipeline->commands[started], in, ends[1],
				      ends[0]);
		if (in >= 0)
			close(in);
		if (ends[1] >= 0)
			close(ends[1]);
		in = ends[0];
		if (pids[started] < 0)
			break;
		started++;
	}
	if (in >= 0)
		close(in);
	for (int i = 0; i < started; i++)
		status = status_of(pids[i]);
	return status;
}

/* ---- built in -------------------------------------------------------------------- */

static int do_cd(char **words)
{
	if (chdir(words[1] ? words[1] : "/") == 0)
		return 0;
	fprintf(stderr, "cd: %s: %s\n", words[1], strerror(errno));
	return 1;
}

static int do_pwd(char **words)
{
	char path[LINE_MAX_BYTES];

	(void)words;
	if (!getcwd(path, sizeof(path))) {
		perror("pwd");
		return 1;
	}
	puts(path);
	return 0;
}

static int do_help(char **words)
{
	(void)words;
	puts("Look:  maps PID   ps   walk PID ADDRESS   cat /proc/PID/maps\n"
	     "       cat /proc/meminfo /proc/buddyinfo /proc/vmallocinfo ...\n"
	     "Show:  layout   twins   faults   lazy   crash [what]\n"
	     "Files: ls [-l]  cat  echo    with | < > >>\n"
	     "Shell: cd  pwd  help  exit [status]   (exit ends the machine\n"
	     "       when the shell was started at boot)");
	return 0;
}

static int do_exit(char **words)
{
	exit(words[1] ? atoi(words[1]) : last_status);
}

static const struct {
	const char *name;
	int (*run)(char **words);
} built_in[] = {
	{ "cd", do_cd }, { "pwd", do_pwd }, { "help", do_help },
	{ "exit", do_exit },
};

static int run(struct pipeline *pipeline)
{
	char **words = pipeline->commands[0].words;

	for (size_t i = 0; i < sizeof(built_in) / sizeof(built_in[0]); i++)
		if (pipeline->nr_commands == 1 &&
		    strcmp(words[0], built_in[i].name) == 0)
			return built_in[i].run(words);
	return run_pipeline(pipeline);
}

static void run_line(char *line)
{
	static struct pipeline pipeline;

	if (line[0] == '#')
		return;
	switch (parse(line, &pipeline)) {
	case RUNNABLE:
		last_status = run(&pipeline);
		break;
	case WRONG:
		last_status = 2;
		break;
	case EMPTY:
		break;
	}
	free_pipeline(&pipeline);
}

/* A line without its newline. False at the end of the input. */
static bool read_line(char line[LINE_MAX_BYTES])
{
	bool ended = false;
	int used = 0, got;
	char c;

	while (!ended) {
		got = read(STDIN_FILENO, &c, 1);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		ended = c == '\n';
		if (!ended && used < LINE_MAX_BYTES - 1)
			line[used++] = c;
	}
	line[used] = '\0';
	return ended || used;
}

int main(int argc, char **argv)
{
	char line[LINE_MAX_BYTES];
	bool prompt = isatty(STDIN_FILENO);

	if (argc == 3 && strcmp(argv[1], "-c") == 0) {
		snprintf(line, sizeof(line), "%s", argv[2]);
		run_line(line);
		return last_status;
	}
	for (;;) {
		if (prompt)
			printf("$ ");
		fflush(stdout);
		if (!read_line(line))
			break;
		run_line(line);
	}
	return last_status;
}
