/*
 * services/tty/tty.h - the terminal.
 */
#ifndef SERVICES_TTY_TTY_H
#define SERVICES_TTY_TTY_H

#include <service.h>
#include <services/tty/ldisc.h>

extern const struct service tty_service;

extern struct tty console_tty;
#define CONSOLE_DEV MKDEV(204, 64)

/* ---- owner.c ----------------------------------------------------- */

bool tty_is_controlling(const struct tty *tty);
/* 0, -EIO or -ERESTARTSYS: see job_control_check. */
int __must_check tty_check_foreground(const struct tty *tty, int sig);
/*
 * The leader of a session ends. If it has a terminal, that is nobody's now:
 * returns its foreground group, to be told, otherwise 0.
 */
s32 tty_leave(s32 session);
/*
 * The session's terminal: its device, or 0, and the group in its foreground, or
 * -1. For /proc/PID/stat.
 */
u32 tty_of_session(s32 session, s32 *pgrp);
/*
 * TIOCSCTTY; readable: the caller has it open for that; steal: take it from
 * another session, for CAP_SYS_ADMIN. 0 or -EPERM.
 */
int tty_set_controlling(struct tty *tty, bool readable, bool steal);
/* TIOCNOTTY: a session's leader gives it up, for all of it. 0 or -ENOTTY. */
int tty_give_up(struct tty *tty);
/* TIOCSPGRP: arg is the address of a group of the session. 0 or -errno. */
int tty_set_pgrp(struct tty *tty, uaddr_t arg);

/* ---- line.c ------------------------------------------------------ */

/* Tasks that wait for input, or for room for output, look again. */
void tty_wake_input(struct tty *tty);
void tty_wake_output(struct tty *tty);

/* ---- settings.c -------------------------------------------------- */

/* What ioctl does by the master too: without asking who is in the foreground. */
int tty_settings(struct tty *tty, u32 cmd, u32 arg);

/* ---- for pty.c --------------------------------------------------- */

/* A new terminal, of pty, as a boot leaves the console. */
void tty_setup(struct tty *tty, struct pty *pty);
/*
 * file is an open file of tty now. It becomes the terminal of the running task's
 * session if that has none, the task leads it, and O_NOCTTY is not set.
 */
void tty_attach(struct tty *tty, struct file *file);
/* One byte came from the line. Not in an interrupt that holds tty->lock. */
void tty_type(struct tty *tty, u8 byte);

#endif
