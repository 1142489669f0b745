/*
 * Job control: processes stop, go on, and their parents hear of it.
 */
#include <fcntl.h>
#include <uapi/signal.h>
#include <uapi/time.h>
#include <uapi/wait.h>
#include "check.h"
#include "threads.h"

#define STOPPED(sig) ((sig) << 8 | 0x7f)
#define CONTINUED    0xffff

struct info {
	int32_t signo, error, code, pid, uid, status;
	uint32_t pad[26];
};

static void nap(int ms)
{
	struct old_timespec32 time = { 0, ms * 1000000 };

	SYS(nanosleep, &time, 0);
}

static int run_child(void)
{
	while (SYS(pause) == -EINTR)
		continue;
	return 1;
}

/* A child in a process group of its own. */
static pid_t start(int (*fn)(void))
{
	pid_t pid = fork();

	if (pid == 0) {
		SYS(setpgid, 0, 0);
		_exit(fn());
	}
	SYS(setpgid, pid, pid);
	return pid;
}

static int wait_for(pid_t pid, int options)
{
	int status = -1;
	int32_t got = SYS(wait4, pid, &status, options, 0);

	return got == pid ? status : got;
}

/* The letter in /proc/PID/stat. */
static char state_of(pid_t pid)
{
	char path[32], text[256] = "", *end;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	fd = open(path, O_RDONLY);
	if (fd < 0)
		return '-';
	read(fd, text, sizeof(text) - 1);
	close(fd);
	end = strrchr(text, ')');
	return end ? end[2] : '?';
}

static void finish(pid_t pid)
{
	SYS(kill, pid, SIGKILL);
	wait_for(pid, 0);
}

static void stop_and_go(void)
{
	pid_t pid = start(run_child);

	is(wait_for(pid, WNOHANG | WUNTRACED | WCONTINUED), 0,
	   "wait4 of a running child returns nothing");
	SYS(kill, pid, SIGSTOP);
	is(wait_for(pid, WUNTRACED), STOPPED(SIGSTOP),
	   "WUNTRACED: a child was stopped by SIGSTOP");
	is(wait_for(pid, WUNTRACED | WNOHANG), 0,
	   "WUNTRACED: that is reported once");
	ok(state_of(pid) == 'T', "/proc/PID/stat shows the state T");
	SYS(kill, pid, SIGSTOP);
	is(wait_for(pid, WUNTRACED | WNOHANG), 0,
	   "SIGSTOP to a stopped child is not reported");
	SYS(kill, pid, SIGCONT);
	is(wait_for(pid, WCONTINUED), CONTINUED,
	   "WCONTINUED: SIGCONT makes it go on");
	is(wait_for(pid, WCONTINUED | WNOHANG), 0,
	   "WCONTINUED: that is reported once");
	SYS(kill, pid, SIGCONT);
	is(wait_for(pid, WCONTINUED | WNOHANG), 0,
	   "SIGCONT to a running child is not reported");
	SYS(kill, pid, SIGTSTP);
	is(wait_for(pid, WUNTRACED), STOPPED(SIGTSTP),
	   "WUNTRACED: a child was stopped by SIGTSTP");
	SYS(kill, pid, SIGCONT);
	is(wait_for(pid, WUNTRACED | WNOHANG), 0,
	   "WUNTRACED: after SIGCONT the stop is not reported any more");
	SYS(kill, pid, SIGTTIN);
	is(wait_for(pid, WUNTRACED), STOPPED(SIGTTIN),
	   "WUNTRACED: a child was stopped by SIGTTIN");
	is(wait_for(pid, WCONTINUED | WNOHANG), 0,
	   "WCONTINUED: after the stop the SIGCONT is not reported any more");
	SYS(kill, pid, SIGCONT);
	SYS(kill, pid, SIGTTOU);
	is(wait_for(pid, WUNTRACED), STOPPED(SIGTTOU),
	   "WUNTRACED: a child was stopped by SIGTTOU");
	finish(pid);
}

static void kill_stopped(void)
{
	pid_t pid = start(run_child);

	SYS(kill, pid, SIGSTOP);
	wait_for(pid, WUNTRACED);
	SYS(kill, pid, SIGTERM);
	nap(20);
	is(wait_for(pid, WNOHANG), 0, "SIGTERM does not end a stopped child");
	SYS(kill, pid, SIGCONT);
	is(wait_for(pid, 0), SIGTERM,
	   "it ends the child when SIGCONT makes it go on");
	pid = start(run_child);
	SYS(kill, pid, SIGSTOP);
	nap(20);
	SYS(kill, pid, SIGKILL);
	is(wait_for(pid, WUNTRACED), SIGKILL,
	   "SIGKILL ends a stopped child at once");
}

static void by_waitid(void)
{
	struct info info = { 0 };
	pid_t pid = start(run_child);

	SYS(kill, pid, SIGSTOP);
	is(SYS(waitid, P_PID, pid, &info, WSTOPPED | WNOWAIT, 0), 0,
	   "waitid with WSTOPPED and WNOWAIT of a stopped child");
	ok(info.signo == SIGCHLD && info.code == CLD_STOPPED &&
		   info.status == SIGSTOP && info.pid == pid,
	   "the report is CLD_STOPPED with SIGSTOP");
	memset(&info, 0, sizeof(info));
	is(SYS(waitid, P_PID, pid, &info, WSTOPPED, 0), 0,
	   "waitid with WSTOPPED, without WNOWAIT");
	ok(info.code == CLD_STOPPED, "the report is the same");
	is(SYS(waitid, P_PID, pid, &info, WSTOPPED | WNOHANG, 0), 0,
	   "waitid with WSTOPPED and WNOHANG once more");
	is(info.pid, 0, "nothing is reported any more");
	SYS(kill, pid, SIGCONT);
	is(SYS(waitid, P_PID, pid, &info, WCONTINUED, 0), 0,
	   "waitid with WCONTINUED after SIGCONT");
	ok(info.code == CLD_CONTINUED && info.status == SIGCONT,
	   "the report is CLD_CONTINUED with SIGCONT");
	finish(pid);
}

/* ---- the parent's SIGCHLD ---------------------------------------- */

static volatile int codes[8], statuses[8];
static volatile int nr_codes;

static void child_handler(int sig, struct test_siginfo *info, void *ucontext)
{
	(void)sig, (void)ucontext;
	if (nr_codes < 8) {
		statuses[nr_codes] = (int)info->pad[2];
		codes[nr_codes++] = info->si_code;
	}
}

static void wait_codes(int n)
{
	for (int i = 0; i < 500 && nr_codes < n; i++)
		nap(2);
}

static void parent_hears(void)
{
	pid_t pid;

	handle(SIGCHLD, child_handler, SA_SIGINFO | SA_RESTART);
	nr_codes = 0;
	pid = start(run_child);
	SYS(kill, pid, SIGSTOP);
	wait_codes(1);
	ok(nr_codes == 1 && codes[0] == CLD_STOPPED && statuses[0] == SIGSTOP,
	   "SIGCHLD of a child that stops: CLD_STOPPED");
	SYS(kill, pid, SIGCONT);
	wait_codes(2);
	ok(nr_codes == 2 && codes[1] == CLD_CONTINUED && statuses[1] == SIGCONT,
	   "SIGCHLD of a child that goes on: CLD_CONTINUED");
	finish(pid);
	wait_codes(3);
	ok(nr_codes == 3 && codes[2] == CLD_KILLED,
	   "SIGCHLD of a child that is killed: CLD_KILLED");

	handle(SIGCHLD, child_handler, SA_SIGINFO | SA_RESTART | SA_NOCLDSTOP);
	nr_codes = 0;
	pid = start(run_child);
	SYS(kill, pid, SIGSTOP);
	is(wait_for(pid, WUNTRACED), STOPPED(SIGSTOP),
	   "SA_NOCLDSTOP: wait4 reports the stop");
	SYS(kill, pid, SIGCONT);
	is(wait_for(pid, WCONTINUED), CONTINUED,
	   "SA_NOCLDSTOP: wait4 reports the continuation");
	is(nr_codes, 0, "SA_NOCLDSTOP: no SIGCHLD came for them");
	finish(pid);
	by_default(SIGCHLD);
}

/* ---- each kind cancels the other --------------------------------- */

static bool is_pending(int sig)
{
	uint32_t set[2] = { 0 };

	SYS(rt_sigpending, set, 8);
	return set[0] & SIGNAL_BIT(sig);
}

static void cancelling(void)
{
	uint32_t old = set_mask(0,
				SIGNAL_BIT(SIGTSTP) | SIGNAL_BIT(SIGCONT) |
					SIGNAL_BIT(SIGTTIN));

	SYS(kill, getpid(), SIGTSTP);
	SYS(kill, getpid(), SIGTTIN);
	ok(is_pending(SIGTSTP) && is_pending(SIGTTIN),
	   "stop signals that are blocked are pending");
	SYS(kill, getpid(), SIGCONT);
	ok(is_pending(SIGCONT) && !is_pending(SIGTSTP) && !is_pending(SIGTTIN),
	   "SIGCONT removes pending stop signals");
	SYS(tkill, getpid(), SIGTSTP);
	ok(!is_pending(SIGCONT) && is_pending(SIGTSTP),
	   "a stop signal removes a pending SIGCONT");
	ignore(SIGCONT);
	SYS(kill, getpid(), SIGCONT);
	ok(!is_pending(SIGTSTP), "SIGCONT removes them even if it is ignored");
	by_default(SIGCONT);
	set_mask(2, old);
}

/* ---- orphaned groups --------------------------------------------- */

static int in_own_session(void *arg)
{
	SYS(setsid);
	SYS(kill, getpid(), (int)arg);
	return 5;
}

static int told[2];

static void tell(int sig, struct test_siginfo *info, void *ucontext)
{
	(void)info, (void)ucontext;
	write(told[1], sig == SIGHUP ? "H" : "C", 1);
}

static int report_signals(void)
{
	handle(SIGHUP, tell, 0);
	handle(SIGCONT, tell, 0);
	SYS(kill, getpid(), SIGSTOP);
	for (int i = 0; i < 10; i++)
		nap(2);
	return 0;
}

/* Its child stops, and it ends. */
static int leave_a_job(void *arg)
{
	pid_t pid = start(report_signals);

	(void)arg;
	return wait_for(pid, WUNTRACED) == STOPPED(SIGSTOP) ? 0 : 1;
}

static void orphans(void)
{
	char got[2] = "";

	is(in_child(in_own_session, (void *)SIGTSTP), 0x500,
	   "SIGTSTP does not stop a process of an orphaned group");
	is(in_child(in_own_session, (void *)SIGTTIN), 0x500,
	   "SIGTTIN does not stop a process of an orphaned group");
	is(in_child(in_own_session, (void *)SIGTTOU), 0x500,
	   "SIGTTOU does not stop a process of an orphaned group");
	SYS(pipe, told);
	is(in_child(leave_a_job, NULL), 0,
	   "a parent exits and leaves a stopped group");
	read(told[0], &got[0], 1);
	read(told[0], &got[1], 1);
	ok((got[0] == 'H' && got[1] == 'C') || (got[0] == 'C' && got[1] == 'H'),
	   "the orphaned group gets SIGHUP and SIGCONT");
	close(told[0]);
	close(told[1]);
}

/* ---- threads ----------------------------------------------------- */

static volatile uint32_t *counters;

static void count(void *which)
{
	for (;;) {
		counters[(uint32_t)which]++;
		run_for_a_while();
		SYS(sched_yield);
	}
}

static int count_in_threads(void)
{
	static struct thread threads[2];

	run_thread(&threads[0], count, (void *)0, 0);
	run_thread(&threads[1], count, (void *)1, 0);
	count((void *)2);
	return 0;
}

static bool all_count(void)
{
	uint32_t before[3];
	bool moved = true;

	for (int i = 0; i < 3; i++)
		before[i] = counters[i];
	nap(60);
	for (int i = 0; i < 3; i++)
		moved &= counters[i] != before[i];
	return moved;
}

static bool none_counts(void)
{
	uint32_t before = counters[0] + counters[1] + counters[2];

	nap(30);
	return before == counters[0] + counters[1] + counters[2];
}

static void with_threads(void)
{
	pid_t pid;

	counters = (uint32_t *)pages_with(1, PROT_READ | PROT_WRITE,
					  MAP_SHARED | MAP_ANONYMOUS);
	pid = start(count_in_threads);
	for (int i = 0; i < 500 && !(counters[0] && counters[1]); i++)
		nap(2);
	ok(all_count(), "the three threads of a child run");
	SYS(kill, pid, SIGSTOP);
	is(wait_for(pid, WUNTRACED), STOPPED(SIGSTOP),
	   "SIGSTOP stops the child");
	ok(none_counts(), "none of its threads runs then");
	SYS(kill, pid, SIGCONT);
	is(wait_for(pid, WCONTINUED), CONTINUED,
	   "SIGCONT makes the child go on");
	ok(all_count(), "all of its threads run then");
	SYS(kill, pid, SIGSTOP);
	wait_for(pid, WUNTRACED);
	SYS(kill, pid, SIGKILL);
	is(wait_for(pid, 0), SIGKILL,
	   "SIGKILL ends it while its threads are stopped");
	munmap((void *)counters, PAGE);
}

/* Stops and goes on many times while it forks: nothing may get lost. */
static int fork_much(void)
{
	for (int i = 0;; i++) {
		pid_t pid = fork();

		if (pid == 0)
			_exit(i & 0x7f);
		if (wait_for(pid, 0) != (i & 0x7f) << 8)
			return 1;
	}
}

static void many_times(void)
{
	pid_t pid = start(fork_much);
	int right = 0;

	for (int i = 0; i < 50; i++) {
		SYS(kill, pid, SIGSTOP);
		right += wait_for(pid, WUNTRACED) == STOPPED(SIGSTOP);
		SYS(kill, pid, SIGCONT);
		right += wait_for(pid, WCONTINUED) == CONTINUED;
		SYS(sched_yield);
	}
	is(right, 100,
	   "fifty stops and continuations of a child that forks: reports");
	is(wait_for(pid, WNOHANG), 0, "that child still runs");
	finish(pid);
}

/* Some of this looks at the parent: the first process has none. */
static int all(void *arg)
{
	(void)arg;
	stop_and_go();
	kill_stopped();
	by_waitid();
	parent_hears();
	cancelling();
	orphans();
	with_threads();
	many_times();
	return done();
}

int main(void)
{
	return in_child(all, NULL) ? 1 : 0;
}
