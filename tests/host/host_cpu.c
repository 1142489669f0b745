/*
 * The one core: its interrupt flag, its locks, its task.
 *
 * The stand-ins for proc/ are weak: a test that needs more defines its own.
 */
#include <asm/barrier.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "host.h"

#define MAX_HELD 8

struct held_lock {
	spinlock_t *lock;
	const char *file;
	int line;
};

u32 host_cpsr;
u32 host_locks_held;
struct thread_info host_thread;
struct thread_info *host_current = &host_thread;
u32 host_rlimits[32];
int host_signal;
u64 host_time_ns;

static struct held_lock held[MAX_HELD];
static u32 bug_locks, bug_cpsr; /* at host_bug_begin */
static u64 seed, random_state;

/* ---- locks ------------------------------------------------------- */

void host_spin_lock(spinlock_t *lock, const char *file, int line)
{
	for (u32 i = 0; i < host_locks_held; i++)
		if (held[i].lock == lock)
			panic("deadlock: lock taken at %s:%d, again at %s:%d",
			      held[i].file, held[i].line, file, line);
	if (lock->held || host_locks_held == MAX_HELD)
		panic("%s:%d: lock word is %u, %u locks held", file, line,
		      lock->held, host_locks_held);
	lock->held = 1;
	held[host_locks_held++] = (struct held_lock){ lock, file, line };
}

void host_spin_unlock(spinlock_t *lock, const char *file, int line)
{
	for (u32 i = 0; i < host_locks_held; i++) {
		if (held[i].lock != lock)
			continue;
		lock->held = 0;
		held[i] = held[--host_locks_held];
		return;
	}
	panic("%s:%d: unlock of a lock that is not held", file, line);
}

void host_bug_begin(void)
{
	host_bug_expected = true;
	bug_locks = host_locks_held;
	bug_cpsr = host_cpsr;
}

void host_bug_end(void)
{
	host_bug_expected = false;
	host_cpsr = bug_cpsr;
	while (host_locks_held > bug_locks)
		held[--host_locks_held].lock->held = 0;
}

__weak void host_barrier(enum host_barrier kind __unused_arg)
{
	barrier();
}

/* ---- what proc/ would do ----------------------------------------- */

/* A test that sleeps is a bug, since nothing would ever wake it. */
__weak void schedule(void)
{
	panic("schedule(): would sleep with %u locks held", host_locks_held);
}

__weak void set_current_state(enum task_state s __unused_arg)
{
}

__weak u64 schedule_timeout(u64 ns)
{
	host_time_ns += ns;
	return 0;
}

__weak bool wake_up_process(struct task_struct *t __unused_arg)
{
	return false;
}

__weak void prepare_to_wait(struct wait_queue_head *wq,
			    struct wait_entry *entry,
			    enum task_state s __unused_arg)
{
	if (!entry->link.tqe_prev)
		TAILQ_INSERT_TAIL(&wq->waiters, entry, link);
}

__weak void finish_wait(struct wait_queue_head *wq, struct wait_entry *entry)
{
	if (entry->link.tqe_prev)
		TAILQ_REMOVE(&wq->waiters, entry, link);
	entry->link.tqe_prev = NULL;
}

__weak void __wake_up(struct wait_queue_head *wq __unused_arg)
{
}

/* True, as where a handler runs: nothing here would continue the call. */
__weak s32 restart_with(const struct restart_block *block __unused_arg)
{
	return -EINTR;
}

void send_sig_current(int sig);
__weak void send_sig_current(int sig)
{
	host_signal = sig;
}

__weak u32 rlimit(unsigned int resource)
{
	BUG_ON(resource >= ARRAY_SIZE(host_rlimits));
	return host_rlimits[resource];
}

__weak bool fatal_signal_pending(void)
{
	return false;
}

__weak s32 current_pid(void)
{
	return 1;
}

__weak u64 ktime_ns(void)
{
	return host_time_ns;
}

/* ---- random numbers ---------------------------------------------- */

static u64 choose_seed(void)
{
	const char *env = getenv("HOST_SEED");
	u64 value = 1;
	FILE *f;

	if (!env)
		return value;
	if (strcmp(env, "random") != 0)
		return strtoull(env, NULL, 0);
	f = fopen("/dev/urandom", "r");
	if (!f || fread(&value, 4, 1, f) != 1)
		abort();
	fclose(f);
	return value;
}

/* splitmix64: any seed is a good one */
u32 rnd(void)
{
	u64 z = random_state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return (u32)(z >> 32);
}

/* ---- running ----------------------------------------------------- */

void host_reset_ram(void);

void host_reset_keep_random(void)
{
	host_reset_ram();
	host_log_clear();
	host_warnings = 0;
	host_cpsr = 0;
	host_locks_held = 0;
	host_current = &host_thread;
	memset(&host_thread, 0, sizeof(host_thread));
	memset(host_rlimits, 0xff, sizeof(host_rlimits));
	host_rlimits[RLIMIT_STACK] = STACK_LIMIT;
	host_signal = 0;
	host_time_ns = 0;
}

void host_reset(void)
{
	host_reset_keep_random();
	random_state = seed;
}

static int reset_before_test(void **state __unused_arg)
{
	host_reset();
	return 0;
}

int host_run_tests(const struct CMUnitTest *tests, size_t n)
{
	struct CMUnitTest *all = calloc(n, sizeof(*all));
	int failed;

	BUG_ON(!all);
	memcpy(all, tests, n * sizeof(*all));
	for (size_t i = 0; i < n; i++)
		if (!all[i].setup_func)
			all[i].setup_func = reset_before_test;
	seed = choose_seed();
	printf("# HOST_SEED=%llu\n", seed);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	cmocka_set_test_filter(getenv("HOST_ONLY"));
	failed = _cmocka_run_group_tests("host", all, n, NULL, NULL);
	free(all);
	return failed != 0;
}

/* A wild access is reported with its place, not caught by cmocka. */
const char *__asan_default_options(void);

__weak const char *__asan_default_options(void)
{
	return "handle_segv=2:handle_sigbus=2:handle_abort=2:handle_sigfpe=2:detect_leaks=0";
}
