/*
 * oom_exit - a task that exits while no memory is free can always finish.
 *
 * Run as process 1 of a machine with little memory (tests/system/memory.t). A
 * thread that ends reads its robust list and writes into its locks, for which pages
 * and tables may be needed. A task in exit may use pages of the reserve; if those do
 * not suffice, it exits without this work.
 */
#include <fcntl.h>
#include <uapi/futex.h>
#include <uapi/mman.h>
#include <uapi/signal.h>
#include <uapi/wait.h>
#include "check.h"

#define MIB   0x100000u
#define LOCKS 8u /* each in the reach of another second-level table */
/* So many that the tables do not fit into the reserve of a task in exit. */
#define MANY  1024u

struct lock {
	uint32_t next;
	uint32_t word;
};

static uint32_t locks = LOCKS;
static uint8_t *shared; /* `locks` MiB, a lock at the start of each */
static uint8_t *sparse; /* a file's page that nobody has touched */

static struct lock *lock_of(uint32_t i)
{
	return (struct lock *)(shared + i * MIB);
}

/* The locks are in a file, whose pages stay when nobody maps them. */
static void map_locks(void)
{
	int fd = open(scratch("locks"), O_RDWR | O_CREAT, 0600);
	uint32_t at = shared ? (uint32_t)shared : 0;

	SYS(ftruncate, fd, locks * MIB);
	shared = (uint8_t *)SYS(mmap2, at, locks * MIB, PROT_READ | PROT_WRITE,
				MAP_SHARED | (at ? MAP_FIXED : 0), fd, 0);
	close(fd);
}

static int32_t new_map(uint32_t bytes)
{
	return SYS(mmap2, 0, bytes, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
}

/* MADV_POPULATE_WRITE fails when no memory is left, and kills nobody. */
static void take_all_but_the_reserve(void)
{
	uint32_t step = 64 * PAGE;

	while (step) {
		int32_t raw = new_map(step);

		if (raw < 0 && raw > -4096)
			return;
		if (SYS(madvise, raw, step, MADV_POPULATE_WRITE) != 0)
			step = step > PAGE ? PAGE : 0;
	}
}

static void hold_locks(struct robust_list_head *head)
{
	uint32_t tid = (uint32_t)linux_syscall(__NR_gettid);

	head->futex_offset = offsetof(struct lock, word);
	head->list_op_pending = 0;
	head->next = (uint32_t)lock_of(0);
	for (uint32_t i = 0; i < locks; i++) {
		lock_of(i)->word = tid;
		lock_of(i)->next = i + 1 < locks ? (uint32_t)lock_of(i + 1) :
						   (uint32_t)head;
	}
	SYS(set_robust_list, head, sizeof(*head));
}

/* The pages of the locks stay, but the tables that mapped them are freed. */
static int exit_with_locks(void *arg)
{
	static struct robust_list_head head;

	(void)arg;
	hold_locks(&head);
	SYS(munmap, shared, locks * MIB);
	map_locks();
	take_all_but_the_reserve();
	return 3;
}

static int ready[2];
static int32_t small;

/* A small process, which finds no memory in its exit. */
static int exit_when_told(void *arg)
{
	static const uint64_t go = 1ull << (SIGUSR1 - 1);
	static struct robust_list_head head;

	(void)arg;
	locks = MANY;
	shared = NULL;
	map_locks();
	hold_locks(&head);
	SYS(munmap, shared, locks * MIB);
	map_locks();
	SYS(rt_sigprocmask, SIG_BLOCK, &go, 0, 8);
	SYS(write, ready[1], "", 1);
	SYS(rt_sigtimedwait, &go, 0, 0, 8);
	return 6;
}

/* The largest process, which would be chosen. A pipe would want a page. */
static int have_memory(void *arg)
{
	(void)arg;
	take_all_but_the_reserve();
	SYS(kill, small, SIGUSR1);
	for (;;)
		SYS(pause);
	return 0;
}

static void exit_kills_nobody(void)
{
	int32_t large;
	int status = 0;
	char byte;

	pipe(ready);
	small = start_child(exit_when_told, NULL);
	SYS(read, ready[0], &byte, 1);
	large = start_child(have_memory, NULL);
	waitpid(small, &status, 0);
	is(status, 6 << 8,
	   "a process exits whose locks want more than the reserve");
	is(waitpid(large, &status, WNOHANG), 0,
	   "no other process is killed for the sake of its exit");
	SYS(kill, large, SIGKILL);
	waitpid(large, &status, 0);
}

/* The robust list is in a page that the kernel must make before it can read it. */
static int exit_with_missing_list(void *arg)
{
	(void)arg;
	SYS(set_robust_list, sparse, sizeof(struct robust_list_head));
	take_all_but_the_reserve();
	return 4;
}

static int die_with_missing_list(void *arg)
{
	(void)arg;
	SYS(set_robust_list, sparse, sizeof(struct robust_list_head));
	for (int32_t raw; (raw = new_map(MIB)) > 0 || raw < -4095;)
		memset((void *)raw, 1, MIB);
	return 5;
}

int main(void)
{
	int fd = open(scratch("sparse"), O_RDWR | O_CREAT, 0600);
	int status;
	bool all = true;

	SYS(ftruncate, fd, MIB);
	sparse = (uint8_t *)SYS(mmap2, 0, MIB, PROT_READ, MAP_PRIVATE, fd, 0);
	map_locks();
	is(in_child(exit_with_locks, NULL), 3 << 8,
	   "a process that holds robust locks exits without free memory");
	for (uint32_t i = 0; i < LOCKS; i++)
		all &= lock_of(i)->word == FUTEX_OWNER_DIED;
	ok(all, "the word of each lock is FUTEX_OWNER_DIED");
	is(in_child(exit_with_missing_list, NULL), 4 << 8,
	   "a process whose list is in a missing page exits, too");
	status = in_child(die_with_missing_list, NULL);
	is(WIFSIGNALED(status) ? WTERMSIG(status) : 0, SIGKILL,
	   "a process whose list is in a missing page is killed by the OOM "
	   "killer");
	exit_kills_nobody();
	remove_scratch();
	is(audit(), 0, "the audit of the kernel's structures finds no error");
	return done();
}
