/*
 * Robust futexes: what the kernel writes into the locks of a thread that ends.
 *
 * qemu-arm has no set_robust_list: robust.expected holds Linux's answers.
 */
#include <uapi/futex.h>
#include "check.h"
#include "threads.h"

struct lock {
	uint32_t next;
	uint32_t word;
};

#define WORD_OFFSET 4
#define OTHER       12345u /* a thread that there is not */

/* In memory shared with the children. */
static struct shared {
	struct robust_list_head head;
	struct lock locks[3];
	uint32_t ready;
} * shared;

static const char *self;

static uint32_t address(volatile void *p)
{
	return (uint32_t)(uintptr_t)p;
}

/* A list of all three locks, none of them taken. */
static void make_list(void)
{
	memset(shared, 0, sizeof(*shared));
	shared->head.next = address(&shared->locks[0]);
	shared->head.futex_offset = WORD_OFFSET;
	shared->locks[0].next = address(&shared->locks[1]);
	shared->locks[1].next = address(&shared->locks[2]);
	shared->locks[2].next = address(&shared->head);
}

static int32_t set_list(void *head)
{
	return SYS(set_robust_list, head, sizeof(struct robust_list_head));
}

static uint32_t tid(void)
{
	return (uint32_t)linux_syscall(__NR_gettid);
}

static int has_no_list(void *arg)
{
	uint32_t head = 1, bytes = 0;

	(void)arg;
	return SYS(get_robust_list, 0, &head, &bytes) != 0 || head != 0;
}

static void the_calls(void)
{
	uint32_t head = 0, bytes = 0;

	is(SYS(set_robust_list, &shared->head, 8), -EINVAL,
	   "a head of a wrong size is refused");
	is(set_list(&shared->head), 0, "set_robust_list of a list");
	is(SYS(get_robust_list, 0, &head, &bytes), 0,
	   "get_robust_list of this thread");
	ok(head == address(&shared->head) && bytes == 12,
	   "it returns that list and its size");
	is(SYS(get_robust_list, OTHER, &head, &bytes), -ESRCH,
	   "get_robust_list of a thread that does not exist is refused");
	is(SYS(get_robust_list, 0, 8, &bytes), -EFAULT,
	   "get_robust_list with the head to an unmapped address");
	is(SYS(get_robust_list, 0, &head, 8), -EFAULT,
	   "get_robust_list with the size to an unmapped address");
	is(in_child(has_no_list, NULL), 0, "a child of fork has no list");
	set_list(NULL);
}

static int hold_locks(void *arg)
{
	(void)arg;
	shared->locks[0].word = tid();
	shared->locks[1].word = OTHER;
	shared->locks[2].word = tid() | FUTEX_WAITERS;
	set_list(&shared->head);
	return 0;
}

static void are_dead(const char *who)
{
	ok(shared->locks[0].word == FUTEX_OWNER_DIED,
	   "%s: the word of its lock is FUTEX_OWNER_DIED", who);
	ok(shared->locks[1].word == OTHER,
	   "%s: the word of another thread's lock is unchanged", who);
	ok(shared->locks[2].word == (FUTEX_OWNER_DIED | FUTEX_WAITERS),
	   "%s: the word of a lock with waiters keeps FUTEX_WAITERS", who);
}

static void thread_holds(void *arg)
{
	hold_locks(arg);
}

static int exec_with_locks(void *arg)
{
	const char *argv[] = { self, "new", NULL };
	const char *envp[] = { NULL };

	hold_locks(arg);
	SYS(execve, self, argv, envp);
	return 1;
}

static void endings(void)
{
	struct thread thread;

	make_list();
	is(in_child(hold_locks, NULL), 0,
	   "a process that holds two locks exits");
	are_dead("a process");
	make_list();
	run_thread(&thread, thread_holds, NULL, 0);
	join_thread(&thread);
	are_dead("a thread");
	make_list();
	is(in_child(exec_with_locks, NULL), 0,
	   "a process that holds two locks calls execve");
	are_dead("another program");
}

static int hold_until_waited_for(void *arg)
{
	(void)arg;
	shared->locks[0].word = (uint32_t)linux_syscall(__NR_gettid) |
		FUTEX_WAITERS;
	set_list(&shared->head);
	__atomic_store_n(&shared->ready, shared->locks[0].word,
			 __ATOMIC_SEQ_CST);
	sleep_ms(20);
	return 0;
}

static void waiting(void)
{
	uint32_t value;
	int32_t err = 0;

	make_list();
	if (fork() == 0)
		_exit(hold_until_waited_for(NULL));
	while (!(value = __atomic_load_n(&shared->ready, __ATOMIC_SEQ_CST)))
		SYS(sched_yield);
	err = SYS(futex, &shared->locks[0].word, FUTEX_WAIT, value, 0);
	is(err, 0, "a waiter is woken when the owner exits");
	SYS(wait4, -1, 0, 0, 0);
	ok(shared->locks[0].word == (FUTEX_OWNER_DIED | FUTEX_WAITERS),
	   "the word tells the waiter that the owner died");
}

static int die_taking(void *arg)
{
	(void)arg;
	shared->locks[2].word = tid();
	shared->head.next = address(&shared->head);
	shared->head.list_op_pending = address(&shared->locks[2]);
	set_list(&shared->head);
	return 0;
}

static void pending(void)
{
	make_list();
	is(in_child(die_taking, NULL), 0,
	   "a thread exits while it takes a lock (list_op_pending)");
	ok(shared->locks[2].word == FUTEX_OWNER_DIED,
	   "that lock counts though it is not on the list yet");
}

/* ---- lists that are none ----------------------------------------- */

static int bad_head(void *arg)
{
	set_list(arg);
	return 0;
}

static int with_list(void *arg)
{
	(void)arg;
	shared->locks[0].word = tid();
	shared->locks[1].word = tid();
	set_list(&shared->head);
	return 0;
}

static void bad_lists(void)
{
	is(in_child(bad_head, (void *)8), 0,
	   "a list head at an unmapped address does not harm the exit");
	is(in_child(bad_head, (void *)0xc0000000), 0,
	   "a list head in the kernel does not harm the exit");
	is(in_child(bad_head, (void *)0xfffffffc), 0,
	   "a list head at the last address does not harm the exit");
	make_list();
	shared->locks[0].next = 0xc0000000;
	is(in_child(with_list, NULL), 0,
	   "a list with an entry in the kernel does not harm the exit");
	ok(shared->locks[0].word == FUTEX_OWNER_DIED,
	   "the locks before that entry are marked");
	make_list();
	shared->locks[1].next = address(&shared->locks[0]);
	is(in_child(with_list, NULL), 0,
	   "a circular list does not harm the exit");
	ok(shared->locks[1].word == FUTEX_OWNER_DIED,
	   "all locks of it are marked");
	make_list();
	shared->head.futex_offset = 3;
	is(in_child(with_list, NULL), 0,
	   "words that are not aligned do not harm the exit");
	ok(shared->locks[1].word & FUTEX_TID_MASK, "no lock is marked then");
	make_list();
	shared->head.futex_offset = (int32_t)0xc0000000;
	is(in_child(with_list, NULL), 0,
	   "words at unmapped addresses do not harm the exit");
}

int main(int argc, char **argv)
{
	self = argv[0];
	if (argc == 2)
		return 0;
	shared = (struct shared *)pages_with(1, PROT_READ | PROT_WRITE,
					     MAP_SHARED | MAP_ANONYMOUS);
	make_list();
	the_calls();
	endings();
	waiting();
	pending();
	bad_lists();
	return done();
}
