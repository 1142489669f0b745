/*
 * Jobs of a shell: which processes belong to one, and which have ended.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "jobs.h"
#include "linux.h"

static struct job jobs[JOBS_MAX];
static bool have_keys;

void jobs_init(bool at_terminal)
{
	have_keys = at_terminal;
	if (!at_terminal)
		return;
	on_signal(LINUX_SIGTTOU, IGNORE_SIGNAL);
	if (!has_terminal())
		take_terminal(); /* started at boot */
	setpgid(0, 0); /* fails for a session's leader, which has its group */
	set_foreground(getpid());
	on_signal(LINUX_SIGINT, IGNORE_SIGNAL);
	on_signal(LINUX_SIGQUIT, IGNORE_SIGNAL);
	on_signal(LINUX_SIGTSTP, IGNORE_SIGNAL);
}

struct job *new_job(const char *text, bool background)
{
	for (int i = 0; i < JOBS_MAX; i++)
		if (!jobs[i].nr) {
			jobs[i] = (struct job){ .nr = i + 1,
						.text = strdup(text),
						.background = background };
			return &jobs[i];
		}
	fprintf(stderr, "sh: %d jobs run or are stopped already\n", JOBS_MAX);
	return NULL;
}

void enter_job(const struct job *job)
{
	if (!have_keys)
		return;
	setpgid(0, job->group);
	if (!job->background)
		set_foreground(job->group ? job->group : getpid());
	on_signal(LINUX_SIGINT, DEFAULT_ACTION);
	on_signal(LINUX_SIGQUIT, DEFAULT_ACTION);
	on_signal(LINUX_SIGTSTP, DEFAULT_ACTION);
	on_signal(LINUX_SIGTTOU, DEFAULT_ACTION);
}

void add_to_job(struct job *job, pid_t pid)
{
	if (!job->group)
		job->group = pid;
	if (have_keys)
		setpgid(pid,
			job->group); /* as the child does: either may run first */
	job->pids[job->nr_pids++] = pid;
}

static void free_job(struct job *job)
{
	free(job->text);
	job->nr = 0;
}

static bool has_ended(const struct job *job)
{
	for (int i = 0; i < job->nr_pids; i++)
		if (job->pids[i])
			return false;
	return true;
}

static struct job *job_of(pid_t pid, int *which)
{
	for (int i = 0; i < JOBS_MAX; i++)
		for (int j = 0; jobs[i].nr && j < jobs[i].nr_pids; j++)
			if (jobs[i].pids[j] == pid) {
				*which = j;
				return &jobs[i];
			}
	return NULL;
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

/* Notes what waitpid returned of a child. */
static void note_status(pid_t pid, int status)
{
	int which = 0;
	struct job *job = job_of(pid, &which);

	if (!job)
		return; /* an orphan: this shell is process 1 */
	job->stopped = WIFSTOPPED(status);
	if (job->stopped) {
		job->status = 128 + WSTOPSIG(status);
		return;
	}
	status = status_of(pid, status);
	if (which == job->nr_pids - 1)
		job->status = status;
	job->pids[which] = 0;
}

int wait_for_job(struct job *job)
{
	int status, result;
	pid_t pid;

	while (!job->stopped && !has_ended(job)) {
		pid = waitpid(-1, &status, have_keys ? WUNTRACED : 0);
		if (pid > 0)
			note_status(pid, status);
		else if (errno != EINTR)
			break;
	}
	result = job->status;
	if (have_keys)
		set_foreground(getpid());
	job->told = job->stopped;
	if (job->stopped)
		fprintf(stderr,
			"\n[%d] process %d is stopped; fg lets it go on\n",
			job->nr, (int)job->group);
	else
		free_job(job);
	return result;
}

int continue_job(struct job *job, bool foreground)
{
	printf(foreground ? "%s\n" : "%s &\n", job->text);
	fflush(stdout);
	if (foreground)
		set_foreground(job->group);
	job->stopped = job->told = false;
	kill_process(-job->group, LINUX_SIGCONT);
	return foreground ? wait_for_job(job) : 0;
}

void reap_jobs(void)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status,
			      WNOHANG | (have_keys ? WUNTRACED : 0))) > 0)
		note_status(pid, status);
	/* Those, too, that ended while another job was waited for. */
	for (struct job *job = jobs; job < jobs + JOBS_MAX; job++) {
		bool ended = job->nr && has_ended(job);

		if (!ended && (!job->stopped || job->told))
			continue;
		if (have_keys)
			printf("[%d] %s: %s\n", job->nr,
			       ended ? "done" : "stopped", job->text);
		job->told = true;
		if (ended)
			free_job(job);
	}
}

struct job *find_job(const char *nr)
{
	struct job *found = NULL;
	int wanted = 0;

	if (nr)
		wanted = atoi(nr + (nr[0] == '%'));
	for (int i = 0; i < JOBS_MAX; i++)
		if (jobs[i].nr && (!nr || jobs[i].nr == wanted))
			found = &jobs[i];
	return found;
}

void list_jobs(void)
{
	for (int i = 0; i < JOBS_MAX; i++)
		if (jobs[i].nr)
			printf("[%d] %-8s %5d  %s\n", jobs[i].nr,
			       jobs[i].stopped ? "stopped" : "running",
			       (int)jobs[i].group, jobs[i].text);
}
