/*
 * services/poll/poll.h - waiting for any of several files.
 */
#ifndef SERVICES_POLL_POLL_H
#define SERVICES_POLL_POLL_H

#include <trap/core_calls.h>
#include <types.h>

#define POLL_CALLS CALL(poll)

s32 sys_poll(uaddr_t fds, u32 n, s32 timeout_ms);

/* A file's readiness changed: whoever sits in poll looks again. Any context. */
void poll_wake(void);

#endif
