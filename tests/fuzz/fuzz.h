/*
 * fuzz.h - what the parts of the fuzzer share.
 *
 * A run is a seed and rounds. In a round process 1 starts WORKERS processes; a
 * worker makes CALLS calls. A call is made from four numbers alone: seed, round,
 * worker and its own. So any subset of a round's calls can be made again, and
 * each is the same as it was, which is how a failure is cut down to few calls.
 *
 * Numbers below CALLS are the worker's own. A child or thread that is made by
 * call n makes the CHILD_CALLS calls from CALLS + n * CHILD_CALLS on.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "linux.h"

#define PAGE           4096u
#define ARRAY_SIZE(a)  (sizeof(a) / sizeof((a)[0]))
#define SYS(name, ...) linux_syscall(__NR_##name, ##__VA_ARGS__)

#define WORKERS     4u
#define CALLS       250u
#define CHILD_CALLS 8u
#define ALL_CALLS   (CALLS * (1 + CHILD_CALLS))

/* Where a worker's memory is; what is where within the arena: world.c. */
#define ARENA       0x50000000u
#define ARENA_PAGES 64u
#define BIG         0x60000000u /* more than the machine has, untouched */
#define BIG_BYTES   (64u << 20)
#define BUFFERS     0x4f000000u /* what pointers point to, by thread */
#define STACKS      0x48000000u
#define STACK_BYTES 0x4000u
#define SLOTS       16u
#define WORLD_FDS   24u         /* descriptors of a new worker: world.c */
#define SHARED      0x4e000000u /* one struct shared of all processes */

/* What an argument is; calls.py chooses by the name of the parameter. */
enum kind {
	NOTHING, /* behind the last */
	ANY,
	SMALL,
	FLAGS,
	FD,
	MAPFD,
	PLACE,   /* mostly a page of the arena */
	POINTER, /* mostly to a buffer; those below choose what is in it */
	WORD,
	ROBUST,
	TIMESPEC,
	IOVEC,
	POLLFDS,
	ACTION,
	ALTSTACK,
	PATH, /* in /fz */
	ANYPATH,
	QUEUE, /* the name of a message queue */
	BYTES,
	HIGH, /* the upper half of an offset */
	EIGHT,
	TWELVE,
	PROT,
	MAP,
	MREMAP,
	ADVICE,
	OPEN,
	MODE,
	IOCTL,
	FUTEX,
	CLONE,
	STACK,
	PID,
	OWNPID,
	SIGNAL,
};

#define NR_QUEUES 3
extern const char *const queue_names[NR_QUEUES];

struct signature {
	const char *name;
	uint32_t nr;
	uint8_t kinds[6];
};

/* Not calls of the kernel; numbers that no call has. */
enum pseudo {
	TOUCH = 0x10000, /* load or store in user mode: address, pages, store */
	FRAME,           /* a signal whose handler changes its frame */
	EXEC,            /* execve of this program, which goes on as a child */
	NO_SUCH_CALL,    /* a number that the table does not have */
	/* Shapes that random calls seldom come to (shapes.c). */
	HOG_THREADS, /* takes all memory, beside threads that sleep */
	HOG_COPY,    /* has the kernel take it, in one read */
	HOG_LOCKS,   /* ends with a list of locks in a page not there */
	ORPHAN,      /* orphans process 1's group, a member stopped */
	LONG_WRITE,  /* to a terminal, with no end in sight */
	FILL_FILES,  /* as much as there is room for */
};

#define BUFFER_WORDS 16u /* for each argument */

struct call {
	const struct signature *what;
	uint32_t value[6];
	uint32_t memory[6][BUFFER_WORDS]; /* of those that point to a buffer */
	bool points[6];
};

/* Which calls of the run: all, or what the file /plan lists. */
struct run {
	uint32_t seed, round;
	bool planned;
	uint8_t keep[WORKERS][ALL_CALLS];
};

struct shared {
	volatile uint32_t calls[WORKERS];
	volatile uint32_t next[WORKERS]; /* the worker's own, to be made */
	volatile uint32_t late;  /* hogs that wait for the workers' end */
	volatile uint32_t quiet; /* that is now */
	volatile uint32_t wrong; /* what a worker saw: 0 = nothing */
	uint32_t wrong_worker, wrong_index, detail;
};

#define shared ((struct shared *)SHARED)

/* What a worker can see itself: numbers that do not come by chance. */
#define WRONG_CPSR   0x5eed0001u
#define WRONG_MREMAP 0x5eed0002u
#define WRONG_LIMIT  0x5eed0003u

extern struct run run;

/* generate.c: the index-th call of worker, from run's seed and round. */
void make_call(struct call *call, uint32_t worker, uint32_t index);
/* generate.c: what stands for a process; resolved when the call is made. */
#define PID_SELF    0x40000001u
#define PID_PARENT  0x40000002u
#define PID_BROTHER 0x40000003u

/* describe.c: the calls that run keeps, as C. */
void print_run(void);

/* world.c: what a worker has before its first call. */
void make_world(void);
/* worker.c: make the calls from shared->next[n] on, and end. */
void worker(uint32_t n) __attribute__((noreturn));
/* worker.c: note, for process 1 to tell, what call index has shown. */
void wrong(uint32_t what, uint32_t index, uint32_t detail);
/* worker.c: load a word (how 0) or store it; a fault skips it. */
void touch(uint32_t va, uint32_t pages, uint32_t how);
/* worker.c: clone(args), in the child fn(arg) and exit. */
int32_t fuzz_clone(const uint32_t args[5], uint32_t nr, void (*fn)(uint32_t),
		   uint32_t arg);
/* shapes.c: the pseudo call nr, from HOG_THREADS on, in a child. */
void make_shape(uint32_t nr, uint32_t index, uint32_t choice);
void exec_child(uint32_t n, uint32_t index) __attribute__((noreturn));
/* worker.c: handlers that a call may install. */
void skip_fault(int sig, void *info, void *ucontext);
void tick(int sig, void *info, void *ucontext);
void linux_rt_sigreturn(void);
void linux_sigreturn(void);

/* round.c: one round. How many findings. */
uint32_t one_round(bool squeeze);
/*
 * round.c: how often workers were started, how many calls of their own they
 * made, and how many with those of their children.
 */
extern uint32_t lives, own_calls, all_calls;
/* round.c: until there is no child any more: true, or time is up. */
bool reap(uint32_t ms);

/* oracle.c: what a round must leave as it was. */
void oracle_begin(void);
/* After a round. squeeze: with the page cache gone. How many findings. */
uint32_t oracle_look(bool squeeze);
/* tidy.c: the files of a round; and what it has left anywhere, taken away. */
void tidy_begin(void);
void make_files(void);
void tidy(void);
/* tidy.c: call fn for each name in the directory. */
void for_each_name(const char *dir,
		   void (*fn)(const char *dir, const char *name));
/* One line on the console, whatever the terminal is in. */
void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
