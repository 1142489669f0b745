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

struct file;

/*
 * Two descriptors, whose numbers go to the program: 0, or -EMFILE, -ENOMEM,
 * -EFAULT. The references to the files move, or go.
 */
s32 open_two_fds(struct file *ends[2], bool cloexec, uaddr_t fds);

#define PIPE_CALLS CALL(pipe), CALL(pipe2)

s32 sys_pipe(uaddr_t fds);
s32 sys_pipe2(uaddr_t fds, u32 flags);

#endif
