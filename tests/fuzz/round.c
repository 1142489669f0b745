/*
 * One round: four workers, until each has made its calls.
 *
 * A worker ends early, by a call of its own or of another, or it waits for what
 * never comes. One that ended is started again behind the call that it made
 * last; one that gets no further is killed first. So a round makes all calls,
 * and SIGKILL must end whatever a worker is in the midst of.
 */
#include <uapi/errno.h>
#include <uapi/fcntl.h>
#include <uapi/sched.h>
#include <uapi/signal.h>
#include <uapi/wait.h>
#include "fuzz.h"
#include "maps.h"

#define ROUND_MS  2000 /* of the machine's time: seldom needed */
#define REST_MS   200  /* for late hogs, when the workers are done */
#define STUCK_MS  30   /* without a new call: it waits */
#define WORLD_MS  1000 /* before its first: a build with checks is slow */
#define DYING_MS  3000
#define WANTED    (256 * 1024u)
#define WANTED_MS 4000 /* a victim that does not end has two seconds */

uint32_t lives, own_calls, all_calls;

/*
 * Workers may run in real time, which leaves all others 5 ticks of 100. Process
 * 1 and the asker run before every worker, lest they be late and their lateness
 * be taken for the kernel's. Their children are normal again.
 */
static void run_before_all(void)
{
	static const int32_t highest = 99;

	SYS(sched_setscheduler, 0, SCHED_FIFO | SCHED_RESET_ON_FORK, &highest);
}

/* ---- the end of processes ---------------------------------------- */

static int32_t wait_any(void)
{
	return SYS(wait4, -1, 0, WNOHANG | 0x40000000 /* __WALL */, 0);
}

bool reap(uint32_t ms)
{
	uint32_t end = uptime_ms() + ms;
	int32_t got;

	while ((int32_t)(end - uptime_ms()) > 0) {
		got = wait_any();
		if (got == -ECHILD)
			return true;
		if (got <= 0)
			sleep_ms(2);
	}
	return false;
}

static void show_process(const char *dir, const char *name)
{
	static char text[1000];
	char path[64], *line, *next = text;

	if (*name < '0' || *name > '9' || !strcmp(name, "1"))
		return;
	say("FINDING process %s does not die (round %u)", name,
	    (unsigned int)run.round);
	snprintf(path, sizeof(path), "%s/%s/stack", dir, name);
	if (read_text(path, text, sizeof(text)) <= 0)
		return;
	while ((line = strsep(&next, "\n")) && *line)
		say("  %s", line);
}

/* SIGKILL has been sent to all; does not return if somebody lives on. */
static void see_all_die(void)
{
	if (reap(DYING_MS))
		return;
	for_each_name("/proc", show_process);
	exit(3);
}

/* ---- workers ----------------------------------------------------- */

static struct slot {
	int32_t pid;    /* 0: there is none */
	uint32_t next;  /* the call that it was seen at, */
	uint32_t since; /* and when first */
	bool calls;     /* its world is made */
	bool killed;
} slots[WORKERS];

/* A worker that has no call to make is not started. */
static bool has_calls(uint32_t w)
{
	return !run.planned || memchr(run.keep[w], 1, ALL_CALLS);
}

static void start_worker(uint32_t w)
{
	int32_t pid;

	make_files();
	pid = fork();
	if (pid == 0)
		worker(w);
	if (pid < 0)
		return; /* no memory now: at the next look */
	lives++;
	slots[w] = (struct slot){
		.pid = pid,
		.next = shared->next[w],
		.since = uptime_ms(),
	};
}

/* SIGKILL ends a worker wherever it is, however many run beside it. */
static void kill_worker(struct slot *slot, uint32_t now)
{
	if (!slot->killed) {
		SYS(kill, slot->pid, SIGKILL);
		slot->killed = true;
		slot->since = now;
	} else if (now - slot->since > DYING_MS) {
		SYS(kill, -1, SIGKILL);
		see_all_die();
	}
}

static void look_at(uint32_t w)
{
	struct slot *slot = &slots[w];
	uint32_t now = uptime_ms();

	if (!slot->pid) {
		if (shared->next[w] < CALLS)
			start_worker(w);
	} else if (slot->killed ||
		   (slot->next == shared->next[w] &&
		    now - slot->since > (slot->calls ? STUCK_MS : WORLD_MS))) {
		kill_worker(slot, now);
	} else if (slot->next != shared->next[w]) {
		slot->next = shared->next[w];
		slot->since = now;
		slot->calls = true;
	}
}

/* One that has ended, whosever it was. False: there is none. */
static bool take_one_end(void)
{
	int32_t pid = wait_any();

	for (uint32_t w = 0; w < WORKERS; w++)
		if (pid > 0 && slots[w].pid == pid)
			slots[w].pid = 0;
	return pid > 0;
}

static bool all_done(void)
{
	for (uint32_t w = 0; w < WORKERS; w++)
		if (slots[w].pid || shared->next[w] < CALLS)
			return false;
	return true;
}

static void run_workers(void)
{
	uint32_t end = uptime_ms() + ROUND_MS;

	for (uint32_t w = 0; w < WORKERS; w++) {
		shared->next[w] = has_calls(w) ? 0 : CALLS;
		slots[w].pid = 0;
	}
	while (!all_done() && (int32_t)(end - uptime_ms()) > 0) {
		for (uint32_t w = 0; w < WORKERS; w++)
			look_at(w);
		run_before_all(); /* a worker may have taken it away */
		sleep_ms(2);
		while (take_one_end())
			;
	}
	for (uint32_t w = 0; w < WORKERS; w++)
		own_calls += shared->next[w];
}

/*
 * The calls of a worker and of its children in this round. They count where a
 * call of theirs can write, too: a figure that cannot be is the worker's own.
 */
static uint32_t take_calls(uint32_t w)
{
	uint32_t calls = shared->calls[w];

	shared->calls[w] = 0;
	return calls < 4 * ALL_CALLS ? calls : shared->next[w];
}

/* ---- want of memory ---------------------------------------------- */

static void set_oom_score_adj(const char *text)
{
	int fd = SYS(open, "/proc/self/oom_score_adj", O_WRONLY);

	SYS(write, fd, text, strlen(text));
	SYS(close, fd);
}

/*
 * A child that wants a little memory when it is told so. It is made before the
 * round, for a fork finds none when the hogs have it all; it is no victim.
 */
static int32_t start_asker(void)
{
	static const uint64_t all = ~0ull, go = 1ull << (SIGUSR1 - 1);
	int32_t pid = fork(), raw;

	if (pid)
		return pid;
	SYS(rt_sigprocmask, 0, &all, 0, 8);
	set_oom_score_adj("-1000");
	run_before_all();
	SYS(rt_sigtimedwait, &go, 0, 0, 8);
	raw = SYS(mmap2, 0, WANTED, 3, 0x22, -1, 0);
	if ((uint32_t)raw < -4095u)
		memset((void *)raw, 1, WANTED);
	SYS(exit_group, 0);
	__builtin_unreachable();
}

/* The asker gets its memory, or somebody dies for it: else a finding. */
static uint32_t want_memory(int32_t asker)
{
	if (asker <= 0 || SYS(kill, asker, SIGUSR1))
		return 0;          /* a worker has killed it */
	SYS(kill, asker, SIGCONT); /* or stopped it */
	for (uint32_t ms = 0; ms < WANTED_MS; ms += 2) {
		if (SYS(wait4, asker, 0, WNOHANG, 0))
			return 0;
		sleep_ms(2);
	}
	say("FINDING there is no memory, and nobody is killed for it "
	    "(round %u)",
	    (unsigned int)run.round);
	return 1;
}

/* ---- a round ----------------------------------------------------- */

/* What may have been done to process 1, undone. */
static void be_myself(void)
{
	static const uint32_t zero[4];

	SYS(setpriority, 0, 0, 0);
	SYS(setitimer, 0, zero, 0);
	SYS(umask, 0);
	/* Messages go to the console again, of the levels of `quiet`. */
	SYS(syslog, 7, 0, 0);
	SYS(syslog, 8, 0, 6);
}

/* What a worker has seen, if it has: findings. */
static uint32_t take_wrong(void)
{
	static const char *const words[] = {
		[WRONG_CPSR & 3] = "a frame gave a program status bits that "
				   "are not its own",
		[WRONG_MREMAP & 3] = "an mremap found no memory and changed "
				     "mappings",
		[WRONG_LIMIT & 3] = "files took more memory than they may, KiB",
	};
	uint32_t what = shared->wrong;

	shared->wrong = 0;
	if (what < WRONG_CPSR || what > WRONG_LIMIT)
		return 0;
	say("FINDING %s: call %u:%u, 0x%x (round %u)", words[what & 3],
	    (unsigned int)shared->wrong_worker,
	    (unsigned int)shared->wrong_index, (unsigned int)shared->detail,
	    (unsigned int)run.round);
	return 1;
}

uint32_t one_round(bool squeeze)
{
	int32_t asker = start_asker();
	uint32_t findings;

	shared->late = shared->quiet = 0;
	run_workers();
	shared->quiet = 1;
	if (shared->late)
		sleep_ms(REST_MS);
	findings = want_memory(asker);
	if (!reap(1)) {
		SYS(kill, -1, SIGKILL);
		see_all_die();
	}
	for (uint32_t w = 0; w < WORKERS; w++)
		all_calls += take_calls(w);
	be_myself();
	tidy();
	return findings + take_wrong() + oracle_look(squeeze);
}
