/*
 * services/tty/owner.c - the session that a terminal controls, and the group in
 * its foreground.
 */
#include <asm/uaccess.h>
#include <cred.h>
#include <proc/proc.h>
#include <run/task.h>
#include <services/ids/ids.h>
#include <services/signal/signal.h>
#include <services/tty/pty.h>
#include <services/tty/tty.h>
#include <uapi/signal.h>

bool tty_may_open(const struct tty *tty)
{
	return !READ_ONCE(tty->exclusive) || capable(CAP_SYS_ADMIN);
}

bool tty_is_controlling(const struct tty *tty)
{
	return tty->session && tty->session == current->session &&
		!current->left_tty;
}

int tty_check_foreground(const struct tty *tty, int sig)
{
	return tty_is_controlling(tty) ? job_control_check(tty->pgrp, sig) : 0;
}

/*
 * Sets both under the lock, which the receive interrupt takes to send a key's
 * signal: it must not see the group of one session with another.
 */
static void set_owner(struct tty *tty, s32 session, s32 pgrp)
{
	u32 flags;

	spin_lock_irqsave(&tty->lock, flags);
	tty->session = session;
	tty->pgrp = pgrp;
	spin_unlock_irqrestore(&tty->lock, flags);
}

s32 tty_leave(s32 session)
{
	struct pty *pty = pty_of_session(session);
	struct tty *tty = pty ? &pty->tty : &console_tty;
	s32 pgrp = 0;

	/* The console, where the session may have no terminal at all. */
	if (tty->session == session) {
		pgrp = tty->pgrp;
		set_owner(tty, 0, 0);
	}
	if (pty)
		pty_put(pty);
	return pgrp;
}

u32 tty_of_session(s32 session, s32 *pgrp)
{
	struct pty *pty = pty_of_session(session);
	u32 dev = 0;

	*pgrp = -1;
	if (pty) {
		*pgrp = pty->tty.pgrp;
		dev = MKDEV(PTS_MAJOR, pty->number);
		pty_put(pty);
	} else if (session && console_tty.session == session) {
		*pgrp = console_tty.pgrp;
		dev = CONSOLE_DEV;
	}
	return dev;
}

/*
 * Returns true if session has a terminal. One that has hung up does not count,
 * so that the session can open another one.
 */
static bool has_terminal(s32 session)
{
	struct pty *pty = pty_of_session(session);
	bool has = console_tty.session == session;

	if (pty) {
		has = has || !READ_ONCE(pty->tty.hung_up);
		pty_put(pty);
	}
	return has;
}

int tty_set_controlling(struct tty *tty, bool readable, bool steal)
{
	s32 session = current->session;

	/*
	 * Only a leader: tty_child_changed() notices its end and frees the
	 * terminal.
	 */
	if (session != current->tgid)
		return -EPERM;
	/* Before the check for a terminal: this one is it. */
	if (tty->session == session)
		return 0;
	if (has_terminal(session))
		return -EPERM;
	/*
	 * A terminal is taken from another session only at the program's
	 * express wish.
	 */
	if ((tty->session && !steal) ||
	    ((tty->session || !readable) && !capable(CAP_SYS_ADMIN)))
		return -EPERM;
	set_owner(tty, session, current->pgrp);
	return 0;
}

/* The running process loses the terminal of its session, and so do its children. */
static void leave_alone(void)
{
	struct task_struct *task;
	u32 flags = tasklist_lock();

	for_each_thread(task, current->group_leader)
		task->left_tty = true;
	tasklist_unlock(flags);
}

/*
 * As Linux: the foreground gets SIGHUP, the leader SIGHUP and SIGCONT, in case
 * it is stopped.
 */
int tty_give_up(struct tty *tty)
{
	s32 pgrp;

	if (!tty_is_controlling(tty))
		return -ENOTTY;
	if (tty->session != current->tgid) {
		leave_alone();
		return 0;
	}
	pgrp = tty_leave(tty->session);
	if (pgrp)
		kill_pgrp(pgrp, SIGHUP);
	send_sig_current(SIGHUP);
	send_sig_current(SIGCONT);
	return 0;
}

/* Sends the leader of a session that has lost its terminal SIGHUP and SIGCONT. */
static void tell_leader(s32 session)
{
	u32 flags = tasklist_lock();
	struct task_struct *leader = find_task(session);

	if (leader) {
		send_sig_process(leader, SIGHUP);
		send_sig_process(leader, SIGCONT);
	}
	tasklist_unlock(flags);
}

/*
 * The caller's session loses its terminal, if it has one. Unlike on Linux, what
 * is open of it can still be used.
 */
s32 sys_vhangup(void)
{
	s32 session = current->session, pgrp;

	if (!capable(CAP_SYS_TTY_CONFIG))
		return -EPERM;
	if (current->left_tty || !tty_of_session(session, &pgrp))
		return 0;
	tty_leave(session);
	tell_leader(session);
	return 0;
}

int tty_set_pgrp(struct tty *tty, uaddr_t arg)
{
	int err = tty_check_foreground(tty, SIGTTOU);
	s32 session;
	u32 pgrp;

	/* Linux reports an orphaned background group's call as -ENOTTY. */
	if (err)
		return err == -EIO ? -ENOTTY : err;
	if (!tty_is_controlling(tty))
		return -ENOTTY;
	err = get_user_u32(&pgrp, arg);
	if (err)
		return err;
	if ((s32)pgrp < 0)
		return -EINVAL;
	session = pgrp_session((s32)pgrp);
	if (session < 0)
		return session;
	/*
	 * A shell must not put another session's processes in the foreground.
	 */
	if (session != tty->session)
		return -EPERM;
	set_owner(tty, session, (s32)pgrp);
	return 0;
}

int tty_type_for_program(struct tty *tty, uaddr_t arg)
{
	u8 byte;

	/* A terminal of others must not get commands that they did not type. */
	if (!tty_is_controlling(tty) && !capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (get_user_u8(&byte, arg))
		return -EFAULT;
	tty_type(tty, byte);
	tty_wake_input(tty);
	return 0;
}

int tty_signal(const struct tty *tty, u32 sig)
{
	s32 pgrp = READ_ONCE(tty->pgrp);

	if (sig != SIGINT && sig != SIGQUIT && sig != SIGTSTP)
		return -EINVAL;
	if (pgrp > 0)
		kill_pgrp(pgrp, (int)sig);
	return 0;
}
