/*
 * trace KINDS COMMAND [ARGUMENT ...] - runs the command, then shows the events that
 * the kernel recorded meanwhile. KINDS are those of /proc/trace, separated by
 * commas (fault,switch), or all.
 *
 * The last line is a check on the record: the faults of the command, as
 * getrusage(2) counts them, and the switches of the machine (/proc/stat).
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "linux.h"
#include "maps.h"
#include "walk.h"

#define COLUMNS 80 /* of a serial terminal, which cannot be asked */

static unsigned long switches(void)
{
	static char text[2048];
	char *line;

	read_text("/proc/stat", text, sizeof(text));
	line = strstr(text, "ctxt ");
	return line ? strtoul(line + 5, NULL, 10) : 0;
}

static void run(char **words)
{
	char path[64];

	snprintf(path, sizeof(path), "%s%s",
		 strchr(words[0], '/') ? "" : "/bin/", words[0]);
	execve(path, words, environ);
	fprintf(stderr, "trace: %s: %s\n", path, strerror(errno));
	_exit(127);
}

/* Prints a line, broken between words where it is longer than a row. */
static void put_folded(const char *line)
{
	size_t column = 0, word;

	for (; *line; line += word + (line[word] != '\0')) {
		word = strcspn(line, " \n");
		if (column && column + 1 + word > COLUMNS)
			column = (size_t)printf("\n   ") - 1;
		column += (size_t)printf("%s%.*s", column ? " " : "", (int)word,
					 line);
	}
	putchar('\n');
}

/* Prints the record: folded to the terminal's width, or as it is into a pipe. */
static void show(void)
{
	FILE *file = fopen("/proc/trace", "r");
	bool person = has_terminal() && isatty(STDOUT_FILENO);
	static char line[512];

	while (file && fgets(line, sizeof(line), file))
		if (person)
			put_folded(line);
		else
			fputs(line, stdout);
	if (file)
		fclose(file);
}

int main(int argc, char **argv)
{
	struct rusage usage = { 0 };
	unsigned long before;
	int status = 0;
	pid_t pid;

	if (argc < 3) {
		fprintf(stderr,
			"usage: trace KINDS COMMAND, as in trace fault layout\n"
			"       (the first line of /proc/trace lists the kinds)"
			"\n");
		return 2;
	}
	before = switches();
	if (!trace_select(argv[1])) {
		fprintf(stderr, "trace: /proc/trace does not know %s\n",
			argv[1]);
		return 2;
	}
	pid = fork();
	if (pid == 0)
		run(argv + 2);
	if (pid < 0 || wait4(pid, &status, 0, &usage) < 0)
		perror("trace");
	trace_select("none");
	before = switches() - before;
	show();
	printf("# process %d: %ld faults; the machine: %lu switches\n",
	       (int)pid, (long)usage.ru_minflt + (long)usage.ru_majflt, before);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
