/*
 * execve by a thread: the others end, and the process keeps its number.
 *
 * qemu-arm cannot run this one (its execve is the host's): thread_exec.expected
 * holds Linux's answers.
 */
#include <uapi/futex.h>
#include "check.h"
#include "threads.h"

#define CHILD_FD 20

static const char *self;

/*
 * Writes n in decimal, without printf: newlib's is not made for several threads
 * at once.
 */
static void to_text(uint32_t n, char text[12])
{
	char *p = text + 11;

	*p = '\0';
	do
		*--p = (char)('0' + n % 10);
	while ((n /= 10) != 0);
	memmove(text, p, strlen(p) + 1);
}

static void exec_self(void *what)
{
	char pid[12], parent[12];
	const char *argv[] = { self, what, pid, parent, NULL };
	const char *envp[] = { NULL };

	to_text((uint32_t)SYS(getpid), pid);
	to_text((uint32_t)SYS(getppid), parent);
	SYS(execve, self, argv, envp);
	SYS(exit_group, 77);
}

static void wait_for_ever(void *arg)
{
	static uint32_t word;

	(void)arg;
	for (;;)
		SYS(futex, &word, FUTEX_WAIT, 0, 0);
}

static void run_for_ever(void *arg)
{
	(void)arg;
	for (;;)
		SYS(sched_yield);
}

/*
 * The new program checks what it finds. Returns 40 if all is right, else the
 * number of what is wrong.
 */
static int look(char **argv)
{
	uint32_t status = 0;

	if (SYS(getpid) != atoi(argv[2]))
		return 1;
	if (SYS(gettid) != SYS(getpid))
		return 2;
	if (SYS(getppid) != atoi(argv[3]))
		return 3;
	SYS(close, CHILD_FD);
	if (strcmp(argv[1], "with-child") == 0 &&
	    (SYS(wait4, -1, &status, 0, 0) <= 0 || status != 0x900))
		return 4;
	if (SYS(wait4, -1, &status, 0, 0) != -ECHILD)
		return 5;
	return 40;
}

static int thread_execs(void *what)
{
	struct thread threads[3];

	run_thread(&threads[0], wait_for_ever, NULL, 0);
	run_thread(&threads[1], run_for_ever, NULL, 0);
	run_thread(&threads[2], exec_self, what, 0);
	wait_for_ever(NULL);
	return 78;
}

static int leader_execs(void *what)
{
	struct thread threads[2];

	run_thread(&threads[0], wait_for_ever, NULL, 0);
	run_thread(&threads[1], run_for_ever, NULL, 0);
	exec_self(what);
	return 78;
}

static int leader_is_gone(void *what)
{
	struct thread thread;

	run_thread(&thread, exec_self, what, 0);
	SYS(exit, 3); /* of this thread */
	return 78;
}

/* A child that lives until the new program closes CHILD_FD. */
static int with_child(void *what)
{
	int fds[2];
	char c;

	SYS(pipe, fds);
	SYS(dup2, fds[1], CHILD_FD);
	SYS(close, fds[1]);
	if (fork() == 0) {
		SYS(close, CHILD_FD);
		SYS(read, fds[0], &c, 1);
		_exit(9);
	}
	return thread_execs(what);
}

static int two_exec(void *what)
{
	struct thread threads[2];

	run_thread(&threads[0], exec_self, what, 0);
	run_thread(&threads[1], exec_self, what, 0);
	wait_for_ever(NULL);
	return 78;
}

int main(int argc, char **argv)
{
	self = argv[0];
	if (argc == 4)
		return look(argv);
	is(in_child(leader_execs, "look"), 40 << 8,
	   "execve by the first thread ends the others");
	is(in_child(thread_execs, "look"), 40 << 8,
	   "execve by another thread keeps the process's number");
	is(in_child(leader_is_gone, "look"), 40 << 8,
	   "execve by another thread when the first has ended");
	is(in_child(with_child, "with-child"), 40 << 8,
	   "execve by another thread keeps the process's children");
	is(in_child(two_exec, "look"), 40 << 8,
	   "of two threads that call execve at once one succeeds");
	return done();
}
