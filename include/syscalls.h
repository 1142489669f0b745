/*
 * syscalls.h - every system call, by the folder that implements it.
 *
 * Linux's numbers are in <uapi/unistd.h>, the table in trap/syscall_table.c.
 * A pointer argument is a uaddr_t. The result is a value >= 0 or -errno.
 * Those with a struct pt_regs * get the caller's frame instead of arguments.
 */
#ifndef SYSCALLS_H
#define SYSCALLS_H

#include <types.h>

struct pt_regs;

/* ---- proc/: tasks, signals, time, limits ------------------------------- */

s32 sys_exit(u32 status) __attribute__((noreturn));
s32 sys_exit_group(u32 status) __attribute__((noreturn));
s32 sys_fork(struct pt_regs *regs);
s32 sys_vfork(struct pt_regs *regs);
s32 sys_clone(struct pt_regs *regs);
s32 sys_execve(struct pt_regs *regs);
s32 sys_wait4(s32 pid, uaddr_t status, u32 options, uaddr_t rusage);
s32 sys_waitid(u32 which, s32 id, uaddr_t info, u32 options, uaddr_t rusage);
s32 sys_getpid(void);
s32 sys_getppid(void);
s32 sys_gettid(void);
s32 sys_getuid(void); /* and geteuid, getgid, getegid: always 0 */
s32 sys_getpgid(s32 pid);
s32 sys_getpgrp(void);
s32 sys_setpgid(s32 pid, s32 pgid);
s32 sys_setsid(void);
s32 sys_getsid(s32 pid);
s32 sys_sched_yield(void);
s32 sys_set_tls(u32 value);
s32 sys_set_tid_address(uaddr_t tidptr);
s32 sys_set_robust_list(uaddr_t head, u32 bytes);
s32 sys_get_robust_list(s32 pid, uaddr_t head, uaddr_t bytes);
s32 sys_prctl(u32 option, u32 arg2, u32 arg3, u32 arg4, u32 arg5);
s32 sys_uname(uaddr_t buf);
s32 sys_sysinfo(uaddr_t info);
s32 sys_getitimer(u32 which, uaddr_t value);
s32 sys_setitimer(u32 which, uaddr_t new, uaddr_t old);
s32 sys_nanosleep(uaddr_t req, uaddr_t rem);
s32 sys_clock_nanosleep(u32 clock, u32 flags, uaddr_t req, uaddr_t rem);
s32 sys_clock_gettime(u32 clock, uaddr_t ts);
s32 sys_clock_gettime64(u32 clock, uaddr_t ts);
s32 sys_clock_getres(u32 clock, uaddr_t ts);
s32 sys_gettimeofday(uaddr_t tv, uaddr_t tz);
s32 sys_time(uaddr_t t);
s32 sys_times(uaddr_t buf);
s32 sys_getrusage(s32 who, uaddr_t usage);
s32 sys_getrlimit(u32 resource, uaddr_t rlim);
s32 sys_setrlimit(u32 resource, uaddr_t rlim);
s32 sys_prlimit64(s32 pid, u32 resource, uaddr_t new, uaddr_t old);
s32 sys_futex(uaddr_t uaddr, u32 op, u32 val, u32 timeout, uaddr_t uaddr2,
	      u32 val3);
s32 sys_getrandom(uaddr_t buf, u32 bytes, u32 flags);
s32 sys_reboot(u32 magic1, u32 magic2, u32 cmd, uaddr_t arg);

/* ---- proc/signal.c ------------------------------------------------------ */

s32 sys_kill(s32 pid, s32 sig);
s32 sys_tkill(s32 tid, s32 sig);
s32 sys_tgkill(s32 tgid, s32 tid, s32 sig);
s32 sys_rt_sigaction(s32 sig, uaddr_t act, uaddr_t oact, u32 bytes);
s32 sys_rt_sigprocmask(u32 how, uaddr_t set, uaddr_t oset, u32 bytes);
s32 sys_rt_sigpending(uaddr_t set, u32 bytes);
s32 sys_rt_sigsuspend(uaddr_t set, u32 bytes);
s32 sys_rt_sigtimedwait(uaddr_t set, uaddr_t info, uaddr_t ts, u32 bytes);
s32 sys_sigaltstack(uaddr_t ss, uaddr_t old);
s32 sys_pause(void);
s32 sys_sigreturn(struct pt_regs *regs);
s32 sys_rt_sigreturn(struct pt_regs *regs);
s32 sys_restart_syscall(void);

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
