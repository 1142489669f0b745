/*
 * uapi/sched.h - clone(2)'s flags, with Linux's values.
 *
 * The low byte is the signal the parent gets when the child ends.
 */
#ifndef UAPI_SCHED_H
#define UAPI_SCHED_H

#include <stdint.h>

#define CSIGNAL              0x000000ff
#define CLONE_NEWTIME        0x00000080 /* of unshare alone */
#define CLONE_VM             0x00000100 /* one address space */
#define CLONE_FS             0x00000200 /* one working directory */
#define CLONE_FILES          0x00000400 /* one table of open files */
#define CLONE_SIGHAND        0x00000800 /* one table of handlers */
#define CLONE_PIDFD          0x00001000
#define CLONE_PTRACE         0x00002000
#define CLONE_VFORK          0x00004000 /* parent waits for exec or exit */
#define CLONE_PARENT         0x00008000 /* a sibling, not a child */
#define CLONE_THREAD         0x00010000 /* one thread group */
#define CLONE_NEWNS          0x00020000
#define CLONE_SYSVSEM        0x00040000
#define CLONE_SETTLS         0x00080000
#define CLONE_PARENT_SETTID  0x00100000
#define CLONE_CHILD_CLEARTID 0x00200000 /* zero and wake it at exit */
#define CLONE_DETACHED       0x00400000 /* ignored, as in Linux */
#define CLONE_UNTRACED       0x00800000
#define CLONE_CHILD_SETTID   0x01000000
#define CLONE_NEWCGROUP      0x02000000
#define CLONE_NEWUTS         0x04000000
#define CLONE_NEWIPC         0x08000000
#define CLONE_NEWUSER        0x10000000
#define CLONE_NEWPID         0x20000000
#define CLONE_NEWNET         0x40000000
#define CLONE_IO             0x80000000

/* clone3 */
#define CLONE_CLEAR_SIGHAND  0x100000000ull /* no handler of the parent's */
#define CLONE_ARGS_SIZE_VER0 64
#define CLONE_ARGS_SIZE_VER1 80
#define CLONE_ARGS_SIZE_VER2 88

struct clone_args {
	uint64_t flags;
	uint64_t pidfd;
	uint64_t child_tid, parent_tid;
	uint64_t exit_signal;
	uint64_t stack, stack_size; /* its lowest address */
	uint64_t tls;
	uint64_t set_tid, set_tid_size;
	uint64_t cgroup;
};

/* Scheduling classes. */
#define SCHED_NORMAL        0
#define SCHED_FIFO          1
#define SCHED_RR            2
#define SCHED_BATCH         3
#define SCHED_IDLE          5
#define SCHED_DEADLINE      6
#define SCHED_RESET_ON_FORK 0x40000000u /* children are SCHED_NORMAL */

#define SCHED_FLAG_RESET_ON_FORK 1
#define SCHED_ATTR_SIZE_VER0     48

/* sched_setattr, sched_getattr */
struct sched_attr {
	uint32_t size; /* bytes that the program has of it */
	uint32_t sched_policy;
	uint64_t sched_flags;
	int32_t sched_nice;
	uint32_t sched_priority;
	uint64_t sched_runtime, sched_deadline, sched_period;
	uint32_t sched_util_min, sched_util_max;
};

#endif
