/*
 * sh - a small shell.
 *
 *	command [argument ...] [< file] [> file] [>> file] [| command ...] [; ...]
 *
 * Words are separated by blanks; '...' and "..." keep theirs. Built in: cd,
 * pwd, fg, help, exit. Everything else is a program, by path or from /bin.
 * `sh -c line` runs one line, `sh file` the lines of a file; otherwise they
 * come from standard input. At a terminal each pipeline is a process group of
 * its own, so that ^C ends it and ^Z stops it, but not the shell.
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

#define LINE_MAX_BYTES 512
#define WORDS_MAX      64
#define COMMANDS_MAX   8 /* in one pipeline */
#define STOPPED_MAX    8

struct command {
	char *words[WORDS_MAX + 1]; /* NULL at the end: argv */
	int nr_words;
	char *input, *output; /* files, or NULL */
	bool append;
};

struct pipeline {
	struct command commands[COMMANDS_MAX];
	int nr_commands;
};

/* Processes that the shell waits for, or that ^Z stopped. */
struct job {
	pid_t pids[COMMANDS_MAX]; /* the first is the group's number */
	int nr_pids;
};

static int last_status;
static int source = STDIN_FILENO;       /* of lines */
static bool at_terminal;                /* it prompts, and has jobs */
static struct job stopped[STOPPED_MAX]; /* fg takes the last */
static int nr_stopped;
static volatile bool interrupted; /* ^C while a line was typed */

#define OPERATORS "|<>;&"

/* ---- a line into commands ---------------------------------------- */

/*
 * The next token of *line: a word (quotes removed), or one of OPERATORS, or >>.
 * NULL at the end. *op tells an operator from a quoted word that looks alike.
 */
static char *next_token(char **line, bool *op)
{
	static char operators[][3] = { "|", "<", ">", ";", "&", ">>" };
	char *p = *line, *start, *out, quote = 0;

	while (isspace((unsigned char)*p))
		p++;
	*line = p;
	if (!*p)
		return NULL;
	*op = strchr(OPERATORS, *p);
	if (*op) {
		bool two = p[0] == '>' && p[1] == '>';

		*line = p + 1 + two;
		return two ? operators[strlen(OPERATORS)] :
			     operators[strchr(OPERATORS, *p) - OPERATORS];
	}
	for (start = out = p; *p; p++) {
		if (quote ? *p == quote : *p == '\'' || *p == '"')
			quote = quote ? 0 : *p;
		else if (!quote &&
			 (isspace((unsigned char)*p) || strchr(OPERATORS, *p)))
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

/* Does every quote have its other end? */
static bool quotes_match(const char *line)
{
	char quote = 0;

	for (; *line; line++)
		if (quote ? *line == quote : *line == '\'' || *line == '"')
			quote = quote ? 0 : *line;
	return !quote;
}

/* One pipeline of the line; *line moves on, behind the ; if there is one. */
static enum parsed parse(char **line, struct pipeline *pipeline)
{
	struct command *command = pipeline->commands;
	char *token;
	bool op;

	memset(pipeline, 0, sizeof(*pipeline));
	pipeline->nr_commands = 1;
	while ((token = next_token(line, &op))) {
		if (op && token[0] == ';')
			break;
		if (op && token[0] == '&')
			return complain("& is not known here; a ; separates "
					"commands");
		if (op && token[0] == '|') {
			if (!command->nr_words)
				return complain(
					"a command is missing before |");
			if (pipeline->nr_commands == COMMANDS_MAX)
				return complain("too many commands");
			command = &pipeline->commands[pipeline->nr_commands++];
		} else if (op) {
			if (!redirect(command, token, line))
				return complain("a file name is missing");
		} else if (command->nr_words < WORDS_MAX) {
			command->words[command->nr_words++] = token;
		} else {
			free(token);
			return complain("too many words");
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

/* ---- running ----------------------------------------------------- */

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
		open_as(command->output,
			O_WRONLY | O_CREAT |
				(command->append ? O_APPEND : O_TRUNC),
			STDOUT_FILENO);
	snprintf(path, sizeof(path), "%s%s",
		 strchr(command->words[0], '/') ? "" : "/bin/",
		 command->words[0]);
	execve(path, command->words, environ);
	fprintf(stderr, "sh: %s: %s\n", command->words[0],
		errno == ENOENT ? "not found; try help" : strerror(errno));
	_exit(errno == ENOENT ? 127 : 126);
}

static void note_interrupt(int sig)
{
	(void)sig;
	interrupted = true;
}

/* What the keys send is for the jobs, not for the shell. */
static void begin_jobs(void)
{
	on_signal(LINUX_SIGTTOU, IGNORE_SIGNAL);
	if (!has_terminal())
		take_terminal(); /* started at boot */
	setpgid(0, 0);           /* refused to a session's leader: it is one */
	set_foreground(getpid());
	on_signal(LINUX_SIGINT, note_interrupt);
	on_signal(LINUX_SIGQUIT, IGNORE_SIGNAL);
	on_signal(LINUX_SIGTSTP, IGNORE_SIGNAL);
}

/* In the child: into the group (0: a new one), with every key's effect. */
static void enter_job(pid_t group)
{
	if (!at_terminal)
		return;
	setpgid(0, group);
	set_foreground(group ? group : getpid());
	on_signal(LINUX_SIGINT, DEFAULT_ACTION);
	on_signal(LINUX_SIGQUIT, DEFAULT_ACTION);
	on_signal(LINUX_SIGTSTP, DEFAULT_ACTION);
	on_signal(LINUX_SIGTTOU, DEFAULT_ACTION);
}

/* Start one command between two pipe ends (-1: none). Its pid, or -1. */
static pid_t start(struct command *command, pid_t group, int in, int out,
		   int unused)
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid < 0)
		perror("sh: fork");
	if (pid > 0 && at_terminal)
		setpgid(pid, group ? group : pid); /* whoever is first */
	if (pid != 0)
		return pid;
	enter_job(group);
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

/* Wait until it has ended, or, at a terminal, has stopped: then *stop. */
static int status_of(pid_t pid, bool *stop)
{
	int status = 0, sig;

	while (waitpid(pid, &status, at_terminal ? WUNTRACED : 0) < 0)
		if (errno != EINTR)
			return 1;
	*stop = WIFSTOPPED(status);
	if (*stop)
		return 128 + WSTOPSIG(status);
	if (!WIFSIGNALED(status))
		return WEXITSTATUS(status);
	sig = WTERMSIG(status);
	if (sig == LINUX_SIGINT) /* the ^C stands on this line */
		fputc('\n', stderr);
	else
		fprintf(stderr, "sh: process %d was killed by %s\n", pid,
			signal_name(sig));
	return 128 + sig;
}

/* Until all of the job have ended, or one has stopped: `fg` goes on there. */
static int wait_for(struct job *job)
{
	bool stop = false;
	int status = 1;

	for (int i = 0; i < job->nr_pids && !stop; i++)
		status = status_of(job->pids[i], &stop);
	if (at_terminal)
		set_foreground(getpid());
	if (!stop)
		return status;
	if (nr_stopped < STOPPED_MAX) {
		stopped[nr_stopped++] = *job;
		fprintf(stderr,
			"\nsh: process %d is stopped; fg lets it go on\n",
			job->pids[0]);
	} else {
		kill_process(-job->pids[0], LINUX_SIGKILL);
		fprintf(stderr,
			"\nsh: process %d is killed: %d others are "
			"stopped already\n",
			job->pids[0], nr_stopped);
	}
	return status;
}

static int run_pipeline(struct pipeline *pipeline)
{
	struct job job = { .nr_pids = 0 };
	int in = -1, ends[2];
	pid_t pid;

	while (job.nr_pids < pipeline->nr_commands) {
		ends[0] = ends[1] = -1;
		if (job.nr_pids + 1 < pipeline->nr_commands && pipe(ends) < 0) {
			perror("sh: pipe");
			break;
		}
		pid = start(&pipeline->commands[job.nr_pids], job.pids[0], in,
			    ends[1], ends[0]);
		if (in >= 0)
			close(in);
		if (ends[1] >= 0)
			close(ends[1]);
		in = ends[0];
		if (pid < 0)
			break;
		job.pids[job.nr_pids++] = pid;
	}
	if (in >= 0)
		close(in);
	return wait_for(&job);
}

/* ---- built in ---------------------------------------------------- */

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

static int do_fg(char **words)
{
	struct job job;

	(void)words;
	if (!nr_stopped) {
		fprintf(stderr, "fg: nothing is stopped\n");
		return 1;
	}
	job = stopped[--nr_stopped];
	set_foreground(job.pids[0]);
	kill_process(-job.pids[0], LINUX_SIGCONT);
	return wait_for(&job);
}

static int do_help(char **words)
{
	(void)words;
	puts("Look:  ps   maps PID   walk PID ADDRESS   cat /proc/PID/smaps\n"
	     "       cat /proc/meminfo /proc/buddyinfo /proc/pagetypemap ...\n"
	     "       echo fault > /proc/trace; true; cat /proc/trace\n"
	     "Show:  layout  lazy  faults  twins  lives  mmshow  crash [what]\n"
	     "       tour [STOP]\n"
	     "Files: ls [-l]  cat  echo    with | < > >>\n"
	     "Shell: cd  pwd  fg  help  exit [status]    with ; between\n"
	     "Keys:  ^C ends a program, ^D its input, Ctrl-A x ends QEMU\n"
	     "       (exit ends the machine when the shell was started at boot)");
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
	{ "cd", do_cd },     { "pwd", do_pwd },   { "fg", do_fg },
	{ "help", do_help }, { "exit", do_exit },
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
	enum parsed parsed = EMPTY;

	if (line[0] == '#')
		return;
	if (!quotes_match(line))
		parsed = complain("a quote is not closed");
	while (*line && parsed != WRONG) {
		parsed = parse(&line, &pipeline);
		if (parsed == RUNNABLE)
			last_status = run(&pipeline);
		free_pipeline(&pipeline);
	}
	if (parsed == WRONG)
		last_status = 2;
}

/*
 * A line without its newline, empty if it was too long. False at the end of
 * the input.
 */
static bool read_line(char line[LINE_MAX_BYTES])
{
	bool ended = false;
	int used = 0, got;
	char c;

	while (!ended) {
		got = read(source, &c, 1);
		if (got < 0 && errno == EINTR && !interrupted)
			continue;
		if (interrupted) { /* a new line, a new prompt */
			interrupted = false;
			putchar('\n');
			line[0] = '\0';
			return true;
		}
		if (got <= 0)
			break;
		ended = c == '\n';
		if (!ended && used++ < LINE_MAX_BYTES - 1)
			line[used - 1] = c;
	}
	if (used >= LINE_MAX_BYTES) {
		fprintf(stderr, "sh: a line of %d bytes: at most %d are read\n",
			used, LINE_MAX_BYTES - 1);
		line[0] = '\0';
		return true;
	}
	line[used] = '\0';
	return ended || used;
}

/* Lines come from this file now; the commands keep their standard input. */
static bool read_from(const char *path)
{
	source = open(path, O_RDONLY | O_CLOEXEC);
	if (source >= 0)
		return true;
	fprintf(stderr, "sh: %s: %s\n", path, strerror(errno));
	return false;
}

int main(int argc, char **argv)
{
	char line[LINE_MAX_BYTES];

	at_terminal = argc == 1 && isatty(STDIN_FILENO);
	if (argc == 3 && strcmp(argv[1], "-c") == 0) {
		run_line(argv[2]);
		return last_status;
	}
	if (argc > 1 && !read_from(argv[1]))
		return 127;
	if (at_terminal)
		begin_jobs();
	for (;;) {
		/* As process 1 it inherits what others left behind. */
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
		if (at_terminal)
			printf("$ ");
		fflush(stdout);
		if (!read_line(line))
			break;
		run_line(line);
	}
	return last_status;
}
