/*
 * inspect/inspect.h - looking: /proc, in Linux's formats, and views of our own.
 *
 * Nothing here changes anything; removing this folder removes no function.
 */
#ifndef INSPECT_INSPECT_H
#define INSPECT_INSPECT_H

#include <service.h>
#include <types.h>

/* /proc: hung into the root directory, over what the archive brought there. */
extern const struct service inspect_service;
/* The same with the few files that the core alone can show. */
extern const struct service windows_service;

/* ---- reports ----------------------------------------------------- */

/* Panics and oopses can show the stack from now on. (stack.c) */
void stack_init(void);

/* ---- events (trace.c) -------------------------------------------- */

/* Record the kinds of mask from now on, in a ring of the last ones. */
void trace_enable(u32 mask);
/* "switch,fault" -> mask; "" and "none" are 0, "all" is all. 0 or -EINVAL. */
int __must_check trace_parse(const char *list, u32 *mask);

#endif
