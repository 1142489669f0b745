/*
 * One write to the terminal takes as long as the line is slow. Meanwhile others
 * run, and a signal ends it.
 *
 * On the emulated board a character costs no time but the kernel's own: run it
 * where instructions are counted, so that all of it takes some 150 ms.
 */
#include <fcntl.h>
#include <uapi/mman.h>
#include <uapi/signal.h>
#include <uapi/time.h>
#include "check.h"

#define HOG_BYTES (8u << 20)
#define NAP_MS    20
#define TICKS_MS  30 /* three of the scheduler's: who naps waits for slices */

static int tty;
static uint8_t *text;
static volatile int32_t *answer; /* shared with the child */

static uint32_t now_ms(void)
{
	struct old_timespec32 time;

	SYS(clock_gettime, 1, &time);
	return (uint32_t)time.tv_sec * 1000 + (uint32_t)time.tv_nsec / 1000000;
}

static void nap(int ms)
{
	struct old_timespec32 time = { 0, ms * 1000000 };

	SYS(nanosleep, &time, 0);
}

static void on_usr1(int sig, struct test_siginfo *info, void *ucontext)
{
	(void)sig;
	(void)info;
	(void)ucontext;
}

/* A child that writes it all. Its answer is in *answer. */
static pid_t hog(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		handle(SIGUSR1, on_usr1, 0);
		*answer = SYS(write, tty, text, HOG_BYTES);
		_exit(0);
	}
	return pid;
}

/* Nap beside a hog, end it by sig: wait's word; *ms is how long the nap was. */
static int end_hog(int sig, uint32_t *ms)
{
	uint32_t start = now_ms();
	int status = -1;
	pid_t pid;

	*answer = -1;
	pid = hog();
	nap(NAP_MS);
	*ms = now_ms() - start;
	SYS(kill, pid, sig);
	SYS(wait4, pid, &status, 0, 0);
	printf("\n# a nap of %d ms took %u ms\n", NAP_MS, (unsigned int)*ms);
	return status;
}

int main(void)
{
	uint32_t ms;
	int status;

	tty = SYS(open, "/dev/ttyAMA0", O_RDWR, 0);
	text = pages(HOG_BYTES / PAGE);
	memset(text, '.', HOG_BYTES);
	answer = (volatile int32_t *)pages_with(1, PROT_READ | PROT_WRITE,
						MAP_SHARED | MAP_ANONYMOUS);
	status = end_hog(SIGKILL, &ms);
	ok(ms < NAP_MS + TICKS_MS,
	   "others run while one call writes to the "
	   "terminal");
	ok(status == SIGKILL && *answer == -1, "SIGKILL ends the write");
	status = end_hog(SIGUSR1, &ms);
	ok(ms < NAP_MS + TICKS_MS,
	   "others run during a second such write, too");
	ok(status == 0 && *answer > 0 && (uint32_t)*answer < HOG_BYTES,
	   "any other signal ends it too: what was written is the answer");
	return done();
}
