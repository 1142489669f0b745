/*
 * jobs.h - the pipelines that a shell started and that have not ended.
 *
 * At a terminal each is a process group of its own: the one in the foreground
 * gets what the keys send, ^C and ^Z; the shell never does.
 */
#ifndef JOBS_H
#define JOBS_H

#include <stdbool.h>
#include <sys/types.h>
#include "pipeline.h"

#define JOBS_MAX 16

struct job {
	int nr;                   /* [nr]; 0: this place is free */
	pid_t group;              /* the first process's number */
	pid_t pids[COMMANDS_MAX]; /* 0: that one has ended */
	int nr_pids;
	int status;      /* of the last command, once it has ended */
	bool background; /* it never had the terminal */
	bool stopped;
	char *text; /* what was typed */
};

/* Before the first job: are there keys, and a terminal to give and take? */
void jobs_init(bool at_terminal);

/* A place for a new job, or NULL: JOBS_MAX run or are stopped. text is copied. */
struct job *new_job(const char *text, bool background);

/* In the child: into the job's group, with every key's effect. */
void enter_job(const struct job *job);
/* In the shell: the child belongs to the job. */
void add_to_job(struct job *job, pid_t pid);

/*
 * Until the job has ended or stopped; the terminal is the shell's again. The
 * status of its last command, 128 + the signal that stopped or ended it.
 */
int wait_for_job(struct job *job);
/* The job goes on, in the foreground (waited for: its status) or not (0). */
int continue_job(struct job *job, bool foreground);

/* Collects who has ended, ours or not; says which background jobs are done. */
void reap_jobs(void);

/* By number ("2" or "%2"), the last one for NULL; NULL: there is none. */
struct job *find_job(const char *nr);
void list_jobs(void);

#endif
