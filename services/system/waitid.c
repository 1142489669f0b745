/*
 * waitid: wait4 with a finer choice of events, and the result in a siginfo_t.
 */
#include <asm/uaccess.h>
#include <proc/proc.h>
#include <services/system/system.h>
#include <uapi/sched.h>
#include <uapi/wait.h>

#define WAITID_OPTIONS                                                         \
	(WNOHANG | WUNTRACED | WEXITED | WCONTINUED | __WNOTHREAD | __WCLONE | \
	 __WALL | WNOWAIT)

/* The beginning of siginfo_t that waitid fills in, in Linux's layout. */
struct wait_siginfo {
	s32 si_signo, si_errno, si_code;
	s32 si_pid;
	u32 si_uid;
	s32 si_status;
};

/*
 * Translates wait4's status into siginfo: bits 0 to 6 have the signal, 0x7f for
 * a stop, bit 7 a core dump, the byte above the exit code or the stop signal;
 * 0xffff is SIGCONT.
 */
static void fill_siginfo(const struct wait_request *req,
			 struct wait_siginfo *info)
{
	u32 sig = req->status & 0x7f;

	*info = (struct wait_siginfo){ .si_signo = SIGCHLD,
				       .si_pid = req->pid };
	/* First, since its low bits look like those of a stop. */
	if (req->status == 0xffff) {
		info->si_code = CLD_CONTINUED;
		info->si_status = SIGCONT;
	} else if (sig == 0x7f) {
		info->si_code = CLD_STOPPED;
		info->si_status = (s32)(req->status >> 8 & 0xff);
	} else if (sig) {
		info->si_code = req->status & 0x80 ? CLD_DUMPED : CLD_KILLED;
		info->si_status = (s32)sig;
	} else {
		info->si_code = CLD_EXITED;
		info->si_status = (s32)(req->status >> 8 & 0xff);
	}
}

s32 sys_waitid(u32 which, s32 id, uaddr_t uinfo, u32 options, uaddr_t rusage)
{
	struct wait_request req = { .type = which,
				    .id = id,
				    .options = options };
	struct wait_siginfo info = { 0 };
	int err;

	if ((options & ~WAITID_OPTIONS) ||
	    !(options & (WEXITED | WSTOPPED | WCONTINUED)))
		return -EINVAL;
	/* There are no pidfds, so no descriptor is one. */
	if (which == P_PIDFD && id >= 0)
		return -EBADF;
	if (which > P_PGID || (which == P_PID && id <= 0) ||
	    (which == P_PGID && id < 0))
		return -EINVAL;
	/* Linux since 5.4: 0 is the caller's own group. */
	if (which == P_PGID && id == 0)
		req.id = current->pgrp;
	err = do_wait(&req);
	if (err)
		return err;
	/*
	 * With WNOHANG and no event there is no pid; Linux then stores a
	 * siginfo of zeroes, and no rusage.
	 */
	if (req.pid) {
		fill_siginfo(&req, &info);
		if (rusage)
			err = put_rusage(&req.use, rusage);
	}
	if (!err && uinfo && copy_to_user(uinfo, &info, sizeof(info)))
		err = -EFAULT;
	return err;
}
