/*
 * sh - a small shell.
 *
 *	command [argument ...] [< file] [> file] [>> file] [| command ...] [; or &]
 *
 * Built in: cd, pwd, jobs, fg, bg, kill, help, exit. Everything else is a
 * program, by path or from /bin. `sh -c line` runs one line, `sh file` the lines
 * of a file; otherwise they come from standard input. At a terminal a line can
 * be edited (edit.h), and each pipeline is a job (jobs.h).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "complete.h"
#include "edit.h"
#include "jobs.h"
#include "linux.h"
#include "pipeline.h"

#define PROMPT    "$ "
#define HELP_FILE "/etc/help"

static int last_status;
static int source = STDIN_FILENO; /* where lines are read from */
static bool at_terminal;          /* the shell prompts, and has jobs */

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
	char path[EDIT_MAX_BYTES + 8];

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

/*
 * Starts a command with `in` and `out`, pipe ends or -1, as standard input and
 * output. The child closes `unused`, the reading end of its own output pipe, or
 * it would never get SIGPIPE. Returns false if fork failed.
 */
static bool start(struct command *command, struct job *job, int in, int out,
		  int unused)
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid < 0)
		perror("sh: fork");
	if (pid > 0)
		add_to_job(job, pid);
	if (pid != 0)
		return pid > 0;
	enter_job(job);
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
	return false;
}

/* Starts all commands of a pipeline, connected by pipes. */
static void start_all(struct pipeline *pipeline, struct job *job)
{
	int in = -1, ends[2];
	bool started = true;

	if (pipeline->background && !at_terminal)
		in = open("/dev/null", O_RDONLY);
	for (int i = 0; i < pipeline->nr_commands && started; i++) {
		ends[0] = ends[1] = -1;
		if (i + 1 < pipeline->nr_commands && pipe(ends) < 0) {
			perror("sh: pipe");
			break;
		}
		started = start(&pipeline->commands[i], job, in, ends[1],
				ends[0]);
		if (in >= 0)
			close(in);
		if (ends[1] >= 0)
			close(ends[1]);
		in = ends[0];
	}
	if (in >= 0)
		close(in);
}

static int run_pipeline(struct pipeline *pipeline, const char *text)
{
	struct job *job = new_job(text, pipeline->background);

	if (!job)
		return 1;
	start_all(pipeline, job);
	if (!pipeline->background)
		return wait_for_job(job);
	if (at_terminal)
		printf("[%d] %d\n", job->nr, (int)job->group);
	return 0;
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
	char path[EDIT_MAX_BYTES];

	(void)words;
	if (!getcwd(path, sizeof(path))) {
		perror("pwd");
		return 1;
	}
	puts(path);
	return 0;
}

static int do_jobs(char **words)
{
	(void)words;
	reap_jobs();
	list_jobs();
	return 0;
}

static int go_on(char **words, bool foreground)
{
	struct job *job = find_job(words[1]);

	if (job)
		return continue_job(job, foreground);
	if (words[1])
		fprintf(stderr, "%s: there is no job %s; see jobs\n", words[0],
			words[1]);
	else
		fprintf(stderr, "%s: there is no job\n", words[0]);
	return 1;
}

static int do_fg(char **words)
{
	return go_on(words, true);
}

static int do_bg(char **words)
{
	return go_on(words, false);
}

/* Returns the signal of a number or a name (9, KILL, SIGKILL), or 0. */
static int signal_named(const char *name)
{
	const char *known;

	if (atoi(name) > 0)
		return atoi(name);
	for (int sig = 1; sig < 32; sig++) {
		known = signal_name(sig);
		if (strcmp(name, known) == 0 || strcmp(name, known + 3) == 0)
			return sig;
	}
	return 0;
}

/* Returns what kill(2) takes: a PID, a job's group negated, or 0 if neither. */
static pid_t find_target(const char *who)
{
	struct job *job = who[0] == '%' ? find_job(who) : NULL;
	uint32_t pid;

	if (job)
		return -job->group;
	return parse_number(who, &pid) ? (pid_t)pid : 0;
}

static int do_kill(char **words)
{
	int sig = LINUX_SIGTERM, status = 0;
	char **who = words + 1;
	pid_t pid;

	if (*who && (*who)[0] == '-')
		sig = signal_named(*who++ + 1);
	if (!*who || !sig) {
		fprintf(stderr, "usage: kill [-SIGNAL] PID or %%JOB ...\n");
		return 2;
	}
	for (; *who; who++) {
		pid = find_target(*who);
		if (pid && kill_process(pid, sig) == 0)
			continue;
		fprintf(stderr, "kill: %s: %s\n", *who,
			pid ? strerror(errno) : "no such process or job");
		status = 1;
	}
	return status;
}

/* Returns true if the line is the first of the topic's paragraph. */
static bool is_topic(const char *line, const char *topic)
{
	size_t bytes = strlen(topic);

	return strncmp(line, topic, bytes) == 0 &&
		(line[bytes] == ':' || line[bytes] == '\n');
}

/*
 * HELP_FILE has a paragraph for each topic, whose first line begins with the
 * topic and a colon. Without a topic the paragraph "help" is printed.
 */
static int do_help(char **words)
{
	const char *topic = words[1] ? words[1] : "help";
	FILE *file = fopen(HELP_FILE, "r");
	bool inside = false, found = false;
	char line[128];

	while (file && fgets(line, sizeof(line), file)) {
		if (line[0] == '\n')
			inside = false;
		else if (!inside && is_topic(line, topic))
			inside = found = true;
		if (inside)
			fputs(line, stdout);
	}
	if (file)
		fclose(file);
	if (!found)
		fprintf(stderr,
			"help: nothing is known of %s; try help, or "
			"help words\n",
			topic);
	return !found;
}

static int do_exit(char **words)
{
	exit(words[1] ? atoi(words[1]) : last_status);
}

static const struct {
	const char *name;
	int (*run)(char **words);
} built_in[] = {
	{ "cd", do_cd },     { "pwd", do_pwd },   { "jobs", do_jobs },
	{ "fg", do_fg },     { "bg", do_bg },     { "kill", do_kill },
	{ "help", do_help }, { "exit", do_exit },
};

#define NR_BUILT_IN (sizeof(built_in) / sizeof(built_in[0]))

static int run(struct pipeline *pipeline, const char *text)
{
	char **words = pipeline->commands[0].words;

	for (size_t i = 0; i < NR_BUILT_IN; i++)
		if (pipeline->nr_commands == 1 && !pipeline->background &&
		    strcmp(words[0], built_in[i].name) == 0)
			return built_in[i].run(words);
	return run_pipeline(pipeline, text);
}

/* ---- lines ------------------------------------------------------- */

/* Copies a pipeline's text, without blanks around it and the ; or & after it. */
static void copy_text(char *text, const char *begin, const char *end)
{
	while (begin < end && strchr(" \t", *begin))
		begin++;
	while (end > begin && strchr(" \t;&", end[-1]))
		end--;
	memcpy(text, begin, (size_t)(end - begin));
	text[end - begin] = '\0';
}

static void run_line(char *line)
{
	static struct pipeline pipeline;
	char typed[EDIT_MAX_BYTES], text[EDIT_MAX_BYTES], *begin;
	enum parsed parsed = EMPTY;

	if (line[0] == '#')
		return;
	if (!quotes_match(line))
		parsed = WRONG;
	if (parsed == WRONG)
		fprintf(stderr, "sh: a quote is not closed\n");
	snprintf(typed, sizeof(typed), "%s", line);
	for (begin = line; *begin && parsed != WRONG;) {
		char *from = typed + (begin - line);

		parsed = parse_pipeline(&begin, &pipeline);
		copy_text(text, from, typed + (begin - line));
		if (parsed == RUNNABLE)
			last_status = run(&pipeline, text);
		free_pipeline(&pipeline);
	}
	if (parsed == WRONG)
		last_status = 2;
}

/*
 * Reads a line without its newline; one that is too long is reported and becomes
 * empty. Returns false at the end of the file.
 */
static bool read_line(char line[EDIT_MAX_BYTES])
{
	bool ended = false;
	int used = 0, got;
	char c;

	while (!ended) {
		got = read(source, &c, 1);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		ended = c == '\n';
		if (!ended && used++ < EDIT_MAX_BYTES - 1)
			line[used - 1] = c;
	}
	if (used >= EDIT_MAX_BYTES) {
		fprintf(stderr, "sh: a line of %d bytes: at most %d are read\n",
			used, EDIT_MAX_BYTES - 1);
		used = 0;
	}
	line[used] = '\0';
	return ended || used;
}

/* Returns what Tab offers: programs, files, and built-in commands. */
static struct names names_for(const char *line, size_t at, size_t *word)
{
	struct names names = complete_word(line, at, word);
	char prefix[EDIT_MAX_BYTES];

	snprintf(prefix, sizeof(prefix), "%.*s", (int)(at - *word),
		 line + *word);
	for (size_t i = 0; is_command(line, *word) && i < NR_BUILT_IN; i++)
		add_name(&names, built_in[i].name, prefix);
	return names;
}

static bool next_line(char line[EDIT_MAX_BYTES])
{
	enum edited edited = EDIT_INTERRUPT;

	if (!at_terminal)
		return read_line(line);
	while (edited == EDIT_INTERRUPT)
		edited = edit_line(PROMPT, line, names_for);
	return edited == EDIT_LINE;
}

/*
 * Reads lines from this file from now on; the commands keep the shell's standard
 * input. Returns false if the file cannot be opened.
 */
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
	char line[EDIT_MAX_BYTES];

	at_terminal = argc == 1 && isatty(STDIN_FILENO);
	if (argc == 3 && strcmp(argv[1], "-c") == 0) {
		run_line(argv[2]);
		return last_status;
	}
	if (argc > 1 && !read_from(argv[1]))
		return 127;
	jobs_init(at_terminal);
	do {
		reap_jobs(); /* as process 1 also orphans, which it inherits */
		fflush(stdout);
		if (!next_line(line))
			return last_status;
		run_line(line);
	} while (true);
}
