/*
 * Jobs of a shell: which processes belong to one, and which have ended.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "jobs.h"
#include "linux.h"

static struct job jobs[JOBS_MAX];
static bool have_keys;
static struct ktermios cooked; /* the terminal, as each job finds it */

static void handle_keys(void (*handler)(int linux_signal))
{
	on_signal(LINUX_SIGINT, handler);
	on_signal(LINUX_SIGQUIT, handler);
	on_signal(LINUX_SIGTSTP, handler);
	on_signal(LINUX_SIGTTOU, handler);
}

void jobs_init(bool at_terminal)
{
	have_keys = at_terminal;
	if (!at_terminal)
		return;
	handle_keys(IGNORE_SIGNAL);
	if (!has_terminal())
		take_terminal(); /* started at boot */
	setpgid(0, 0); /* fails for a session's leader, which has its group */
	set_foreground(getpid());
	linux_syscall(__NR_ioctl, STDIN_FILENO, TCGETS, &cooked);
}

struct job *new_job(const struct pipeline *pipeline)
{
	for (struct job *job = jobs; job < jobs + JOBS_MAX; job++) {
		if (job->nr)
			continue;
		*job = (struct job){ .nr = job - jobs + 1,
				     .background = pipeline->background,
				     .status = 1 };
		strcpy(job->text, pipeline->text);
		return job;
	}
	fprintf(stderr, "sh: %d jobs run or are stopped already\n", JOBS_MAX);
	return NULL;
}

pid_t fork_job(struct job *job)
{
	pid_t pid = fork();

	if (pid < 0) {
		perror("sh: fork");
		return pid;
	}
	if (pid > 0)
		job->pids[job->nr_pids++] = pid;
	job->nr_running++;
	if (!job->group)
		job->group = pid ? pid : getpid();
	if (!have_keys)
		return pid;
	setpgid(pid, job->group); /* in both, either of which may run first */
	if (pid == 0) {
		if (!job->background)
			set_foreground(job->group);
		handle_keys(DEFAULT_ACTION);
	}
	return pid;
}

/* Reports a process that a signal ended, unless it was ^C, which is on screen. */
static int status_of(pid_t pid, int status)
{
	int sig = WTERMSIG(status);

	if (!WIFSIGNALED(status))
		return WEXITSTATUS(status);
	if (sig == LINUX_SIGINT)
		fputc('\n', stderr);
	else
		fprintf(stderr, "sh: process %d was killed by %s\n", (int)pid,
			signal_name(sig));
	return 128 + sig;
}

/* Notes what became of a job's process, and tells if the job stops. */
static void note_status(struct job *job, int which, int status)
{
	bool stopped = job->stopped;

	job->stopped = WIFSTOPPED(status);
	if (job->stopped) {
		job->status = 128 + WSTOPSIG(status);
		if (!stopped)
			fprintf(stderr, "\n[%d] stopped: %s; fg continues it\n",
				job->nr, job->text);
		return;
	}
	status = status_of(job->pids[which], status);
	if (which == job->nr_pids - 1)
		job->status = status;
	job->pids[which] = 0;
	job->nr_running--;
}

/*
 * Waits for a child that ends or stops, or, with WNOHANG, looks for one. Returns
 * false if there is none. One of no job is an orphan: this shell is process 1.
 */
static bool next_child(int options)
{
	int status;
	pid_t pid = waitpid(-1, &status, options | (have_keys ? WUNTRACED : 0));

	if (pid <= 0)
		return false;
	for (struct job *job = jobs; job < jobs + JOBS_MAX; job++)
		for (int i = 0; job->nr && i < job->nr_pids; i++)
			if (job->pids[i] == pid)
				note_status(job, i, status);
	return true;
}

int wait_for_job(struct job *job)
{
	while (!job->stopped && job->nr_running && next_child(0))
		;
	if (have_keys) {
		set_foreground(getpid());
		/* ^C or ^Z may have caught it while it read single keys. */
		leave_raw(STDIN_FILENO, &cooked);
	}
	if (!job->stopped)
		job->nr = 0;
	return job->status;
}

int continue_job(struct job *job, bool foreground)
{
	printf(foreground ? "%s\n" : "%s &\n", job->text);
	fflush(stdout);
	if (foreground)
		set_foreground(job->group);
	job->stopped = false;
	kill_process(-job->group, LINUX_SIGCONT);
	return foreground ? wait_for_job(job) : 0;
}

void reap_jobs(void)
{
	while (next_child(WNOHANG))
		;
	/* Those, too, that ended while another was waited for. */
	for (struct job *job = jobs; job < jobs + JOBS_MAX; job++) {
		if (!job->nr || job->nr_running)
			continue;
		if (have_keys)
			printf("[%d] done: %s\n", job->nr, job->text);
		job->nr = 0;
	}
}

struct job *find_job(const char *nr)
{
	struct job *found = NULL;

	for (struct job *job = jobs; job < jobs + JOBS_MAX; job++)
		if (job->nr && (!nr || job->nr == atoi(nr + (nr[0] == '%'))))
			found = job;
	return found;
}

void list_jobs(void)
{
	reap_jobs();
	for (struct job *job = jobs; job < jobs + JOBS_MAX; job++)
		if (job->nr)
			printf("[%d] %-8s %5d  %s\n", job->nr,
			       job->stopped ? "stopped" : "running",
			       (int)job->group, job->text);
}
