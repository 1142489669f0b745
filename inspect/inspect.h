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

/* /proc: hung into the root directory, over what the archive brought there. */
extern const struct service inspect_service;
/* The same with the few files that the core alone can show. */
extern const struct service windows_service;

/* ---- reports ----------------------------------------------------- */

/* Panics and oopses can show the stack from now on. (stack.c) */
void stack_init(void);

/*
 * The call chain of a task that does not run, or of the running one up to the
 * interrupt that is being served. Interrupts off. (stack.c)
 */
void dump_task(const struct task_struct *task);
/*
 * The function in which a task that is asleep waits, or NULL: nobody knows. The
 * same. (stack.c)
 */
const char *task_waits_in(const struct task_struct *task);

/* ---- stalls (watch.c) -------------------------------------------- */

/* All in milliseconds. */
struct watch_limits {
	u32 period; /* from one look to the next */
	u32 soft;   /* a task keeps the core from others that are ready */
	u32 hard;   /* interrupts are off */
	u32 hung;   /* an uninterruptible sleep */
};

/*
 * Look from now on, by these limits; NULL: those of Linux (20, 10 and 120
 * seconds). What exceeds one is named on the log.
 */
void watch_start(const struct watch_limits *limits);

/* ---- questions at the console (keys.c) --------------------------- */

/* Print what the letter asks for: 'h' lists them. Interrupts off. */
void answer_key(u8 letter);
/* Each mmap_lock and page_table_lock that somebody has. Interrupts off. */
void show_locks(void);

/* ---- events (trace.c) -------------------------------------------- */

/* How many the ring is to hold; read once (trace_ring=). */
extern u32 trace_ring_option;
/* Record the kinds of mask from now on, in a ring of the last ones. */
void trace_enable(u32 mask);
/* "switch,fault" -> mask; "" and "none" are 0, "all" is all. 0 or -EINVAL. */
int __must_check trace_parse(const char *list, u32 *mask);

/*
 * May the running task look into process pid, as Linux asks before ptrace? With
 * services their rule for users; in the core alone there is only root. True if
 * the process is gone: what is asked next says so.
 */
bool proc_may_look(s32 pid);

#endif
