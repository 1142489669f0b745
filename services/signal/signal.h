/*
 * services/signal/signal.h - signals: what other services, and /proc, may ask of them.
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

/* sigreturn.S: these put a whole frame back */
void sys_sigreturn_with_regs(void);
void sys_rt_sigreturn_with_regs(void);

/* The calls, with Linux's arguments; set, act, info are user addresses. */
s32 sys_kill(s32 pid, s32 sig);
s32 sys_tkill(s32 tid, s32 sig);
s32 sys_tgkill(s32 tgid, s32 tid, s32 sig);
/* The four calls of old programs: their sets have 32 signals. */
s32 sys_sigaction(s32 sig, uaddr_t act, uaddr_t oact);
s32 sys_sigprocmask(u32 how, uaddr_t set, uaddr_t oset);
s32 sys_sigpending(uaddr_t set);
s32 sys_sigsuspend(u32 unused, u32 unused2, u32 set);
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

/* Signals with values, and timers that send them; `id` is timer_create's. */
s32 sys_rt_sigqueueinfo(s32 pid, s32 sig, uaddr_t info);
s32 sys_rt_tgsigqueueinfo(s32 tgid, s32 tid, s32 sig, uaddr_t info);
s32 sys_timer_create(s32 clock, uaddr_t sigevent, uaddr_t id);
s32 sys_timer_settime(s32 id, u32 flags, uaddr_t new, uaddr_t old);
s32 sys_timer_settime64(s32 id, u32 flags, uaddr_t new, uaddr_t old);
s32 sys_timer_gettime(s32 id, uaddr_t to);
s32 sys_timer_gettime64(s32 id, uaddr_t to);
s32 sys_timer_getoverrun(s32 id);
s32 sys_timer_delete(s32 id);
s32 sys_signalfd(s32 fd, uaddr_t set, u32 bytes);
s32 sys_signalfd4(s32 fd, uaddr_t set, u32 bytes, u32 flags);
s32 sys_clone3(uaddr_t args, u32 args_bytes);

/* ---- sending ----------------------------------------------------- */

/* Post sig to the running task; it is delivered before user mode resumes. */
void send_sig_current(int sig);

/* Post sig, from the kernel, to the process of leader. tasklist_lock held. */
void send_sig_process(struct task_struct *leader, int sig);

/*
 * Post sig to every process of group pgrp (none: nothing happens). A large group
 * has not got all of it on return.
 */
void kill_pgrp(s32 pgrp, int sig);
/*
 * The same from any context: how the terminal tells the foreground of ^C. A timer
 * does it, which expires now, or when tasklist_lock is free; it is lost if eight
 * groups wait already.
 */
void kill_pgrp_soon(s32 pgrp, int sig);
/* The same; the caller holds tasklist_lock. */
void kill_pgrp_locked(s32 pgrp, int sig);

/*
 * The running task wants to use its terminal, whose foreground group is that
 * one (0: none), and sig is for those who are not in it: SIGTTIN or SIGTTOU. 0:
 * it may. -ERESTARTSYS: its group was sent sig. -EIO: it may not and cannot be
 * stopped; who ignores or blocks SIGTTOU may.
 */
int __must_check job_control_check(s32 foreground, int sig);

/*
 * The signal that the process of the running task gets when its parent ends, 0:
 * none; a child does not inherit it. 0, or -EINVAL: there is no such signal.
 */
int set_parent_death_signal(s32 sig);
s32 parent_death_signal(void);

/* ---- waiting with a mask of its own ------------------------------ */

/* Where a program has a set of signals, and how long it says that is. */
struct user_sigset {
	uaddr_t address; /* 0: none */
	u32 bytes;
};

/*
 * For the length of a wait the running task blocks this set, if there is one,
 * instead of its own: 0, or -EINVAL or -EFAULT and nothing has changed.
 */
int __must_check sigmask_for_wait(const struct user_sigset *user);
/*
 * The wait is over, with or without a mask. interrupted: by a signal, whose
 * handler is to run with that mask; its own comes back after that. Otherwise it
 * does so now.
 */
void sigmask_after_wait(bool interrupted);

/* ---- looking ----------------------------------------------------- */

/* A task's signals at one moment; all zero for one that has exited. */
struct signal_facts {
	u64 pending, shared; /* the thread's, the process's */
	u64 blocked, ignored, caught;
	u32 max_pending; /* RLIMIT_SIGPENDING */
};

/* Signals that wait anywhere, for everybody is one user. May sleep. */
u32 count_pending_signals(void);
/* (tasklist_lock) */
void get_signal_facts(const struct task_struct *task,
		      struct signal_facts *facts);

#endif
