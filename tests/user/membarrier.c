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
	   "which there are");
	is(SYS(membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0), 0, "for all");
	is(SYS(membarrier, MEMBARRIER_CMD_GLOBAL_EXPEDITED, 0, 0), 0,
	   "for all who want it");
	is(SYS(membarrier, MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED, 0, 0), 0,
	   "to be one of them");
	is(SYS(membarrier, PRIVATE, 0, 0), -EPERM,
	   "for our threads, unannounced");
	is(SYS(membarrier, REGISTER, 0, 0), 0, "announced");
	is(SYS(membarrier, PRIVATE, 0, 0), 0, "for our threads");
	is(WEXITSTATUS(in_child(asks, (void *)PRIVATE)), 1,
	   "a child need not say so again");
	is(WEXITSTATUS(in_child(asks_after_exec, NULL)), 1,
	   "a new program must");
	is(SYS(membarrier, SYNC, 0, 0), -EPERM, "for code, unannounced");
	is(SYS(membarrier, SYNC << 1, 0, 0), 0, "announced");
	is(SYS(membarrier, SYNC, 0, 0), 0, "for code");
	is(SYS(membarrier, RSEQ, 0, 0), -EPERM,
	   "for restartable sequences, unannounced");
	is(SYS(membarrier, RSEQ << 1, 0, 0), 0, "announced");
	is(SYS(membarrier, RSEQ, 0, 0), 0, "for restartable sequences");
	is(SYS(membarrier, RSEQ, MEMBARRIER_CMD_FLAG_CPU, 0), 0, "of one core");
	is(SYS(membarrier, RSEQ, 2, 0), -EINVAL, "an unknown flag");
	is(SYS(membarrier, PRIVATE, MEMBARRIER_CMD_FLAG_CPU, 0), -EINVAL,
	   "one core is for sequences alone");
	is(SYS(membarrier, PRIVATE, 2, 0), -EINVAL, "flags");
	is(SYS(membarrier, 3, 0, 0), -EINVAL, "two commands");
	is(SYS(membarrier, 0x10000, 0, 0), -EINVAL, "an unknown one");
	return done();
}
