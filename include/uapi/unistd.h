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
#define __NR_link            9
#define __NR_unlink          10
#define __NR_execve          11
#define __NR_chdir           12
#define __NR_mknod           14
#define __NR_chmod           15
#define __NR_lchown          16
#define __NR_lseek           19
#define __NR_getpid          20
#define __NR_mount           21
#define __NR_setuid          23
#define __NR_getuid          24
#define __NR_pause           29
#define __NR_utime           30
#define __NR_access          33
#define __NR_nice            34
#define __NR_sync            36
#define __NR_kill            37
#define __NR_rename          38
#define __NR_mkdir           39
#define __NR_rmdir           40
#define __NR_dup             41
#define __NR_pipe            42
#define __NR_times           43
#define __NR_brk             45
#define __NR_setgid          46
#define __NR_getgid          47
#define __NR_geteuid         49
#define __NR_getegid         50
#define __NR_umount2         52
#define __NR_ioctl           54
#define __NR_setpgid         57
#define __NR_umask           60
#define __NR_chroot          61
#define __NR_dup2            63
#define __NR_getppid         64
#define __NR_getpgrp         65
#define __NR_setsid          66
#define __NR_setreuid        70
#define __NR_setregid        71
#define __NR_setrlimit       75
#define __NR_getrusage       77
#define __NR_gettimeofday    78
#define __NR_getgroups       80
#define __NR_setgroups       81
#define __NR_symlink         83
#define __NR_readlink        85
#define __NR_reboot          88
#define __NR_munmap          91
#define __NR_truncate        92
#define __NR_ftruncate       93
#define __NR_fchmod          94
#define __NR_fchown          95
#define __NR_getpriority     96
#define __NR_setpriority     97
#define __NR_statfs          99
#define __NR_fstatfs         100
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
#define __NR_setfsuid        138
#define __NR_setfsgid        139
#define __NR__llseek         140
#define __NR_flock           143
#define __NR_msync           144
#define __NR_readv           145
#define __NR_writev          146
#define __NR_getsid          147
#define __NR_fdatasync       148
#define __NR_mlock           150
#define __NR_munlock         151
#define __NR_mlockall        152
#define __NR_munlockall      153
#define __NR_sched_yield     158
#define __NR_nanosleep       162
#define __NR_mremap          163
#define __NR_setresuid       164
#define __NR_getresuid       165
#define __NR_poll            168
#define __NR_setresgid       170
#define __NR_getresgid       171
#define __NR_prctl           172
#define __NR_rt_sigreturn    173
#define __NR_rt_sigaction    174
#define __NR_rt_sigprocmask  175
#define __NR_rt_sigpending   176
#define __NR_rt_sigtimedwait 177
#define __NR_rt_sigsuspend   179
#define __NR_pread64         180
#define __NR_pwrite64        181
#define __NR_chown           182
#define __NR_getcwd          183
#define __NR_capget          184
#define __NR_capset          185
#define __NR_sigaltstack     186
#define __NR_vfork           190
#define __NR_ugetrlimit      191
#define __NR_mmap2           192
#define __NR_truncate64      193
#define __NR_ftruncate64     194
#define __NR_stat64          195
#define __NR_lstat64         196
#define __NR_fstat64         197
#define __NR_lchown32        198
#define __NR_getuid32        199
#define __NR_getgid32        200
#define __NR_geteuid32       201
#define __NR_getegid32       202
#define __NR_setreuid32      203
#define __NR_setregid32      204
#define __NR_getgroups32     205
#define __NR_setgroups32     206
#define __NR_fchown32        207
#define __NR_setresuid32     208
#define __NR_getresuid32     209
#define __NR_setresgid32     210
#define __NR_getresgid32     211
#define __NR_chown32         212
#define __NR_setuid32        213
#define __NR_setgid32        214
#define __NR_setfsuid32      215
#define __NR_setfsgid32      216
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
#define __NR_fstatfs64       267
#define __NR_tgkill          268
#define __NR_utimes          269
#define __NR_waitid          280
#define __NR_openat          322
#define __NR_mkdirat         323
#define __NR_mknodat         324
#define __NR_fchownat        325
#define __NR_futimesat       326
#define __NR_fstatat64       327
#define __NR_unlinkat        328
#define __NR_renameat        329
#define __NR_linkat          330
#define __NR_symlinkat       331
#define __NR_readlinkat      332
#define __NR_fchmodat        333
#define __NR_faccessat       334
#define __NR_set_robust_list 338
#define __NR_get_robust_list 339
#define __NR_utimensat       348
#define __NR_fallocate       352
#define __NR_dup3            358
#define __NR_pipe2           359
#define __NR_prlimit64       369
#define __NR_syncfs          373
#define __NR_renameat2       382
#define __NR_getrandom       384
#define __NR_mlock2          390
#define __NR_copy_file_range 391
#define __NR_statx           397
#define __NR_clock_gettime64 403
#define __NR_faccessat2      439

#define __NR_sched_setaffinity 241
#define __NR_sched_getaffinity 242

/* The kernel's table has this many rows. */
#define NR_SYSCALLS 440

#define __ARM_NR_BASE       0x0f0000
#define __ARM_NR_breakpoint (__ARM_NR_BASE + 1)
#define __ARM_NR_cacheflush (__ARM_NR_BASE + 2)
#define __ARM_NR_usr26      (__ARM_NR_BASE + 3)
#define __ARM_NR_usr32      (__ARM_NR_BASE + 4)
#define __ARM_NR_set_tls    (__ARM_NR_BASE + 5)
#define __ARM_NR_get_tls    (__ARM_NR_BASE + 6)

#endif
