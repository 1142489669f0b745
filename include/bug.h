/*
 * bug.h - what the kernel does about errors of its own.
 *
 * BUG_ON is for a broken invariant of the kernel, never for the world's input:
 * no user program can reach one (architecture.md, law 7). The expression has no
 * side effects. BUG() marks code that cannot be reached. In the kernel both print
 * a report and stop the machine; in host tests they abort().
 */
#ifndef BUG_H
#define BUG_H

#include <types.h>

/*
 * Prints the reason and the call chain, then ends the machine. May be called in
 * any context: by a task, by an interrupt handler, with locks held.
 */
void panic(const char *fmt, ...) __noreturn __printf(1, 2);
/*
 * The same after an oops (the report of a fault in the kernel), which has printed
 * registers and callers already.
 */
void panic_after_report(const char *fmt, ...) __noreturn __printf(1, 2);
/* For the macros below. warn_at prints and returns. */
void bug_at(const char *file, int line, const char *what) __noreturn;
void warn_at(const char *file, int line, const char *what);

#define BUG() bug_at(__FILE__, __LINE__, "unreachable code reached")
#define BUG_ON(cond)                                       \
	do {                                               \
		if (unlikely(cond))                        \
			bug_at(__FILE__, __LINE__, #cond); \
	} while (0)

/*
 * BUG_ON for the path of each fault or entry, where it would cost too much:
 * only debug builds test it.
 */
#define VM_BUG_ON(cond)                       \
	do {                                  \
		if (IS_ENABLED(CONFIG_DEBUG)) \
			BUG_ON(cond);         \
	} while (0)

/*
 * Prints file, line and callers each time cond is true, and continues. The
 * value is cond's.
 */
#define WARN_ON(cond)                                       \
	({                                                  \
		bool warn_ = (cond);                        \
		if (unlikely(warn_))                        \
			warn_at(__FILE__, __LINE__, #cond); \
		warn_;                                      \
	})

#endif
