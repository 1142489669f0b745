/*
 * bug.h - what to do about our own errors.
 *
 * BUG_ON is for a broken invariant of the kernel, never for the world's input:
 * no user program can reach one (architecture.md, law 7). The expression has
 * no side effects. BUG() marks what cannot be reached. In the kernel both end
 * in an oops and the machine stops; in host tests they abort().
 */
#ifndef BUG_H
#define BUG_H

#include <types.h>

void panic(const char *fmt, ...) __noreturn __printf(1, 2);
/* The same for an oops, which has shown registers and callers already. */
void panic_after_report(const char *fmt, ...) __noreturn __printf(1, 2);
void bug_at(const char *file, int line, const char *what) __noreturn;
void warn_at(const char *file, int line, const char *what);

#define BUG() bug_at(__FILE__, __LINE__, "unreachable code reached")
#define BUG_ON(cond)                                       \
	do {                                               \
		if (unlikely(cond))                        \
			bug_at(__FILE__, __LINE__, #cond); \
	} while (0)

/* The same on the way of each fault or entry: only debug builds look. */
#define VM_BUG_ON(cond)                       \
	do {                                  \
		if (IS_ENABLED(CONFIG_DEBUG)) \
			BUG_ON(cond);         \
	} while (0)

/* Says so once a call, with file and line, and goes on. Yields the condition. */
#define WARN_ON(cond)                                       \
	({                                                  \
		bool warn_ = (cond);                        \
		if (unlikely(warn_))                        \
			warn_at(__FILE__, __LINE__, #cond); \
		warn_;                                      \
	})

#endif
