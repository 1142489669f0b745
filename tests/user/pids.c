/*
 * Numbers of processes: which are given, and which are still somebody's.
 *
 * The number of a process group is free only when its last member has gone, not
 * when its leader has. Otherwise a new process could be hit by a signal for the
 * group.
 */
#include <uapi/signal.h>
#include "check.h"

#define ALL_PIDS 32768

static pid_t sleeper(void)
{
	pid_t pid = fork();

	if (pid == 0)
		for (;;)
			SYS(pause);
	return pid;
}

/* vfork whose child only exits: in one piece, for it runs on our stack. */
static inline pid_t vfork_exit(void)
{
	register int32_t r0 __asm__("r0");
	register int32_t r7 __asm__("r7") = __NR_vfork;

	__asm__ volatile("svc 0\n\t"
			 "cmp r0, #0\n\t"
			 "itt eq\n\t"
			 "moveq r7, %2\n\t"
			 "svceq 0"
			 : "=r"(r0), "+r"(r7)
			 : "I"(__NR_exit)
			 : "cc", "memory");
	return r0;
}

/* Is one of two numbers given to one of as many children as there are any? */
static bool is_given(pid_t one, pid_t other)
{
	for (int i = 0; i < ALL_PIDS; i++) {
		pid_t pid = vfork_exit();

		SYS(wait4, pid, 0, 0, 0);
		if (pid == one || pid == other)
			return true;
	}
	return false;
}

/* A group whose leader has gone; its number, and the one process in it. */
static pid_t orphan_group(pid_t *member)
{
	pid_t leader = sleeper();

	*member = sleeper();
	is(SYS(setpgid, leader, leader), 0, "a group");
	is(SYS(setpgid, *member, leader), 0, "with a second member");
	is(SYS(kill, leader, SIGKILL), 0, "its leader ends");
	ok(SYS(wait4, leader, 0, 0, 0) == leader, "and is forgotten");
	is(SYS(kill, leader, 0), -ESRCH, "no process has its number");
	is(SYS(kill, -leader, 0), 0, "the group has");
	return leader;
}

static void end_group(pid_t group, pid_t member)
{
	is(SYS(kill, -group, SIGKILL), 0, "a group ends");
	ok(SYS(wait4, member, 0, 0, 0) == member, "its member is forgotten");
	is(SYS(kill, -group, 0), -ESRCH, "and the group");
}

int main(void)
{
	pid_t members[2];
	pid_t one = orphan_group(&members[0]),
	      other = orphan_group(&members[1]);

	is(SYS(setpgid, members[1], other), 0, "one may go where it is");
	ok(!is_given(one, other), "no new process gets a group's number");
	end_group(one, members[0]);
	end_group(other, members[1]);
	ok(is_given(one, one), "a free number is given again");
	return done();
}
