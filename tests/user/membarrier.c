/*
 * membarrier: which barriers there are, and who may ask for them.
 */
#include <uapi/membarrier.h>
#include "check.h"

#define PRIVATE  MEMBARRIER_CMD_PRIVATE_EXPEDITED
#define REGISTER MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED
#define RSEQ     MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ
#define SYNC     MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE

static int asks(void *arg)
{
	return SYS(membarrier, (int)arg, 0, 0) == 0;
}

static int asks_after_exec(void *arg)
{
	char *argv[] = { (char *)"membarrier", (char *)"again", NULL };

	(void)arg;
	return SYS(execve, "/proc/self/exe", argv, argv + 2);
}

int main(int argc, char *argv[])
{
	(void)argv;
	if (argc == 2)
		return SYS(membarrier, PRIVATE, 0, 0) == -EPERM;
	is(SYS(membarrier, MEMBARRIER_CMD_QUERY, 0, 0), 0x1ff,
	   "MEMBARRIER_CMD_QUERY returns the commands");
	is(SYS(membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0), 0,
	   "a barrier on all cores");
	is(SYS(membarrier, MEMBARRIER_CMD_GLOBAL_EXPEDITED, 0, 0), 0,
	   "a barrier on the cores of the processes that registered");
	is(SYS(membarrier, MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED, 0, 0), 0,
	   "this process registers for that");
	is(SYS(membarrier, PRIVATE, 0, 0), -EPERM,
	   "a private barrier before registering is refused");
	is(SYS(membarrier, REGISTER, 0, 0), 0,
	   "registering for private barriers");
	is(SYS(membarrier, PRIVATE, 0, 0), 0,
	   "a private barrier is possible then");
	is(WEXITSTATUS(in_child(asks, (void *)PRIVATE)), 1,
	   "a child inherits the registration");
	is(WEXITSTATUS(in_child(asks_after_exec, NULL)), 1,
	   "execve ends it: the new program is refused");
	is(SYS(membarrier, SYNC, 0, 0), -EPERM,
	   "a barrier for changed code before registering is refused");
	is(SYS(membarrier, SYNC << 1, 0, 0), 0,
	   "registering for barriers for changed code");
	is(SYS(membarrier, SYNC, 0, 0), 0,
	   "a barrier for changed code is possible then");
	is(SYS(membarrier, RSEQ, 0, 0), -EPERM,
	   "a barrier for restartable sequences before registering is refused");
	is(SYS(membarrier, RSEQ << 1, 0, 0), 0,
	   "registering for restartable sequences");
	is(SYS(membarrier, RSEQ, 0, 0), 0,
	   "a barrier for restartable sequences is possible then");
	is(SYS(membarrier, RSEQ, MEMBARRIER_CMD_FLAG_CPU, 0), 0,
	   "MEMBARRIER_CMD_FLAG_CPU restricts it to one core");
	is(SYS(membarrier, RSEQ, 2, 0), -EINVAL, "an unknown flag is refused");
	is(SYS(membarrier, PRIVATE, MEMBARRIER_CMD_FLAG_CPU, 0), -EINVAL,
	   "MEMBARRIER_CMD_FLAG_CPU of a private barrier is refused");
	is(SYS(membarrier, PRIVATE, 2, 0), -EINVAL,
	   "an unknown flag of a private barrier is refused");
	is(SYS(membarrier, 3, 0, 0), -EINVAL,
	   "two commands at once are refused");
	is(SYS(membarrier, 0x10000, 0, 0), -EINVAL,
	   "an unknown command is refused");
	return done();
}
