/*
 * trace KINDS COMMAND [ARGUMENT ...] - run it, then show what the kernel recorded
 * meanwhile. KINDS as in /proc/trace: fault,switch or all.
 *
 * The last lines say what the kernel counted by itself: the faults of the command
 * (getrusage(2)) and the switches of the machine (/proc/stat).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "linux.h"
#include "maps.h"
#include "walk.h"

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

static void show(void)
{
	static char buf[4096];
	int fd = open("/proc/trace", O_RDONLY), got;

	while ((got = read(fd, buf, sizeof(buf))) > 0)
		write(STDOUT_FILENO, buf, (size_t)got);
	close(fd);
}

int main(int argc, char **argv)
{
	struct rusage usage = { 0 };
	unsigned long before;
	int status = 0;
	pid_t pid;

	if (argc < 3) {
		fprintf(stderr,
			"usage: trace KINDS COMMAND, as in trace fault "
			"layout; /proc/trace lists the kinds\n");
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
