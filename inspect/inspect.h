/*
 * inspect/inspect.h - looking: /proc, in Linux's formats, and views of our own.
 *
 * Nothing here changes anything; removing this folder removes no function.
 */
#ifndef INSPECT_INSPECT_H
#define INSPECT_INSPECT_H

#include <service.h>

/* /proc: hung into the root directory, over what the archive brought there. */
extern const struct service inspect_service;
/* The same with the few files that the core alone can show. */
extern const struct service windows_service;

#endif
