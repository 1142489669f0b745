/*
 * TAP, children that may die, scratch files.
 */
#include <stdarg.h>
#include <uapi/fcntl.h>
#include <uapi/stat.h>
#include <uapi/time.h>
#include "check.h"
#include "maps.h"
#include "threads.h"

static int tests, failures;

static const char *answer(int32_t raw, char buf[16])
{
	static const struct {
		int number;
		const char *name;
	} names[] = {
		{ EPERM, "EPERM" },     { ENOENT, "ENOENT" },
		{ ESRCH, "ESRCH" },     { EINTR, "EINTR" },
		{ E2BIG, "E2BIG" },     { ENOEXEC, "ENOEXEC" },
		{ EBADF, "EBADF" },     { ECHILD, "ECHILD" },
		{ EAGAIN, "EAGAIN" },   { ENOMEM, "ENOMEM" },
		{ EACCES, "EACCES" },   { EFAULT, "EFAULT" },
		{ EEXIST, "EEXIST" },   { ENODEV, "ENODEV" },
		{ ENOTDIR, "ENOTDIR" }, { EISDIR, "EISDIR" },
		{ EINVAL, "EINVAL" },   { ENOTTY, "ENOTTY" },
		{ ESPIPE, "ESPIPE" },   { EPIPE, "EPIPE" },
		{ ERANGE, "ERANGE" },   { ENAMETOOLONG, "ENAMETOOLONG" },
		{ ENOSYS, "ENOSYS" },   { ENOTEMPTY, "ENOTEMPTY" },
		{ ELOOP, "ELOOP" },     { EOVERFLOW, "EOVERFLOW" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (raw == -names[i].number) {
			snprintf(buf, 16, "-%s", names[i].name);
			return buf;
		}
	}
	snprintf(buf, 16, "%ld", raw);
	return buf;
}

static void begin_line(bool good)
{
	failures += !good;
	printf("%s %d - ", good ? "ok" : "not ok", ++tests);
}

void ok(bool good, const char *fmt, ...)
{
	va_list args;

	begin_line(good);
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	putchar('\n');
	fflush(stdout);
}

void is(int32_t got, int32_t want, const char *fmt, ...)
{
	char got_text[16], want_text[16];
	va_list args;

	begin_line(got == want);
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	printf(": %s", answer(got, got_text));
	if (got != want)
		printf(", not %s", answer(want, want_text));
	putchar('\n');
	fflush(stdout);
}

int done(void)
{
	printf("1..%d\n", tests);
	fflush(stdout);
	return failures ? 1 : 0;
}

/* ---- children ---------------------------------------------------- */

pid_t start_child(int (*fn)(void *arg), void *arg)
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0)
		_exit(fn(arg));
	return pid;
}

int in_child(int (*fn)(void *arg), void *arg)
{
	int status = -1;
	pid_t pid = start_child(fn, arg);

	SYS(wait4, pid, &status, 0, 0);
	return status;
}

void checks_in_child(int (*fn)(void *arg), void *arg)
{
	static volatile int *counts; /* shared with the child */
	pid_t pid;

	if (!counts)
		counts = mmap(0, PAGE, PROT_READ | PROT_WRITE,
			      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	counts[0] = tests;
	counts[1] = failures + 1; /* unless it comes to its end */
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		fn(arg);
		fflush(stdout);
		counts[0] = tests;
		counts[1] = failures;
		_exit(0);
	}
	SYS(wait4, pid, 0, 0, 0);
	tests = counts[0];
	failures = counts[1];
}

int32_t a_date(void)
{
	struct old_timespec32 now = { -1, 0 };

	SYS(clock_gettime, CLOCK_REALTIME, &now);
	if (now.tv_sec < 24 * 3600) {
		now.tv_sec = 1000000000; /* in 2001 */
		SYS(clock_settime, CLOCK_REALTIME, &now);
	}
	return now.tv_sec;
}

static int read_byte(void *p)
{
	return (int)*(volatile uint8_t *)p & 0;
}

static int write_byte(void *p)
{
	*(volatile uint8_t *)p = 1;
	return 0;
}

static int run_it(void *p)
{
	((void (*)(void))p)();
	return 0;
}

int killed_reading(const volatile void *p)
{
	int status = in_child(read_byte, (void *)p);

	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

int killed_writing(volatile void *p)
{
	int status = in_child(write_byte, (void *)p);

	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

int killed_running(const volatile void *p)
{
	int status = in_child(run_it, (void *)p);

	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

/* ---- memory and files -------------------------------------------- */

uint8_t *pages_with(uint32_t n, int prot, int flags)
{
	int32_t raw = SYS(mmap2, 0, n * PAGE, prot, flags | MAP_ANONYMOUS, -1,
			  0);

	if (raw < 0 && raw > -4096) {
		printf("Bail out! no memory for the test: %ld\n", raw);
		exit(1);
	}
	return (uint8_t *)raw;
}

void run_500(void)
{
	__asm__ volatile(".rept 499\n\tnop\n\t.endr");
}

void run_for_a_while(void)
{
	for (int i = 0; i < 100; i++)
		run_500();
}

uint8_t *pages(uint32_t n)
{
	return pages_with(n, PROT_READ | PROT_WRITE, MAP_PRIVATE);
}

const char *scratch(const char *name)
{
	static char dir[40], path[4][80];
	static int turn;
	char *slot = path[turn++ % 4];

	if (!dir[0]) {
		snprintf(dir, sizeof(dir), "/tmp/pagewalk.%d", (int)getpid());
		SYS(mkdir, "/tmp", 0777);
		SYS(mkdir, dir, 0700);
	}
	snprintf(slot, sizeof(path[0]), "%s%s%s", dir, name[0] ? "/" : "",
		 name);
	return slot;
}

void remove_scratch(void)
{
	SYS(rmdir, scratch(""));
}

int32_t ino(const char *path)
{
	struct kstat64 st = { 0 };
	int32_t err = SYS(stat64, path, &st);

	return err ? err : (int32_t)st.st_ino;
}

int make_file(const char *path, uint32_t bytes)
{
	int fd = SYS(open, path, O_RDWR | O_CREAT | O_TRUNC, 0644);
	uint8_t buf[251];

	for (uint32_t i = 0; i < sizeof(buf); i++)
		buf[i] = (uint8_t)i;
	while (bytes) {
		uint32_t now = bytes < sizeof(buf) ? bytes : sizeof(buf);

		SYS(write, fd, buf, now);
		bytes -= now;
	}
	SYS(lseek, fd, 0, 0);
	return fd;
}

void split_words(char *text, char *argv[], uint32_t max)
{
	uint32_t n = 0;

	for (char *word = strtok(text, ","); word && n < max;
	     word = strtok(NULL, ","))
		argv[n++] = word;
	argv[n] = NULL;
}

int audit(void)
{
	static char text[512];
	char *line, *end;

	for (int tries = 0; tries < 3; tries++) {
		if (read_text("/proc/audit", text, sizeof(text)) <= 0)
			continue;
		for (line = text; (end = strchr(line, '\n')); line = end + 1)
			if (end - line < 3 || memcmp(end - 3, " ok", 3) != 0)
				return 9;
		return 0;
	}
	return 3;
}

/* ---- signals ----------------------------------------------------- */

#define SA_RESTORER 0x04000000

/* Linux's struct sigaction on ARM, 20 bytes, for rt_sigaction. */
struct rt_sigaction {
	uint32_t handler, flags, restorer, mask[2];
};

void linux_rt_sigreturn(void);

static int32_t set_action(int sig, uint32_t handler, uint32_t flags)
{
	struct rt_sigaction action = {
		.handler = handler,
		.flags = flags | SA_RESTORER,
		.restorer = (uint32_t)linux_rt_sigreturn,
	};

	return SYS(rt_sigaction, sig, &action, 0, 8);
}

int32_t handle(int sig, test_handler handler, uint32_t flags)
{
	return set_action(sig, (uint32_t)handler, flags | TEST_SA_SIGINFO);
}

int32_t by_default(int sig)
{
	return set_action(sig, 0, 0);
}

int32_t ignore(int sig)
{
	return set_action(sig, 1, 0);
}

uint32_t set_mask(int how, uint32_t mask)
{
	uint32_t set[2] = { mask, 0 }, old[2] = { 0, 0 };

	SYS(rt_sigprocmask, how, set, old, 8);
	return old[0];
}

#define SIGALRM_NR 14

static void no_effect(int sig, struct test_siginfo *info, void *ucontext)
{
	(void)sig, (void)info, (void)ucontext;
}

void tick_every(uint32_t us)
{
	uint32_t timer[4] = { 0, us, 0, us };

	handle(SIGALRM_NR, no_effect, 0);
	SYS(setitimer, 0, timer, 0);
}

void signal_ends_wait(int (*fn)(void *arg), void *arg, const char *what)
{
	tick_every(20000);
	is(fn(arg), -EINTR, "%s: a signal ends the wait", what);
	tick_every(0);
}

/* ---- many tasks -------------------------------------------------- */

#define SMALL_STACK 512u

static volatile uint32_t nr_running;
static void (*many_run)(void *nr);

static void run_one(void *nr)
{
	__atomic_fetch_add(&nr_running, 1, __ATOMIC_RELAXED);
	many_run(nr);
}

uint32_t start_many(uint32_t n, uint32_t flags, void (*fn)(void *nr))
{
	uint8_t *stacks = pages(n * SMALL_STACK / PAGE);
	uint32_t made = 0;

	nr_running = 0;
	many_run = fn;
	for (uint32_t i = 0; i < n; i++)
		made += start_thread(flags, stacks + (i + 1) * SMALL_STACK - 64,
				     NULL, 0, NULL, run_one,
				     (void *)(uintptr_t)i) > 0;
	while (nr_running < made)
		SYS(sched_yield);
	return made;
}

uint32_t reap_all(void)
{
	uint32_t n = 0;

	while (SYS(wait4, -1, 0, 0, 0) > 0)
		n++;
	return n;
}
