/*
 * Process numbers: which are given to new processes, and which are in use.
 *
 * The number of a process group is free only when its last member has gone, not
 * when its leader has. Otherwise a new process could be hit by a signal for the
 * group.
 */
#include <uapi/fcntl.h>
#include <uapi/signal.h>
#include "check.h"

#define ALL_PIDS      32768
/* Linux gives lower numbers once, to what starts first. */
#define RESERVED_PIDS 300

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

/* Makes a child for each number there is; true if one gets one of the two. */
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

/* Makes a group without its leader; returns its number and its only member. */
static pid_t orphan_group(pid_t *member)
{
	pid_t leader = sleeper();

	*member = sleeper();
	is(SYS(setpgid, leader, leader), 0,
	   "a child becomes the leader of a process group");
	is(SYS(setpgid, *member, leader), 0, "a second child joins the group");
	is(SYS(kill, leader, SIGKILL), 0, "SIGKILL for the leader");
	ok(SYS(wait4, leader, 0, 0, 0) == leader, "the leader is reaped");
	is(SYS(kill, leader, 0), -ESRCH,
	   "no process has the leader's number any more");
	is(SYS(kill, -leader, 0), 0, "the group still has that number");
	return leader;
}

static void end_group(pid_t group, pid_t member)
{
	is(SYS(kill, -group, SIGKILL), 0, "SIGKILL for the group");
	ok(SYS(wait4, member, 0, 0, 0) == member, "its last member is reaped");
	is(SYS(kill, -group, 0), -ESRCH, "the group does not exist any more");
}

static int32_t set_pid_max(const char *number)
{
	int32_t fd = SYS(open, "/proc/sys/kernel/pid_max", O_WRONLY, 0);
	int32_t n = SYS(write, fd, number, strlen(number));

	SYS(close, fd);
	return n;
}

int main(void)
{
	pid_t members[2], one, other, pid;

	do {
		pid = vfork_exit();
		SYS(wait4, pid, 0, 0, 0);
	} while (pid > 0 && pid < RESERVED_PIDS);
	one = orphan_group(&members[0]);
	other = orphan_group(&members[1]);
	is(SYS(setpgid, -1, 0), -EINVAL, "setpgid of process -1 is refused");
	is(SYS(setpgid, members[1], other), 0,
	   "setpgid to the group that a process is in is accepted");
	ok(!is_given(one, other),
	   "as many children as there are numbers: none gets a group's");
	end_group(one, members[0]);
	end_group(other, members[1]);
	ok(is_given(one, one),
	   "among as many children one gets the number of a gone group");
	is(set_pid_max("32768"), 5,
	   "a write of the number that it has to sys/kernel/pid_max");
	is(set_pid_max("0"), -EINVAL, "a write of 0 to it is refused");
	return done();
}
