/*
 * oom_threads - a process of several threads has all the memory; who is killed
 * for it is the process, not the one thread that asked for a page too much.
 */
#include <uapi/time.h>
#include <uapi/wait.h>
#include "check.h"
#include "threads.h"

#define CHUNK   (1024 * 1024)
#define SECONDS 20 /* more than enough for 64 MiB */

static void sleep_forever(void *unused)
{
	(void)unused;
	for (;;)
		SYS(pause);
}

static void take_all(void *unused)
{
	(void)unused;
	for (;;) {
		int32_t raw = SYS(mmap2, 0, CHUNK, PROT_READ | PROT_WRITE,
				  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (raw < 0 && raw > -4096)
			SYS(exit_group, 1);
		memset((void *)raw, 1, CHUNK);
	}
}

static void family(void)
{
	static struct thread sleeper, taker;

	run_thread(&sleeper, sleep_forever, NULL, 0);
	run_thread(&taker, take_all, NULL, 0);
	sleep_forever(NULL);
}

/* Its status, if it ends in time. */
static int32_t end_of(pid_t pid)
{
	struct old_timespec32 pause = { 0, 100000000 };
	int status = -1;

	for (uint32_t i = 0; i < 10 * SECONDS; i++) {
		if (SYS(wait4, pid, &status, WNOHANG, 0) == pid)
			return status;
		SYS(nanosleep, &pause, 0);
	}
	return -1;
}

int main(void)
{
	for (int i = 0; i < 2; i++) {
		pid_t pid = fork();

		if (pid == 0)
			family();
		is(end_of(pid), LINUX_SIGKILL,
		   "a process of three threads is killed, whole");
		is(killed_writing(pages(16)), 0, "there is memory again");
	}
	return done();
}
