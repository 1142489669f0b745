/*
 * check.h - what the test programs share.
 *
 * Each program in this folder runs on Pagewalk and on Linux (qemu-arm) and must
 * print the same lines; where the emulator's answer is not Linux's, a file
 * NAME.expected holds Linux's. A program prints TAP: "ok N - text" or "not ok".
 * Texts must not hold anything that differs between two runs: no addresses, no
 * process numbers.
 */
#ifndef CHECK_H
#define CHECK_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <uapi/errno.h>
#include <unistd.h>
#include "linux.h"

#define PAGE          4096u
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* The kernel's raw answer: SYS(read, fd, buf, n). */
#define SYS(name, ...) linux_syscall(__NR_##name, ##__VA_ARGS__)

void ok(bool good, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* got must be want; both are raw answers, and printed as -EINVAL or a value. */
void is(int32_t got, int32_t want, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Prints the plan. main() returns it: 0 if all was well. */
int done(void);

/* A child that runs fn(arg), whose result is its exit code; it is not waited for. */
pid_t start_child(int (*fn)(void *arg), void *arg);
/* Run fn(arg) in a child and return wait's status word. fn's result is its exit
 * code. */
int in_child(int (*fn)(void *arg), void *arg);
/* The same, and fn's checks count as if they were the caller's own. */
void checks_in_child(int (*fn)(void *arg), void *arg);
/*
 * Starts n tasks by clone(2), each of which runs fn with its number, from 0 on, on a
 * stack of 448 bytes. Returns how many there are, when all of them run.
 */
uint32_t start_many(uint32_t n, uint32_t flags, void (*fn)(void *nr));
/* Waits until no child is left; returns how many have ended. */
uint32_t reap_all(void);
/*
 * The date in seconds since 1970, set before where it is none: a board without a
 * battery's clock counts from there.
 */
int32_t a_date(void);
/* The signal that killed the child doing so, 0 = it lived. */
int killed_reading(const volatile void *p);
int killed_writing(volatile void *p);
int killed_running(const volatile void *p);

/* Anonymous private pages, readable and writable; ends the test without them. */
uint8_t *pages(uint32_t n);
uint8_t *pages_with(uint32_t n, int prot, int flags);

/* A file in the scratch directory with `bytes` bytes, byte i = i % 251. */
int make_file(const char *path, uint32_t bytes);
/* The file's inode number, or -errno. */
int32_t ino(const char *path);
/* The scratch directory, made when first asked for; remove_scratch at the end. */
const char *scratch(const char *name);
void remove_scratch(void);

/*
 * Execute 500 and 50,000 instructions that do nothing. Loops that wait for CPU time
 * or keep the core busy call one: the emulator counts 500 such instructions in one
 * step, and takes far longer for as many in short loops or in system calls.
 */
void run_500(void);
void run_for_a_while(void);

/*
 * Cut "NAME,ARGUMENT,..." at its commas and make argv of it: at most max words
 * and the NULL.
 */
void split_words(char *text, char *argv[], uint32_t max);

/*
 * Pagewalk's audit of its own structures: /proc/audit has a line "NAME ok" for
 * each. 0: all whole; 9: one is not; 3: the file could not be read.
 */
int audit(void);

/* ---- signals, in Linux's layout ---------------------------------- */

#define TEST_SA_SIGINFO 0x00000004
#define TEST_SA_RESTART 0x10000000
#define TEST_SA_NODEFER 0x40000000

struct test_siginfo {
	int32_t si_signo, si_errno, si_code;
	union {
		uint32_t si_addr;
		int32_t si_pid;
		uint32_t pad[29];
	};
};

typedef void (*test_handler)(int sig, struct test_siginfo *info,
			     void *ucontext);

/* Install a handler; flags: SA_RESTART ... Raw answer. */
int32_t handle(int sig, test_handler handler, uint32_t flags);
int32_t ignore(int sig);
int32_t by_default(int sig);
/* From now on SIGALRM comes every `us` microseconds, to no effect; 0: no more. */
void tick_every(uint32_t us);
/* Checks that fn(arg), which waits, is ended by a signal: one tick finds it asleep. */
void signal_ends_wait(int (*fn)(void *arg), void *arg, const char *what);
/* how: 0 block, 1 unblock, 2 set. Returns the old mask of signals 1..32. */
uint32_t set_mask(int how, uint32_t mask);
/* clang-format off */
#define SIGNAL_BIT(sig)		(1u << ((sig) - 1))
/* clang-format on */

#endif
