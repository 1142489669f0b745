/*
 * jobs.h - the pipelines that a shell started and that have not ended.
 *
 * At a terminal each pipeline is a process group of its own. The group in the
 * foreground gets the signals of ^C and ^Z; the shell ignores them.
 */
#ifndef JOBS_H
#define JOBS_H

#include <stdbool.h>
#include <sys/types.h>
#include "pipeline.h"

#define JOBS_MAX 16

struct job {
	int nr;                   /* as in %1; 0: this place is free */
	pid_t group;              /* the first process's number */
	pid_t pids[COMMANDS_MAX]; /* 0: that process has ended */
	int nr_pids, nr_running;
	int status;      /* of the last command; 1 until it has ended */
	bool background; /* it never had the terminal */
	bool stopped;
	char text[EDIT_MAX_BYTES];
};

/* Call before the first job. At a terminal the shell takes it, and has jobs. */
void jobs_init(bool at_terminal);

/* Returns a new job for the pipeline, or NULL if there are JOBS_MAX already. */
struct job *new_job(const struct pipeline *pipeline);
/*
 * Forks a process of the job, for which ^C and ^Z act again. Returns what fork
 * does, and prints why if it fails.
 */
pid_t fork_job(struct job *job);

/*
 * Waits until the job has ended or stopped and takes the terminal back. Returns
 * the status of the last command, or 128 + the signal that stopped or ended it.
 */
int wait_for_job(struct job *job);
/* Continues a job. Returns its status in the foreground, otherwise 0. */
int continue_job(struct job *job, bool foreground);

/* Collects children that have ended, and prints which jobs did, or stopped. */
void reap_jobs(void);

/* Returns job "2" or "%2", the last one for NULL, or NULL if there is none. */
struct job *find_job(const char *nr);
void list_jobs(void);

#endif
