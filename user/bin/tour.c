/*
 * tour - a guided walk: each program that shows something, introduced.
 *
 * `make run` boots into it. Exit status 0 only if every program succeeded, and
 * each of them checks what it prints. With the argument "shell" a shell follows,
 * whose status is then the tour's unless the tour had failed. With a number only
 * that stop is made.
 *
 * Before somebody at a terminal it waits for Enter after each stop and, by
 * wants_more(), where one needs more than 24 rows; q leads to the shell. A console
 * is always a terminal, so as process 1 it only does so when a shell was asked for.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "claim.h"
#include "linux.h"

struct stop {
	const char *title;
	const char *text;
	char *argv[4];
};

static const struct stop stops[] = {
	{ "A program's address space",
	  "The kernel has mapped this program's ELF file and started it. It\n"
	  "prints where its parts lie, and which virtual memory area (VMA) has each.",
	  { "/bin/layout" } },
	{ "Pages come when they are touched",
	  "A VMA only says what may be accessed. This program has VMAs of 9 MiB,\n"
	  "and looks which of their pages are mapped before and after it touches them.",
	  { "/bin/lazy" } },
	{ "The four cases of a page fault",
	  "An access to a page that is not mapped enters the kernel. The VMA at the\n"
	  "address decides whether a page is mapped or the program gets a signal.",
	  { "/bin/faults" } },
	{ "Two address spaces",
	  "Each process has tables of its own; the kernel's part is the same.",
	  { "/bin/twins" } },
	{ "Who keeps an address space",
	  "mm_users counts the tasks that use an address space, mm_count what else\n"
	  "needs its tables; all users together hold one mm_count.\n"
	  "docs/lives.md draws the two counters through a life.",
	  { "/bin/lives" } },
	{ "Where the memory is",
	  "The kernel's own view of all frames, after the programs above. In the\n"
	  "shell, cat /proc/buddyinfo counts its free blocks of each size.",
	  { "/proc/pagetypemap" } },
	{ "The kernel's own memory",
	  "The kernel gets memory in three ways: whole pages, bytes, and many\n"
	  "pages from anywhere, made one by the page tables.",
	  { "/bin/mmshow" } },
	{ "Breaking the rules",
	  "What the MMU forbids ends the process, with a report.",
	  { "/bin/crash", "null", "text" } },
};

#define NR_STOPS (int)(sizeof(stops) / sizeof(stops[0]))

static int run(char *const argv[])
{
	pid_t pid, ended;
	int status = 0;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		execve(argv[0], argv, environ);
		perror(argv[0]);
		_exit(127);
	}
	/* As process 1 the tour is also the parent of orphans. */
	do {
		ended = pid < 0 ? -1 : wait(&status);
	} while (ended > 0 && ended != pid);
	if (ended < 0) {
		perror("tour");
		return 1;
	}
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) :
				     WEXITSTATUS(status);
}

/* Shows a text file; at each empty line a new page begins. */
static int show(const char *path)
{
	FILE *file = fopen(path, "r");
	bool more = true;
	char line[128];

	if (!file) {
		perror(path);
		return 1;
	}
	while (more && fgets(line, sizeof(line), file)) {
		if (line[0] == '\n')
			more = wants_more();
		if (more)
			fputs(line, stdout);
	}
	fclose(file);
	return more ? 0 : TOUR_QUIT;
}

/* Makes a stop. Returns its status: 0, TOUR_QUIT, or that it failed. */
static int visit(int i)
{
	bool is_file = strncmp(stops[i].argv[0], "/proc/", 6) == 0;
	int status;

	printf("\n---- %d. %s (%s) ----\n%s\n", i + 1, stops[i].title,
	       stops[i].argv[0], stops[i].text);
	status = is_file ? show(stops[i].argv[0]) : run(stops[i].argv);
	if (status && status != TOUR_QUIT)
		printf("\n%s FAILED: status %d\n", stops[i].argv[0], status);
	return status;
}

/* Returns false if the shell is wanted now; true also without a terminal. */
static bool go_on(int next)
{
	char answer[80];

	printf("\n-- Enter: stop %d of %d; q: the shell -- ", next, NR_STOPS);
	fflush(stdout);
	return !fgets(answer, sizeof(answer), stdin) || answer[0] != 'q';
}

/* Makes the stops in turn. Returns true if each one that was made succeeded. */
static bool walk_through(bool ask)
{
	int good = 0, made = 0, status = 0;

	while (status != TOUR_QUIT && made < NR_STOPS &&
	       (!ask || !made || go_on(made + 1))) {
		status = visit(made++);
		good += status == 0 || status == TOUR_QUIT;
	}
	printf("\n---- The tour's end: %d of %d programs showed what they "
	       "claim ----\n",
	       good, made);
	return good == made;
}

int main(int argc, char **argv)
{
	bool shell = argc > 1 && strcmp(argv[1], "shell") == 0;
	bool ask = isatty(STDOUT_FILENO) &&
		(shell ? isatty(STDIN_FILENO) : has_terminal());
	uint32_t only;
	int status;

	if (ask)
		setenv("TOUR_PAGES", "wait", true);
	if (argc > 1 && !shell) {
		if (parse_number(argv[1], &only) && only >= 1 &&
		    only <= NR_STOPS) {
			status = visit((int)only - 1);
			return status && status != TOUR_QUIT;
		}
		fprintf(stderr,
			"usage: tour [shell | STOP], STOP being 1 to %d\n",
			NR_STOPS);
		return 2;
	}
	status = walk_through(ask) ? 0 : 1;
	unsetenv("TOUR_PAGES");
	if (shell) {
		char *sh[] = { "/bin/sh", NULL };
		int shell_status;

		printf("A small shell; `help` lists what there is, `exit` ends "
		       "the machine.\n");
		shell_status = run(sh);
		status = status ? status : shell_status;
	}
	fflush(stdout);
	return status;
}
