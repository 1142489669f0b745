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
 * Settings, as in /proc/sys/fs: the largest size of a pipe, in bytes, and how
 * many pages all pipes of one user may have. Above the soft limit new pipes are
 * small, above the hard limit making one fails. 0: no such limit.
 */
extern u32 pipe_max_bytes, pipe_soft_pages, pipe_hard_pages;
/* The size of a pipe for `bytes` bytes: a power of two pages. 0: too large. */
u32 pipe_round_size(u32 bytes);

struct file;

/*
 * Installs two files at the lowest free descriptors and stores their numbers at
 * fds, a user address. Takes over both references, also if it fails. 0,
 * -EMFILE, -ENOMEM or -EFAULT, and then neither is open.
 */
s32 open_two_fds(struct file *ends[2], bool cloexec, uaddr_t fds);

#define PIPE_CALLS CALL(pipe), CALL(pipe2)

/* pipe(2) and pipe2(2): fds is the address of two words. */
s32 sys_pipe(uaddr_t fds);
s32 sys_pipe2(uaddr_t fds, u32 flags);

#endif
