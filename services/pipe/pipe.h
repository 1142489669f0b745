/*
 * services/pipe/pipe.h - pipes.
 */
#ifndef SERVICES_PIPE_PIPE_H
#define SERVICES_PIPE_PIPE_H

#include <service.h>
#include <trap/core_calls.h>
#include <types.h>

extern const struct service pipe_service;

/*
 * Settings, as in /proc/sys/fs: how large the pipes of users may become, and how
 * many pages those of one user may have: above the soft limit new ones are small,
 * above the hard one there are none. 0: no such limit.
 */
extern u32 pipe_max_bytes, pipe_soft_pages, pipe_hard_pages;
/* The size of a pipe that holds so much: a power of two pages. 0: too large. */
u32 pipe_round_size(u32 bytes);

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
