/*
 * services/pipe/pipe.h - pipes.
 */
#ifndef SERVICES_PIPE_PIPE_H
#define SERVICES_PIPE_PIPE_H

#include <service.h>
#include <trap/core_calls.h>
#include <types.h>

extern const struct service pipe_service;

#define PIPE_BYTES 0x10000u /* what a pipe holds */

#define PIPE_CALLS CALL(pipe), CALL(pipe2)

s32 sys_pipe(uaddr_t fds);
s32 sys_pipe2(uaddr_t fds, u32 flags);

#endif
