/*
 * sh - a small shell; pipeline.h has what a line consists of.
 *
 * Built in: cd, pwd, jobs, fg, bg, kill, help, exit. Everything else is a
 * program, by path or from /bin. `sh -c line` runs one line, `sh file` the lines
 * of a file; otherwise they come from standard input. At a terminal a line can
 * be edited (edit.h), and each pipeline is a job (jobs.h).
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "edit.h"
#include "jobs.h"
#include "linux.h"
#include "maps.h"
#include "pipeline.h"

#define HELP_FILE "/etc/help"

static int last_status;
static FILE *source;     /* where lines are read from */
static bool at_terminal; /* the shell prompts, and has jobs */

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
	char path[EDIT_MAX_BYTES];

	(void)words;
	if (getcwd(path, sizeof(path)))
		return puts(path) < 0;
	perror("pwd");
	return 1;
}

static int do_jobs(char **words)
{
	(void)words;
	list_jobs();
	return 0;
}

/* fg and bg */
static int do_continue(char **words)
{
	struct job *job = find_job(words[1]);

	if (job)
		return continue_job(job, words[0][0] == 'f');
	fprintf(stderr, "%s: there is no job %s; see jobs\n", words[0],
		words[1] ? words[1] : "at all");
	return 1;
}

/* Returns the signal of a number or a name (9, KILL, SIGKILL), or -1. */
static int signal_named(const char *name)
{
	if (isdigit((unsigned char)*name))
		return atoi(name);
	for (int sig = 1; sig < 32; sig++)
		if (strcmp(name, signal_name(sig)) == 0 ||
		    strcmp(name, signal_name(sig) + strlen("SIG")) == 0)
			return sig;
	return -1;
}

static int do_kill(char **words)
{
	int sig = LINUX_SIGTERM, status = 0;
	struct job *job;
	uint32_t pid;
	bool known;

	words++;
	if (*words && **words == '-')
		sig = signal_named(*words++ + 1);
	if (!*words || sig < 0) {
		fprintf(stderr, "usage: kill [-SIGNAL] PID or %%JOB ...\n");
		return 2;
	}
	for (; *words; words++) {
		job = **words == '%' ? find_job(*words) : NULL;
		known = job || (parse_pid(*words, &pid) && (pid_t)pid > 0);
		/* As bg does, or the shell would take it for stopped. */
		if (job && sig == LINUX_SIGCONT && !continue_job(job, false))
			continue;
		if (known &&
		    kill_process(job ? -job->group : (pid_t)pid, sig) == 0)
			continue;
		fprintf(stderr, "kill: %s: %s\n", *words,
			known ? strerror(errno) : "no such process or job");
		status = 1;
	}
	return status;
}

/*
 * HELP_FILE has a paragraph for each topic, whose first line begins with the
 * topic and a colon. Without a topic the paragraph "help" is printed.
 */
static int do_help(char **words)
{
	static char text[16384] = "\n\n";
	const char *topic = words[1] ? words[1] : "help", *begin, *end;
	char wanted[EDIT_MAX_BYTES + 8];

	read_text(HELP_FILE, text + 2, sizeof(text) - 2);
	snprintf(wanted, sizeof(wanted), "\n\n%s:", topic);
	begin = strstr(text, wanted);
	if (!begin) {
		fprintf(stderr,
			"help: nothing is known of %s; see help words\n",
			topic);
		return 1;
	}
	end = strstr(begin + 2, "\n\n");
	printf("%.*s\n", end ? (int)(end - begin - 2) : -1, begin + 2);
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
	{ "cd", do_cd },       { "pwd", do_pwd },     { "jobs", do_jobs },
	{ "fg", do_continue }, { "bg", do_continue }, { "kill", do_kill },
	{ "help", do_help },   { "exit", do_exit },
};

#define NR_BUILT_IN (sizeof(built_in) / sizeof(built_in[0]))

/* Returns the number of a built-in command, or -1. */
static int find_built_in(const char *name)
{
	for (size_t i = 0; i < NR_BUILT_IN; i++)
		if (strcmp(name, built_in[i].name) == 0)
			return (int)i;
	return -1;
}

/* ---- running ----------------------------------------------------- */

/* Makes an open file descriptor fd of this process; -1 leaves fd as it is. */
static void become(int file, int fd)
{
	if (file < 0 || file == fd)
		return;
	dup2(file, fd);
	close(file);
}

static void open_as(const char *path, int flags, int fd)
{
	int file = open(path, flags, 0644);

	if (file < 0) {
		fprintf(stderr, "sh: %s: %s\n", path, strerror(errno));
		_exit(1);
	}
	become(file, fd);
}

static _Noreturn void execute(struct command *command)
{
	int how = command->append ? O_APPEND : O_TRUNC;
	int built = find_built_in(command->words[0]);
	char path[EDIT_MAX_BYTES + 8];

	if (command->input)
		open_as(command->input, O_RDONLY, STDIN_FILENO);
	if (command->output)
		open_as(command->output, O_WRONLY | O_CREAT | how,
			STDOUT_FILENO);
	if (built >= 0)
		exit(built_in[built].run(command->words));
	snprintf(path, sizeof(path), "%s%s",
		 strchr(command->words[0], '/') ? "" : "/bin/",
		 command->words[0]);
	execve(path, command->words, environ);
	fprintf(stderr, "sh: %s: %s\n", command->words[0],
		errno == ENOENT ? "not found; try help" : strerror(errno));
	_exit(errno == ENOENT ? 127 : 126);
}

/* Starts all commands of a pipeline, connected by pipes. */
static void start_all(struct pipeline *pipeline, struct job *job)
{
	pid_t pid = 0;
	int in = -1;

	if (pipeline->background && !at_terminal)
		in = open("/dev/null", O_RDONLY);
	fflush(stdout);
	for (int i = 0; i < pipeline->nr_commands && pid >= 0; i++) {
		int ends[2] = { -1, -1 };

		if (i + 1 < pipeline->nr_commands && pipe(ends) < 0) {
			perror("sh: pipe");
			break;
		}
		pid = fork_job(job);
		if (pid == 0) {
			become(in, STDIN_FILENO);
			become(ends[1], STDOUT_FILENO);
			close(ends[0]); /* or it would never get SIGPIPE */
			execute(&pipeline->commands[i]);
		}
		close(in); /* -1: nothing happens */
		close(ends[1]);
		in = ends[0];
	}
	close(in);
}

static int run_pipeline(struct pipeline *pipeline)
{
	struct job *job = new_job(pipeline);

	if (!job)
		return 1;
	start_all(pipeline, job);
	if (!pipeline->background)
		return wait_for_job(job);
	if (at_terminal)
		printf("[%d] %d\n", job->nr, (int)job->group);
	return 0;
}

/* A built-in command alone runs in the shell itself: cd changes its directory. */
static int run(struct pipeline *pipeline)
{
	struct command *first = &pipeline->commands[0];
	int built = find_built_in(first->words[0]);

	if (built < 0 || pipeline->nr_commands > 1 || pipeline->background ||
	    first->input || first->output)
		return run_pipeline(pipeline);
	return built_in[built].run(first->words);
}

/* ---- lines ------------------------------------------------------- */

static void run_line(const char *line)
{
	static struct pipeline pipeline;

	if (strlen(line) >= EDIT_MAX_BYTES) {
		fprintf(stderr, "sh: a line of %d bytes: at most %d are read\n",
			(int)strlen(line), EDIT_MAX_BYTES - 1);
		last_status = 2;
		return;
	}
	line += strspn(line, " \t");
	for (pipeline.line = line; pipeline.line[0] && line[0] != '#';)
		if (!parse_pipeline(&pipeline))
			last_status = 2;
		else if (pipeline.nr_commands)
			last_status = run(&pipeline);
}

/* Returns a line without its newline, or NULL at the end. */
static const char *next_line(void)
{
	static const char *names[NR_BUILT_IN + 1]; /* for Tab */
	static char typed[EDIT_MAX_BYTES], *line;
	static size_t bytes;

	reap_jobs(); /* as process 1 also orphans, which it inherits */
	fflush(stdout);
	for (size_t i = 0; i < NR_BUILT_IN; i++)
		names[i] = built_in[i].name;
	if (at_terminal)
		return edit_line(typed, names) ? typed : NULL;
	if (__getline(&line, &bytes, source) < 0)
		return NULL;
	line[strcspn(line, "\n")] = '\0';
	return line;
}

int main(int argc, char **argv)
{
	const char *line;
	int file;

	at_terminal = argc == 1 && isatty(STDIN_FILENO);
	if (argc == 3 && strcmp(argv[1], "-c") == 0) {
		run_line(argv[2]);
		return last_status;
	}
	/* O_CLOEXEC: commands keep the shell's standard input, not its file. */
	file = argc > 1 ? open(argv[1], O_RDONLY | O_CLOEXEC) : STDIN_FILENO;
	if (file < 0) {
		fprintf(stderr, "sh: %s: %s\n", argv[1], strerror(errno));
		return 127;
	}
	source = fdopen(file, "r");
	/* A command that reads the same input gets what follows its line. */
	setvbuf(source, NULL, _IONBF, 0);
	jobs_init(at_terminal);
	while ((line = next_line()))
		run_line(line);
	return last_status;
}
