/*
 * linux.h - the system calls that Newlib has no words for.
 *
 * Newlib's own functions (read, open, fork, execve, getcwd ...) are backed by
 * stubs.c and keep Newlib's flags and errno values. What is declared here is
 * Linux's: names, numbers, flags. Functions return what POSIX says, -1 with
 * errno set on failure; linux_syscall returns the kernel's raw answer.
 */
#ifndef LINUX_H
#define LINUX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <uapi/resource.h>
#include <uapi/termios.h>
#include <uapi/unistd.h>

/* a0 ... a6 are words; the answer is a value or a negated Linux errno. */
int32_t linux_syscall(uint32_t nr, ...);

/* The raw answer as POSIX wants it: -1 and errno, or the value itself. */
int32_t posix_result(int32_t raw);
/* Newlib's errno for one of Linux's. */
int errno_from_linux(int linux_errno);

/* The auxiliary vector: pairs of words, AT_NULL last (uapi/auxvec.h). */
extern const uint32_t *program_auxv;
/* The value behind AT_x, or 0. */
uint32_t getauxval(uint32_t type);

/* ---- arguments --------------------------------------------------- */

/*
 * All of text as a number, decimal or behind 0x hexadecimal. False: it is
 * something else, or more than 32 bits hold.
 */
bool parse_number(const char *text, uint32_t *number);

/*
 * An address, as /proc prints it: hexadecimal, with or without 0x. False as
 * above.
 */
bool parse_address(const char *text, uint32_t *addr);
/* A process: a number, or "self". False as above, and for 0. */
bool parse_pid(const char *text, uint32_t *pid);

/* ---- processes --------------------------------------------------- */

/* Status word of wait(2): Newlib's <sys/wait.h> macros fit Linux's layout. */
pid_t wait4(pid_t pid, int *status, int options, struct rusage *usage);
int getrusage(int who, struct rusage *usage);
int sched_yield(void);
/* Sleep; a signal ends it early. */
void sleep_ms(uint32_t ms);
/* Milliseconds since boot, monotonic. */
uint32_t uptime_ms(void);

/* Linux's numbers; Newlib's <signal.h> has others above 15. */
#define LINUX_SIGINT  2
#define LINUX_SIGQUIT 3
#define LINUX_SIGILL  4
#define LINUX_SIGTRAP 5
#define LINUX_SIGABRT 6
#define LINUX_SIGBUS  7
#define LINUX_SIGFPE  8
#define LINUX_SIGKILL 9
#define LINUX_SIGUSR1 10
#define LINUX_SIGSEGV 11
#define LINUX_SIGUSR2 12
#define LINUX_SIGPIPE 13
#define LINUX_SIGTERM 15
#define LINUX_SIGCHLD 17
#define LINUX_SIGCONT 18
#define LINUX_SIGTSTP 20
#define LINUX_SIGTTIN 21
#define LINUX_SIGTTOU 22

int kill_process(pid_t pid, int linux_signal);

/* handler, or one of these two. A call that it interrupts says EINTR. */
#define DEFAULT_ACTION ((void (*)(int))0)
#define IGNORE_SIGNAL  ((void (*)(int))1)
int on_signal(int linux_signal, void (*handler)(int linux_signal));

/* Who gets ^C: the terminal's foreground process group. */
int set_foreground(pid_t pgrp);
/* Is standard input the terminal of our session? */
bool has_terminal(void);
/* Begin a session, whose terminal standard input is to be: 0 or -1. */
int take_terminal(void);

/*
 * A terminal that gives each byte as it is typed, and echoes none. `off`: what
 * else of c_lflag is turned off, ISIG for one, so that ^C is a byte. `before` is
 * for leave_raw(). False: fd is no terminal.
 */
bool enter_raw(int fd, uint32_t off, struct ktermios *before);
void leave_raw(int fd, const struct ktermios *before);

/* "SIGSEGV" of 11; "signal 40" of what has no name here. */
const char *signal_name(int linux_signal);

/* ---- directories ------------------------------------------------- */

struct linux_dirent64 {
	uint64_t d_ino;
	int64_t d_off;
	uint16_t d_reclen;
	uint8_t d_type;
	char d_name[];
};

#define LINUX_DT_DIR 4
#define LINUX_DT_REG 8
#define LINUX_DT_LNK 10

/* Fill buf with struct linux_dirent64s. Bytes, 0 at the end, -1. */
int getdents64(int fd, void *buf, size_t bytes);

/* The names of one directory, one after the other. */
struct listing {
	int fd, got; /* got: bytes in buf, 0 at the end, -1 and errno */
	int at;
	uint64_t buf[256];
};

/* False: errno says why. close_listing() only if it was opened. */
bool open_listing(struct listing *list, const char *path);
/* The next name, "." and ".." too, until the next call; NULL: see list->got. */
const char *next_entry(struct listing *list);
void close_listing(struct listing *list);
/* The next process of a listing of /proc, 0 after the last. */
pid_t next_process(struct listing *list);

#endif
