/*
 * ps - lists the processes, from /proc/PID/stat.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "linux.h"
#include "maps.h"

/* Fields of /proc/PID/stat, counted from the state (Linux's field 3) = 0. */
#define STAT_PPID   1
#define STAT_MINFLT 7
#define STAT_RSS    21
#define STAT_FIELDS 22

static void show(pid_t pid)
{
	char path[32], text[512], *name, *rest;
	unsigned long field[STAT_FIELDS] = { 0 };
	char state;

	if (read_text(proc_path(path, pid, "stat"), text, sizeof(text)) <= 0)
		return; /* the process ended meanwhile */
	name = strchr(text, '(');
	rest = strrchr(text, ')');
	if (!name || !rest)
		return;
	*rest = '\0';
	state = rest[2];
	rest += 3;
	for (int i = 1; i < STAT_FIELDS; i++)
		field[i] = strtoul(rest, &rest, 10);
	printf("%5d %5lu %c %8lu %8lu  %s\n", pid, field[STAT_PPID], state,
	       field[STAT_RSS] * (PAGE_SIZE / 1024), field[STAT_MINFLT],
	       name + 1);
}

int main(void)
{
	static struct listing processes;
	pid_t pid;

	if (!open_listing(&processes, "/proc")) {
		perror("ps: /proc");
		return 1;
	}
	printf("  PID  PPID S  RSS KiB   FAULTS  NAME\n");
	while ((pid = next_process(&processes)))
		show(pid);
	close_listing(&processes);
	return processes.got < 0;
}
