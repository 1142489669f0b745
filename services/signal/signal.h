/*
 * services/signal/signal.h - signals: the interface for other services and
 * /proc.
 */
#ifndef SERVICES_SIGNAL_SIGNAL_H
#define SERVICES_SIGNAL_SIGNAL_H

#include <service.h>
#include <trap/core_calls.h>
#include <types.h>

struct task_struct;

extern const struct service signal_service;

/* clang-format off */
#define SIGNAL_CALLS \
	CALL(kill), CALL(tkill), CALL(tgkill), CALL(rt_sigaction), \
	CALL(rt_sigprocmask), CALL(rt_sigpending), CALL(rt_sigsuspend), \
	CALL(rt_sigtimedwait), CALL(rt_sigtimedwait_time64), CALL(sigaltstack), CALL(pause), \
	REGS(sigreturn), REGS(rt_sigreturn), CALL(restart_syscall), \
	CALL(getitimer), CALL(setitimer), \
	CALL(rt_sigqueueinfo), CALL(rt_tgsigqueueinfo), \
	CALL(sigaction), CALL(sigprocmask), CALL(sigpending), CALL(sigsuspend), \
	CALL(timer_create), CALL(timer_settime), CALL(timer_gettime), \
	CALL(timer_settime64), CALL(timer_gettime64), \
	CALL(timer_getoverrun), CALL(timer_delete), \
	CALL(signalfd), CALL(signalfd4), CALL(clone3)
/* clang-format on */

/* In sigreturn.S: both restore all registers of the program from its frame. */
void sys_sigreturn_with_regs(void);
void sys_rt_sigreturn_with_regs(void);

/*
 * The system calls, with Linux's arguments and errors. set, act, info, ts and
 * ss are user addresses; bytes is the size of a signal set and must be 8.
 */
s32 sys_kill(s32 pid, s32 sig);
s32 sys_tkill(s32 tid, s32 sig);
s32 sys_tgkill(s32 tgid, s32 tid, s32 sig);
/* The four calls that predate real-time signals: their sets have 32 signals. */
s32 sys_sigaction(s32 sig, uaddr_t act, uaddr_t oact);
s32 sys_sigprocmask(u32 how, uaddr_t set, uaddr_t oset);
s32 sys_sigpending(uaddr_t set);
s32 sys_sigsuspend(u32 unused, u32 unused2, u32 set);
/* The calls with sets of 64 signals, and those that wait or use the frame. */
s32 sys_rt_sigaction(s32 sig, uaddr_t act, uaddr_t oact, u32 bytes);
s32 sys_rt_sigprocmask(u32 how, uaddr_t set, uaddr_t oset, u32 bytes);
s32 sys_rt_sigpending(uaddr_t set, u32 bytes);
s32 sys_rt_sigsuspend(uaddr_t set, u32 bytes);
s32 sys_rt_sigtimedwait(uaddr_t set, uaddr_t info, uaddr_t ts, u32 bytes);
s32 sys_rt_sigtimedwait_time64(uaddr_t set, uaddr_t info, uaddr_t ts,
			       u32 bytes);
s32 sys_sigaltstack(uaddr_t ss, uaddr_t old);
s32 sys_pause(void);
s32 sys_sigreturn(struct pt_regs *regs);
s32 sys_rt_sigreturn(struct pt_regs *regs);
s32 sys_restart_syscall(void);
s32 sys_getitimer(u32 which, uaddr_t value);
s32 sys_setitimer(u32 which, uaddr_t new, uaddr_t old);

/*
 * Signals with values, and timers that send them. id is a number that
 * timer_create has returned; new, old and to are addresses of an itimerspec.
 */
s32 sys_rt_sigqueueinfo(s32 pid, s32 sig, uaddr_t info);
s32 sys_rt_tgsigqueueinfo(s32 tgid, s32 tid, s32 sig, uaddr_t info);
s32 sys_timer_create(s32 clock, uaddr_t sigevent, uaddr_t id);
s32 sys_timer_settime(s32 id, u32 flags, uaddr_t new, uaddr_t old);
s32 sys_timer_settime64(s32 id, u32 flags, uaddr_t new, uaddr_t old);
s32 sys_timer_gettime(s32 id, uaddr_t to);
s32 sys_timer_gettime64(s32 id, uaddr_t to);
s32 sys_timer_getoverrun(s32 id);
s32 sys_timer_delete(s32 id);
/* Signals read from a file, and clone() with its arguments in memory. */
s32 sys_signalfd(s32 fd, uaddr_t set, u32 bytes);
s32 sys_signalfd4(s32 fd, uaddr_t set, u32 bytes, u32 flags);
s32 sys_clone3(uaddr_t args, u32 args_bytes);

/* ---- sending ----------------------------------------------------- */

/*
 * Posts sig to the running task as if it had sent it itself; it is delivered
 * before user mode resumes. Takes tasklist_lock.
 */
void send_sig_current(int sig);

/*
 * Sends SIGSEGV to the running task, which cannot go on in user mode because memory
 * that it promised to have is bad. sig is the signal whose handler was about to run,
 * or 0; the process ends if that is SIGSEGV. The caller holds no lock. Returns only
 * if a handler is to run.
 */
void force_sigsegv(int sig);

/*
 * Posts sig, with the kernel as its sender, to the process of leader. Hold
 * tasklist_lock, so that leader is not released.
 */
void send_sig_process(struct task_struct *leader, int sig);

/*
 * Posts sig to every process of group pgrp, if it has any. Members of a large
 * group may still be without it on return: a timer sends the rest. Takes
 * tasklist_lock.
 */
void kill_pgrp(s32 pgrp, int sig);
/*
 * The same from any context: the terminal sends SIGINT of ^C to the foreground
 * group with it. A timer does the sending, now or as soon as tasklist_lock is
 * free; large groups wait for their turns. sig is one of SIGHUP, SIGINT, SIGQUIT,
 * SIGCONT, SIGTSTP, SIGTTIN, SIGTTOU and SIGWINCH.
 */
void kill_pgrp_soon(s32 pgrp, int sig);
/* As kill_pgrp(), for a caller that holds tasklist_lock, which stays held. */
void kill_pgrp_locked(s32 pgrp, int sig);

/*
 * The running task wants to use its terminal, whose foreground group is
 * `foreground` (0: none). sig, SIGTTIN or SIGTTOU, is sent to its group if it
 * is not the foreground. Returns 0 if it may use the terminal, -ERESTARTSYS if
 * sig was sent and the call is to be made again after the stop, or -EIO if it
 * may not and cannot be stopped. A task that ignores or blocks SIGTTOU may
 * write.
 */
int __must_check job_control_check(s32 foreground, int sig);

/*
 * PR_SET_PDEATHSIG and PR_GET_PDEATHSIG: the signal that the running task's
 * process gets when its parent ends; 0: none. A child does not inherit it.
 * Setting returns 0, or -EINVAL for a number that is no signal.
 */
int set_parent_death_signal(s32 sig);
s32 parent_death_signal(void);

/* ---- waiting with a mask of its own ------------------------------ */

/*
 * A signal set in user memory: its address, and the size the program passed for
 * it.
 */
struct user_sigset {
	uaddr_t address; /* 0: none */
	u32 bytes;
};

/*
 * Blocks the signals of *user instead of the running task's own set until
 * sigmask_after_wait(); does nothing if user->address is 0. Returns 0, or
 * -EINVAL (size) or -EFAULT, with nothing changed.
 */
int __must_check sigmask_for_wait(const struct user_sigset *user);
/*
 * Ends what sigmask_for_wait() began, also if it did nothing. interrupted: a
 * signal ended the wait; its handler is to run with the wait's mask, so the
 * task's own mask comes back only after it. Otherwise it comes back now.
 */
void sigmask_after_wait(bool interrupted);

/* ---- looking ----------------------------------------------------- */

/* A task's signals at one moment, for /proc; all zero if it has exited. */
struct signal_facts {
	u64 pending, shared; /* of the thread, of the process */
	u64 blocked, ignored, caught;
	u32 max_pending; /* RLIMIT_SIGPENDING */
};

/*
 * Returns how many signals are pending for the processes of real user uid, and
 * how many timers they have. Takes tasklist_lock, and gives way in between; may
 * sleep.
 */
u32 count_pending_signals(u32 uid);
/* Fills *facts for task. Hold tasklist_lock, so that task is not released. */
void get_signal_facts(const struct task_struct *task,
		      struct signal_facts *facts);

#endif
