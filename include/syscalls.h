/*
 * syscalls.h - the system calls of the core, by the folder that implements them.
 *
 * Linux's numbers are in <uapi/unistd.h>. A service declares its own calls;
 * startup/services.c makes the table of all.
 * A pointer argument is a uaddr_t. The result is a value >= 0 or -errno.
 * Those with a struct pt_regs * get the caller's frame instead of arguments.
 */
#ifndef SYSCALLS_H
#define SYSCALLS_H

#include <types.h>

struct pt_regs;

/* ---- run/, proc/: tasks ------------------------------------------------- */

s32 sys_exit(u32 status) __attribute__((noreturn));
s32 sys_exit_group(u32 status) __attribute__((noreturn));
s32 sys_fork(struct pt_regs *regs);
s32 sys_vfork(struct pt_regs *regs);
s32 sys_clone(struct pt_regs *regs);
s32 sys_execve(struct pt_regs *regs);
s32 sys_wait4(s32 pid, uaddr_t status, u32 options, uaddr_t rusage);
s32 sys_waitid(u32 which, s32 id, uaddr_t info, u32 options, uaddr_t rusage);
s32 sys_sched_yield(void);
s32 sys_nanosleep(uaddr_t req, uaddr_t rem);
s32 sys_getrusage(s32 who, uaddr_t usage);

/* ---- mm/ ------------------------------------------------------------------ */

s32 sys_brk(uaddr_t brk);
s32 sys_mmap2(uaddr_t addr, u32 bytes, u32 prot, u32 flags, u32 fd, u32 pgoff);
s32 sys_munmap(uaddr_t addr, u32 bytes);
s32 sys_mprotect(uaddr_t addr, u32 bytes, u32 prot);
s32 sys_mremap(uaddr_t addr, u32 old_bytes, u32 new_bytes, u32 flags,
	       uaddr_t new_addr);
s32 sys_madvise(uaddr_t addr, u32 bytes, u32 advice);
s32 sys_mincore(uaddr_t addr, u32 bytes, uaddr_t vec);
s32 sys_msync(uaddr_t addr, u32 bytes, u32 flags);
s32 sys_mlock(uaddr_t addr, u32 bytes);
s32 sys_mlock2(uaddr_t addr, u32 bytes, u32 flags);
s32 sys_munlock(uaddr_t addr, u32 bytes);
s32 sys_mlockall(u32 flags);
s32 sys_munlockall(void);
s32 sys_cacheflush(uaddr_t start, uaddr_t end, u32 flags);

/* ---- fs/ ------------------------------------------------------------------ */

s32 sys_read(u32 fd, uaddr_t buf, u32 bytes);
s32 sys_write(u32 fd, uaddr_t buf, u32 bytes);
s32 sys_readv(u32 fd, uaddr_t iov, u32 n);
s32 sys_writev(u32 fd, uaddr_t iov, u32 n);
/* 64-bit offsets travel in an even/odd register pair: r3 is padding. */
s32 sys_pread64(u32 fd, uaddr_t buf, u32 bytes, u32 pad, u32 lo, u32 hi);
s32 sys_pwrite64(u32 fd, uaddr_t buf, u32 bytes, u32 pad, u32 lo, u32 hi);
s32 sys_open(uaddr_t path, u32 flags, u32 mode);
s32 sys_openat(s32 dirfd, uaddr_t path, u32 flags, u32 mode);
s32 sys_creat(uaddr_t path, u32 mode);
s32 sys_close(u32 fd);
s32 sys_lseek(u32 fd, s32 offset, u32 whence);
s32 sys_llseek(u32 fd, u32 hi, u32 lo, uaddr_t result, u32 whence);
s32 sys_stat64(uaddr_t path, uaddr_t st);
s32 sys_lstat64(uaddr_t path, uaddr_t st);
s32 sys_fstat64(u32 fd, uaddr_t st);
s32 sys_fstatat64(s32 dirfd, uaddr_t path, uaddr_t st, u32 flags);
s32 sys_statx(s32 dirfd, uaddr_t path, u32 flags, u32 mask, uaddr_t st);
s32 sys_access(uaddr_t path, u32 mode);
s32 sys_faccessat(s32 dirfd, uaddr_t path, u32 mode);
s32 sys_getdents64(u32 fd, uaddr_t buf, u32 bytes);
s32 sys_chdir(uaddr_t path);
s32 sys_fchdir(u32 fd);
s32 sys_getcwd(uaddr_t buf, u32 bytes);
s32 sys_mkdir(uaddr_t path, u32 mode);
s32 sys_rmdir(uaddr_t path);
s32 sys_unlink(uaddr_t path);
s32 sys_unlinkat(s32 dirfd, uaddr_t path, u32 flags);
s32 sys_rename(uaddr_t from, uaddr_t to);
s32 sys_symlink(uaddr_t text, uaddr_t path);
s32 sys_readlink(uaddr_t path, uaddr_t buf, u32 bytes);
s32 sys_readlinkat(s32 dirfd, uaddr_t path, uaddr_t buf, u32 bytes);
s32 sys_ftruncate64(u32 fd, u32 pad, u32 lo, u32 hi);
s32 sys_truncate(uaddr_t path, u32 bytes);
s32 sys_ftruncate(u32 fd, u32 bytes);
s32 sys_pipe(uaddr_t fds);
s32 sys_pipe2(uaddr_t fds, u32 flags);
s32 sys_dup(u32 fd);
s32 sys_dup2(u32 old, u32 new);
s32 sys_dup3(u32 old, u32 new, u32 flags);
s32 sys_fcntl64(u32 fd, u32 cmd, u32 arg);
s32 sys_ioctl(u32 fd, u32 cmd, u32 arg);
s32 sys_poll(uaddr_t fds, u32 n, s32 timeout_ms);
s32 sys_sendfile64(u32 out, u32 in, uaddr_t offset, u32 bytes);
s32 sys_umask(u32 mask);
s32 sys_fsync(u32 fd);
s32 sys_utimensat(s32 dirfd, uaddr_t path, uaddr_t times, u32 flags);
s32 sys_chmod(uaddr_t path, u32 mode);
s32 sys_statfs64(uaddr_t path, u32 bytes, uaddr_t buf);

#endif
