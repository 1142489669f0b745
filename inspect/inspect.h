/*
 * inspect/inspect.h - looking: /proc, in Linux's formats, and views of our own.
 *
 * Nothing here changes anything; removing this folder removes no function.
 */
#ifndef INSPECT_INSPECT_H
#define INSPECT_INSPECT_H

#include <service.h>
#include <types.h>

struct task_struct;

/* /proc, mounted over a directory of that name that the archive may have. */
extern const struct service inspect_service;
/*
 * The same with the few files that the core alone can show. One of the two is
 * in the table.
 */
extern const struct service windows_service;

/* ---- reports ----------------------------------------------------- */

/* At boot: from now on panics and oopses print the call chain (stack.c). */
void stack_init(void);

/*
 * Prints the call chain of a task that does not run, or of the running one up
 * to the interrupt that is being handled. Call with interrupts off, so that
 * task cannot begin to run (stack.c).
 */
void dump_task(const struct task_struct *task);
/*
 * Returns the name of the function in which a sleeping task waits, or NULL if
 * the chain cannot be followed. Call with interrupts off, as dump_task()
 * (stack.c).
 */
const char *task_waits_in(const struct task_struct *task);

/* ---- stalls (watch.c) -------------------------------------------- */

/* Limits in milliseconds. */
struct watch_limits {
	u32 period; /* between two checks */
	u32 soft;   /* a task runs in the kernel while others are ready */
	u32 hard;   /* interrupts stay off */
	u32 hung;   /* a sleep that no kill can end */
};

/*
 * Starts the checks with these limits; NULL: Linux's (20, 10 and 120 seconds).
 * A task that exceeds one is reported on the log.
 */
void watch_start(const struct watch_limits *limits);

/* ---- commands at the console (keys.c) ---------------------------- */

/*
 * Carries out the command of a letter: 'h' lists all. Call with interrupts off.
 */
void answer_key(u8 letter);
/*
 * Prints each mmap_lock and page_table_lock that is held. Call with interrupts
 * off.
 */
void show_locks(void);

/* ---- events (trace.c) -------------------------------------------- */

/* How many events the ring holds (trace_ring=); read once at boot. */
extern u32 trace_ring_option;
/* Records events of the kinds in mask (bit n: kind n) from now on. */
void trace_enable(u32 mask);
/*
 * Converts a list such as "switch,fault" to a mask; "" and "none" are 0, "all"
 * is every kind. Returns 0, or -EINVAL for an unknown word.
 */
int __must_check trace_parse(const char *list, u32 *mask);

/*
 * Returns true if the running task may look into process pid, by Linux's rule
 * for ptrace. With services it is their rule for users; in the core alone every
 * task is root. Also true if the process is gone: the access that follows
 * reports that.
 */
bool proc_may_look(s32 pid);
/*
 * Returns the serial number of pid's address space; 0: it has none. As on Linux
 * an open file of a process's own shows the one that it had at the open: after
 * an execve of a set-uid program its user may not look any more. Takes
 * tasklist_lock.
 */
u32 mm_serial_of(s32 pid);

#endif
