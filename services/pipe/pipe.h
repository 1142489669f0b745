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

/* The position for a socket's kernel_read when it must not wait. */
#define KERNEL_READ_NOWAIT 1u
/* Whether file is an end of a pipe, or a named one. */
bool is_pipe(const struct file *file);
/*
 * Moves bytes from `in`, no pipe, to the pipe's end `out`, and advances *pos. Waits
 * for room once, unless out has O_NONBLOCK. Returns the bytes moved, or -errno.
 * (splice.c)
 */
s32 splice_file_to_pipe(struct file *in, u64 *pos, struct file *out, u32 bytes);

#define PIPE_CALLS \
	CALL(pipe), CALL(pipe2), CALL(splice), CALL(tee), CALL(vmsplice)

/* pipe(2) and pipe2(2): fds is the address of two words. */
s32 sys_pipe(uaddr_t fds);
s32 sys_pipe2(uaddr_t fds, u32 flags);
/*
 * splice(2): at least one of the descriptors is a pipe's. The offsets are
 * addresses of 64-bit positions, or 0. tee(2): both are, and the bytes also stay
 * in the first. vmsplice(2): from n pieces of memory into a pipe's writing end,
 * or from its reading end into them. They return the bytes moved, or -errno.
 */
s32 sys_splice(u32 in, uaddr_t in_offset, u32 out, uaddr_t out_offset,
	       u32 bytes, u32 flags);
s32 sys_tee(u32 in, u32 out, u32 bytes, u32 flags);
s32 sys_vmsplice(u32 fd, uaddr_t iov, u32 n, u32 flags);

#endif
