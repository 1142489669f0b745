/*
 * uapi/unistd.h - system-call numbers: Linux's on ARM (EABI).
 *
 * `svc 0` with the number in r7, arguments in r0-r6, the answer in r0: a value
 * or a negated errno. Numbers from 0xf0000 up are ARM's own.
 */
#ifndef UAPI_UNISTD_H
#define UAPI_UNISTD_H

#define __NR_restart_syscall 0
#define __NR_exit            1
#define __NR_fork            2
#define __NR_read            3
#define __NR_write           4
#define __NR_open            5
#define __NR_close           6
#define __NR_creat           8
#define __NR_unlink          10
#define __NR_execve          11
#define __NR_chdir           12
#define __NR_chmod           15
#define __NR_lseek           19
#define __NR_getpid          20
#define __NR_getuid          24
#define __NR_pause           29
#define __NR_access          33
#define __NR_nice            34
#define __NR_kill            37
#define __NR_rename          38
#define __NR_mkdir           39
#define __NR_rmdir           40
#define __NR_dup             41
#define __NR_pipe            42
#define __NR_times           43
#define __NR_brk             45
#define __NR_getgid          47
#define __NR_geteuid         49
#define __NR_getegid         50
#define __NR_ioctl           54
#define __NR_setpgid         57
#define __NR_umask           60
#define __NR_dup2            63
#define __NR_getppid         64
#define __NR_getpgrp         65
#define __NR_setsid          66
#define __NR_setrlimit       75
#define __NR_getrusage       77
#define __NR_gettimeofday    78
#define __NR_symlink         83
#define __NR_readlink        85
#define __NR_reboot          88
#define __NR_munmap          91
#define __NR_truncate        92
#define __NR_ftruncate       93
#define __NR_getpriority     96
#define __NR_setpriority     97
#define __NR_setitimer       104
#define __NR_getitimer       105
#define __NR_wait4           114
#define __NR_sysinfo         116
#define __NR_fsync           118
#define __NR_sigreturn       119
#define __NR_clone           120
#define __NR_uname           122
#define __NR_mprotect        125
#define __NR_getpgid         132
#define __NR_fchdir          133
#define __NR_personality     136
#define __NR__llseek         140
#define __NR_msync           144
#define __NR_readv           145
#define __NR_writev          146
#define __NR_getsid          147
#define __NR_mlock           150
#define __NR_munlock         151
#define __NR_mlockall        152
#define __NR_munlockall      153
#define __NR_sched_yield     158
#define __NR_nanosleep       162
#define __NR_mremap          163
#define __NR_poll            168
#define __NR_prctl           172
#define __NR_rt_sigreturn    173
#define __NR_rt_sigaction    174
#define __NR_rt_sigprocmask  175
#define __NR_rt_sigpending   176
#define __NR_rt_sigtimedwait 177
#define __NR_rt_sigsuspend   179
#define __NR_pread64         180
#define __NR_pwrite64        181
#define __NR_getcwd          183
#define __NR_sigaltstack     186
#define __NR_vfork           190
#define __NR_ugetrlimit      191
#define __NR_mmap2           192
#define __NR_ftruncate64     194
#define __NR_stat64          195
#define __NR_lstat64         196
#define __NR_fstat64         197
#define __NR_getuid32        199
#define __NR_getgid32        200
#define __NR_geteuid32       201
#define __NR_getegid32       202
#define __NR_getdents64      217
#define __NR_mincore         219
#define __NR_madvise         220
#define __NR_fcntl64         221
#define __NR_gettid          224
#define __NR_tkill           238
#define __NR_sendfile64      239
#define __NR_futex           240
#define __NR_exit_group      248
#define __NR_set_tid_address 256
#define __NR_clock_gettime   263
#define __NR_clock_getres    264
#define __NR_clock_nanosleep 265
#define __NR_statfs64        266
#define __NR_tgkill          268
#define __NR_waitid          280
#define __NR_openat          322
#define __NR_fstatat64       327
#define __NR_unlinkat        328
#define __NR_readlinkat      332
#define __NR_faccessat       334
#define __NR_set_robust_list 338
#define __NR_get_robust_list 339
#define __NR_utimensat       348
#define __NR_dup3            358
#define __NR_pipe2           359
#define __NR_prlimit64       369
#define __NR_getrandom       384
#define __NR_mlock2          390
#define __NR_statx           397
#define __NR_clock_gettime64 403

#define __NR_sched_setaffinity 241
#define __NR_sched_getaffinity 242

/* The kernel's table has this many rows. */
#define NR_SYSCALLS 404

#define __ARM_NR_BASE       0x0f0000
#define __ARM_NR_breakpoint (__ARM_NR_BASE + 1)
#define __ARM_NR_cacheflush (__ARM_NR_BASE + 2)
#define __ARM_NR_usr26      (__ARM_NR_BASE + 3)
#define __ARM_NR_usr32      (__ARM_NR_BASE + 4)
#define __ARM_NR_set_tls    (__ARM_NR_BASE + 5)
#define __ARM_NR_get_tls    (__ARM_NR_BASE + 6)

#endif
