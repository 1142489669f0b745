/*
 * inspect/inspect.h - looking: /proc, in Linux's formats, and views of our own.
 *
 * Nothing here changes anything; removing this folder removes no function.
 */
#ifndef INSPECT_INSPECT_H
#define INSPECT_INSPECT_H

/* Once, after the root is unpacked: hang /proc into it. */
void inspect_init(void);

#endif
