/*
 * init_lives - process 1, whose end is the machine's, is ended by nobody.
 *
 * Run as process 1 (tests/system/init.t), with ^C on the terminal. Whatever
 * others, the kernel or itself send it, no signal of the default action ends
 * or stops it, as on Linux.
 */
#include <fcntl.h>
#include <uapi/signal.h>
#include <uapi/time.h>
#include <uapi/wait.h>
#include "check.h"
#include "threads.h"

#define NR_CLASSIC 31 /* the signals that are not real-time ones */

static void nap(int ms)
{
	struct old_timespec32 time = { 0, ms * 1000000 };

	SYS(nanosleep, &time, 0);
}

static int status_of(pid_t pid)
{
	int status = -1;

	waitpid(pid, &status, 0);
	return status;
}

/* ---- what may be sent to it -------------------------------------- */

static int send_all(void *arg)
{
	for (int sig = 1; sig <= NR_CLASSIC; sig++) {
		if (SYS(kill, *(int *)arg, sig) != 0)
			return sig;
		if (SYS(tkill, 1, sig) != 0)
			return sig;
	}
	return 0;
}

static void signals_of_programs(void)
{
	int init = 1, group = 0;

	is(in_child(send_all, &init), 0, "a child sends init every signal");
	send_all(&init);
	ok(true, "init sends itself every signal, SIGKILL too");
	set_mask(0, ~0u);
	send_all(&init);
	set_mask(2, 0);
	ok(true, "init sends itself every signal while it blocks them");
	/* The sender's own group is init's: it does not live to tell. */
	is(WTERMSIG(in_child(send_all, &group)), 1,
	   "a child sends them to init's process group");
}

static void signals_of_the_kernel(void)
{
	struct old_itimerval32 timer = { .it_value = { 0, 1000 } };
	int pipe[2];

	SYS(pipe, pipe);
	close(pipe[0]);
	is(SYS(write, pipe[1], "x", 1), -EPIPE,
	   "SIGPIPE: a write to a pipe that nobody reads");
	close(pipe[1]);
	SYS(setitimer, 0, &timer, 0);
	nap(20);
	ok(true, "SIGALRM: its timer expires");
}

/* ^C is the first byte that the test types; the line after it is read. */
static void signal_of_the_terminal(void)
{
	char line[8] = "";

	is(SYS(read, 0, line, sizeof(line)), 3, "SIGINT: ^C, then a line");
	ok(strncmp(line, "go\n", 3) == 0, "the line is what was typed next");
}

/*
 * A stops a child of its own that stays in init's group, and leaves the group:
 * nobody of its session is left outside who could let it go on, so the kernel
 * sends all of the group SIGHUP and SIGCONT.
 */
static int orphan_the_group(void *arg)
{
	pid_t stopped = fork();

	(void)arg;
	if (stopped == 0) {
		SYS(kill, getpid(), SIGSTOP);
		_exit(0);
	}
	waitpid(stopped, NULL, WUNTRACED);
	SYS(setpgid, 0, 0);
	return 0;
}

static void signal_of_orphans(void)
{
	is(in_child(orphan_the_group, NULL), 0,
	   "SIGHUP: its process group is orphaned, and one of it stopped");
	is(WTERMSIG(status_of(-1)), 1, "which the stopped one died of");
}

/* ---- everybody else ---------------------------------------------- */

static volatile uint32_t leader_lives = 1;

static void outlive_leader(void *arg)
{
	(void)arg;
	for (;;)
		SYS(pause);
}

/* kill(-1) means each process, also one whose first thread has ended. */
static void everybody_else(void)
{
	static struct thread thread;
	pid_t plain = fork(), headless;

	if (plain == 0)
		outlive_leader(NULL);
	headless = fork();
	if (headless == 0) {
		run_thread(&thread, outlive_leader, NULL, 0);
		SYS(exit, 0);
	}
	nap(20); /* the first thread ends */
	is(SYS(kill, -1, LINUX_SIGTERM), 0, "kill(-1)");
	is(WTERMSIG(status_of(plain)), LINUX_SIGTERM,
	   "kill(-1) ends a process");
	nap(20);
	is(SYS(kill, headless, LINUX_SIGKILL), 0,
	   "kill of a process that is a zombie succeeds");
	is(WTERMSIG(status_of(headless)), LINUX_SIGTERM,
	   "kill(-1) ended a process whose first thread had ended");
}

int main(void)
{
	is(getpid(), 1, "this program is process 1");
	signals_of_programs();
	signals_of_the_kernel();
	signal_of_the_terminal();
	signal_of_orphans();
	everybody_else();
	is(audit(), 0, "the kernel's audit of its structures");
	return done();
}
