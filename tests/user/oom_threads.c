/*
 * oom_threads - a process of several threads takes all memory. The whole process is
 * killed, not only the thread that asked for a page too much, and with it every
 * process that shares this memory, since it is free only when the last of them is
 * gone.
 */
#include <uapi/mman.h>
#include <uapi/sched.h>
#include <uapi/time.h>
#include <uapi/wait.h>
#include "check.h"
#include "threads.h"

#define CHUNK   (1024 * 1024)
#define SECONDS 20 /* more than enough for 64 MiB */

static pid_t *sharer; /* in memory that main() sees, too */

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
	static uint8_t stack[8192];

	/* A process that shares the memory, started before the threads. */
	*sharer = start_thread(CLONE_VM | LINUX_SIGCHLD,
			       stack + sizeof(stack) - 64, NULL, 0, NULL,
			       sleep_forever, NULL);
	run_thread(&sleeper, sleep_forever, NULL, 0);
	run_thread(&taker, take_all, NULL, 0);
	sleep_forever(NULL);
}

/* Its status word; -1: it has not ended after SECONDS. */
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
	sharer = (void *)pages_with(1, PROT_READ | PROT_WRITE, MAP_SHARED);
	for (int i = 0; i < 2; i++) {
		pid_t pid = fork();

		if (pid == 0)
			family();
		is(end_of(pid), LINUX_SIGKILL,
		   "a process of three threads is killed as a whole");
		/* Its parent is gone: it is process 1's child, this one's. */
		is(end_of(*sharer), LINUX_SIGKILL,
		   "a process that shares its memory is killed with it");
		is(killed_writing(pages(16)), 0,
		   "16 pages can be written after that");
	}
	return done();
}
