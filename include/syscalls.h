/*
 * syscalls.h - the system calls of the core, by the folder that implements them.
 *
 * Linux's numbers are in <uapi/unistd.h>. A service declares its own calls;
 * startup/services.c makes the table of all.
 * A pointer argument is a uaddr_t, checked by the callee. The result is a value
 * >= 0 or -errno. Calls with a struct pt_regs * get the caller's frame instead
 * of arguments. All run with interrupts on, hold no lock, and may sleep.
 */
#ifndef SYSCALLS_H
#define SYSCALLS_H

#include <types.h>

struct pt_regs;

/* ---- run/, proc/: tasks ------------------------------------------ */

/*
 * The lives of tasks: proc/exit.c, fork.c, exec.c, wait4.c, nanosleep.c,
 * usage.c, and run/sched.c.
 */
s32 sys_exit(u32 status) __attribute__((noreturn));
s32 sys_exit_group(u32 status) __attribute__((noreturn));
s32 sys_fork(struct pt_regs *regs);
s32 sys_vfork(struct pt_regs *regs);
s32 sys_clone(struct pt_regs *regs);
s32 sys_execve(struct pt_regs *regs);
s32 sys_wait4(s32 pid, uaddr_t status, u32 options, uaddr_t rusage);
s32 sys_sched_yield(void);
s32 sys_nanosleep(uaddr_t req, uaddr_t rem);
s32 sys_getrusage(s32 who, uaddr_t usage);

/* ---- mm/ --------------------------------------------------------- */

/*
 * Bytes are rounded up to pages; pgoff counts pages of 4 KiB (mm/syscalls.c).
 */
s32 sys_brk(uaddr_t brk);
s32 sys_mmap2(uaddr_t addr, u32 bytes, u32 prot, u32 flags, u32 fd, u32 pgoff);
s32 sys_munmap(uaddr_t addr, u32 bytes);
s32 sys_mprotect(uaddr_t addr, u32 bytes, u32 prot);
s32 sys_mremap(uaddr_t addr, u32 old_bytes, u32 new_bytes, u32 flags,
	       uaddr_t new_addr);
s32 sys_cacheflush(uaddr_t start, uaddr_t end, u32 flags);

/* ---- fs/ --------------------------------------------------------- */

/*
 * fd indexes the caller's table of files; read and write transfer at most
 * 0x7ffff000 bytes in one call, as on Linux.
 */
s32 sys_read(u32 fd, uaddr_t buf, u32 bytes);
s32 sys_write(u32 fd, uaddr_t buf, u32 bytes);
s32 sys_open(uaddr_t path, u32 flags, u32 mode);
s32 sys_openat(s32 dirfd, uaddr_t path, u32 flags, u32 mode);
s32 sys_close(u32 fd);
s32 sys_lseek(u32 fd, s32 offset, u32 whence);
s32 sys_fstat64(u32 fd, uaddr_t st);
s32 sys_ioctl(u32 fd, u32 cmd, u32 arg);

#endif
