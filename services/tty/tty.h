/*
 * services/tty/tty.h - the terminal.
 */
#ifndef SERVICES_TTY_TTY_H
#define SERVICES_TTY_TTY_H

#include <service.h>
#include <services/tty/ldisc.h>
#include <trap/core_calls.h>

extern const struct service tty_service;

#define TTY_CALLS CALL(vhangup)

/* vhangup(2): 0 or -EPERM. (owner.c) */
s32 sys_vhangup(void);

/* The console's terminal; it exists from the boot on. */
extern struct tty console_tty;
#define CONSOLE_DEV MKDEV(204, 64)

/* ---- owner.c ----------------------------------------------------- */

/* Returns true if tty controls the running task's session. */
bool tty_is_controlling(const struct tty *tty);
/*
 * Returns 0 if the running task may use tty, or -EIO or -ERESTARTSYS as
 * job_control_check(), after sending sig to a background group.
 */
int __must_check tty_check_foreground(const struct tty *tty, int sig);
/*
 * The leader of session ends: its terminal, if it has one, controls no session
 * any more. Returns the foreground group, which the caller sends SIGHUP, or 0.
 */
s32 tty_leave(s32 session);
/*
 * Returns the device number of session's terminal, or 0, and its foreground
 * group in *pgrp, or -1. For /proc/PID/stat.
 */
u32 tty_of_session(s32 session, s32 *pgrp);
/*
 * TIOCSCTTY: makes tty the terminal of the running task's session, which it
 * must lead. readable: the caller has it open for reading, without which
 * CAP_SYS_ADMIN is needed; steal: takes it away from another session, with
 * CAP_SYS_ADMIN. Returns 0 or -EPERM.
 */
int tty_set_controlling(struct tty *tty, bool readable, bool steal);
/*
 * TIOCNOTTY: the running process loses its terminal; if it leads a session, the whole
 * session does. Returns 0 or -ENOTTY.
 */
int tty_give_up(struct tty *tty);
/*
 * TIOCSPGRP: makes the group whose number is at user address arg the
 * foreground. Returns 0, -ENOTTY, -EFAULT, -EINVAL, -ESRCH, -EPERM or
 * -ERESTARTSYS.
 */
int tty_set_pgrp(struct tty *tty, uaddr_t arg);

/* Returns whether TIOCEXCL lets the running task open tty once more. */
bool tty_may_open(const struct tty *tty);
/*
 * TIOCSTI: types the byte at user address arg, as if a user had. Returns 0,
 * -EPERM (it is not the caller's own terminal, without CAP_SYS_ADMIN) or
 * -EFAULT.
 */
int tty_type_for_program(struct tty *tty, uaddr_t arg);

/*
 * TIOCSIG of a master: sends sig, as a key would, to the foreground. Returns 0,
 * or -EINVAL if no key does that.
 */
int tty_signal(const struct tty *tty, u32 sig);

/* ---- line.c ------------------------------------------------------ */

/*
 * Wake the tasks that wait for input, or for output to continue. Hold no lock.
 */
void tty_wake_input(struct tty *tty);
void tty_wake_output(struct tty *tty);

/* ---- settings.c -------------------------------------------------- */

/*
 * The requests that are the same from the master: they do not check the
 * foreground. cmd and arg are those of ioctl(). Returns 0 or -errno; -ENOTTY
 * for an unknown cmd.
 */
int tty_settings(struct tty *tty, u32 cmd, u32 arg);

/* ---- for pty.c --------------------------------------------------- */

/*
 * Initialises a new terminal, the slave of pty, with the modes that the console
 * has at boot. *tty is zero.
 */
void tty_setup(struct tty *tty, struct pty *pty);
/*
 * Makes file an open file of tty. tty becomes the terminal of the running
 * task's session if that has none, the task leads it, and O_NOCTTY is not set.
 */
void tty_attach(struct tty *tty, struct file *file);
/*
 * Handles one byte that came from the line, sends its signal, and wakes
 * writers. Takes tty->lock; any context.
 */
void tty_type(struct tty *tty, u8 byte);

#endif
