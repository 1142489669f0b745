/*
 * linux.h - the system calls for which Newlib has no functions.
 *
 * stubs.c implements Newlib's own functions (read, open, fork, execve, getcwd
 * ...), with Newlib's flags and errno values. What is declared here has Linux's
 * names, numbers and flags. The functions return what POSIX demands, -1 with
 * errno set on failure; linux_syscall returns the kernel's own value.
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

/*
 * Makes system call nr with up to seven words as arguments. Returns a value, or a
 * negated Linux errno.
 */
int32_t linux_syscall(uint32_t nr, ...);

/* Turns linux_syscall's value into POSIX's: -1 and errno, or the value itself. */
int32_t posix_result(int32_t raw);
/* Returns Newlib's number for an errno of Linux. */
int errno_from_linux(int linux_errno);

/* The auxiliary vector: pairs of words, AT_NULL last (uapi/auxvec.h). */
extern const uint32_t *program_auxv;
/* Returns the value of entry AT_x, or 0 if there is none. */
uint32_t getauxval(uint32_t type);

/* ---- arguments --------------------------------------------------- */

/*
 * Stores all of text as a number, which is decimal, or hexadecimal after 0x.
 * Returns false if text is anything else, or more than 32 bits hold.
 */
bool parse_number(const char *text, uint32_t *number);

/*
 * Stores an address, as /proc prints it: hexadecimal, with or without 0x. Returns
 * false as parse_number does.
 */
bool parse_address(const char *text, uint32_t *addr);
/*
 * Stores a process's number, of text that is a number or "self". Returns false as
 * parse_number does, and for 0.
 */
bool parse_pid(const char *text, uint32_t *pid);

/* ---- processes --------------------------------------------------- */

/* Status word of wait(2): Newlib's <sys/wait.h> macros fit Linux's layout. */
pid_t wait4(pid_t pid, int *status, int options, struct rusage *usage);
int getrusage(int who, struct rusage *usage);
int sched_yield(void);
/* Sleeps; a signal ends the sleep early. */
void sleep_ms(uint32_t ms);
/* Returns the milliseconds since boot, by the monotonic clock. */
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
#define LINUX_SIGSTOP 19
#define LINUX_SIGTSTP 20
#define LINUX_SIGTTIN 21
#define LINUX_SIGTTOU 22

/* Sends a signal, by Linux's number, as kill(2). Returns 0, or -1 with errno. */
int kill_process(pid_t pid, int linux_signal);

/*
 * Sets the handler of a signal, or one of these two. A call that the handler
 * interrupts fails with EINTR.
 */
#define DEFAULT_ACTION ((void (*)(int))0)
#define IGNORE_SIGNAL  ((void (*)(int))1)
int on_signal(int linux_signal, void (*handler)(int linux_signal));

/* Makes pgrp the terminal's foreground process group, which gets ^C. */
int set_foreground(pid_t pgrp);
/* Returns true if standard input is the terminal of the caller's session. */
bool has_terminal(void);
/* Begins a session with standard input as its terminal. Returns 0 or -1. */
int take_terminal(void);

/*
 * Makes the terminal fd give each byte as it is typed, and echo none. `off`: what
 * else of c_lflag is turned off, ISIG for one, so that ^C is a byte. Stores in
 * `before` what leave_raw() restores. Returns false if fd is no terminal.
 */
bool enter_raw(int fd, uint32_t off, struct ktermios *before);
void leave_raw(int fd, const struct ktermios *before);

/* Returns a signal's name: "SIGSEGV" for 11; "signal 40" if it has none here. */
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

/* Fills buf with struct linux_dirent64s. Returns bytes, 0 at the end, or -1. */
int getdents64(int fd, void *buf, size_t bytes);

/* A walk over the names of one directory. */
struct listing {
	int fd, got; /* got: bytes in buf, 0 at the end, -1 and errno */
	int at;
	uint64_t buf[256];
};

/*
 * Opens the directory. Returns false with errno set if that fails; then there is
 * nothing to close.
 */
bool open_listing(struct listing *list, const char *path);
/*
 * Returns the next name, also "." and "..", which is valid until the next call.
 * NULL: at the end, or after an error (list->got is -1).
 */
const char *next_entry(struct listing *list);
void close_listing(struct listing *list);
/* Returns the next process of a listing of /proc, or 0 after the last. */
pid_t next_process(struct listing *list);

#endif
